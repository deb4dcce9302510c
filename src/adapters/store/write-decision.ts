import { gunzipSync, gzipSync } from 'node:zlib';
import type Database from 'libsql';
import { outlineReport, type TableOutline } from '../../core/report/report-outline.ts';
import type { DecisionKey, DecisionOrigin, DecisionStore } from '../../gate/record-ports.ts';

type Final = Parameters<DecisionStore['finish']>[1];

/** What of a decision its tables' rows repeat. */
interface Subject {
  readonly sequence: number;
  readonly repository: string;
  readonly branch: string;
  readonly origin: DecisionOrigin;
  readonly replay_of: string | null;
}

export interface DecisionWriter {
  /** Turns the running row into its final state, with its report and the small rows; false when it is not running. */
  finish(id: string, final: Final): boolean;
  /**
   * Moves the newest report below `sequence` that an older version left in its row, or counts its failing rows again;
   * returns how far down it has looked.
   */
  adoptBelow(sequence: number): number;
}

/** Rows that are looked through at once for one to adopt. */
const WINDOW = 500;

/** Each method is one transaction. */
export function decisionWriter(database: Database.Database): DecisionWriter {
  const update = database.prepare(`UPDATE decision SET state = ?, replay_of = ?, status = ?, decided_at = ?, report = ?,
    key_meta_range = ?, key_destination_commit = ?, key_repository = ?, key_contract_digest = ?,
    key_engine_version = ?, key_policy_digest = ? WHERE id = ? AND state = 'running'`);
  const byId = database.prepare('SELECT sequence, repository, branch, origin, replay_of FROM decision WHERE id = ?');
  const newestOld = database.prepare(`SELECT sequence, repository, branch, origin, replay_of, report FROM decision
    WHERE sequence < ? AND sequence >= ? AND (report <> '' OR EXISTS (
      SELECT 1 FROM judged_table WHERE failing_rows IS NULL AND decision = sequence)) ORDER BY sequence DESC LIMIT 1`);
  const emptied = database.prepare(`UPDATE decision SET report = '' WHERE sequence = ?`);
  const writeReport = reportWriter(database);
  const countAgain = failingRowsCounter(database);

  return {
    finish: (id, final) =>
      inTransaction(database, () => {
        const { state, replayOf, status, decidedAt, report } = final;
        const values = [state, replayOf, status, decidedAt, report === null ? null : '', ...keyValues(final.key), id];
        if (update.run(values).changes !== 1) return false;
        if (report !== null) writeReport(byId.get([id]) as Subject, report);
        return true;
      }),
    adoptBelow: (sequence) => {
      const from = Math.max(1, sequence - WINDOW);
      const old = newestOld.get([sequence, from]) as (Subject & { readonly report: string }) | undefined;
      if (old === undefined) return from;
      inTransaction(database, () => {
        if (old.report === '') return countAgain(old.sequence);
        emptied.run([old.sequence]);
        writeReport(old, old.report);
      });
      return old.sequence;
    },
  };
}

/** Counts the failing rows of a decision's tables where nobody knows them. What cannot be read stays unknown. */
function failingRowsCounter(database: Database.Database): (sequence: number) => void {
  const body = database.prepare('SELECT body FROM report_body WHERE decision = ?');
  const uncounted = database.prepare(`UPDATE judged_table SET failing_rows = ?
    WHERE decision = ? AND name = ? AND failing_rows IS NULL`);
  return (sequence) => {
    const row = body.get([sequence]) as { readonly body: Buffer } | undefined;
    const outline = row === undefined ? null : outlineReport(gunzipSync(row.body).toString('utf8'));
    for (const { name, failingRows } of outline?.tables ?? []) uncounted.run([failingRows, sequence, name]);
  };
}

function reportWriter(database: Database.Database): (subject: Subject, report: string) => void {
  const body = database.prepare('INSERT INTO report_body (decision, body) VALUES (?, ?)');
  const findings = database.prepare(
    'UPDATE decision SET tables = ?, failed = ?, errored = ?, warned = ?, reason = ? WHERE sequence = ?',
  );
  const table = database.prepare(`INSERT INTO judged_table (name, repository, branch, judged, decision, location,
    contract_file, contract_version, owner, rows, failing_rows, checks, diff, nulls)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const known = database.prepare(`INSERT INTO known_table (name, repository, branch, newest) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET newest = max(newest, excluded.newest)`);
  return (subject, report) => {
    const { sequence, repository, branch, origin, replay_of } = subject;
    body.run([sequence, gzipSync(report)]);
    const outline = outlineReport(report);
    if (outline === null) return;
    const { tables, failed, errored, warned, reason } = outline.findings;
    findings.run([tables, failed, errored, warned, reason, sequence]);
    const judged = origin === 'hook' && replay_of === null ? 1 : 0;
    for (const one of outline.tables) {
      table.run([one.name, repository, branch, judged, sequence, ...tableValues(one)]);
      if (judged === 1) known.run([one.name, repository, branch, sequence]);
    }
  };
}

function tableValues(table: TableOutline): readonly (string | number | null)[] {
  const { location, contract, owner, rows, failingRows, checks, diff, nulls } = table;
  const facts = [JSON.stringify(checks), diff === null ? null : JSON.stringify(diff), JSON.stringify(nulls)];
  return [location, contract.file, contract.version, owner, rows, failingRows, ...facts];
}

/** In the order of the columns of both statements that write a key. */
export function keyValues(key: DecisionKey | null): readonly (string | null)[] {
  if (key === null) return [null, null, null, null, null, null];
  const { metaRange, destinationCommit, repository, contractDigest, engineVersion, policyDigest } = key;
  return [metaRange, destinationCommit, repository, contractDigest, engineVersion, policyDigest];
}

function inTransaction<T>(database: Database.Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself where the disk is full; then there is no transaction to end.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
