import type { CheckSpec } from '../check/check.ts';
import { authored, identifier, type SqlFragment, sql } from '../sql.ts';
import { GROUP_COLUMN, OBJECT_COLUMN } from './relation.ts';

/**
 * The position of a row's object. Under names of our own: an author's expression could take a short alias for a column
 * that the data does not have.
 */
export function positions(source?: 'own' | 'child'): readonly SqlFragment[] {
  const names = [identifier(GROUP_COLUMN), identifier(OBJECT_COLUMN)];
  return source === undefined ? names : names.map((name) => sql`${identifier(source)}.${name}`);
}

/**
 * The expression where the condition holds, else NULL, for aggregates that leave NULL out. Not FILTER: each filtered
 * aggregate holds a chunk of every column that any of them reads, so that three hundred columns cost gigabytes.
 */
export function where(condition: SqlFragment | null, expression: SqlFragment): SqlFragment {
  return condition === null ? expression : sql`CASE WHEN ${condition} THEN ${expression} END`;
}

/** How many rows the condition holds for; null: all. */
export function countWhere(condition: SqlFragment | null): SqlFragment {
  return condition === null ? sql`count(*)` : sql`count(${where(condition, sql`1`)})`;
}

/** Both conditions, where there are two. */
export function and(left: SqlFragment | null, right: SqlFragment | null): SqlFragment | null {
  if (left === null) return right;
  return right === null ? left : sql`(${left}) AND (${right})`;
}

/** The row condition of a check, never NULL. The line end closes a comment the author may have left open. */
export function conditionOf(spec: CheckSpec): SqlFragment | null {
  if (spec.where === null) return null;
  return sql`coalesce(CAST((${authored(`${spec.where.sql}\n`)}) AS BOOLEAN), false)`;
}
