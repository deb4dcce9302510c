import type { Demand } from '../check/check.ts';
import { type SqlFragment, sql } from '../sql.ts';
import { and, countWhere, where } from './condition.ts';

interface RowCounts {
  readonly failing: SqlFragment;
  /** Null: every row. */
  readonly evaluated: SqlFragment | null;
}

/** The two counts of a row predicate, in the form that costs the scan least. */
export function rowCounts(
  { evaluated, failing }: Demand & { readonly form: 'rows' },
  condition: SqlFragment | null,
): RowCounts {
  switch (evaluated.which) {
    case 'all':
      return {
        failing: countWhere(and(condition, failing)),
        evaluated: condition === null ? null : countWhere(condition),
      };
    case 'where': {
      const both = and(condition, evaluated.condition);
      return { failing: countWhere(and(both, failing)), evaluated: countWhere(both) };
    }
    case 'with-value': {
      const { column, neverTrueOnNull } = evaluated;
      const guarded = neverTrueOnNull ? failing : and(sql`${column} IS NOT NULL`, failing);
      return { failing: countWhere(and(condition, guarded)), evaluated: sql`count(${where(condition, column)})` };
    }
  }
}

/** The newest moment of a column in milliseconds; `infinity` would be fresh for ever, and does not count. */
export function newest(column: SqlFragment, condition: SqlFragment | null): SqlFragment {
  return sql`epoch_ms(CAST(max(${where(and(condition, sql`isfinite(${column})`), column)}) AS TIMESTAMP))`;
}
