/** From where on a measure has shifted, and the shape that a shift has. docs/diff.md gives the reasons. */
import type { ProfileShift, ShiftMeasure, ShiftThreshold, SideProfile } from './table-diff.ts';

/** From where on a measure is notable, and from where on strong, in the unit of its shift. */
export const THRESHOLDS = {
  nullRate: { notable: 1, strong: 5 },
  /** Percent, of numbers that are counted and of estimates. */
  distinct: { notable: 10, strong: 50 },
  distinctEstimated: { notable: 60, strong: 80 },
  distribution: { notable: 0.1, strong: 0.25 },
  center: { notable: 0.25, strong: 1 },
  quartile: { notable: 0.5, strong: 1 },
  range: { notable: 0.1, strong: 1 },
  /** Time goes on: later than all before is strange only where it is very much later. */
  latest: { notable: 1, strong: 10 },
} as const;

/** Values on either side, below which a measure says nothing. */
export const LEAST_ROWS = { first: 30, rates: 100, distribution: 1_000 } as const;

/** A column that is on both sides. */
export interface Sides {
  readonly base: SideProfile;
  readonly merge: SideProfile;
}

/** A shift with its numbers rounded. */
export function shift(
  measure: ShiftMeasure,
  strength: ProfileShift['strength'],
  told: Omit<ProfileShift, 'measure' | 'strength' | 'where' | 'threshold'> & {
    readonly where?: string;
    readonly threshold: { readonly name: ShiftThreshold; readonly value: number };
  },
): ProfileShift {
  const { before, after, delta, unit, threshold, where = null } = told;
  return { measure, strength, before, after, delta: delta === null ? null : rounded(delta), unit, threshold, where };
}

export function strengthOf(size: number, strong: number): ProfileShift['strength'] {
  return size >= strong ? 'strong' : 'notable';
}

/** Values, without nulls, of the side that has fewer. */
export function filledRows({ base, merge }: Sides): number {
  return Math.min(base.rows - base.nulls, merge.rows - merge.nulls);
}

/** A share as decimal text. */
export function share(part: number): string {
  return String(rounded(part));
}

/** Enough digits to be read again, few enough to be read. */
function rounded(number: number): number {
  return Number(number.toPrecision(6));
}
