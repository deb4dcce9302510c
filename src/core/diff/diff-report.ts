import type { Problem } from '../problem.ts';
import type { TableDiff } from './table-diff.ts';

export const DIFF_REPORT_VERSION = '1.0';

/** What `sluice diff` answers: differences without a verdict. Published as schemas/diff.schema.json. */
export interface DiffReport {
  readonly diffVersion: typeof DIFF_REPORT_VERSION;
  readonly scope: DiffScope;
  /** Tables with a difference first, most rows first; at most two hundred. */
  readonly tables: readonly DiffedTable[];
  /** Tables beyond those. */
  readonly omittedTables: number;
  /** Of contracts and of the data as a whole; a table's own is beside it. */
  readonly problems: readonly Problem[];
  readonly engine: { readonly sluice: string; readonly duckdb: string };
  /** Wall time in milliseconds. */
  readonly durationMs: number;
}

export type DiffScope =
  | { readonly kind: 'local'; readonly base: string; readonly data: string }
  | {
      readonly kind: 'refs';
      readonly repository: string;
      /** As the user typed them. */
      readonly base: string;
      readonly head: string;
      readonly baseCommit: string;
      readonly headCommit: string;
    };

/** Exactly one of `diff` and `problem` is null: a table that could not be compared says why and stops no other. */
export interface DiffedTable {
  readonly name: string;
  readonly location: string;
  readonly diff: TableDiff | null;
  readonly problem: Problem | null;
}
