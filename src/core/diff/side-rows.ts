/** The rows of one side in the form in which they are compared. */
import { GROUP_COLUMN, OBJECT_COLUMN, type Relation } from '../plan/relation.ts';
import { identifier, join, type SqlFragment, sql, value } from '../sql.ts';
import { comparable, comparableNull } from './compare-types.ts';
import type { DiffColumn, DiffShape } from './diff-columns.ts';

/** Rows of some objects of one side; null relation: none. */
export interface SideRows {
  readonly relation: Relation | null;
  readonly side: 'base' | 'merge';
}

/** One key in `oneIn` is looked at, the same keys on both sides; 1: every key. */
export interface Sampling {
  readonly oneIn: number;
}

/** `"k0"` */
export function keyName(index: number): SqlFragment {
  return identifier(`k${index}`);
}

/** `"c0"` */
export function valueName(index: number): SqlFragment {
  return identifier(`c${index}`);
}

/** `"k0", "k1"`, each behind the alias when there is one. */
export function keyNames(shape: DiffShape, alias?: 'a' | 'b' | 'd' | 's'): SqlFragment {
  const prefix = alias === undefined ? sql`` : dotted(alias);
  return join(
    shape.key.map((_column, index) => sql`${prefix}${keyName(index)}`),
    ', ',
  );
}

/** `a."k0" = b."k0" AND ...` */
export function sameKey(shape: DiffShape, left: 'a' | 'b' | 'd' | 's', right: 'a' | 'b' | 'd' | 's'): SqlFragment {
  return join(
    shape.key.map((_column, index) => sql`${dotted(left)}${keyName(index)} = ${dotted(right)}${keyName(index)}`),
    ' AND ',
  );
}

function dotted(alias: string): SqlFragment {
  return { text: [`${alias}.`], values: [] };
}

export interface KeyedExtras {
  /** The values as they are compared: `c0`, .... */
  readonly values?: boolean;
  /** Every path of both sides; `p` is the place of the row's object in it. */
  readonly paths?: readonly string[];
  /** Rows without a key as well: an equality finds none of them, and not to look is quicker. */
  readonly keyless?: boolean;
  /** Expressions over the relation's own columns. */
  readonly texts?: readonly { readonly name: string; readonly text: SqlFragment }[];
}

/** `(SELECT k0, ... FROM ...)` of the rows with a key, and what else is wanted. */
export function keyedRows(rows: SideRows, shape: DiffShape, sampling: Sampling, extra: KeyedExtras = {}): SqlFragment {
  const fields = [
    ...keyFields(rows, shape),
    ...(extra.values === true ? shape.values.map((column, index) => named(rows, column, valueName(index))) : []),
    ...(extra.texts ?? []).map(({ name, text }) => sql`${text} AS ${identifier(name)}`),
    ...(extra.paths === undefined ? [] : [sql`${pathNumber(rows.relation, extra.paths)} AS p`]),
  ];
  const wanted = extra.keyless === true ? sql`true` : hasKey(shape);
  return sql`(SELECT * FROM (SELECT ${join(fields, ', ')} FROM ${source(rows)}) WHERE ${wanted}${sampled(keyNames(shape), sampling)})`;
}

/** `(SELECT k0, ... FROM ...)`, keys alone. */
export function keysOnly(
  rows: SideRows,
  shape: DiffShape,
  sampling: Sampling,
  extra: Pick<KeyedExtras, 'keyless'> = {},
): SqlFragment {
  return keyedRows(rows, shape, sampling, extra);
}

/**
 * `(SELECT c0, ... FROM ...)`: whole rows, key columns first.
 *
 * @param only `no key`: rows that have no key; `all`: every row
 */
export function wholeRows(
  rows: SideRows,
  shape: DiffShape,
  only: 'no key' | 'all',
  sampling: Sampling = { oneIn: 1 },
): SqlFragment {
  const all = [...shape.key, ...shape.values];
  const fields = all.map((column, index) => named(rows, column, valueName(index)));
  // Without a column in common, rows can still be counted.
  const listed = fields.length === 0 ? [sql`true AS ${valueName(0)}`] : fields;
  const shown = all.length === 0 ? [valueName(0)] : all.map((_column, index) => valueName(index));
  const every = sql`(SELECT ${join(listed, ', ')} FROM ${source(rows)})`;
  if (only === 'all') return sql`(SELECT * FROM ${every} WHERE true${sampled(join(shown, ', '), sampling)})`;
  return sql`(SELECT ${join(shown, ', ')} FROM (SELECT ${join([...keyFields(rows, shape), ...listed], ', ')} FROM ${source(rows)})
    WHERE NOT (${hasKey(shape)}))`;
}

/** A column's own value, as it is in the data, for samples and profiles. */
export function rawValue({ relation, side }: SideRows, column: DiffColumn): SqlFragment {
  const binding = relation?.columns.get(column.name);
  return binding?.expression ?? comparableNull({ kind: 'cast', type: column[side] }, column[side]);
}

/** The value as text, as it is written where the value does not hold all of that; NULL for null. */
export function textOf(rows: SideRows, column: DiffColumn): SqlFragment {
  const binding = rows.relation?.columns.get(column.name);
  const invalid = binding?.invalid ?? null;
  const text = sql`CAST(${rawValue(rows, column)} AS VARCHAR)`;
  if (invalid === null) return text;
  // A text holds all of itself; what stands beside it is of which kind it is.
  return binding?.type.name === 'VARCHAR' ? sql`coalesce(${text}, ${invalid})` : sql`coalesce(${invalid}, ${text})`;
}

function keyFields(rows: SideRows, shape: DiffShape): readonly SqlFragment[] {
  return shape.key.map((column, index) => sql`${fittingValue(rows, column)} AS ${keyName(index)}`);
}

function named(rows: SideRows, column: DiffColumn, name: SqlFragment): SqlFragment {
  return sql`${comparedValue(rows, column)} AS ${name}`;
}

/** Beside a value that does not hold all of its text stands the text, and two texts are as different as two values. */
function comparedValue(rows: SideRows, column: DiffColumn): SqlFragment {
  const fitting = fittingValue(rows, column);
  if (!column.hasInvalid) return fitting;
  const invalid = rows.relation?.columns.get(column.name)?.invalid ?? sql`CAST(NULL AS VARCHAR)`;
  return sql`struct_pack(v := ${fitting}, x := ${invalid})`;
}

function fittingValue({ relation, side }: SideRows, column: DiffColumn): SqlFragment {
  const binding = relation?.columns.get(column.name);
  return binding === undefined
    ? comparableNull(column.by, column[side])
    : comparable(column.by, binding.type, binding.expression);
}

/** A relation without objects has no rows; the columns come out with their types all the same. */
function source({ relation }: SideRows): SqlFragment {
  return relation === null ? sql`(SELECT 1 AS nothing WHERE false)` : relation.rows;
}

/** No key column is NULL. */
export function hasKey(shape: DiffShape): SqlFragment {
  return join(
    shape.key.map((_column, index) => sql`${keyName(index)} IS NOT NULL`),
    ' AND ',
  );
}

function sampled(by: SqlFragment, { oneIn }: Sampling): SqlFragment {
  if (oneIn <= 1) return sql``;
  return sql` AND hash(${by}) % CAST(${value(String(oneIn))} AS UBIGINT) = 0`;
}

/** The number of the object's path among all paths of both sides, so that equal numbers mean equal paths. */
function pathNumber(relation: Relation | null, paths: readonly string[]): SqlFragment {
  if (relation === null) return sql`CAST(NULL AS INTEGER)`;
  const numbers = new Map(paths.map((path, index) => [path, index]));
  const lists = relation.groups.map((group) => group.map((object) => numbers.get(object.facts.path) ?? -1));
  const flat = integers(lists.flat());
  const object = sql`${identifier(OBJECT_COLUMN)} + 1`;
  if (lists.length === 1) return sql`list_extract(${flat}, ${object})`;
  const starts = lists.map((_list, index) => lists.slice(0, index).reduce((sum, one) => sum + one.length, 0));
  return sql`list_extract(${flat}, list_extract(${integers(starts)}, ${identifier(GROUP_COLUMN)} + 1) + ${object})`;
}

/** A constant for the planner, which a parameter would not be: it is built once and not for every batch of rows. */
function integers(numbers: readonly number[]): SqlFragment {
  return { text: [`CAST([${numbers.join(', ')}] AS INTEGER[])`], values: [] };
}
