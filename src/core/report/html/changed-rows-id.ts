import type { RowSample } from '../../diff/table-diff.ts';

/** In the order of the page. */
export const CHANGE_ORDER: readonly RowSample['change'][] = ['updated', 'inserted', 'deleted'];

/** Where a table's diff is, for links; `section` is the id of the table's heading. */
export function changesId(section: string): string {
  return `${section}-changes`;
}

/** Where the rows of one class are. */
export function changedRowsId(section: string, change: RowSample['change']): string {
  return `${section}-${change}`;
}
