/**
 * Keys that are not told apart by their values: numbers of more digits than a DOUBLE holds, JSON keys that are a text in
 * one row and a number in another. Rows are paired by the value alone, so what stands beside it has to be the same
 * for all of them.
 */
import { type CompiledQuery, compile, identifier, join, sql } from '../sql.ts';
import { countOf } from './build-diff.ts';
import type { Doubt } from './evidence.ts';
import type { KeyedRequest } from './keyed-plan.ts';

/** One row: per key column, how many different things stand beside its values in the objects read; null: nothing can. */
export function besideKeys({ shape, base, merge }: KeyedRequest): CompiledQuery | null {
  if (!shape.key.some(({ hasInvalid }) => hasInvalid)) return null;
  const sides = [base, merge].flatMap(({ relation }) => {
    if (relation === null) return [];
    const fields = shape.key.map(({ name }, index) => {
      const binding = relation.columns.get(name);
      const beside =
        binding === undefined
          ? sql`CAST(NULL AS VARCHAR)`
          : sql`CASE WHEN ${binding.expression} IS NOT NULL THEN coalesce(${binding.invalid ?? sql`NULL`}, '') END`;
      return sql`${beside} AS ${identifier(`k${index}`)}`;
    });
    return [sql`SELECT ${join(fields, ', ')} FROM ${relation.rows}`];
  });
  if (sides.length === 0) return null;
  const counts = shape.key.map((_column, index) => {
    const name = identifier(`k${index}`);
    return sql`count(DISTINCT ${name}) AS ${name}`;
  });
  return compile(sql`SELECT ${join(counts, ', ')} FROM (${join(sides, ' UNION ALL ')})`);
}

/** A doubt for each key column that does not tell rows apart. */
export function keyDoubts(
  { shape }: KeyedRequest,
  row: Readonly<Record<string, unknown>> | undefined,
): readonly Doubt[] {
  return shape.key.flatMap(({ name }, index) =>
    countOf(row, `k${index}`) <= 1
      ? []
      : [
          {
            why: `some rows differ in the key ${name} by more than its type holds: digits, fractions of a second, or text and number`,
            help: `write ${name} in one way in all rows and give it a logicalType that holds it, such as integer or string`,
          },
        ],
  );
}
