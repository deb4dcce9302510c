import type Database from 'libsql';
import type { Decision, DecisionFilter, DecisionOutline } from '../../gate/record-ports.ts';
import { type DecisionRow, OUTLINE_COLUMNS, type OutlineRow, toDecision, toOutline } from './decision-row.ts';

/** Newest first. */
export function listDecisions(database: Database.Database, filter: DecisionFilter): readonly Decision[] {
  return select(database, WHOLE, filter).map((row) => toDecision(row as DecisionRow));
}

/** Newest first, without reports. */
export function listOutlines(database: Database.Database, filter: DecisionFilter): readonly DecisionOutline[] {
  return select(database, `SELECT ${OUTLINE_COLUMNS} FROM decision`, filter).map((row) => toOutline(row as OutlineRow));
}

/** Decisions with their reports, wherever those are. */
export const WHOLE = `SELECT ${OUTLINE_COLUMNS}, report, body
  FROM decision LEFT JOIN report_body ON report_body.decision = sequence`;

/** Columns and conditions are ours, values are bound. */
function select(database: Database.Database, from: string, filter: DecisionFilter): readonly unknown[] {
  const wanted = CONDITIONS.flatMap(([name, condition]) => {
    const value = filter[name];
    return value === undefined ? [] : [{ condition, value }];
  });
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ condition }) => condition).join(' AND ')}`;
  const statement = database.prepare(`${from} ${where} ORDER BY sequence DESC LIMIT ?`);
  return statement.all([...wanted.map(({ value }) => value), filter.limit]);
}

const CONDITIONS: readonly (readonly [name: Exclude<keyof DecisionFilter, 'limit'>, condition: string])[] = [
  ['repository', 'repository = ?'],
  ['branch', 'branch = ?'],
  ['state', 'state = ?'],
  ['event', 'event = ?'],
  ['origin', 'origin = ?'],
  ['mergeCommit', 'merge_commit = ?'],
  ['table', 'sequence IN (SELECT judged_table.decision FROM judged_table WHERE name = ?)'],
  ['metaRange', 'key_meta_range = ?'],
  ['notBasedOn', 'key_destination_commit IS NOT ?'],
  ['since', 'received_at >= ?'],
  ['until', 'received_at < ?'],
  ['before', 'sequence < (SELECT sequence FROM decision WHERE id = ?)'],
];
