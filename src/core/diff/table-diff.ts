/**
 * What differs between two versions of a table. Plain data that every format renders; schemas/report.schema.json
 * describes it. Two versions are called *base* (before: the destination head) and *merge* (after: the merge result).
 *
 * Every number is exact unless `estimate` is given. Lists are cut, and `omitted` says by how much.
 */

/**
 * Rows by key. What holds for every diff, so that no row is counted twice or not at all:
 *
 *     rows.base  = unchanged + updated + deleted  + duplicateKeys.baseRows  + nullKeys.deleted
 *     rows.merge = unchanged + updated + inserted + duplicateKeys.mergeRows + nullKeys.inserted
 */
export interface TableDiff {
  /** Key columns as the data names them; empty: compared as a bag of whole rows, where nothing is ever `updated`. */
  readonly key: readonly string[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows that are equal in every compared column, those of untouched objects included. */
  readonly unchanged: number;
  /** Rows of both versions of the table, all objects. */
  readonly rows: { readonly base: number; readonly merge: number };
  /**
   * Keys that occur more than once in a version, where the rows of the key are not the same on both sides. Such rows
   * have no partner to be compared with, so they are in no other number.
   */
  readonly duplicateKeys: { readonly keys: number; readonly baseRows: number; readonly mergeRows: number };
  /** Rows without a key (a null, or a text that is no value of the column's type), compared as whole rows. */
  readonly nullKeys: { readonly inserted: number; readonly deleted: number };
  /** Unchanged rows that lie in another object than before; null where rows have no identity (no key). */
  readonly moved: number | null;
  /** Columns on both sides, by `changed`, most first; those without a change are only counted. */
  readonly columns: readonly ColumnDiff[];
  readonly unchangedColumns: number;
  readonly schema: readonly SchemaChange[];
  readonly objects: ObjectsDiff;
  /** Rows of `samples.columns` of the contract, or of `--show`: empty when no column may be shown. In key order. */
  readonly samples: readonly RowSample[];
  /** What the profile is about: every row of both versions, or the rows of changed objects. */
  readonly profileOf: 'table' | 'changed-objects';
  readonly profile: readonly ColumnProfile[];
  /** Null: exact. Else the row and column counts are projected from a part of the keys; such a diff decides nothing. */
  readonly estimate: DiffEstimate | null;
  /** What is in no other number; reports of early versions do not say. */
  readonly uncompared?: Uncompared;
  /** What a reader has to know to read the numbers right: sentences, no row values. */
  readonly notes: readonly string[];
  /** How many entries each list would have beyond those shown; all 0 when nothing was cut. */
  readonly omitted: {
    readonly columns: number;
    readonly schema: number;
    readonly renamedObjects: number;
    readonly samples: { readonly inserted: number; readonly updated: number; readonly deleted: number };
    readonly profile: number;
  };
}

/** Where any of it is above zero, nobody can say that the two versions are the same, or that one has no rows. */
export interface Uncompared {
  /** Records of CSV and JSON that cannot be read, those of objects that both versions hold on both sides. */
  readonly records: { readonly base: number; readonly merge: number };
  /** Columns that cannot be read as one in a version. */
  readonly columns: number;
}

/** How often one column changed, among the rows that are on both sides. */
export interface ColumnDiff {
  readonly name: string;
  /** `nullToValue + valueToNull + valueToValue`. */
  readonly changed: number;
  readonly nullToValue: number;
  readonly valueToNull: number;
  readonly valueToValue: number;
  /** Of `valueToValue`: texts that differ by upper and lower case alone. */
  readonly caseOnly: number;
  /** Of `valueToValue`: texts that differ by white space alone. */
  readonly whitespaceOnly: number;
  /** Not in `changed`: values that differ by no more than `tolerance`. */
  readonly withinTolerance: number;
  /** As it was asked for, decimal text; null: exact. */
  readonly tolerance: string | null;
  /** Not in `changed`: the same JSON written differently. */
  readonly sameJson: number;
  /** Set when the types of both sides differ: the type both were compared as, `BIGINT`, `text`, .... */
  readonly comparedAs: string | null;
  readonly matchRate: MatchRate;
}

/** `numerator` of `denominator`; `of` says in words what the whole is. Render the rate with `rateWords`. */
export interface MatchRate {
  readonly numerator: number;
  readonly denominator: number;
  readonly of: string;
}

/**
 * One difference of the two schemas. `renamed?` is a guess, marked by the question mark, and comes in addition to
 * `added` and `removed`, which stay the truth.
 */
export interface SchemaChange {
  readonly change: 'added' | 'removed' | 'type' | 'nullability' | 'order' | 'renamed?';
  /** The column; a field of a struct as a dotted path. For `order`: every common column, joined by commas. */
  readonly column: string;
  /** Before: a type, `NOT NULL` or `NULL`, an order, the old name; null for `added`. */
  readonly before: string | null;
  /** After; null for `removed`. */
  readonly after: string | null;
  /** For `renamed?`: in how many of the rows compared both columns hold the same. */
  readonly guess?: MatchRate;
}

export interface ObjectsDiff {
  /** Objects read to compare rows, of both sides, and all there are on both sides. */
  readonly read: number;
  readonly of: number;
  readonly bytesRead: number;
  readonly bytesOf: number;
  /** Changed, added and removed objects, each path once. */
  readonly changed: number;
  /** Same bytes and partition under another path: not read, no row of them changed. At most twenty are named. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

export interface RowSample {
  readonly change: 'inserted' | 'updated' | 'deleted';
  readonly key: readonly { readonly column: string; readonly value: Cell }[];
  /** Updated: the columns that changed. Inserted and deleted: the columns that may be shown. Never a key column. */
  readonly cells: readonly { readonly column: string; readonly base: Cell; readonly merge: Cell }[];
}

/**
 * A cell as text. `hidden`: the contract does not allow the column to be shown. `absent`: the row is not on that side.
 * `cut` is the number of characters left out at the end.
 */
export type Cell =
  | { readonly kind: 'value'; readonly text: string; readonly cut: number }
  | { readonly kind: 'null' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'hidden' };

export interface ColumnProfile {
  readonly name: string;
  /** As the engine calls it, on the merge side, else on the base side. */
  readonly type: string;
  /** Null: the column is not on that side. */
  readonly base: SideProfile | null;
  readonly merge: SideProfile | null;
  /** Numbers and times only, and only of columns that may be shown; one set of edges for both sides. */
  readonly histogram: Histogram | null;
  /** Most frequent values of both sides together; empty for columns that may not be shown. */
  readonly topValues: readonly { readonly value: Cell; readonly base: number; readonly merge: number }[];
  /** Measures that moved past a threshold, worst first; reports of early versions have none. */
  readonly shifts?: readonly ProfileShift[];
}

/** A measure of a column that moved past its threshold; docs/diff.md has the thresholds and their reasons. */
export interface ProfileShift {
  readonly measure: ShiftMeasure;
  readonly strength: 'notable' | 'strong';
  /**
   * As the profile has it; `nullRate` as a share, `distribution` the share of `where`, both from 0 to 1. Decimal text
   * for numbers. Of a column that may not be shown there are shifts of `nullRate` and `distinct` alone.
   */
  readonly before: string | null;
  readonly after: string | null;
  /** How far it moved, in `unit`, negative for down; null where the base has no scale for it. */
  readonly delta: number | null;
  /** `ranges`: widths of the base's range, beyond it. */
  readonly unit: 'points' | 'percent' | 'standard deviations' | 'ranges' | 'PSI';
  readonly threshold: { readonly name: ShiftThreshold; readonly value: number };
  /** Only of `distribution`: the value, or the range of values, whose share moved most. */
  readonly where: string | null;
}

export type ShiftMeasure = 'nullRate' | 'distinct' | 'distribution' | 'mean' | 'median' | 'q25' | 'q75' | 'min' | 'max';

/** Names of the rules, as docs/diff.md lists them. */
export type ShiftThreshold =
  | 'nulls-appear'
  | 'null-rate'
  | 'one-value'
  | 'distinct'
  | 'distribution'
  | 'center'
  | 'quartile'
  | 'range'
  | 'zero-crossed'
  | 'not-finite';

/** `min` to `quantiles` are values of the data: null for columns that may not be shown, and where there is no order. */
export interface SideProfile {
  readonly rows: number;
  readonly nulls: number;
  /** Distinct values without null. */
  readonly distinct: number;
  /** True up to some thousand values; else `distinct` is an estimate that is off by 25 % at times: print it with `~`. */
  readonly distinctIsExact?: boolean;
  readonly min: string | null;
  readonly max: string | null;
  /** Numbers only, decimal text. */
  readonly mean: string | null;
  /** Of the whole population; numbers only, decimal text. Reports of early versions have none. */
  readonly deviation?: string | null;
  readonly quantiles: { readonly q25: string; readonly q50: string; readonly q75: string } | null;
}

/** `edges` has one more entry than `base` and `merge`; bin n holds edges[n] <= value < edges[n + 1], the last one its upper edge too. */
export interface Histogram {
  /** Milliseconds since 1970 for dates and times. */
  readonly edges: readonly number[];
  readonly unit: 'number' | 'milliseconds';
  readonly base: readonly number[];
  readonly merge: readonly number[];
}

/** A part of the keys was compared, the same part on both sides: each of them exactly. */
export interface DiffEstimate {
  /** 64: one key in 64. */
  readonly oneIn: number;
  /** `1 / oneIn`. */
  readonly sampledShare: number;
  /** Half width of the 95 % interval of each projected number. */
  readonly margin95: { readonly inserted: number; readonly updated: number; readonly deleted: number };
}
