import type { CheckKind, CheckKindName, CheckSpec, SpecOf } from './check.ts';
import { appendOnly } from './kinds/append-only.ts';
import { arrayItems } from './kinds/array-items.ts';
import { columnPresence } from './kinds/column-presence.ts';
import { duplicateValues, primaryKey, unique } from './kinds/duplicates.ts';
import { enumeration } from './kinds/enum.ts';
import { extraColumns } from './kinds/extra-columns.ts';
import { failedRows } from './kinds/failed-rows.ts';
import { format } from './kinds/format.ts';
import { freshness } from './kinds/freshness.ts';
import { immutable } from './kinds/immutable.ts';
import { invalidValues } from './kinds/invalid-values.ts';
import { length } from './kinds/length.ts';
import { missingValues } from './kinds/missing-values.ts';
import { multipleOf } from './kinds/multiple-of.ts';
import { textRule, unsupported } from './kinds/not-executed.ts';
import { nullValues } from './kinds/null-values.ts';
import { pattern } from './kinds/pattern.ts';
import { protectedPartition } from './kinds/protected-partition.ts';
import { range } from './kinds/range.ts';
import { readable } from './kinds/readable.ts';
import { relationship } from './kinds/relationship.ts';
import { required } from './kinds/required.ts';
import { rowChanges } from './kinds/row-changes.ts';
import { rowCount } from './kinds/row-count.ts';
import { rowExpression } from './kinds/row-expression.ts';
import { schemaChanges } from './kinds/schema-changes.ts';
import { customSql } from './kinds/sql.ts';
import { type } from './kinds/type.ts';

/** Every check kind; a kind without an entry does not compile. */
const CHECK_KINDS: { readonly [K in CheckKindName]: CheckKind<SpecOf<K>> } = {
  readable,
  columnPresence,
  type,
  extraColumns,
  required,
  nullValues,
  missingValues,
  invalidValues,
  enum: enumeration,
  unique,
  primaryKey,
  duplicateValues,
  length,
  range,
  multipleOf,
  pattern,
  format,
  arrayItems,
  rowCount,
  freshness,
  relationship,
  sql: customSql,
  rowExpression,
  failedRows,
  rowChanges,
  appendOnly,
  immutable,
  schemaChanges,
  protectedPartition,
  text: textRule,
  unsupported,
};

/** The kind that runs a spec. The record above pairs them; the compiler cannot follow that through an index. */
export function kindOf(spec: CheckSpec): CheckKind<CheckSpec> {
  return CHECK_KINDS[spec.kind] as CheckKind<CheckSpec>;
}

/** Whether a check is judged by what changes, and so needs the version before. */
export function isAboutChanges(spec: CheckSpec): boolean {
  return kindOf(spec).judgedBy === 'changes';
}

/** The same of a check in a report, which names its kind alone; kinds of other versions are not known, and are not. */
export function isKindAboutChanges(kind: string): boolean {
  return Object.hasOwn(CHECK_KINDS, kind) && CHECK_KINDS[kind as CheckKindName].judgedBy === 'changes';
}

/** Every kind's name, for documentation and its test. */
export const CHECK_KIND_NAMES = Object.keys(CHECK_KINDS) as readonly CheckKindName[];
