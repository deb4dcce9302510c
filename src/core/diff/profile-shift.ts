/**
 * Which measures of a column moved so far that a person should know. Nothing is told of few rows, and nothing of what an
 * append moves by itself: keys, sequences, and the newest moment. docs/diff.md lists the thresholds with their reasons.
 */
import { physicalType } from '../check/physical-type.ts';
import { LEAST_ROWS, type Sides, share, shift, strengthOf, THRESHOLDS } from './shift-thresholds.ts';
import type { ColumnProfile, ProfileShift, ShiftMeasure } from './table-diff.ts';
import { valueShifts } from './value-shift.ts';

const LEAST_NULLS = 5;

/** The order of what is equally strong. */
const MEASURES: readonly ShiftMeasure[] = [
  'nullRate',
  'distinct',
  'distribution',
  'mean',
  'median',
  'q25',
  'q75',
  'min',
  'max',
];

/**
 * The shifts of a column, worst first. From counts alone where the profile holds no value.
 *
 * @param isKey whether rows are told apart by the column
 */
export function shiftsOf(column: ColumnProfile, isKey: boolean): readonly ProfileShift[] {
  const { base, merge } = column;
  if (base === null || merge === null) return [];
  const sides = { base, merge };
  const found = [
    ...nullShift(sides),
    ...distinctShift(sides),
    ...(isKey || isSequence(column, sides) ? [] : valueShifts(column, sides)),
  ];
  return found.sort(worse);
}

/** Strong before notable, then in the order of the measures. */
export function worse(one: ProfileShift, other: ProfileShift): number {
  const rank = ({ strength, measure }: ProfileShift): number =>
    (strength === 'strong' ? 0 : MEASURES.length) + MEASURES.indexOf(measure);
  return rank(one) - rank(other);
}

function nullShift({ base, merge }: Sides): readonly ProfileShift[] {
  const rows = Math.min(base.rows, merge.rows);
  if (rows === 0) return [];
  const [before, after] = [base.nulls / base.rows, merge.nulls / merge.rows];
  const points = (after - before) * 100;
  const appear = base.nulls === 0 && merge.nulls > 0 && rows >= LEAST_ROWS.first;
  const { notable } = THRESHOLDS.nullRate;
  const moved =
    Math.abs(points) >= notable && rows >= LEAST_ROWS.rates && Math.abs(after - before) * merge.rows >= LEAST_NULLS;
  if (!appear && !moved) return [];
  const threshold = appear
    ? { name: 'nulls-appear' as const, value: 0 }
    : { name: 'null-rate' as const, value: notable };
  const strength = strengthOf(Math.abs(points), THRESHOLDS.nullRate.strong);
  return [
    shift('nullRate', strength, {
      before: share(before),
      after: share(after),
      delta: points,
      unit: 'points',
      threshold,
    }),
  ];
}

/**
 * More rows bring more values, so the number has to move by itself and beside the rows: ids that grew with the table and
 * a list of five states in a table of half the size are as they were.
 */
function distinctShift({ base, merge }: Sides): readonly ProfileShift[] {
  const [before, after] = [base.rows - base.nulls, merge.rows - merge.nulls];
  const rows = Math.min(before, after);
  if (rows < LEAST_ROWS.first || base.distinct === 0) return [];
  const percent = (merge.distinct / base.distinct - 1) * 100;
  const perRow = (merge.distinct / after / (base.distinct / before) - 1) * 100;
  const counted = {
    before: String(base.distinct),
    after: String(merge.distinct),
    delta: percent,
    unit: 'percent' as const,
  };
  const isExact = base.distinctIsExact === true && merge.distinctIsExact === true;
  if (isExact && merge.distinct === 1 && base.distinct > 1) {
    return [shift('distinct', 'strong', { ...counted, threshold: { name: 'one-value', value: 1 } })];
  }
  const { notable, strong } = isExact ? THRESHOLDS.distinct : THRESHOLDS.distinctEstimated;
  const size = Math.min(Math.abs(percent), Math.abs(perRow));
  if (rows < LEAST_ROWS.rates || percent * perRow <= 0 || size < notable) return [];
  return [shift('distinct', strengthOf(size, strong), { ...counted, threshold: { name: 'distinct', value: notable } })];
}

/** Numbers that count rows move on with every append. Estimates of distinct values may be too low by a quarter. */
function isSequence({ type }: ColumnProfile, { base, merge }: Sides): boolean {
  if (physicalType(type).family !== 'integer') return false;
  return [base, merge].every((side) => {
    const filled = side.rows - side.nulls;
    return filled > 1 && side.distinct >= filled * (side.distinctIsExact === true ? 0.95 : 0.7);
  });
}
