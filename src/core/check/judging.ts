/** Judging that most kinds share. */

import { type SqlFragment, sql } from '../sql.ts';
import type { CheckSpec, CheckState, ColumnBinding, CompileContext, Demand, Judged } from './check.ts';
import { isZeroTolerance, keepsThreshold, thresholdWords } from './threshold.ts';
import { count, percent, plural } from './words.ts';

/** A check that could not run, in the words the engine or the planner gave. */
export function notRun(why: string, help: string | null = null): Judged {
  return { outcome: 'error', failing: null, evaluated: null, observed: why, help };
}

/**
 * Judges a count of failing rows against the spec's threshold. A state of another form means that the evidence is
 * missing, which is an error and never a pass.
 *
 * @param what what a failing row is, e.g. `null` or `outside the range`; completes "3 of 10 rows are ..."
 */
export function judgeCounted(spec: CheckSpec, state: CheckState, what: string, help: string | null = null): Judged {
  if (state.form === 'failed') return notRun(state.why, state.help);
  if (state.form !== 'counted') return notRun('the engine gave no count for this check');
  const { failing, evaluated, objects } = state;
  const kept = keepsThreshold(spec.threshold, failing, evaluated);
  const rate = failing > 0n ? ` (${percent(failing, evaluated)})` : '';
  const limit = isZeroTolerance(spec.threshold) ? '' : `; allowed: ${thresholdWords(spec.threshold)}`;
  return {
    outcome: kept ? 'pass' : 'fail',
    failing,
    evaluated,
    observed: `${count(failing)} of ${plural(evaluated, 'row')} ${what}${rate}${limit}`,
    help: kept ? null : help,
    objects: kept ? [] : objects,
  };
}

/** A row counts as null when it has neither a value nor a text that is no value. */
export function isNull(column: ColumnBinding): SqlFragment {
  return column.invalid === null
    ? sql`${column.expression} IS NULL`
    : sql`(${column.expression} IS NULL AND ${column.invalid} IS NULL)`;
}

/**
 * Demands a row predicate over the one column of the spec, evaluated where the column has a valid value.
 *
 * @param onNull `null` when the predicate is NULL (or false) for a row without a value, as comparisons are; `any` when
 * it may be true
 */
export function overColumn(
  spec: CheckSpec,
  context: CompileContext,
  predicate: (column: ColumnBinding) => SqlFragment | string,
  onNull: 'null' | 'any' = 'any',
): Demand {
  const name = spec.columns[0] ?? '';
  const column = context.column(name);
  if (column === undefined) return { form: 'impossible', why: context.whyNot(name) };
  const failing = predicate(column);
  if (typeof failing === 'string') return { form: 'impossible', why: failing };
  const evaluated = { which: 'with-value', column: column.expression, neverTrueOnNull: onNull === 'null' } as const;
  return { form: 'rows', evaluated, failing };
}

/** The sentence for a check that does not fit the column it is on. */
export function wrongType(spec: CheckSpec, column: ColumnBinding, wanted: string): string {
  return `column ${spec.columns[0] ?? ''} is ${column.type.name}, this check needs ${wanted}`;
}
