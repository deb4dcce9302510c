/** What one change (a merge, a commit) may do to a table: the `diff` part of the table's sluice block. */
import type { SourceLocation } from '../problem.ts';
import type { Severity, Unit } from './contract.ts';

export interface ChangeRules {
  readonly limits: readonly ChangeLimit[];
  /** Rows may be added, and none of those that were there may change or go. */
  readonly appendOnly: ChangeRule | null;
  /** A value once written stays, and so does a null. One for each property, by the contract's name. */
  readonly immutable: readonly (ChangeRule & { readonly property: string })[];
  readonly schemaChanges: (ChangeRule & { readonly allowed: readonly AllowedSchemaChange[] }) | null;
  readonly protectedPartitions: readonly (ChangeRule & { readonly partition: PartitionCondition })[];
}

export interface ChangeRule {
  readonly at: SourceLocation;
  readonly severity: Severity;
}

export const ROW_CHANGES = ['inserted', 'updated', 'deleted'] as const;
export type RowChange = (typeof ROW_CHANGES)[number];

export interface ChangeLimit extends ChangeRule {
  readonly change: RowChange;
  /** Decimal text; `percent` is of the rows of the base. */
  readonly maximum: string;
  readonly unit: Unit;
}

/** `widened`: the new type holds every value of the old one. `type`: any other change of type. */
export const SCHEMA_CHANGES = ['added', 'removed', 'widened', 'type', 'nullability', 'order'] as const;
export type AllowedSchemaChange = (typeof SCHEMA_CHANGES)[number];

/**
 * Which partitions: by the value of a `column=value` folder in the paths of the table's objects. `column` is the data's
 * name. `isProtected` says what is compared with what.
 */
export type PartitionCondition =
  /** Smaller than the bound. */
  | { readonly is: 'before'; readonly column: string; readonly bound: string }
  /** A date or timestamp that many seconds before the judged commit's date, or longer ago. */
  | { readonly is: 'older'; readonly column: string; readonly seconds: number; readonly words: string }
  | { readonly is: 'one-of'; readonly column: string; readonly values: readonly string[] };

export const NO_CHANGE_RULES: ChangeRules = {
  limits: [],
  appendOnly: null,
  immutable: [],
  schemaChanges: null,
  protectedPartitions: [],
};

/** Whether there is a rule at all. */
export function hasChangeRules({
  limits,
  appendOnly,
  immutable,
  schemaChanges,
  protectedPartitions,
}: ChangeRules): boolean {
  return (
    appendOnly !== null || schemaChanges !== null || limits.length + immutable.length + protectedPartitions.length > 0
  );
}
