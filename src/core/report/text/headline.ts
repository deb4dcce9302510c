import type { CheckKindName } from '../../check/check.ts';
import { listed } from '../../check/words.ts';
import type { CheckReport } from '../report.ts';

/** What is wrong, in a sentence that stands alone; numbers and bounds follow below it. */
export function failureHeadline(check: CheckReport): string {
  return isKnown(check.kind) ? FAILURES[check.kind](listed(check.columns)) : 'the rule does not hold';
}

/** Says that nothing is known, in words that no failed check uses. */
export function notRunHeadline(check: CheckReport): string {
  return check.columns.length === 0 ? 'the table was not checked for this' : `${listed(check.columns)} was not checked`;
}

const FAILURES: Readonly<Record<CheckKindName, (columns: string) => string>> = {
  readable: () => 'there are objects that cannot be read whole, or contradict themselves',
  columnPresence: (columns) => `column ${columns} is missing`,
  type: (columns) => `${columns} has the wrong type`,
  extraColumns: () => 'there are columns that the contract does not know',
  required: (columns) => `${columns} is required and has nulls`,
  nullValues: (columns) => `the nulls in ${columns} are not as agreed`,
  missingValues: (columns) => `the missing values in ${columns} are not as agreed`,
  invalidValues: (columns) => `${columns} has invalid values`,
  enum: (columns) => `${columns} has values that are not in the list`,
  unique: (columns) => `${columns} is not unique`,
  primaryKey: (columns) => `primary key ${columns} is repeated or null`,
  duplicateValues: (columns) => `the duplicates in ${columns} are not as agreed`,
  length: (columns) => `${columns} has texts of the wrong length`,
  range: (columns) => `${columns} has values out of range`,
  multipleOf: (columns) => `${columns} has values that are no multiple`,
  pattern: (columns) => `${columns} has values that do not match the pattern`,
  format: (columns) => `${columns} has values in the wrong format`,
  arrayItems: (columns) => `${columns} has arrays that break the rule`,
  rowCount: () => 'the number of rows is not as agreed',
  freshness: () => 'the data is not fresh',
  relationship: (columns) => `${columns} refers to rows that do not exist`,
  sql: () => 'the query gives another answer',
  rowExpression: () => 'there are rows that break the rule',
  failedRows: () => 'the query finds rows that break the rule',
  rowChanges: () => 'more rows changed than may change at once',
  appendOnly: () => 'rows that were there were updated or deleted',
  immutable: (columns) => `values of ${columns} changed, which may not`,
  schemaChanges: () => 'the schema changed in a way that is not allowed',
  protectedPartition: () => 'rows of a protected partition changed',
  text: () => 'the rule is for people',
  unsupported: () => 'the rule cannot be run',
};

/** Reports of other versions may hold other kinds. */
function isKnown(kind: string): kind is CheckKindName {
  return Object.hasOwn(FAILURES, kind);
}
