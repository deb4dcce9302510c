import type { Literal } from '../../contract/contract.ts';
import { join, type SqlFragment, sql } from '../../sql.ts';
import type { CheckKind, ColumnBinding, SpecOf } from '../check.ts';
import { judgeCounted, overColumn } from '../judging.ts';
import { typedLiteral } from '../typed-literal.ts';
import { listed, literalWords } from '../words.ts';

/** ODCS 3.2 `enum`: every value is one of the list. NULL is not evaluated. */
export const enumeration: CheckKind<SpecOf<'enum'>> = {
  kind: 'enum',
  compile: (spec, context) => overColumn(spec, context, (column) => notListed(column, spec.values), 'null'),
  judge: (spec, state) =>
    judgeCounted(spec, state, 'not in the list', 'correct the values, or add them to the list in the contract'),
};

/**
 * True for values outside the list. Literals the column's type cannot hold match nothing; with none left every value
 * is outside. NULL entries are left out: `x NOT IN (1, NULL)` is never true.
 */
export function notListed(column: ColumnBinding, values: readonly Literal[]): SqlFragment {
  const literals = values.map((literal) => typedLiteral(literal, column.type)).filter((literal) => literal !== null);
  return literals.length === 0
    ? sql`${column.expression} IS NOT NULL`
    : sql`${column.expression} NOT IN (${join(literals, ', ')})`;
}

/** `one of 'a', 'b' and 3 more`. */
export function listWords(values: readonly Literal[]): string {
  return `one of ${listed(values.map(literalWords), 8)}`;
}
