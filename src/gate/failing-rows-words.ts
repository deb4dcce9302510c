/** Kept failing rows in words, the same wherever they are told. */
import { count, listed, plural } from '../core/check/words.ts';
import type { KeptRows, NoRowsReason } from './failing-rows-ports.ts';

/** `214 of 8,400 rows, columns id, amount`. */
export function rowsWords({ rows, failing, columns }: KeptRows): string {
  const amount = rows === failing ? plural(rows, 'row') : `${count(rows)} of ${plural(failing, 'row')}`;
  return `${amount}, ${columns.length === 1 ? 'column' : 'columns'} ${listed(columns, 10)}`;
}

export const NO_ROWS_WORDS: Readonly<Record<NoRowsReason, string>> = {
  'no-columns': 'the contract lets no column of the table be shown (`samples.columns`)',
  'no-rows': 'this kind of check points at no rows',
  'too-large': 'they are larger than what may be kept (`failingRows.maxBytes`, 64 MiB a file)',
  'too-many': 'the rows of so many checks are not kept',
  'not-written': 'they could not be written; the report says why',
};

/** `3-orders.amount.range.parquet`: letters, digits and marks that no shell and no header minds; checks are named by others. */
export function rowsFileName({ number, check }: Pick<KeptRows, 'number' | 'check'>): string {
  const plain = check.replaceAll(/[^\w.-]+/g, '_').replaceAll(/\.{2,}/g, '.');
  return `${number}-${plain.slice(0, 80)}.parquet`;
}
