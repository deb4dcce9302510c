/**
 * A *check* is what Sluice runs for a line of a contract. A check kind turns the contract's words into a spec
 * (`derive-checks.ts`), compiles the spec to a demand (what has to be asked of the data), and judges the state that the
 * engine brings back. States are counts; thresholds live in the judging alone.
 */
import type { AllowedSchemaChange, PartitionCondition, RowChange } from '../contract/change-rules.ts';
import type { Literal, LogicalType, Severity, Threshold, Unit } from '../contract/contract.ts';
import type { SourceLocation } from '../problem.ts';
import type { SqlFragment } from '../sql.ts';
import type { CertainChanges, ChangeEvidence } from './change-evidence.ts';
import type { PhysicalType } from './physical-type.ts';
import type { TableFacts } from './table-facts.ts';

interface SpecBase {
  /** The rule's own id, else `<table>.<column>.<kind>`; unique within a contract. */
  readonly id: string;
  readonly name: string | null;
  readonly table: string;
  /** Columns as the data names them; nested ones as a dotted path. */
  readonly columns: readonly string[];
  readonly severity: Severity;
  readonly dimension: string | null;
  /** Row condition; NULL counts as false. */
  readonly where: { readonly sql: string; readonly at: SourceLocation } | null;
  readonly threshold: Threshold;
  readonly at: SourceLocation;
  /** What the contract asks, for people. */
  readonly expected: string;
}

/** A range or length bound as the contract writes it. */
export interface Bound {
  readonly text: string;
  readonly exclusive: boolean;
}

export type CheckDetail =
  | { readonly kind: 'readable' }
  | { readonly kind: 'columnPresence'; readonly path: readonly string[] }
  | { readonly kind: 'type'; readonly path: readonly string[]; readonly logical: LogicalOrPhysical }
  | { readonly kind: 'extraColumns'; readonly known: readonly string[] }
  | { readonly kind: 'required' }
  | { readonly kind: 'nullValues' }
  | { readonly kind: 'missingValues'; readonly tokens: readonly Literal[] }
  | { readonly kind: 'invalidValues'; readonly values: readonly Literal[] | null; readonly pattern: string | null }
  | { readonly kind: 'enum'; readonly values: readonly Literal[] }
  | { readonly kind: 'unique' }
  | { readonly kind: 'primaryKey' }
  | { readonly kind: 'duplicateValues' }
  | { readonly kind: 'length'; readonly minimum: string | null; readonly maximum: string | null }
  | { readonly kind: 'range'; readonly minimum: Bound | null; readonly maximum: Bound | null }
  | { readonly kind: 'multipleOf'; readonly divisor: string }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'format'; readonly format: TextFormat }
  | {
      readonly kind: 'arrayItems';
      readonly minimum: string | null;
      readonly maximum: string | null;
      readonly unique: boolean;
    }
  | { readonly kind: 'rowCount' }
  | { readonly kind: 'freshness'; readonly maxAgeSeconds: number; readonly maxAge: string }
  | { readonly kind: 'relationship'; readonly parent: ParentReference }
  | { readonly kind: 'sql'; readonly query: string }
  | { readonly kind: 'rowExpression'; readonly expression: string; readonly nulls: 'pass' | 'fail' }
  | { readonly kind: 'failedRows'; readonly query: string }
  | {
      readonly kind: 'rowChanges';
      readonly change: RowChange;
      /** Decimal text. */
      readonly maximum: string;
      readonly unit: Unit;
    }
  | { readonly kind: 'appendOnly' }
  | { readonly kind: 'immutable' }
  | { readonly kind: 'schemaChanges'; readonly allowed: readonly AllowedSchemaChange[] }
  | { readonly kind: 'protectedPartition'; readonly partition: PartitionCondition }
  | { readonly kind: 'text'; readonly words: string }
  | { readonly kind: 'unsupported'; readonly why: string };

export interface LogicalOrPhysical {
  readonly logical: LogicalType | null;
  readonly physical: string | null;
  /** JDK-style pattern of dates and timestamps in text formats. */
  readonly format: string | null;
}

export type TextFormat =
  | 'uuid'
  | 'email'
  | 'uri'
  | 'date'
  | 'date-time'
  | 'time'
  | 'ipv4'
  | 'ipv6'
  | 'hostname'
  | 'json';

export interface ParentReference {
  /** Contract file as written, or null for the same contract. */
  readonly contract: string | null;
  readonly table: string;
  /** Columns as the parent's data names them. */
  readonly columns: readonly string[];
}

export type CheckKindName = CheckDetail['kind'];
export type CheckSpec = SpecBase & CheckDetail;
export type SpecOf<K extends CheckKindName> = SpecBase & Extract<CheckDetail, { readonly kind: K }>;

/** How a check reads one column of the table's relation. */
export interface ColumnBinding {
  readonly expression: SqlFragment;
  readonly type: PhysicalType;
  /**
   * Text formats only: the raw text of a value that does not fit the logical type (its expression is NULL then). Such a
   * row is neither NULL nor valid, and only the type check speaks of it.
   */
  readonly invalid: SqlFragment | null;
}

export interface CompileContext {
  /** Undefined when the column is absent from every object, or its types cannot be read together. */
  readonly column: (name: string) => ColumnBinding | undefined;
  /** For those who ask where a column is NULL and nothing else: also columns whose values are not read exactly. */
  readonly presence: (name: string) => ColumnBinding | undefined;
  /** Why {@link column} has nothing to give; for people. */
  readonly whyNot: (name: string) => string;
  readonly parent: (reference: ParentReference) => ParentBinding | undefined;
  /** Name of the view authors see for a table of the same contract. */
  readonly authoredRelation: SqlFragment;
}

export interface ParentBinding {
  readonly relation: SqlFragment;
  readonly column: (name: string) => ColumnBinding | undefined;
}

/** The rows a predicate is applied to. */
export type EvaluatedRows =
  | { readonly which: 'all' }
  /** Rows in which the column has a value. `neverTrueOnNull` spares the scan to test that twice a row. */
  | { readonly which: 'with-value'; readonly column: SqlFragment; readonly neverTrueOnNull: boolean }
  | { readonly which: 'where'; readonly condition: SqlFragment };

/** What has to be asked of the data to judge a check. */
export type Demand =
  /** Judged from the footers, headers and listings alone. */
  | { readonly form: 'facts' }
  /** A row decides alone. `failing` must not be NULL for a row that is evaluated. */
  | { readonly form: 'rows'; readonly evaluated: EvaluatedRows; readonly failing: SqlFragment }
  /** The table's row count. */
  | { readonly form: 'count' }
  /** The newest finite date or timestamp of a column, in milliseconds since 1970; NULL when there is none. */
  | { readonly form: 'newest'; readonly column: SqlFragment }
  /** Keys that occur more than once. Rows with a NULL key are not evaluated, or fail when `nullsFail`. */
  | { readonly form: 'keys'; readonly columns: readonly ColumnBinding[]; readonly nullsFail: boolean }
  /** Rows whose key is not in the parent; rows with a NULL in the key are not evaluated. */
  | {
      readonly form: 'reference';
      readonly pairs: readonly { readonly child: SqlFragment; readonly parent: SqlFragment }[];
      readonly parent: SqlFragment;
    }
  /** The author's SELECT. */
  | { readonly form: 'query'; readonly sql: string; readonly result: 'scalar' | 'rows' }
  /** What changed against the base: of the whole table, or of the partitions for which the condition holds. */
  | { readonly form: 'changes'; readonly partition: PartitionCondition | null }
  | { readonly form: 'impossible'; readonly why: string };

export interface ObjectCount {
  readonly path: string;
  readonly failing: bigint;
}

/** What came back. `failed` is breakage: the check becomes `error`. */
export type CheckState =
  | { readonly form: 'facts' }
  | {
      readonly form: 'counted';
      readonly failing: bigint;
      readonly evaluated: bigint;
      readonly objects: readonly ObjectCount[];
      /** Keys only. */
      readonly duplicateKeys: bigint | null;
      readonly nullKeys: bigint | null;
    }
  | { readonly form: 'aggregate'; readonly value: string | null }
  | { readonly form: 'scalar'; readonly value: string | number | boolean | null }
  | { readonly form: 'changed'; readonly evidence: ChangeEvidence }
  /** Nobody can tell what changed, except for what is certain. A check may fail by that and never pass. */
  | { readonly form: 'doubted'; readonly why: string; readonly help: string; readonly certain: CertainChanges }
  | { readonly form: 'failed'; readonly why: string; readonly help: string | null };

/** What a kind says; the outcome's severity and mode are applied later (core/verdict). */
export interface Judged {
  readonly outcome: 'pass' | 'fail' | 'error' | 'skip';
  readonly failing: bigint | null;
  readonly evaluated: bigint | null;
  readonly duplicateKeys?: bigint | null;
  readonly observed: string;
  readonly help?: string | null;
  readonly objects?: readonly ObjectCount[];
}

export interface JudgeContext {
  readonly facts: TableFacts;
  /** Reference time for freshness, milliseconds since 1970: the merge commit's date, so that a replay agrees. */
  readonly now: number;
}

/** A check kind: one file under kinds/, one line in registry.ts. */
export interface CheckKind<S extends CheckSpec> {
  readonly kind: S['kind'];
  /** What a check of this kind is judged by; default: the data as it will be. */
  readonly judgedBy?: 'changes';
  compile(spec: S, context: CompileContext): Demand;
  judge(spec: S, state: CheckState, context: JudgeContext): Judged;
}
