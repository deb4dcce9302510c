/** Puts the engine's answers together into a {@link TableDiff}. A missing count is a failure, never a zero. */
import { integer } from '../plan/states.ts';
import { SluiceError } from '../problem.ts';
import type { DiffColumn, DiffShape } from './diff-columns.ts';
import { CODES } from './keyed-plan.ts';
import { shiftsOf } from './profile-shift.ts';
import type {
  ColumnDiff,
  ColumnProfile,
  DiffEstimate,
  ObjectsDiff,
  RowSample,
  SchemaChange,
  TableDiff,
} from './table-diff.ts';

type Row = Readonly<Record<string, unknown>>;

export const MAX_COLUMNS = 200;
export const MAX_SCHEMA_CHANGES = 200;
export const MAX_RENAMED_OBJECTS = 20;

/** What the comparison of rows found; of a sample, as it was counted. */
export interface RowCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows that differ in nothing but the spelling of JSON, or by less than a tolerance; a diff calls them unchanged. */
  readonly alike: number;
  readonly duplicateKeys: TableDiff['duplicateKeys'];
  readonly nullKeys: TableDiff['nullKeys'];
  readonly moved: number | null;
  /** Per value column: code to number of rows. */
  readonly codes: readonly ReadonlyMap<number, number>[];
}

export interface DiffParts {
  readonly shape: DiffShape;
  readonly rows: TableDiff['rows'];
  readonly counts: RowCounts;
  /** 1: every key was compared. */
  readonly oneIn: number;
  readonly schema: readonly SchemaChange[];
  /** All renamed objects. */
  readonly objects: ObjectsDiff;
  readonly samples: readonly RowSample[];
  readonly profileOf: TableDiff['profileOf'];
  readonly profile: readonly ColumnProfile[];
  /** Columns that could have a profile. */
  readonly profileColumns: number;
  /** Records that cannot be read. */
  readonly lost: { readonly base: number; readonly merge: number };
  readonly notes: readonly string[];
}

export function buildTableDiff(parts: DiffParts): TableDiff {
  const { shape, rows, counts, oneIn, objects } = parts;
  const [inserted, updated, deleted] = [counts.inserted * oneIn, counts.updated * oneIn, counts.deleted * oneIn];
  const duplicateKeys = scaled(counts.duplicateKeys, oneIn);
  const { nullKeys } = counts;
  const isKey = (name: string): boolean => shape.key.some((column) => column.name === name);
  const unchanged = Math.max(0, rows.base - updated - deleted - duplicateKeys.baseRows - nullKeys.deleted);
  const columns = columnDiffs(shape, counts.codes, oneIn, unchanged + updated);
  const touched = columns.filter((column) => column.changed + column.withinTolerance + column.sameJson > 0);
  const changes = { inserted, updated, deleted };
  return {
    key: shape.key.map((column) => column.name),
    ...changes,
    unchanged,
    rows,
    duplicateKeys,
    nullKeys,
    moved: counts.moved === null ? null : counts.moved * oneIn,
    columns: touched.slice(0, MAX_COLUMNS),
    unchangedColumns: shape.key.length + columns.length - touched.length,
    schema: parts.schema.slice(0, MAX_SCHEMA_CHANGES),
    objects: { ...objects, renamed: objects.renamed.slice(0, MAX_RENAMED_OBJECTS) },
    samples: parts.samples,
    profileOf: parts.profileOf,
    profile: parts.profile.map((column) => ({ ...column, shifts: shiftsOf(column, isKey(column.name)) })),
    estimate: estimateOf(counts, oneIn),
    uncompared: { records: parts.lost, columns: shape.uncompared },
    notes: parts.notes,
    omitted: {
      columns: beyond(touched, MAX_COLUMNS),
      schema: beyond(parts.schema, MAX_SCHEMA_CHANGES),
      renamedObjects: beyond(objects.renamed, MAX_RENAMED_OBJECTS),
      samples: unsampled(parts.samples, changes),
      profile: parts.profileColumns - parts.profile.length,
    },
  };
}

function beyond(list: readonly unknown[], limit: number): number {
  return Math.max(0, list.length - limit);
}

/** Where nothing may be shown, nothing was cut either. */
function unsampled(samples: readonly RowSample[], total: { inserted: number; updated: number; deleted: number }) {
  const of = (change: RowSample['change']): number =>
    samples.length === 0 ? 0 : Math.max(0, total[change] - samples.filter((sample) => sample.change === change).length);
  return { inserted: of('inserted'), updated: of('updated'), deleted: of('deleted') };
}

function scaled({ keys, baseRows, mergeRows }: TableDiff['duplicateKeys'], by: number): TableDiff['duplicateKeys'] {
  return { keys: keys * by, baseRows: baseRows * by, mergeRows: mergeRows * by };
}

function columnDiffs(shape: DiffShape, codes: RowCounts['codes'], by: number, common: number): readonly ColumnDiff[] {
  return shape.values
    .map((column, index) => columnDiff(column, codes[index] ?? new Map(), by, common))
    .sort((one, other) => other.changed - one.changed || (one.name < other.name ? -1 : 1));
}

function columnDiff(column: DiffColumn, codes: ReadonlyMap<number, number>, by: number, common: number): ColumnDiff {
  const of = (code: keyof typeof CODES): number => (codes.get(CODES[code]) ?? 0) * by;
  const [caseOnly, whitespaceOnly] = [of('caseOnly'), of('whitespaceOnly')];
  const [nullToValue, valueToNull] = [of('nullToValue'), of('valueToNull')];
  const valueToValue = of('valueToValue') + caseOnly + whitespaceOnly;
  const changed = nullToValue + valueToNull + valueToValue;
  return {
    name: column.name,
    changed,
    nullToValue,
    valueToNull,
    valueToValue,
    caseOnly,
    whitespaceOnly,
    withinTolerance: of('withinTolerance'),
    tolerance: column.tolerance,
    sameJson: of('sameJson'),
    comparedAs: column.comparedAs,
    matchRate: { numerator: Math.max(0, common - changed), denominator: common, of: 'rows on both sides' },
  };
}

/** Each sampled key stands for `oneIn` keys; how many fall into the sample is binomial. None seen: the rule of three. */
function estimateOf({ inserted, updated, deleted }: RowCounts, oneIn: number): DiffEstimate | null {
  if (oneIn <= 1) return null;
  const margin = (seen: number): number =>
    seen === 0 ? 3 * oneIn : Math.ceil(1.96 * oneIn * Math.sqrt(seen * (1 - 1 / oneIn)));
  return {
    oneIn,
    sampledShare: 1 / oneIn,
    margin95: { inserted: margin(inserted), updated: margin(updated), deleted: margin(deleted) },
  };
}

/**
 * A count of a row of the engine.
 *
 * @throws SluiceError `diff-incomplete` when the engine left it out
 */
export function countOf(row: Row | undefined, name: string): number {
  const read = integer(row?.[name]);
  if (read !== null && read >= 0n) return Number(read);
  throw new SluiceError({
    code: 'diff-incomplete',
    message: `the engine left the count ${name} of the diff out`,
    hint: 'This is a defect in Sluice; please report it.',
  });
}

/** Reads the maps of codes that `deltaCounts` brings. */
export function codesOf(row: Row | undefined, columns: number): RowCounts['codes'] {
  return Array.from({ length: columns }, (_none, index) => {
    const entries = row?.[`c${index}`];
    return new Map(Array.isArray(entries) ? entries.map(codeEntry) : []);
  });
}

function codeEntry(entry: unknown): readonly [number, number] {
  const { key, value } = entry as Readonly<Record<string, unknown>>;
  return [Number(key), Number(value)];
}
