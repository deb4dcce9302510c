/** What a column's values look like on either side: one statement for the figures, one for the histograms. */
import { type PhysicalType, physicalType, type TypeFamily } from '../check/physical-type.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, typeName, wholeNumber } from '../sql.ts';
import { comparable, comparisonOf, doubleValue } from './compare-types.ts';
import type { SideRows } from './side-rows.ts';

/** Columns of one report. */
export const MAX_PROFILED = 200;
export const BINS = 20;
export const TOP_VALUES = 10;

/** A column of either side, or of both. */
export interface ProfiledColumn {
  readonly name: string;
  readonly type: PhysicalType;
  readonly inBase: boolean;
  readonly inMerge: boolean;
  /** False: no value of it leaves the engine. */
  readonly mayShow: boolean;
}

export interface ProfileRequest {
  readonly columns: readonly ProfiledColumn[];
  /** Rows only of the base, only of the merge side, and of both. */
  readonly base: SideRows;
  readonly merge: SideRows;
  /** Null: the rows of changed objects alone. */
  readonly shared: SideRows | null;
}

const MEASURED: ReadonlySet<TypeFamily> = new Set(['integer', 'decimal', 'float']);
const TIMES: ReadonlySet<TypeFamily> = new Set(['date', 'timestamp', 'timestamptz']);

/** Columns of both sides, one type each; those whose types have nothing in common are left out. */
export function profiledColumns(
  request: Pick<ProfileRequest, 'base' | 'merge'>,
  mayShow: (column: string) => boolean,
): readonly ProfiledColumn[] {
  const [before, after] = [request.base.relation?.columns, request.merge.relation?.columns];
  const names = [...new Set([...(after?.keys() ?? []), ...(before?.keys() ?? [])])];
  return names.flatMap((name) => {
    const [left, right] = [before?.get(name)?.type, after?.get(name)?.type];
    const by = left === undefined || right === undefined ? null : comparisonOf(left, right);
    const type = by === null ? (right ?? left) : by.kind === 'cast' ? by.type : undefined;
    if (type === undefined) return [];
    return [{ name, type, inBase: left !== undefined, inMerge: right !== undefined, mayShow: mayShow(name) }];
  });
}

/** True when the column has an order that means something as a distance. */
export function isMeasured({ type }: Pick<ProfiledColumn, 'type'>): boolean {
  return MEASURED.has(type.family) || TIMES.has(type.family);
}

/** True when values of the column are counted one by one. */
export function isCountable({ type }: Pick<ProfiledColumn, 'type'>): boolean {
  return !['struct', 'list', 'map', 'json', 'blob', 'other'].includes(type.family);
}

/** One row: `rows_base`, `rows_merge` and per column and side `n` (not null), `d`, `lo`, `hi`, `mean`, `dev`, `q`. */
export function figures(request: ProfileRequest): CompiledQuery {
  const fields = request.columns.flatMap((column, index) =>
    (['base', 'merge'] as const).flatMap((side) => figuresOf(column, index, side)),
  );
  const rows = [sql`count(*) FILTER (in_base) AS rows_base`, sql`count(*) FILTER (in_merge) AS rows_merge`];
  return compile(sql`SELECT ${join([...rows, ...fields], ', ')} FROM ${allRows(request)}`);
}

function figuresOf(column: ProfiledColumn, index: number, side: 'base' | 'merge'): readonly SqlFragment[] {
  const value = identifier(`c${index}`);
  const named = (expression: SqlFragment, figure: string): SqlFragment =>
    sql`${expression} AS ${identifier(`${figure}${index}_${side}`)}`;
  const mine = isOn(side);
  const own = only(mine, value);
  const countable = isCountable(column) ? [named(sql`approx_count_distinct(${own})`, 'd')] : [];
  const ends =
    column.mayShow && isCountable(column) ? [named(sql`min(${own})`, 'lo'), named(sql`max(${own})`, 'hi')] : [];
  const finite = column.type.family === 'float' ? only(sql`${mine} AND isfinite(${value})`, value) : own;
  const spread =
    column.mayShow && isMeasured(column) ? [named(sql`quantile_disc(${finite}, [0.25, 0.5, 0.75])`, 'q')] : [];
  // As floating point, and without what overflows when it is squared: one absurd value must not break the diff.
  const number = sql`CAST(${finite} AS DOUBLE)`;
  const mean =
    column.mayShow && MEASURED.has(column.type.family)
      ? [
          named(sql`avg(${number})`, 'mean'),
          named(sql`stddev_pop(${only(sql`abs(${number}) < 1e140`, number)})`, 'dev'),
        ]
      : [];
  const filled = named(sql`count(${only(sql`${mine} AND ${identifier(`f${index}`)}`, sql`true`)})`, 'n');
  return [filled, ...countable, ...ends, ...spread, ...mean];
}

function isOn(side: 'base' | 'merge'): SqlFragment {
  return side === 'base' ? sql`in_base` : sql`in_merge`;
}

/**
 * NULL, which aggregates leave out, for all other rows. Not as FILTER: for each of those the engine sets memory aside for
 * every column of the statement, gigabytes where there are two hundred.
 */
function only(condition: SqlFragment, value: SqlFragment): SqlFragment {
  return sql`CASE WHEN ${condition} THEN ${value} END`;
}

/** A column's place among the profiled ones, and the ends of its bins. */
export interface BinRequest {
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

/** One row: per column and side a map `h` from bin to rows, and `u`, the number of distinct values, for `exact` ones. */
export function shapes(request: ProfileRequest, bins: readonly BinRequest[], exact: readonly number[]): CompiledQuery {
  const counted = exact.flatMap((index) =>
    (['base', 'merge'] as const).map((side) => {
      const value = only(isOn(side), identifier(`c${index}`));
      return sql`count(DISTINCT ${value}) AS ${identifier(`u${index}_${side}`)}`;
    }),
  );
  const fields = bins.flatMap(({ index, low, high }) => {
    const column = request.columns[index];
    if (column === undefined) return [];
    const number = asDouble(column, identifier(`c${index}`));
    const place = sql`CAST(greatest(0, least(${wholeNumber(BINS - 1)}, floor((${number} - ${doubleValue(String(low))}) / ${doubleValue(String((high - low) / BINS))}))) AS INTEGER)`;
    return (['base', 'merge'] as const).map((side) => {
      const own = only(sql`${isOn(side)} AND isfinite(${number})`, place);
      return sql`histogram(${own}) AS ${identifier(`h${index}_${side}`)}`;
    });
  });
  return compile(sql`SELECT ${join([sql`count(*) AS n`, ...fields, ...counted], ', ')} FROM ${allRows(request)}`);
}

/** The most frequent values of one column, both sides together: `value`, `base`, `merge`. */
export function topValues(request: ProfileRequest, index: number): CompiledQuery {
  const value = identifier(`c${index}`);
  const only = { ...request, columns: request.columns.map((column, place) => (place === index ? column : null)) };
  return compile(sql`SELECT CAST(${value} AS VARCHAR) AS value, count(*) FILTER (in_base) AS base, count(*) FILTER (in_merge) AS merge
    FROM ${allRows(only)} WHERE ${identifier(`f${index}`)} GROUP BY ${value}
    ORDER BY count(*) DESC, ${value} LIMIT ${wholeNumber(TOP_VALUES)}`);
}

function asDouble({ type }: ProfiledColumn, value: SqlFragment): SqlFragment {
  return TIMES.has(type.family)
    ? sql`CAST(epoch_ms(CAST(${value} AS TIMESTAMP)) AS DOUBLE)`
    : sql`CAST(${value} AS DOUBLE)`;
}

interface RowsRequest extends Omit<ProfileRequest, 'columns'> {
  /** Null: not wanted, its place kept. */
  readonly columns: readonly (ProfiledColumn | null)[];
}

/** Rows of shared objects are read once and count on both sides. `f<n>`: there is a value, fitting or not. */
function allRows({ columns, base, merge, shared }: RowsRequest): SqlFragment {
  const of = (rows: SideRows, inBase: boolean, inMerge: boolean): readonly SqlFragment[] =>
    rows.relation === null
      ? []
      : [
          sql`SELECT ${flag(inBase)} AS in_base, ${flag(inMerge)} AS in_merge${fieldsOf(rows, columns)} FROM ${rows.relation.rows}`,
        ];
  const parts = [
    ...of(base, true, false),
    ...of(merge, false, true),
    ...(shared === null ? [] : of(shared, true, true)),
  ];
  return sql`(${join(parts, ' UNION ALL ')})`;
}

function fieldsOf({ relation }: SideRows, columns: RowsRequest['columns']): SqlFragment {
  const fields = columns.flatMap((column, index) => {
    if (column === null) return [];
    const binding = relation?.columns.get(column.name);
    const type = column.type.family === 'null' ? physicalType('VARCHAR') : column.type;
    const value =
      binding === undefined
        ? sql`CAST(NULL AS ${typeName(type)})`
        : comparable({ kind: 'cast', type }, binding.type, binding.expression);
    const filled =
      binding === undefined
        ? sql`false`
        : binding.invalid === null
          ? sql`(${binding.expression} IS NOT NULL)`
          : sql`(${binding.expression} IS NOT NULL OR ${binding.invalid} IS NOT NULL)`;
    return [sql`, ${value} AS ${identifier(`c${index}`)}, ${filled} AS ${identifier(`f${index}`)}`];
  });
  return fields.reduce<SqlFragment>((all, field) => sql`${all}${field}`, sql``);
}

function flag(on: boolean): SqlFragment {
  return on ? sql`true` : sql`false`;
}
