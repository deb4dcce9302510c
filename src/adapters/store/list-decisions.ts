import type Database from 'libsql';
import type { Decision, DecisionFilter, DecisionOutline } from '../../gate/record-ports.ts';
import { type DecisionRow, toDecision, toOutline } from './decision-row.ts';

/** Newest first. */
export function listDecisions(database: Database.Database, filter: DecisionFilter): readonly Decision[] {
  return select(database, '*', filter).map((row) => toDecision(row as DecisionRow));
}

/** Newest first, without reports. */
export function listOutlines(database: Database.Database, filter: DecisionFilter): readonly DecisionOutline[] {
  return select(database, OUTLINE, filter).map((row) => toOutline(row as Omit<DecisionRow, 'report'>));
}

const OUTLINE = `id, state, event, origin, replay_of, repository, branch, source, merge_commit, committer, status,
  received_at, decided_at, key_repository, key_destination_commit, key_meta_range, key_contract_digest,
  key_engine_version, key_policy_digest, landed_commit, landed_at, landed_same`;

/** Columns and conditions are ours, values are bound. */
function select(database: Database.Database, columns: string, filter: DecisionFilter): readonly unknown[] {
  const wanted = CONDITIONS.flatMap(([name, condition]) => {
    const value = filter[name];
    return value === undefined ? [] : [{ condition, value }];
  });
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ condition }) => condition).join(' AND ')}`;
  const statement = database.prepare(`SELECT ${columns} FROM decision ${where} ORDER BY sequence DESC LIMIT ?`);
  return statement.all([...wanted.map(({ value }) => value), filter.limit]);
}

const CONDITIONS: readonly (readonly [name: Exclude<keyof DecisionFilter, 'limit'>, condition: string])[] = [
  ['repository', 'repository = ?'],
  ['branch', 'branch = ?'],
  ['state', 'state = ?'],
  ['event', 'event = ?'],
  ['origin', 'origin = ?'],
  ['mergeCommit', 'merge_commit = ?'],
  ['since', 'received_at >= ?'],
  ['until', 'received_at < ?'],
  ['before', 'sequence < (SELECT sequence FROM decision WHERE id = ?)'],
];
