import type { CheckKind, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';
import { keepsThreshold } from '../threshold.ts';
import { plural } from '../words.ts';

/** ODCS library metric `rowCount`. */
export const rowCount: CheckKind<SpecOf<'rowCount'>> = {
  kind: 'rowCount',
  compile: () => ({ form: 'count' }),
  judge: (spec, state) => {
    if (state.form === 'failed') return notRun(state.why, state.help);
    if (state.form !== 'counted') return notRun('the engine gave no row count');
    return {
      outcome: keepsThreshold(spec.threshold, state.evaluated, state.evaluated) ? 'pass' : 'fail',
      failing: null,
      evaluated: state.evaluated,
      observed: plural(state.evaluated, 'row'),
    };
  },
};
