import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { SluiceError } from '../../core/problem.ts';
import type { Decision, DecisionStore, LandedAbove } from '../../gate/record-ports.ts';
import { SCRATCH_PREFIX } from '../../gate/scratch-branches.ts';
import type { TableRecords } from '../../gate/table-records.ts';
import { type DecisionRow, toDecision } from './decision-row.ts';
import { listDecisions, listOutlines, WHOLE } from './list-decisions.ts';
import { lockState } from './lock-state.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './migrations.ts';
import { countRecords, tableRows } from './table-rows.ts';
import { decisionWriter, keyValues } from './write-decision.ts';

export interface StoreOptions {
  /** Look at the records, also while a server writes them. Nothing is created, locked or changed. */
  readonly readonly?: boolean;
}

/**
 * Opens the decision records in the SQLite file at `path`. The one writer holds a lock until `close`; readers come and
 * go beside it (write-ahead log). Every method that changes something returns after the change is on disk
 * (`synchronous=FULL`).
 *
 * Throws `state-in-use` where another writer lives, `state-missing` where a reader finds no file, `state-version` where
 * the file is of another version, and `state-unavailable`, here and from every method, for whatever SQLite reports:
 * disk full, no permission, no database.
 */
export function openStore(path: string, options: StoreOptions = {}): DecisionStore & TableRecords {
  return options.readonly === true ? openReader(path) : openWriter(path);
}

function openWriter(path: string): DecisionStore & TableRecords {
  const unlock = available(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return lockState(path);
  });
  try {
    const database = available(path, () => connect(path));
    available(path, () => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = FULL');
      refuseNewer(path, schemaVersion(database));
      migrate(database);
    });
    return storeOn(database, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function openReader(path: string): DecisionStore & TableRecords {
  if (!existsSync(path)) {
    const message = `There are no records at ${path}.`;
    throw new SluiceError({ code: 'state-missing', message, hint: 'Is SLUICE_STATE_DIR the one of the server?' });
  }
  const database = available(path, () => connect(path));
  available(path, () => {
    database.pragma('query_only = ON');
    const version = schemaVersion(database);
    refuseNewer(path, version);
    if (version === SCHEMA_VERSION) return;
    const message = `The records at ${path} were written by an older version of sluice.`;
    throw new SluiceError({ code: 'state-version', message, hint: 'Start the server of this version once.' });
  });
  return storeOn(database, () => undefined);
}

/** Readers never block the writer in WAL; the wait is for the moment in which a log is recovered after a kill. */
function connect(path: string): Database.Database {
  const database = new Database(path);
  database.pragma('busy_timeout = 5000');
  return database;
}

function refuseNewer(path: string, version: number): void {
  if (version <= SCHEMA_VERSION) return;
  const message = `The records at ${path} were written by a newer version of sluice.`;
  throw new SluiceError({ code: 'state-version', message, hint: 'Use that version, or another state directory.' });
}

const BY_KEY = `key_meta_range = ? AND key_destination_commit = ? AND key_repository = ?
  AND key_contract_digest = ? AND key_engine_version = ? AND key_policy_digest = ?`;

/** An approval without a key was given without a look at the data. */
const APPROVED_FOR = `${WHOLE}
  WHERE ((merge_commit = ? AND event = 'pre-merge') OR (landed_commit = ? AND landed_same = 1))
    AND state = 'approved' AND repository = ? AND origin = 'hook' AND key_meta_range IS NOT NULL
    AND branch NOT GLOB '${SCRATCH_PREFIX}*' AND branch = coalesce(?, branch)
  ORDER BY sequence DESC LIMIT 1`;

const FIRST_BASE = `SELECT key_destination_commit AS base FROM decision
  WHERE repository = ? AND branch = ? AND origin = 'hook' AND key_destination_commit IS NOT NULL
  ORDER BY sequence LIMIT 1`;

/**
 * Down from the newest landing, change by change; both ways to know a commit's base have an index. Bounded, as deliveries
 * wait for it: at 5 microseconds a change, and 0.2 a row where the branch has no landing.
 */
const LANDED_ABOVE = `WITH RECURSIVE
  newest AS (SELECT landed_commit, landed_at, key_meta_range, key_destination_commit FROM decision
    WHERE repository = ? AND branch = ? AND landed_same = 1
      AND sequence > (SELECT max(sequence) FROM decision) - 50000 ORDER BY sequence DESC LIMIT 1),
  below (id) AS (
    SELECT key_destination_commit FROM newest WHERE landed_commit <> ?
    UNION SELECT one.key_destination_commit FROM below JOIN decision AS one ON one.landed_commit = below.id
      WHERE one.landed_commit IS NOT NULL AND one.landed_same = 1 AND one.repository = ?
    UNION SELECT one.key_destination_commit FROM below JOIN decision AS one ON one.merge_commit = below.id
      WHERE one.state = 'approved' AND one.event = 'pre-merge' AND one.repository = ?
    LIMIT 2000)
  SELECT landed_commit AS "commit", landed_at AS at, key_meta_range AS metaRange FROM newest
  WHERE ? IN (SELECT id FROM below)`;

function storeOn(database: Database.Database, unlock: () => void): DecisionStore & TableRecords {
  const insert = database.prepare(`INSERT INTO decision (id, state, event, replay_of, repository, branch, source,
    merge_commit, committer, status, received_at, decided_at, report, key_meta_range, key_destination_commit,
    key_repository, key_contract_digest, key_engine_version, key_policy_digest, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const landing = database.prepare(`UPDATE decision SET landed_commit = ?, landed_at = ?, landed_same = ?
    WHERE id = ? AND state = 'approved' AND landed_commit IS NULL`);
  const byId = database.prepare(`${WHOLE} WHERE id = ?`);
  const byKey = database.prepare(`${WHOLE} WHERE ${BY_KEY} AND state IN ('approved', 'rejected')
    AND replay_of IS NULL AND decided_at >= ? ORDER BY sequence DESC LIMIT 1`);
  const approved = database.prepare(APPROVED_FOR);
  const firstBase = database.prepare(FIRST_BASE);
  const above = database.prepare(LANDED_ABOVE);
  const abandon = database.prepare(`UPDATE decision SET state = 'abandoned', decided_at = ? WHERE state = 'running'`);
  const writer = decisionWriter(database);
  const tables = tableRows(database);
  // All are looked at after a start: which ones are old is written nowhere but in them.
  let unread = countRecords(database).decisions;
  let closed = false;
  // libsql goes on answering on a closed connection as long as a statement lives.
  const whileOpen = <T>(work: () => T): T => {
    if (!closed) return available('', work);
    throw new SluiceError({ code: 'state-unavailable', message: 'The decision records have been closed.' });
  };
  const one = (row: unknown): Decision | null => (row === undefined ? null : toDecision(row as DecisionRow));

  return {
    begin: (decision) => whileOpen(() => void insert.run(valuesOf(decision))),
    finish: (id, final) => {
      if (whileOpen(() => writer.finish(id, final))) return;
      throw new SluiceError({ code: 'decision-final', message: `The decision ${id} is not running any more.` });
    },
    land: (id, { commit, at, same }) => {
      if (whileOpen(() => landing.run([commit, at, same ? 1 : 0, id])).changes === 1) return;
      const message = `The decision ${id} is not approved, or has landed already.`;
      throw new SluiceError({ code: 'decision-final', message });
    },
    findByKey: (key, notBefore) => whileOpen(() => one(byKey.get([...keyValues(key), notBefore]))),
    approvedFor: (repository, commitId, branch) =>
      whileOpen(() => one(approved.get([commitId, commitId, repository, branch ?? null]))),
    firstBaseOf: (repository, branch) =>
      whileOpen(() => (firstBase.get([repository, branch]) as { base: string } | undefined)?.base ?? null),
    landedAbove: (repository, branch, commitId) =>
      whileOpen(() => {
        const row = above.get([repository, branch, commitId, repository, repository, commitId]);
        if (row === undefined) return null;
        const { commit, at, metaRange } = row as LandedAbove;
        return { commit, at, metaRange };
      }),
    get: (id) => whileOpen(() => one(byId.get([id]))),
    list: (filter) => whileOpen(() => listDecisions(database, filter)),
    outlines: (filter) => whileOpen(() => listOutlines(database, filter)),
    knownTables: () => whileOpen(tables.knownTables),
    tableHistory: (table, limit) => whileOpen(() => tables.tableHistory(table, limit)),
    activity: (since) => whileOpen(() => tables.activity(since)),
    needingAttention: (since) => whileOpen(() => tables.needingAttention(since)),
    extent: () => whileOpen(() => ({ ...countRecords(database), unread })),
    adoptOne: () => {
      if (unread > 0) unread = whileOpen(() => writer.adoptBelow(unread + 1)) - 1;
      return unread > 0;
    },
    abandonUnfinished: (at) => whileOpen(() => abandon.run([at]).changes),
    close: () => {
      if (closed) return;
      closed = true;
      database.close();
      unlock();
    },
  };
}

function valuesOf(decision: Decision): readonly unknown[] {
  const { id, state, event, replayOf, repository, branch, source, mergeCommit, committer } = decision;
  const { status, receivedAt, decidedAt, report, key } = decision;
  const subject = [id, state, event ?? 'pre-merge', replayOf, repository, branch, source, mergeCommit, committer];
  return [...subject, status, receivedAt, decidedAt, report, ...keyValues(key), decision.origin];
}

/** Gives SQLite's errors our code. Deliveries are told without the path, which is nobody's business outside. */
function available<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError(
      {
        code: 'state-unavailable',
        message: `The decision records${path === '' ? '' : ` at ${path}`} cannot be used: ${reason}.`,
        hint: 'Check free space and permissions of the state directory.',
      },
      { cause },
    );
  }
}
