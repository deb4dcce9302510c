import { join, type SqlFragment, sql, value } from '../../sql.ts';
import type { CheckKind, ColumnBinding, SpecOf } from '../check.ts';
import { isNull, judgeCounted } from '../judging.ts';
import { typedLiteral } from '../typed-literal.ts';

/** ODCS library metric `missingValues`: NULL, or one of the texts that stand for "nothing". */
export const missingValues: CheckKind<SpecOf<'missingValues'>> = {
  kind: 'missingValues',
  compile: (spec, context) => {
    const name = spec.columns[0] ?? '';
    const column = context.column(name);
    if (column === undefined) return { form: 'impossible', why: context.whyNot(name) };
    return { form: 'rows', evaluated: { which: 'all' }, failing: isMissing(spec, column) };
  },
  judge: (spec, state) => judgeCounted(spec, state, 'missing'),
};

function isMissing(spec: SpecOf<'missingValues'>, column: ColumnBinding): SqlFragment {
  const typed = spec.tokens
    .map((token) => typedLiteral(token, column.type))
    .filter((literal) => literal !== null)
    .map((literal) => sql`coalesce(${column.expression} = ${literal}, false)`);
  const { invalid } = column;
  const raw =
    invalid === null
      ? []
      : spec.tokens
          .filter((token) => token.type === 'text')
          .map((token) => sql`coalesce(${invalid} = ${value(token.text)}, false)`);
  return sql`(${join([isNull(column), ...typed, ...raw], ' OR ')})`;
}
