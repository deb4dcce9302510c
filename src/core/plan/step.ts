import type { CompiledQuery, SqlFragment } from '../sql.ts';

/** Where a check's counts stand in the rows of a scan. */
export interface Counter {
  readonly check: string;
  /** Column of the failing count. */
  readonly failing: string;
  /** Column of the evaluated count; null means every row. */
  readonly evaluated: string | null;
}

/** Where the size of a key check's key set stands in the rows of a scan. */
export interface KeySize {
  readonly check: string;
  /** Column counting the rows whose key has no NULL. */
  readonly filled: string;
  /** Columns of the smallest and the largest key; null unless the key is one integer column. */
  readonly low: string | null;
  readonly high: string | null;
}

/** One thing the engine is asked; the runner sends it and core/plan/states.ts reads the answer. */
export type Step =
  | ScanStep
  /** A row per object: `n`, `failing`, `evaluated`. */
  | { readonly kind: 'rows'; readonly check: string; readonly query: CompiledQuery }
  | KeysStep
  | { readonly kind: 'maximum'; readonly check: string; readonly query: CompiledQuery }
  /** Null: the row count of the scan. */
  | { readonly kind: 'count'; readonly check: string; readonly query: CompiledQuery | null }
  | { readonly kind: 'authored'; readonly check: string; readonly sql: string; readonly result: 'scalar' | 'rows' }
  | { readonly kind: 'facts'; readonly check: string }
  | { readonly kind: 'impossible'; readonly check: string; readonly why: string };

/** The fused scan: a row per object with `n`, every counter, every maximum and the sizes of the keys. */
export interface ScanStep {
  readonly kind: 'scan';
  readonly query: CompiledQuery;
  readonly counters: readonly Counter[];
  readonly maxima: readonly { readonly check: string; readonly column: string }[];
  readonly keySizes: readonly KeySize[];
}

export interface KeysStep {
  readonly kind: 'keys';
  readonly check: string;
  readonly nullsFail: boolean;
  /** True when a row condition leaves rows out, so that the counts may be smaller than the table. */
  readonly filtered: boolean;
  /** One row `n`, `filled`, `low`, `high`; null when the scan brings them. */
  readonly size: CompiledQuery | null;
  /** What a bitmap would be over; null unless the key is one integer column. */
  readonly bitmap: { readonly key: SqlFragment; readonly rows: SqlFragment } | null;
  /** One row `different`. */
  readonly distinct: CompiledQuery;
  /** One row: `keys` that occur more than once and the `failing` rows that carry them. */
  readonly repeated: CompiledQuery;
  /** A row per object, `failing` among them the rows that break the check; asked only when there are some. */
  readonly spread: CompiledQuery;
}

/** The scan comes first, whatever the checks are: it counts the rows of every object. */
export interface CheckPlan {
  readonly scan: ScanStep;
  readonly steps: readonly Exclude<Step, ScanStep>[];
}
