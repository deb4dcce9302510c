/** Reads the engine's answers about the profile. */
import { countOf } from './build-diff.ts';
import { BINS, type BinRequest, isCountable, isMeasured, type ProfiledColumn } from './profile-plan.ts';
import type { Cell, ColumnProfile, Histogram, SideProfile } from './table-diff.ts';
import { placeOf } from './value-place.ts';

type Row = Readonly<Record<string, unknown>>;

const MAX_VALUE = 200;

/** The figures of every column; histograms and top values come later, if at all. */
export function readFigures(columns: readonly ProfiledColumn[], row: Row | undefined): readonly ColumnProfile[] {
  return columns.map((column, index) => ({
    name: column.name,
    type: column.type.name,
    base: column.inBase ? sideOf(row, index, 'base') : null,
    merge: column.inMerge ? sideOf(row, index, 'merge') : null,
    histogram: null,
    topValues: [],
  }));
}

function sideOf(row: Row | undefined, index: number, side: 'base' | 'merge'): SideProfile {
  const rows = countOf(row, `rows_${side}`);
  const filled = countOf(row, `n${index}_${side}`);
  const text = (figure: string): string | null => textOf(row?.[`${figure}${index}_${side}`]);
  const quantiles = row?.[`q${index}_${side}`];
  const [q25, q50, q75] = Array.isArray(quantiles) ? quantiles.map(textOf) : [];
  return {
    rows,
    nulls: rows - filled,
    distinct: Math.min(filled, Number(row?.[`d${index}_${side}`] ?? filled)),
    min: text('lo'),
    max: text('hi'),
    mean: text('mean'),
    deviation: text('dev'),
    quantiles: q25 && q50 && q75 ? { q25, q50, q75 } : null,
  };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

/** The bins of a column that may be shown and has more than one value. */
export function binsOf(columns: readonly ProfiledColumn[], profiles: readonly ColumnProfile[]): readonly BinRequest[] {
  return columns.flatMap((column, index) => {
    const profile = profiles[index];
    if (!column.mayShow || !isMeasured(column) || profile === undefined) return [];
    const ends = [profile.base, profile.merge].flatMap((side) => (side === null ? [] : [side.min, side.max]));
    const numbers = ends.flatMap((end) => (end === null ? [] : [placeOf(column, end)])).filter(Number.isFinite);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    return numbers.length > 0 && low < high ? [{ index, low, high }] : [];
  });
}

/** Sets of so many values are small, in memory too. */
const MOST_EXACT = 4_000;

/** The columns whose distinct values are few enough, by the estimate, to be counted one by one. */
export function countedExactly(
  columns: readonly ProfiledColumn[],
  profiles: readonly ColumnProfile[],
): readonly number[] {
  return columns.flatMap((column, index) => {
    const sides = [profiles[index]?.base, profiles[index]?.merge];
    const isSmall = sides.every((side) => (side?.distinct ?? 0) <= MOST_EXACT);
    return isCountable(column) && isSmall ? [index] : [];
  });
}

/** Puts exact numbers of distinct values in the place of estimates. */
export function withDistinct(
  profiles: readonly ColumnProfile[],
  exact: readonly number[],
  row: Row | undefined,
): readonly ColumnProfile[] {
  const counted = new Set(exact);
  return profiles.map((profile, index) => {
    if (!counted.has(index)) return profile;
    const of = (side: 'base' | 'merge'): SideProfile | null => {
      const found = profile[side];
      return found === null ? null : { ...found, distinct: countOf(row, `u${index}_${side}`), distinctIsExact: true };
    };
    return { ...profile, base: of('base'), merge: of('merge') };
  });
}

/** Puts the counts of the bins to their columns. */
export function withHistograms(
  columns: readonly ProfiledColumn[],
  profiles: readonly ColumnProfile[],
  bins: readonly BinRequest[],
  row: Row | undefined,
): readonly ColumnProfile[] {
  const wanted = new Map(bins.map((bin) => [bin.index, bin]));
  return profiles.map((profile, index) => {
    const [bin, column] = [wanted.get(index), columns[index]];
    return bin === undefined || column === undefined
      ? profile
      : { ...profile, histogram: histogramOf(column, bin, row) };
  });
}

function histogramOf({ type }: ProfiledColumn, { index, low, high }: BinRequest, row: Row | undefined): Histogram {
  const edges = Array.from({ length: BINS + 1 }, (_none, edge) =>
    edge === BINS ? high : low + (edge * (high - low)) / BINS,
  );
  const counts = (side: 'base' | 'merge'): readonly number[] => {
    const entries = row?.[`h${index}_${side}`];
    const map = new Map(Array.isArray(entries) ? entries.map(binEntry) : []);
    return Array.from({ length: BINS }, (_none, bin) => map.get(bin) ?? 0);
  };
  const isTime = ['date', 'timestamp', 'timestamptz'].includes(type.family);
  return { edges, unit: isTime ? 'milliseconds' : 'number', base: counts('base'), merge: counts('merge') };
}

function binEntry(entry: unknown): readonly [number, number] {
  const { key, value } = entry as Readonly<Record<string, unknown>>;
  return [Number(key), Number(value)];
}

/** Rows of `topValues`. */
export function readTopValues(rows: readonly Row[]): ColumnProfile['topValues'] {
  return rows.map((row) => ({ value: cellOf(row['value']), base: countOf(row, 'base'), merge: countOf(row, 'merge') }));
}

function cellOf(value: unknown): Cell {
  if (typeof value !== 'string') return { kind: 'null' };
  return { kind: 'value', text: value.slice(0, MAX_VALUE), cut: Math.max(0, value.length - MAX_VALUE) };
}
