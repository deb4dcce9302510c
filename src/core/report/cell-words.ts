import type { Cell } from '../diff/table-diff.ts';

/** A cell that changed, both sides cut to where they differ. */
export interface CellPair {
  readonly before: Cell;
  readonly after: Cell;
}

const KEPT_BEFORE = 8;

/** Long texts that begin alike are shown from shortly before the first difference, if there is one in what was kept. */
export function aroundDifference(before: Cell, after: Cell, most: number): CellPair {
  if (before.kind !== 'value' || after.kind !== 'value') return { before, after };
  const [left, right] = [[...before.text], [...after.text]];
  if (Math.max(left.length, right.length) <= most) return { before, after };
  const alike = left.findIndex((character, index) => character !== right[index]);
  const same = alike < 0 ? Math.min(left.length, right.length) : alike;
  const from = Math.max(0, same - KEPT_BEFORE);
  if (same + KEPT_BEFORE <= most) return { before, after };
  const tail = (characters: readonly string[]): string => `…${characters.slice(from).join('')}`;
  return { before: { ...before, text: tail(left) }, after: { ...after, text: tail(right) } };
}
