/**
 * JSON texts that differ are looked at once more, parsed: the order of an object's keys, white space and the spelling
 * of numbers and texts are no difference. In doubt (a key twice, a key with a dot or a bracket, which the engine's
 * paths cannot tell from nesting, or a text that is no JSON) they stay different.
 */
import { type CompiledQuery, compile, type SqlFragment, sql } from '../sql.ts';
import type { DiffColumn, DiffShape } from './diff-columns.ts';
import { isChanged, type KeyedRequest } from './keyed-plan.ts';
import { keyedRows, keyNames, type SideRows, sameKey, valueName } from './side-rows.ts';

/** Positions of the columns that hold JSON on both sides. */
export function jsonColumns(shape: DiffShape): readonly number[] {
  return shape.values.flatMap((column, index) => (isJson(column) ? [index] : []));
}

function isJson({ by }: DiffColumn): boolean {
  return by.kind === 'cast' && by.type.family === 'json';
}

/** Gives `sluice_delta` the code of equal JSON where a column's values say the same. */
export function settleJson(request: KeyedRequest, index: number): CompiledQuery {
  const { shape } = request;
  const equal = sql`SELECT ${keyNames(shape, 'a')} FROM (${parsed(request, request.base, index)}) AS a
    JOIN (${parsed(request, request.merge, index)}) AS b ON ${sameKey(shape, 'a', 'b')}
    WHERE a.fine AND b.fine AND a.leaves = b.leaves AND a.x IS NOT DISTINCT FROM b.x`;
  return compile(sql`UPDATE sluice_delta AS d SET ${valueName(index)} = 5 FROM (${equal}) AS s
    WHERE ${sameKey(shape, 's', 'd')} AND d.${valueName(index)} = 3`);
}

/** Rows that differ in nothing but the spelling of JSON are no updates. */
export function settleClasses({ shape }: KeyedRequest): CompiledQuery {
  return compile(sql`UPDATE sluice_delta SET class = 't' WHERE class = 'u' AND NOT ${isChanged(shape)}`);
}

/** Every node of each differing value in one order: path, kind and content. */
function parsed({ shape, sampling }: KeyedRequest, rows: SideRows, index: number): SqlFragment {
  const name = valueName(index);
  const column = shape.values[index];
  const text = column?.hasInvalid === true ? sql`(a.${name}).v` : sql`a.${name}`;
  // Numbers that the parser rounds.
  const beside = column?.hasInvalid === true ? sql`(a.${name}).x` : sql`CAST(NULL AS VARCHAR)`;
  const differing = sql`SELECT ${keyNames(shape, 'a')}, ${beside} AS x, CASE WHEN json_valid(CAST(${text} AS VARCHAR)) THEN ${text} END AS j
    FROM ${keyedRows(rows, shape, sampling, { values: true })} AS a
    JOIN sluice_delta AS d ON ${sameKey(shape, 'a', 'd')} WHERE d.${name} = 3`;
  const kind = sql`CASE WHEN type IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN 'NUMBER' ELSE type END`;
  return sql`SELECT ${keyNames(shape, 'a')}, any_value(a.x) AS x,
      NOT coalesce(bool_or(regexp_matches(key, '[.\\[\\]"$]')), false) AND count(*) = count(DISTINCT fullkey) AS fine,
      list(struct_pack(at := fullkey, kind := ${kind}, content := ${content()}) ORDER BY fullkey) AS leaves
    FROM (${differing}) AS a, json_tree(a.j) AS node GROUP BY ${keyNames(shape, 'a')}`;
}

/** Whole numbers as integers however they are written, up to where doubles are exact; texts without their escapes. */
function content(): SqlFragment {
  const number = sql`CAST(CAST(atom AS VARCHAR) AS DOUBLE)`;
  return sql`CASE WHEN type = 'DOUBLE' AND trunc(${number}) = ${number} AND abs(${number}) < 9007199254740992 THEN CAST(CAST(${number} AS BIGINT) AS VARCHAR)
    WHEN type = 'DOUBLE' THEN CAST(${number} AS VARCHAR)
    WHEN type = 'VARCHAR' THEN json_extract_string(atom, '$') ELSE CAST(atom AS VARCHAR) END`;
}
