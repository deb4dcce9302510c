/**
 * What became of the rows, as far as it can be told. Rows whose key is alone on either side are classified for certain:
 * I inserted, U updated, D deleted. Two kinds of rows have no partner that they must be compared with, so what became of
 * them is known between two bounds only.
 *
 * **Rows without a key.** Equal rows are set off against each other; d rows before and i rows after are left (`nullKeys`).
 * Each of the d is gone or became one of the i. With u of them updated, d - u were deleted and i - u inserted, for any u
 * from 0 to min(d, i): so updated lies in [0, min(d, i)], deleted in [max(0, d - i), d], inserted in [max(0, i - d), i].
 * Updated and deleted together are d exactly.
 *
 * **Rows of repeated keys.** Of k keys whose rows differ, b rows were there before and m are after (`duplicateKeys`). Take
 * one key with b' and m' rows. As above, updated lies in [0, min(b', m')], deleted in [max(0, b' - m'), b'], inserted in
 * [max(0, m' - b'), m'], where even an equal row may have gone and come anew. Only the sums b and m are known, and
 * sum min(b', m') <= min(b, m), sum max(0, b' - m') >= max(0, b - m): the same bounds hold with b and m.
 *
 * *Touched* (updated or deleted) is at most b. At least: a key of which no row was touched has all its rows still, and as
 * its rows differ it has one more, m' - b' >= 1; a key with t' touched rows has m' - b' >= -t'. With t touched rows in j of
 * the keys, m - b >= (k - j) - t, and j <= min(k, t). For t <= k that is 2t >= k + b - m; for t > k, t >= b - m. The
 * smallest t is b - m where that is more than k, else half of k + b - m, rounded up, and not below 0.
 *
 * *Different* rows, edits of any kind: every key has one, and |m' - b'| at least, so max(k, |m - b|) in all.
 */
import type { ChangeEvidence } from './change-evidence.ts';

/** From what is certain to what is possible; both ends included. */
export interface Interval {
  readonly least: bigint;
  readonly most: bigint;
}

export interface ChangeBounds {
  readonly inserted: Interval;
  readonly updated: Interval;
  readonly deleted: Interval;
  /** Rows that were there, and changed or went. */
  readonly touched: Interval;
  /** Insertions, updates and deletions together, at least; 0 only when nothing at all differs. */
  readonly leastDifferent: bigint;
}

export function boundsOf(evidence: ChangeEvidence): ChangeBounds {
  const { nullKeys, duplicateKeys } = evidence;
  const inserted = whole(evidence.inserted);
  const updated = whole(evidence.updated);
  const deleted = whole(evidence.deleted);
  const [i, d] = [whole(nullKeys.inserted), whole(nullKeys.deleted)];
  const [k, b, m] = [whole(duplicateKeys.keys), whole(duplicateKeys.baseRows), whole(duplicateKeys.mergeRows)];
  return {
    inserted: { least: inserted + positive(i - d) + positive(m - b), most: inserted + i + m },
    updated: { least: updated, most: updated + unpaired(evidence) },
    deleted: { least: deleted + positive(d - i) + positive(b - m), most: deleted + d + b },
    touched: { least: updated + deleted + d + leastTouched(k, b, m), most: updated + deleted + d + b },
    leastDifferent: inserted + updated + deleted + larger(i, d) + larger(k, larger(b - m, m - b)),
  };
}

/** Rows that may have been updated and have no partner: no value of theirs is known to have stayed. */
export function unpaired({ nullKeys, duplicateKeys }: ChangeEvidence): bigint {
  return (
    smaller(whole(nullKeys.inserted), whole(nullKeys.deleted)) +
    smaller(whole(duplicateKeys.baseRows), whole(duplicateKeys.mergeRows))
  );
}

/** A count of rows; those of an estimate may have a fraction. */
export function whole(rows: number): bigint {
  return BigInt(Math.round(rows));
}

function leastTouched(keys: bigint, base: bigint, merge: bigint): bigint {
  const gone = base - merge;
  return gone > keys ? gone : (positive(keys + gone) + 1n) / 2n;
}

function positive(number: bigint): bigint {
  return number > 0n ? number : 0n;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
