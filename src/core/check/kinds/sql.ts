import type { CheckKind, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';
import { keepsNumber, thresholdWords } from '../threshold.ts';

/** ODCS `type: sql`: one SELECT that gives one number or boolean, compared with the rule's operator. */
export const customSql: CheckKind<SpecOf<'sql'>> = {
  kind: 'sql',
  compile: (spec) => ({ form: 'query', sql: spec.query, result: 'scalar' }),
  judge: (spec, state) => {
    if (state.form === 'failed') return notRun(state.why, state.help);
    if (state.form !== 'scalar') return notRun('the query gave no value');
    const { value } = state;
    if (value === null) return notRun('the query gave NULL, which says nothing about the rule');
    const text = scalarText(value);
    const kept = keepsNumber(spec.threshold, text);
    if (kept === null) return notRun('the query gave something that is no finite number');
    return {
      outcome: kept ? 'pass' : 'fail',
      failing: null,
      evaluated: null,
      observed: `${typeof value === 'boolean' ? String(value) : text}${kept ? '' : `; asked: ${thresholdWords(spec.threshold, '')}`}`,
    };
  },
};

/** What a query gave as the number that the threshold is held against. */
export function scalarText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
