import type Database from 'libsql';

/**
 * What brought the file from one version to the next, in order; version n is the n-th entry. Entries are never edited
 * once released: the next change is the next entry.
 *
 * Rows are never deleted, so `sequence` only grows. Every index costs a page in each of a delivery's two durable writes:
 * the tree's content address alone is as good as unique, and lists are read from their newest end.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE decision (
     sequence INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     state TEXT NOT NULL CHECK (state IN ('running', 'approved', 'rejected', 'undecided', 'abandoned')),
     event TEXT NOT NULL,
     replay_of TEXT REFERENCES decision (id),
     repository TEXT NOT NULL,
     branch TEXT NOT NULL,
     source TEXT NOT NULL,
     merge_commit TEXT NOT NULL,
     committer TEXT,
     key_repository TEXT,
     key_destination_commit TEXT,
     key_meta_range TEXT,
     key_contract_digest TEXT,
     key_engine_version TEXT,
     key_policy_digest TEXT,
     status INTEGER,
     received_at TEXT NOT NULL,
     decided_at TEXT,
     report TEXT,
     CHECK ((state = 'running') = (decided_at IS NULL)),
     CHECK (state <> 'approved' OR (status = 200 AND report IS NOT NULL))
   ) STRICT;
   CREATE INDEX decision_by_key ON decision (key_meta_range) WHERE key_meta_range IS NOT NULL;
   CREATE INDEX decision_running ON decision (sequence) WHERE state = 'running';`,
  // Who asked, and what became of it. The indexes leave out every row that no release tag can ask for.
  `ALTER TABLE decision ADD COLUMN origin TEXT NOT NULL DEFAULT 'hook' CHECK (origin IN ('hook', 'check'));
   ALTER TABLE decision ADD COLUMN landed_commit TEXT;
   ALTER TABLE decision ADD COLUMN landed_at TEXT;
   ALTER TABLE decision ADD COLUMN landed_same INTEGER CHECK (landed_same IN (0, 1));
   CREATE INDEX decision_approved ON decision (merge_commit) WHERE state = 'approved' AND event = 'pre-merge';
   CREATE INDEX decision_landed ON decision (landed_commit) WHERE landed_commit IS NOT NULL;`,
  // Reports go to a table of their own, compressed: SQLite walks through all pages of a long value to the columns behind
  // it. `decision.report` is then the empty text. Reports of older versions stay where they are until they are adopted.
  // `judged_table` is clustered so that a table's history is one range; `known_table` names the newest judgement of each.
  `CREATE TABLE report_body (
     decision INTEGER PRIMARY KEY REFERENCES decision (sequence),
     body BLOB NOT NULL
   ) STRICT;
   ALTER TABLE decision ADD COLUMN tables INTEGER;
   ALTER TABLE decision ADD COLUMN failed INTEGER;
   ALTER TABLE decision ADD COLUMN errored INTEGER;
   ALTER TABLE decision ADD COLUMN warned INTEGER;
   ALTER TABLE decision ADD COLUMN reason TEXT;
   CREATE TABLE judged_table (
     name TEXT NOT NULL,
     repository TEXT NOT NULL,
     branch TEXT NOT NULL,
     judged INTEGER NOT NULL CHECK (judged IN (0, 1)),
     decision INTEGER NOT NULL REFERENCES decision (sequence),
     location TEXT NOT NULL,
     contract_file TEXT NOT NULL,
     contract_version TEXT NOT NULL,
     owner TEXT,
     rows INTEGER,
     failing_rows INTEGER NOT NULL,
     checks TEXT NOT NULL,
     diff TEXT,
     nulls TEXT NOT NULL,
     PRIMARY KEY (name, repository, branch, judged, decision)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE known_table (
     name TEXT NOT NULL,
     repository TEXT NOT NULL,
     branch TEXT NOT NULL,
     newest INTEGER NOT NULL REFERENCES decision (sequence),
     PRIMARY KEY (name, repository, branch)
   ) STRICT, WITHOUT ROWID;`,
  // Rows of rules about changes were counted as failing ones. Which numbers are wrong stands in the reports alone, so all
  // but 0 are forgotten, and counted again one by one (`adoptBelow`); the index has entries until then only.
  `ALTER TABLE judged_table ADD COLUMN bad_rows INTEGER;
   UPDATE judged_table SET bad_rows = 0 WHERE failing_rows = 0;
   ALTER TABLE judged_table DROP COLUMN failing_rows;
   ALTER TABLE judged_table RENAME COLUMN bad_rows TO failing_rows;
   CREATE INDEX judged_uncounted ON judged_table (decision) WHERE failing_rows IS NULL;`,
];

/** The version this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of the file, 0 for an empty one. */
export function schemaVersion(database: Database.Database): number {
  const table = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'`).get();
  if (table === undefined) return 0;
  const row = database.prepare('SELECT max(version) AS version FROM schema_version').get() as { version: number };
  return row.version;
}

/** Brings the file to {@link SCHEMA_VERSION}, all steps or none. */
export function migrate(database: Database.Database): void {
  const from = schemaVersion(database);
  if (from >= SCHEMA_VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT');
    for (const [offset, statements] of MIGRATIONS.slice(from).entries()) {
      database.exec(statements);
      database.prepare('INSERT INTO schema_version (version) VALUES (?)').run([from + offset + 1]);
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
