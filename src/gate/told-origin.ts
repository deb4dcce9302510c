/** What the counts of two bags of failing rows tell, and when they tell nothing. */
import { readBagCounts } from '../core/diff/violation-bags.ts';
import type { FoundOrigin } from '../core/verdict/block-on.ts';

export type Told =
  | { readonly kind: 'told'; readonly origin: FoundOrigin }
  /** Rows say nothing here; the same check on the base does. */
  | { readonly kind: 'not-by-rows' }
  /** It cannot be told of this data, however often it is tried. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** It was not told this time. */
  | { readonly kind: 'broken-off'; readonly why: string };

/**
 * The origin that the counts of a bag difference tell, when they agree with what the check counted.
 *
 * @param read whose rows were compared
 */
export function originOf(
  row: Readonly<Record<string, unknown>> | undefined,
  failing: number,
  read: 'changed objects' | 'all objects',
): Told {
  const counts = readBagCounts(row);
  const agrees =
    counts !== null && (read === 'all objects' ? counts.mergeRows === failing : counts.mergeRows <= failing);
  if (!agrees) return unknown('two counts of the failing rows contradict each other');
  const { added, gone } = counts;
  const old = failing - added;
  return { kind: 'told', origin: { failedBefore: old + gone > 0, rows: { new: added, old, fixed: gone } } };
}

export function unknown(why: string): Told {
  return { kind: 'unknown', why };
}
