/**
 * Rows without identity: a table without a key, and rows that have none. What counts is how often a row occurs. The
 * difference of two bags is the same whether the rows of shared objects are in both or in neither.
 */
import { type CompiledQuery, compile, join, type SqlFragment, sql } from '../sql.ts';
import type { DiffShape } from './diff-columns.ts';
import { type Sampling, type SideRows, valueName, wholeRows } from './side-rows.ts';

export interface BagRequest {
  readonly shape: DiffShape;
  readonly base: SideRows;
  readonly merge: SideRows;
  readonly only: 'no key' | 'all';
  readonly sampling: Sampling;
}

/** One row `inserted`, `deleted`: `EXCEPT ALL` in both directions, in one pass. */
export function bagDifference(request: BagRequest): CompiledQuery {
  return compile(sql`SELECT coalesce(sum(greatest(times, 0)), 0) AS inserted, coalesce(sum(greatest(-times, 0)), 0) AS deleted
    FROM (${surplus(request)})`);
}

/** Whole rows with `times`, how much more often the row is in the merge; rows that are equally often left out. */
export function surplus({ shape, base, merge, only, sampling }: BagRequest): SqlFragment {
  const width = Math.max(1, shape.key.length + shape.values.length);
  const names = join(
    Array.from({ length: width }, (_none, index) => valueName(index)),
    ', ',
  );
  const signed = (rows: SideRows, sign: SqlFragment) =>
    sql`SELECT ${sign} AS sign, * FROM ${wholeRows(rows, shape, only, sampling)}`;
  return sql`SELECT ${names}, sum(sign) AS times FROM
    (${join([signed(base, sql`-1`), signed(merge, sql`1`)], ' UNION ALL ')}) GROUP BY ${names} HAVING sum(sign) <> 0`;
}
