import type { Demand } from '../check/check.ts';
import { type SqlFragment, sql } from '../sql.ts';
import { and, filter } from './condition.ts';

interface RowCounts {
  readonly failing: SqlFragment;
  /** Null: every row. */
  readonly evaluated: SqlFragment | null;
}

/** The two counts of a row predicate, in the form that costs the scan least. */
export function rowCounts(
  { evaluated, failing }: Demand & { readonly form: 'rows' },
  where: SqlFragment | null,
): RowCounts {
  switch (evaluated.which) {
    case 'all':
      return { failing: countWhere(and(where, failing)), evaluated: where === null ? null : countWhere(where) };
    case 'where': {
      const condition = and(where, evaluated.condition);
      return { failing: countWhere(and(condition, failing)), evaluated: countWhere(condition) };
    }
    case 'with-value': {
      const { column, neverTrueOnNull } = evaluated;
      const guarded = neverTrueOnNull ? failing : and(sql`${column} IS NOT NULL`, failing);
      return { failing: countWhere(and(where, guarded)), evaluated: sql`count(${column})${filter(where)}` };
    }
  }
}

/** The newest moment of a column in milliseconds; `infinity` would be fresh for ever, and does not count. */
export function newest(column: SqlFragment, where: SqlFragment | null): SqlFragment {
  return sql`epoch_ms(CAST(max(${column})${filter(and(where, sql`isfinite(${column})`))} AS TIMESTAMP))`;
}

function countWhere(condition: SqlFragment | null): SqlFragment {
  return sql`count(*)${filter(condition)}`;
}
