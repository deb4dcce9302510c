import { join, sql } from '../../sql.ts';
import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';
import { notListed } from './enum.ts';
import { breaksPattern } from './pattern.ts';

/** ODCS library metric `invalidValues`: values outside `validValues`, or that do not match `pattern`. */
export const invalidValues: CheckKind<SpecOf<'invalidValues'>> = {
  kind: 'invalidValues',
  compile: (spec, context) =>
    overColumn(
      spec,
      context,
      (column) => {
        if (spec.pattern !== null && column.type.family !== 'text') return wrongType(spec, column, 'text');
        const listed = spec.values === null ? [] : [notListed(column, spec.values)];
        const matched = spec.pattern === null ? [] : [breaksPattern(column.expression, spec.pattern)];
        return sql`(${join([...listed, ...matched], ' OR ')})`;
      },
      'null',
    ),
  judge: (spec, state) => judgeCounted(spec, state, 'invalid'),
};
