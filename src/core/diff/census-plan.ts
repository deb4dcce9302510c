/**
 * How the keys of what is read occur: more than once, in another object than before, not at all. Grouping answers it
 * for every key; for one integer column a bitmap and a join of the keys alone do in half the time.
 */
import { bitmapQuery, isWorthABitmap } from '../plan/keys.ts';
import { type CompiledQuery, compile, join, type SqlFragment, sql, value } from '../sql.ts';
import type { DiffShape } from './diff-columns.ts';
import type { KeyedRequest } from './keyed-plan.ts';
import { hasKey, keyedRows, keyName, keyNames, type SideRows, sameKey } from './side-rows.ts';

/**
 * One row about the keys of all rows read: `repeated`, keys more than once on a side; `moved`, keys once on either side
 * whose object differs; `keyless`, rows without a key.
 */
export function keyCensus({ shape, base, merge, sampling, paths }: KeyedRequest): CompiledQuery {
  const keys = keyNames(shape);
  const of = (rows: SideRows, isBase: SqlFragment) =>
    sql`SELECT ${isBase} AS in_base, a.* FROM ${keyedRows(rows, shape, sampling, { paths, keyless: true })} AS a`;
  const both = join([of(base, sql`true`), of(merge, sql`false`)], ' UNION ALL ');
  const filled = hasKey(shape);
  return compile(sql`SELECT count(*) FILTER (${filled} AND (na > 1 OR nb > 1)) AS repeated,
      count(*) FILTER (${filled} AND na = 1 AND nb = 1 AND pa <> pb) AS moved,
      coalesce(sum(na + nb) FILTER (NOT (${filled})), 0) AS keyless
    FROM (SELECT ${keys}, count(*) FILTER (in_base) AS na, count(*) FILTER (NOT in_base) AS nb,
        max(p) FILTER (in_base) AS pa, max(p) FILTER (NOT in_base) AS pb FROM (${both}) GROUP BY ${keys})`);
}

/** Whether the key is one column of integers that fit 64 bits. */
export function hasIntegerKey({ key }: DiffShape): boolean {
  const [only] = key;
  return key.length === 1 && only?.by.kind === 'cast' && only.by.type.family === 'integer' && fits(only.by.type.name);
}

function fits(type: string): boolean {
  return !/HUGE|UBIGINT/.test(type);
}

/** The size and the bounds of the keys of either `side`: `n`, `filled`, `low`, `high`. */
export function keySizes({ shape, base, merge, sampling }: KeyedRequest): CompiledQuery {
  const key = keyName(0);
  const of = ({
    relation,
    side,
  }: SideRows) => sql`SELECT ${value(side)} AS side, count(*) AS n, count(${key}) AS filled,
    min(${key}) AS low, max(${key}) AS high FROM ${keyedRows({ relation, side }, shape, sampling, { keyless: true })}`;
  return compile(join([of(base), of(merge)], ' UNION ALL '));
}

export interface IntegerKeys {
  readonly filled: bigint;
  readonly low: bigint;
  readonly high: bigint;
}

/** One row `different`: how many keys one side has; null where a bitmap would be too large for what it saves. */
export function distinctIntegers(
  { shape, sampling }: KeyedRequest,
  rows: SideRows,
  { filled, low, high }: IntegerKeys,
): CompiledQuery | null {
  if (!isWorthABitmap({ filled, low, high })) return null;
  return bitmapQuery({ key: keyName(0), rows: keyedRows(rows, shape, sampling) }, low, high);
}

/** One row `moved`, like that of {@link keyCensus}. Only where no side has a key twice: else the join would multiply. */
export function movedKeys({ shape, base, merge, sampling, paths }: KeyedRequest): CompiledQuery {
  const side = (rows: SideRows) => keyedRows(rows, shape, sampling, { paths });
  return compile(sql`SELECT count(*) FILTER (a.p <> b.p) AS moved
    FROM ${side(base)} AS a JOIN ${side(merge)} AS b ON ${sameKey(shape, 'a', 'b')}`);
}
