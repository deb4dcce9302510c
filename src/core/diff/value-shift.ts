/** Shifts of the values themselves: their shape, their middle, their ends. Only of columns whose values may be shown. */
import { physicalType } from '../check/physical-type.ts';
import { stabilityOf } from './population-stability.ts';
import { isMeasured } from './profile-plan.ts';
import { filledRows, LEAST_ROWS, type Sides, share, shift, strengthOf, THRESHOLDS } from './shift-thresholds.ts';
import type { ColumnProfile, ProfileShift, ShiftMeasure } from './table-diff.ts';
import { placeOf } from './value-place.ts';

const LEAST_DISTINCT = 20;

/** Nothing where the profile holds no value. */
export function valueShifts(column: ColumnProfile, sides: Sides): readonly ProfileShift[] {
  const type = physicalType(column.type);
  const isTime = isMeasured({ type }) && ['date', 'timestamp', 'timestamptz'].includes(type.family);
  const ends = isMeasured({ type }) ? rangeShifts(column, sides, isTime) : [];
  return isTime ? ends : [...distributionShift(column, sides), ...centerShifts(sides), ...ends];
}

function distributionShift(column: ColumnProfile, sides: Sides): readonly ProfileShift[] {
  if (filledRows(sides) < LEAST_ROWS.distribution) return [];
  const found = stabilityOf(column);
  const { notable, strong } = THRESHOLDS.distribution;
  if (found === null || found.psi < notable) return [];
  const { psi, where, before, after } = found;
  const told = { before: share(before), after: share(after), delta: psi, unit: 'PSI' as const, where };
  return [
    shift('distribution', strengthOf(psi, strong), { ...told, threshold: { name: 'distribution', value: notable } }),
  ];
}

/** Against the spread of the base, so that prices and temperatures are held to one standard. */
function centerShifts(sides: Sides): readonly ProfileShift[] {
  const { base, merge } = sides;
  const deviation = Number(base.deviation ?? Number.NaN);
  if (!(deviation > 0) || filledRows(sides) < LEAST_ROWS.rates) return [];
  const moved = (measure: ShiftMeasure, name: 'center' | 'quartile', before?: string | null, after?: string | null) => {
    const delta = (Number(after ?? Number.NaN) - Number(before ?? Number.NaN)) / deviation;
    const { notable, strong } = THRESHOLDS[name];
    if (!Number.isFinite(delta) || Math.abs(delta) < notable) return [];
    const told = { before: before ?? null, after: after ?? null, delta, unit: 'standard deviations' as const };
    return [shift(measure, strengthOf(Math.abs(delta), strong), { ...told, threshold: { name, value: notable } })];
  };
  // Where there are few values, a quantile jumps from one to the next when hardly a row has changed.
  const jumps = Math.min(base.distinct, merge.distinct) < LEAST_DISTINCT;
  const [before, after] = jumps ? [null, null] : [base.quantiles, merge.quantiles];
  return [
    ...moved('mean', 'center', base.mean, merge.mean),
    ...moved('median', 'center', before?.q50, after?.q50),
    ...moved('q25', 'quartile', before?.q25, after?.q25),
    ...moved('q75', 'quartile', before?.q75, after?.q75),
  ];
}

/** Values beyond all that the base has; a range that became narrower is none of it. */
function rangeShifts(column: ColumnProfile, sides: Sides, isTime: boolean): readonly ProfileShift[] {
  const { base, merge } = sides;
  if (filledRows(sides) < LEAST_ROWS.first) return [];
  const place = (text: string | null): number =>
    text === null ? Number.NaN : placeOf({ type: physicalType(column.type) }, text);
  const [low, high] = [place(base.min), place(base.max)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  return [
    ...beyond('min', base.min, merge.min, {
      by: low - place(merge.min),
      width: high - low,
      isTime,
      crossed: low >= 0 && place(merge.min) < 0,
    }),
    ...beyond('max', base.max, merge.max, {
      by: place(merge.max) - high,
      width: high - low,
      isTime,
      crossed: high <= 0 && place(merge.max) > 0,
    }),
  ];
}

interface Beyond {
  /** How far beyond the end of the base; NaN or infinite when the new end is. */
  readonly by: number;
  readonly width: number;
  readonly isTime: boolean;
  /** Whether the sign is a new one. */
  readonly crossed: boolean;
}

function beyond(
  measure: 'min' | 'max',
  before: string | null,
  after: string | null,
  { by, width, isTime, crossed }: Beyond,
): readonly ProfileShift[] {
  if (after === null || by <= 0) return [];
  const ranges = width > 0 && Number.isFinite(by) ? (by / width) * (measure === 'min' ? -1 : 1) : null;
  const told = { before, after, delta: ranges, unit: 'ranges' as const };
  if (!Number.isFinite(by)) return [shift(measure, 'strong', { ...told, threshold: { name: 'not-finite', value: 0 } })];
  const { notable, strong } = isTime && measure === 'max' ? THRESHOLDS.latest : THRESHOLDS.range;
  // A column of one value has no width; any other value in it is beyond.
  const size = ranges === null ? notable : Math.abs(ranges);
  const isCrossed = crossed && !isTime;
  if (size < notable && !isCrossed) return [];
  const threshold =
    size < notable ? { name: 'zero-crossed' as const, value: 0 } : { name: 'range' as const, value: notable };
  return [shift(measure, strengthOf(size, strong), { ...told, threshold })];
}
