/** A shift of a column's profile in words, for every format. */
import { count } from '../check/words.ts';
import { worse } from '../diff/profile-shift.ts';
import type { ColumnProfile, ProfileShift, ShiftMeasure } from '../diff/table-diff.ts';

export interface ColumnShifts {
  readonly column: ColumnProfile;
  /** Worst first, never empty. */
  readonly shifts: readonly ProfileShift[];
}

/** Columns whose profile shifted, the worst first. */
export function shiftedColumns(profile: readonly ColumnProfile[]): readonly ColumnShifts[] {
  return profile
    .map((column) => ({ column, shifts: column.shifts ?? [] }))
    .filter(({ shifts }) => shifts.length > 0)
    .sort((one, other) => compareWorst(one.shifts, other.shifts));
}

function compareWorst([one]: readonly ProfileShift[], [other]: readonly ProfileShift[]): number {
  return one === undefined || other === undefined ? 0 : worse(one, other);
}

const MIDDLE: ReadonlySet<ShiftMeasure> = new Set(['mean', 'median', 'q25', 'q75']);

/** Without what says the same again: one of mean, median and quartiles is enough. */
export function tellingShifts(shifts: readonly ProfileShift[]): readonly ProfileShift[] {
  const middle = shifts.find(({ measure }) => MIDDLE.has(measure));
  return shifts.filter((shift) => shift === middle || !MIDDLE.has(shift.measure));
}

export const MEASURE_WORDS: Readonly<Record<ShiftMeasure, string>> = {
  nullRate: 'null rate',
  distinct: 'distinct values',
  distribution: 'distribution',
  mean: 'mean',
  median: 'median',
  q25: '25 % quantile',
  q75: '75 % quantile',
  min: 'least value',
  max: 'greatest value',
};

/** How far: `+7.8 points`, `one value left`, `PSI 0.31`. No value of the data is in it. */
export function movedWords({ measure, delta, unit, threshold }: ProfileShift): string {
  switch (threshold.name) {
    case 'nulls-appear':
      return 'none before';
    case 'one-value':
      return 'one value left';
    case 'zero-crossed':
      return measure === 'min' ? 'none below zero before' : 'none above zero before';
    case 'not-finite':
      return 'all finite before';
    default:
      return delta === null ? 'one value before' : amountWords(delta, unit);
  }
}

function amountWords(delta: number, unit: ProfileShift['unit']): string {
  const sign = delta > 0 ? '+' : '-';
  const size = Math.abs(delta);
  switch (unit) {
    case 'points':
      return `${sign}${size < 0.05 ? '<0.1' : size.toFixed(1)} points`;
    case 'percent':
      return `${sign}${size >= 1_000 ? count(Math.round(size)) : size.toFixed(0)} %`;
    case 'standard deviations':
      return `${sign}${size.toFixed(2)} sd`;
    case 'ranges':
      return `beyond by ${times(size)} the old range`;
    case 'PSI':
      return `PSI ${size.toFixed(2)}`;
  }
}

function times(size: number): string {
  if (size >= 1_000_000) return '>1,000,000 x';
  return size >= 10 ? `${count(Math.round(size))} x` : `${size.toFixed(1)} x`;
}

/** Before and after as people read them; null where that would show a value of the data and none may be shown. */
export function sidesWords(
  { measure, before, after, where }: ProfileShift,
  { base, merge }: Pick<ColumnProfile, 'base' | 'merge'>,
  values: boolean,
): { readonly before: string; readonly after: string; readonly where: string | null } | null {
  switch (measure) {
    case 'nullRate':
      return { before: shareWords(Number(before)), after: shareWords(Number(after)), where: null };
    case 'distinct':
      return { before: distinctWords(base), after: distinctWords(merge), where: null };
    case 'distribution':
      return values ? { before: shareWords(Number(before)), after: shareWords(Number(after)), where } : null;
    default:
      return values ? { before: valueWords(before), after: valueWords(after), where: null } : null;
  }
}

/** `~` marks an estimate. */
export function distinctWords(side: ColumnProfile['base']): string {
  if (side === null) return '–';
  return `${side.distinctIsExact === true ? '' : '~'}${count(side.distinct)}`;
}

/** A number with no more digits than anybody reads; any other value as it is. */
export function valueWords(text: string | null): string {
  if (text === null) return '–';
  const number = Number(text);
  return text.length > 9 && /^-?\d+\.\d+(e[+-]?\d+)?$/.test(text) ? String(Number(number.toPrecision(6))) : text;
}

/** A share in percent, never rounded to nothing or all. */
export function shareWords(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = (share * 100).toFixed(1);
  if (percent === '0.0') return '<0.1 %';
  return percent === '100.0' ? '>99.9 %' : `${percent} %`;
}
