import { join, type SqlFragment, sql } from '../../sql.ts';
import type { Bound, CheckKind, ColumnBinding, SpecOf } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';
import { outsideBound } from '../typed-literal.ts';

/**
 * ODCS `minimum`, `maximum` and the exclusive forms, on numbers, dates, timestamps and times. NaN lies in no range:
 * the engine sorts it above everything, which would let it pass a lone minimum.
 */
export const range: CheckKind<SpecOf<'range'>> = {
  kind: 'range',
  compile: (spec, context) => overColumn(spec, context, (column) => outside(spec, column), 'null'),
  judge: (spec, state) => judgeCounted(spec, state, 'outside the range'),
};

function outside(spec: SpecOf<'range'>, column: ColumnBinding): SqlFragment | string {
  const sides: (readonly ['minimum' | 'maximum', Bound | null])[] = [
    ['minimum', spec.minimum],
    ['maximum', spec.maximum],
  ];
  const predicates: SqlFragment[] = column.type.family === 'float' ? [sql`isnan(${column.expression})`] : [];
  for (const [side, bound] of sides) {
    if (bound === null) continue;
    const predicate = outsideBound(column.expression, column.type, side, bound);
    if (predicate === null) return wrongType(spec, column, `a type that compares with ${bound.text}`);
    predicates.push(predicate);
  }
  return sql`(${join(predicates, ' OR ')})`;
}
