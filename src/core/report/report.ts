import type { RuleChange } from '../change/rule-changes.ts';
import type { TableDiff } from '../diff/table-diff.ts';
import type { FailingRow } from '../diff/violation-samples.ts';
import type { HookEventType } from '../event/hook-event.ts';
import type { Problem } from '../problem.ts';

export const REPORT_VERSION = '1.0';

/** `undecided` means that Sluice could not tell; it blocks like `rejected` and is never the data's fault. */
export type VerdictWord = 'approved' | 'rejected' | 'undecided';

/** `fail`: the data is bad. `error`: the check could not run. `skip`: not meant to run (a `text` rule). */
export type Outcome = 'pass' | 'warn' | 'fail' | 'error' | 'skip';

/** Counts are JSON numbers while they fit 2^53 - 1, which the engine's limits guarantee. */
export interface CheckReport {
  readonly id: string;
  readonly kind: string;
  readonly name: string | null;
  /** Columns as the data names them; empty for checks of the whole table. */
  readonly columns: readonly string[];
  readonly outcome: Outcome;
  readonly severity: 'error' | 'warning' | 'info';
  readonly dimension: string | null;
  /** Rows that break the rule; null where rows are not counted. */
  readonly failing: number | null;
  /** Rows the rule was applied to; null where rows are not counted. */
  readonly evaluated: number | null;
  /** Uniqueness only: how many distinct keys occur more than once. */
  readonly duplicateKeys: number | null;
  /** What was seen, for people; no row values. */
  readonly observed: string;
  /** What the contract asks, for people. */
  readonly expected: string;
  /** What to do, when there is something to say. */
  readonly help: string | null;
  readonly contract: { readonly file: string; readonly line: number };
  /** What of a failure this change brings; null: no failure, no base to compare with, or it could not be told. */
  readonly origin: ViolationOrigin | null;
  /** Where the failing rows are, worst first, at most ten. */
  readonly objects: readonly { readonly path: string; readonly failing: number }[];
  /** Some failing rows, new ones first; absent where the contract lets none be shown, or there are none to show. */
  readonly samples?: readonly FailingRow[];
}

/** A failure told apart: what the change brings, and what the destination had already. */
export interface ViolationOrigin {
  /** Whether the base breaks the same rule by its own threshold, and not merely has rows that it counts. */
  readonly failedBefore: boolean;
  /**
   * Violating rows; `new + old` is `failing`, and the base has `old + fixed`. A row is old when the base has it with the
   * same key and the same values in the columns of the rule. Null where rows are not counted.
   */
  readonly rows: { readonly new: number; readonly old: number; readonly fixed: number } | null;
  /** Where rows are not counted and the base fails as well: whether it fails worse than there, or in another way. */
  readonly worse: boolean;
  /** The contract's `blockOn`, where it made a warning of what would have blocked. */
  readonly relaxedBy: 'new' | 'ratchet' | null;
}

export interface TableReport {
  readonly name: string;
  readonly contract: { readonly file: string; readonly id: string; readonly version: string; readonly digest: string };
  readonly owner: string | null;
  /** Prefix or pattern the table's objects were found under. */
  readonly location: string;
  readonly rows: number | null;
  readonly objects: {
    /** Objects of the merge result that were read. */
    readonly read: number;
    readonly bytes: number;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    /** Objects whose bytes differ though no diff shows it. */
    readonly unseenByDiff: readonly string[];
  };
  readonly checks: readonly CheckReport[];
  /** Null: no base to compare with, no key, or it could not be told (a problem or a check then says why). */
  readonly diff: TableDiff | null;
}

/** The one versioned value that every format renders. Published as schemas/report.schema.json. */
export interface Report {
  readonly reportVersion: typeof REPORT_VERSION;
  readonly verdict: VerdictWord;
  /** One sentence each, worst first; never empty unless approved without remark. */
  readonly reasons: readonly string[];
  readonly tables: readonly TableReport[];
  readonly problems: readonly Problem[];
  readonly scope: ReportScope;
  /** Changed objects that no contract governs, at most a hundred, and how many there are. */
  readonly uncovered: { readonly count: number; readonly paths: readonly string[] };
  /** Action files and contracts that the change touches, at most a hundred, line by line. */
  readonly ruleChanges: readonly RuleChange[];
  readonly engine: { readonly sluice: string; readonly duckdb: string };
  /** Wall time in milliseconds. */
  readonly durationMs: number;
}

export type ReportScope =
  | { readonly kind: 'local'; readonly data: string; readonly base: string | null }
  | {
      /** Everything that lakeFS asks about; `event` tells what it was. */
      readonly kind: 'merge';
      readonly event: HookEventType;
      /** What was read: a commit, which never changes, or a branch before its commit is there, which may. */
      readonly read: 'commit' | 'branch';
      readonly decisionId: string;
      readonly repository: string;
      /** The branch; empty for tags. */
      readonly destination: string;
      /** The ref that is merged, picked or reverted; the tag. */
      readonly source: string;
      /** For a cherry-pick and a revert the preview's commit; empty before a commit. */
      readonly mergeCommit: string;
      readonly baseCommit: string;
      /** Content address of the judged tree; empty where none was pinned. */
      readonly metaRange: string;
      /** False on lakeFS before 1.23: the source commit was judged because the merge result was not to be had. */
      readonly mergeResult: boolean;
      readonly committer: string | null;
    };
