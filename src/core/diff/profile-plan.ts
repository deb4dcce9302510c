/** What a column's values look like on either side: one statement for the figures, one for the histograms. */
import { type PhysicalType, physicalType, type TypeFamily } from '../check/physical-type.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql } from '../sql.ts';
import { comparable, comparisonOf, doubleValue, typeName } from './compare-types.ts';
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

/** One row: `rows_base`, `rows_merge` and per column and side `n` (not null), `d`, `lo`, `hi`, `mean`, `q`. */
export function figures(request: ProfileRequest): CompiledQuery {
  const fields = request.columns.flatMap((column, index) =>
    (['base', 'merge'] as const).flatMap((side) => figuresOf(column, index, side)),
  );
  const rows = [sql`count(*) FILTER (in_base) AS rows_base`, sql`count(*) FILTER (in_merge) AS rows_merge`];
  return compile(sql`SELECT ${join([...rows, ...fields], ', ')} FROM ${allRows(request)}`);
}

function figuresOf(column: ProfiledColumn, index: number, side: 'base' | 'merge'): readonly SqlFragment[] {
  const value = identifier(`c${index}`);
  const named = (expression: SqlFragment, figure: string, filter: SqlFragment): SqlFragment =>
    sql`${expression} FILTER (${filter}) AS ${identifier(`${figure}${index}_${side}`)}`;
  const mine = side === 'base' ? sql`in_base` : sql`in_merge`;
  const countable = isCountable(column) ? [named(sql`approx_count_distinct(${value})`, 'd', mine)] : [];
  const ends =
    column.mayShow && isCountable(column)
      ? [named(sql`min(${value})`, 'lo', mine), named(sql`max(${value})`, 'hi', mine)]
      : [];
  const finite = column.type.family === 'float' ? sql`${mine} AND isfinite(${value})` : mine;
  const spread =
    column.mayShow && isMeasured(column) ? [named(sql`quantile_disc(${value}, [0.25, 0.5, 0.75])`, 'q', finite)] : [];
  const mean = column.mayShow && MEASURED.has(column.type.family) ? [named(sql`avg(${value})`, 'mean', finite)] : [];
  const filled = named(sql`count(*)`, 'n', sql`${mine} AND ${identifier(`f${index}`)}`);
  return [filled, ...countable, ...ends, ...spread, ...mean];
}

/** A column's place among the profiled ones, and the ends of its bins. */
export interface BinRequest {
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

/** One row: per column and side a map `h` from bin to rows. */
export function histograms(request: ProfileRequest, bins: readonly BinRequest[]): CompiledQuery {
  const fields = bins.flatMap(({ index, low, high }) => {
    const column = request.columns[index];
    if (column === undefined) return [];
    const number = asDouble(column, identifier(`c${index}`));
    const place = sql`CAST(greatest(0, least(${integer(BINS - 1)}, floor((${number} - ${doubleValue(String(low))}) / ${doubleValue(String((high - low) / BINS))}))) AS INTEGER)`;
    return (['base', 'merge'] as const).map((side) => {
      const mine = side === 'base' ? sql`in_base` : sql`in_merge`;
      return sql`histogram(${place}) FILTER (${mine} AND isfinite(${number})) AS ${identifier(`h${index}_${side}`)}`;
    });
  });
  return compile(sql`SELECT ${join([sql`count(*) AS n`, ...fields], ', ')} FROM ${allRows(request)}`);
}

/** The most frequent values of one column, both sides together: `value`, `base`, `merge`. */
export function topValues(request: ProfileRequest, index: number): CompiledQuery {
  const value = identifier(`c${index}`);
  const only = { ...request, columns: request.columns.map((column, place) => (place === index ? column : null)) };
  return compile(sql`SELECT CAST(${value} AS VARCHAR) AS value, count(*) FILTER (in_base) AS base, count(*) FILTER (in_merge) AS merge
    FROM ${allRows(only)} WHERE ${identifier(`f${index}`)} GROUP BY ${value}
    ORDER BY count(*) DESC, ${value} LIMIT ${integer(TOP_VALUES)}`);
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

function integer(number: number): SqlFragment {
  return { text: [String(number)], values: [] };
}
