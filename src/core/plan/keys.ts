import type { Demand } from '../check/check.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, value } from '../sql.ts';
import { countWhere, positions } from './condition.ts';
import type { KeySize, KeysStep } from './step.ts';

/** Adds the size of a key set to the scan. */
export function keySize(
  check: string,
  demand: Demand & { readonly form: 'keys' },
  add: (expression: SqlFragment) => string,
): KeySize {
  const integer = integerKey(demand);
  return {
    check,
    filled: add(countWhere(filledKey(demand))),
    low: integer === null ? null : add(sql`min(${integer})`),
    high: integer === null ? null : add(sql`max(${integer})`),
  };
}

/** The statements of a key check. `sized` says that the scan brings the size of the key set, `filtered` that not all rows count. */
export function keysStep(
  check: string,
  demand: Demand & { readonly form: 'keys' },
  rows: SqlFragment,
  { sized, filtered }: { readonly sized: boolean; readonly filtered: boolean },
): KeysStep {
  const list = join(
    demand.columns.map((column) => column.expression),
    ', ',
  );
  const filled = filledKey(demand);
  const integer = integerKey(demand);
  const bounds = integer === null ? [] : [sql`min(${integer}) AS low`, sql`max(${integer}) AS high`];
  const sizes = join([sql`count(*) AS n`, sql`${countWhere(filled)} AS filled`, ...bounds], ', ');
  return {
    kind: 'keys',
    check,
    nullsFail: demand.nullsFail,
    filtered,
    size: sized ? null : compile(sql`SELECT ${sizes} FROM ${rows}`),
    bitmap: integer === null ? null : { key: integer, rows },
    distinct: compile(
      demand.columns.length === 1
        ? sql`SELECT count(DISTINCT ${list}) AS different FROM ${rows}`
        : sql`SELECT count(*) AS different FROM (SELECT DISTINCT ${list} FROM ${rows} WHERE ${filled})`,
    ),
    repeated: compile(sql`SELECT count(*) AS keys, coalesce(sum(times), 0) AS failing
      FROM (SELECT count(*) AS times FROM ${rows} WHERE ${filled} GROUP BY ${list} HAVING count(*) > 1)`),
    spread: spreadQuery(demand, rows),
  };
}

function spreadQuery(demand: Demand & { readonly form: 'keys' }, rows: SqlFragment): CompiledQuery {
  const filled = filledKey(demand);
  const named = demand.columns.map((column, index) => sql`${column.expression} AS ${keyName(index)}`);
  const names = join(
    named.map((_column, index) => keyName(index)),
    ', ',
  );
  const equal = join(
    named.map((_column, index) => sql`own.${keyName(index)} = repeated.${keyName(index)}`),
    ' AND ',
  );
  const broken = demand.nullsFail ? sql`repeated.found OR NOT own.filled` : sql`repeated.found`;
  const own = sql`SELECT ${join([...positions(), sql`(${filled}) AS filled`, ...named], ', ')} FROM ${rows}`;
  const repeated = sql`SELECT ${names}, true AS found
    FROM (SELECT ${join(named, ', ')} FROM ${rows} WHERE ${filled}) GROUP BY ${names} HAVING count(*) > 1`;
  return compile(sql`SELECT ${join(positions('own'), ', ')}, count(*) AS n, count(*) AS evaluated, count(*) FILTER (${broken}) AS failing
    FROM (${own}) AS own LEFT JOIN (${repeated}) AS repeated ON ${equal} GROUP BY 1, 2`);
}

function keyName(index: number): SqlFragment {
  return identifier(`key${index}`);
}

function filledKey(demand: Demand & { readonly form: 'keys' }): SqlFragment {
  return join(
    demand.columns.map((column) => sql`${column.expression} IS NOT NULL`),
    ' AND ',
  );
}

function integerKey(demand: Demand & { readonly form: 'keys' }): SqlFragment | null {
  const [only] = demand.columns;
  if (only === undefined || demand.columns.length > 1 || only.type.family !== 'integer') return null;
  return /HUGE|UBIGINT/.test(only.type.name) ? null : only.expression;
}

/** Above this span a bitmap would need more memory than distinct counting. 2^30 values are 128 MiB a thread. */
const MAX_BITMAP_SPAN = 1n << 30n;

/** Whether a bitmap over the bounds costs less than counting that many keys. */
export function isWorthABitmap(keys: {
  readonly filled: bigint;
  readonly low: bigint;
  readonly high: bigint;
}): boolean {
  const span = keys.high - keys.low;
  return span < MAX_BITMAP_SPAN && span < 64n * keys.filled + 1_000_000n;
}

/** Exact: a bit per possible value. A value outside the bounds makes the engine raise, so a lie cannot pass. */
export function bitmapQuery(bitmap: NonNullable<KeysStep['bitmap']>, low: bigint, high: bigint): CompiledQuery {
  const bound = (number: bigint): SqlFragment => sql`CAST(${value(number.toString())} AS BIGINT)`;
  return compile(
    sql`SELECT bit_count(bitstring_agg(CAST(${bitmap.key} AS BIGINT), ${bound(low)}, ${bound(high)})) AS different FROM ${bitmap.rows}`,
  );
}
