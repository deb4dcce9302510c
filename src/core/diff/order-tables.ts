import type { DiffedTable, DiffReport } from './diff-report.ts';
import type { TableDiff } from './table-diff.ts';

/** Tables of a report. */
export const MAX_TABLES = 200;

/** Trouble first, then the most changed; what is too much is only counted. */
export function orderTables(tables: readonly DiffedTable[]): Pick<DiffReport, 'tables' | 'omittedTables'> {
  const ordered = [...tables].sort((one, other) => weight(other) - weight(one));
  return { tables: ordered.slice(0, MAX_TABLES), omittedTables: Math.max(0, ordered.length - MAX_TABLES) };
}

/** True when a row or the schema changed. */
export function differs(diff: TableDiff): boolean {
  return changedRows(diff) + diff.schema.length > 0;
}

/** True when every record and every column of both versions was compared. */
export function isComplete({ uncompared }: TableDiff): boolean {
  if (uncompared === undefined) return true;
  const { records, columns } = uncompared;
  return records.base + records.merge + columns === 0;
}

function weight({ diff }: DiffedTable): number {
  if (diff === null) return Number.MAX_SAFE_INTEGER;
  if (!isComplete(diff)) return Number.MAX_SAFE_INTEGER / 2 + changedRows(diff);
  return changedRows(diff) + (diff.schema.length > 0 ? 0.5 : 0);
}

function changedRows({ inserted, updated, deleted, duplicateKeys, nullKeys }: TableDiff): number {
  return inserted + updated + deleted + duplicateKeys.keys + nullKeys.inserted + nullKeys.deleted;
}
