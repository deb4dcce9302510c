/** The population stability index: how far two distributions are apart, whatever their sizes. */
import type { ColumnProfile, Histogram } from './table-diff.ts';

export interface Stability {
  /** Below 0.1 nobody would notice; from 0.25 on it is another population. */
  readonly psi: number;
  /** The class whose share adds most: a value, or a range of values. */
  readonly where: string;
  /** Its share on either side, 0 to 1. */
  readonly before: number;
  readonly after: number;
}

interface Bin {
  readonly name: string;
  readonly base: number;
  readonly merge: number;
}

const CLASSES = 10;
const OTHERS = 'all other values';

/** Over the histogram's edges, else over the most frequent values; null where a column shows neither. */
export function stabilityOf(column: ColumnProfile): Stability | null {
  const bins = column.histogram === null ? valueBins(column) : rangeBins(column.histogram);
  return bins.length < 2 ? null : stability(bins);
}

/** Half a row is added to each class, so that an empty one has a logarithm. */
function stability(bins: readonly Bin[]): Stability {
  const total = (side: 'base' | 'merge'): number => bins.reduce((sum, bin) => sum + bin[side], 0);
  const [base, merge] = [total('base'), total('merge')];
  const share = (rows: number, all: number): number => (rows + 0.5) / (all + 0.5 * bins.length);
  const terms = bins.map((bin) => {
    const [before, after] = [share(bin.base, base), share(bin.merge, merge)];
    return { ...bin, term: (after - before) * Math.log(after / before) };
  });
  const [worst] = [...terms].sort((one, other) => other.term - one.term);
  return {
    psi: terms.reduce((sum, { term }) => sum + term, 0),
    where: worst?.name ?? '',
    before: (worst?.base ?? 0) / Math.max(1, base),
    after: (worst?.merge ?? 0) / Math.max(1, merge),
  };
}

/** Neighbours are put together: fewer classes hold more rows each, and less chance. */
function rangeBins({ edges, base, merge }: Histogram): readonly Bin[] {
  const width = Math.max(1, Math.ceil(base.length / CLASSES));
  const sum = (counts: readonly number[], from: number): number =>
    counts.slice(from, from + width).reduce((all, rows) => all + rows, 0);
  return Array.from({ length: Math.ceil(base.length / width) }, (_none, index) => {
    const from = index * width;
    const [low, high] = [edges[from] ?? 0, edges[Math.min(from + width, edges.length - 1)] ?? 0];
    return { name: `${short(low)} to ${short(high)}`, base: sum(base, from), merge: sum(merge, from) };
  });
}

function short(edge: number): string {
  return Number(edge.toPrecision(4)).toString();
}

/** What is not among the most frequent values is one class more. */
function valueBins({ base, merge, topValues }: ColumnProfile): readonly Bin[] {
  if (base === null || merge === null || topValues.length === 0) return [];
  const bins = topValues.map(({ value, ...counts }) => ({
    ...counts,
    name: value.kind === 'value' ? value.text : value.kind,
  }));
  const rest = (side: 'base' | 'merge', rows: number): number =>
    Math.max(0, rows - bins.reduce((sum, bin) => sum + bin[side], 0));
  const others = {
    name: OTHERS,
    base: rest('base', base.rows - base.nulls),
    merge: rest('merge', merge.rows - merge.nulls),
  };
  return others.base + others.merge === 0 ? bins : [...bins, others];
}
