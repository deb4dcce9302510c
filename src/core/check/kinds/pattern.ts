import { type SqlFragment, sql, value } from '../../sql.ts';
import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';

/**
 * ODCS `logicalTypeOptions.pattern`. The standard names ECMA-262, where a pattern matches anywhere unless it is
 * anchored; RE2 runs it, so that no pattern can take exponential time.
 */
export const pattern: CheckKind<SpecOf<'pattern'>> = {
  kind: 'pattern',
  compile: (spec, context) =>
    overColumn(
      spec,
      context,
      (column) =>
        column.type.family === 'text'
          ? breaksPattern(column.expression, spec.pattern)
          : wrongType(spec, column, 'text'),
      'null',
    ),
  judge: (spec, state) => judgeCounted(spec, state, 'not matching the pattern'),
};

/** True for texts in which the pattern is not found. */
export function breaksPattern(column: SqlFragment, regularExpression: string): SqlFragment {
  return sql`NOT regexp_matches(${column}, ${value(regularExpression)})`;
}
