/** What the counts of two bags of failing rows tell, and when they tell nothing. */
import { isZeroTolerance, keepsThreshold } from '../core/check/threshold.ts';
import type { Threshold } from '../core/contract/contract.ts';
import { readBagCounts } from '../core/diff/violation-bags.ts';
import type { FoundOrigin } from '../core/verdict/block-on.ts';

export type Told =
  | { readonly kind: 'told'; readonly origin: FoundOrigin }
  /** Rows alone, where any are told, do not say whether the base fails; the same check on the base does. */
  | { readonly kind: 'by-base'; readonly rows: FoundOrigin['rows'] }
  /** It cannot be told of this data, however often it is tried. */
  | { readonly kind: 'unknown'; readonly why: string; readonly help?: string }
  /** It was not told this time. */
  | { readonly kind: 'broken-off'; readonly why: string };

/**
 * The origin that the counts of a bag difference tell, when they agree with what the check counted.
 *
 * @param check its threshold, and the rows that it counted as failing
 * @param read whose rows were compared
 */
export function originOf(
  row: Readonly<Record<string, unknown>> | undefined,
  { threshold, failing }: { readonly threshold: Threshold; readonly failing: number },
  read: 'changed objects' | 'all objects',
): Told {
  const counts = readBagCounts(row);
  const agrees =
    counts !== null && (read === 'all objects' ? counts.mergeRows === failing : counts.mergeRows <= failing);
  if (!agrees) return unknown('two counts of the failing rows contradict each other');
  const { added, gone } = counts;
  const old = failing - added;
  const rows = { new: added, old, fixed: gone };
  // A share is of the rows evaluated, and how many those were nobody has counted yet.
  if (threshold.unit === 'percent' && !isZeroTolerance(threshold)) return { kind: 'by-base', rows };
  const failedBefore = !keepsThreshold(threshold, BigInt(old + gone), BigInt(Math.max(1, old + gone)));
  return { kind: 'told', origin: { failedBefore, rows, worse: false } };
}

export function unknown(why: string): Told {
  return { kind: 'unknown', why };
}
