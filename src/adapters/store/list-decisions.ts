import type Database from 'libsql';
import type { Decision, DecisionFilter } from '../../gate/ports.ts';
import { type DecisionRow, toDecision } from './decision-row.ts';

/** Newest first; conditions are ours, values are bound. */
export function listDecisions(database: Database.Database, filter: DecisionFilter): readonly Decision[] {
  const wanted = CONDITIONS.flatMap(([name, condition]) => {
    const value = filter[name];
    return value === undefined ? [] : [{ condition, value }];
  });
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ condition }) => condition).join(' AND ')}`;
  const statement = database.prepare(`SELECT * FROM decision ${where} ORDER BY sequence DESC LIMIT ?`);
  const rows = statement.all([...wanted.map(({ value }) => value), filter.limit]);
  return rows.map((row) => toDecision(row as DecisionRow));
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
