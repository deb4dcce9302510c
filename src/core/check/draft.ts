import type { ContractTable, QualityRule, Severity, Threshold } from '../contract/contract.ts';
import type { Problem, SourceLocation } from '../problem.ts';
import type { CheckDetail } from './check.ts';

/** What a deriver knows of a check; the rest is common. */
export interface Draft {
  readonly detail: CheckDetail;
  readonly columns: readonly string[];
  readonly at: SourceLocation;
  readonly expected: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly dimension?: string | undefined;
  readonly where?: { readonly sql: string; readonly at: SourceLocation } | undefined;
  readonly threshold?: Threshold | undefined;
}

export interface Derived {
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
}

/** What a rule hangs on: a column, or the table. */
export interface RuleTarget {
  readonly table: ContractTable;
  /** Null at schema level. */
  readonly column: string | null;
}

/** A rule's detail with the columns it is about and what it expects. */
export interface RuleDetail {
  readonly detail: CheckDetail;
  readonly columns: readonly string[];
  readonly expected: string;
  readonly threshold?: QualityRule['threshold'];
  readonly where?: QualityRule['where'];
}
