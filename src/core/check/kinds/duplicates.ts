import type { CheckKind, CheckSpec, CheckState, CompileContext, Demand, Judged, SpecOf } from '../check.ts';
import { judgeCounted } from '../judging.ts';
import { count, plural } from '../words.ts';

/** ODCS `unique`: no value occurs twice. Rows without a value are not evaluated. */
export const unique: CheckKind<SpecOf<'unique'>> = {
  kind: 'unique',
  compile: (spec, context) => keys(spec, context, false),
  judge: judgeKeys,
};

/** ODCS library metric `duplicateValues`, on one column or several. */
export const duplicateValues: CheckKind<SpecOf<'duplicateValues'>> = {
  kind: 'duplicateValues',
  compile: (spec, context) => keys(spec, context, false),
  judge: judgeKeys,
};

/** ODCS `primaryKey`: every key column has a value and no key occurs twice. */
export const primaryKey: CheckKind<SpecOf<'primaryKey'>> = {
  kind: 'primaryKey',
  compile: (spec, context) => keys(spec, context, true),
  judge: judgeKeys,
};

function keys(spec: CheckSpec, context: CompileContext, nullsFail: boolean): Demand {
  const missing = spec.columns.find((name) => context.column(name) === undefined);
  if (missing !== undefined) return { form: 'impossible', why: context.whyNot(missing) };
  const columns = spec.columns.map((name) => context.column(name)).filter((column) => column !== undefined);
  return { form: 'keys', columns, nullsFail };
}

/** `failing` counts every row of a repeated key, so that the fix can be sized; the keys are named beside it. */
function judgeKeys(spec: CheckSpec, state: CheckState): Judged {
  const judged = judgeCounted(spec, state, 'in repeated keys');
  if (state.form !== 'counted') return judged;
  const { duplicateKeys, nullKeys } = state;
  const nulls = nullKeys !== null && nullKeys > 0n ? `, ${plural(nullKeys, 'row')} with a null in the key` : '';
  const repeated =
    duplicateKeys !== null && duplicateKeys > 0n
      ? `: ${count(duplicateKeys)} distinct ${duplicateKeys === 1n ? 'key' : 'keys'}`
      : '';
  const what = nullKeys !== null && nullKeys > 0n ? 'break the key' : 'share their key with another row';
  return {
    ...judged,
    duplicateKeys,
    observed: `${judged.observed.replace('in repeated keys', what)}${repeated}${nulls}`,
    help: judged.outcome === 'fail' ? `remove or merge the rows that repeat ${spec.columns.join(', ')}` : null,
  };
}
