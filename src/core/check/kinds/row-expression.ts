import { authored, sql } from '../../sql.ts';
import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted } from '../judging.ts';

/**
 * `engine: sluice`, `check: rowExpression`: a boolean expression that every row must satisfy. As in a SQL CHECK
 * constraint a NULL result is no violation (such rows are not evaluated); `nulls: fail` makes it one.
 */
export const rowExpression: CheckKind<SpecOf<'rowExpression'>> = {
  kind: 'rowExpression',
  compile: (spec) => {
    const holds = sql`CAST((${authored(`${spec.expression}\n`)}) AS BOOLEAN)`;
    return spec.nulls === 'fail'
      ? { form: 'rows', evaluated: { which: 'all' }, failing: sql`NOT coalesce(${holds}, false)` }
      : {
          form: 'rows',
          evaluated: { which: 'with-value', column: holds, neverTrueOnNull: true },
          failing: sql`NOT ${holds}`,
        };
  },
  judge: (spec, state) => judgeCounted(spec, state, 'breaking the rule'),
};
