/**
 * Text objects become Parquet once, under the contract's types. A value that does not fit is kept beside its column as
 * text, so that no later check takes it for NULL; a record that cannot be read is counted by whoever compares the rows
 * staged here with the records that the scanner saw.
 */
import { contractColumns } from '../check/columns.ts';
import { dateFormat } from '../check/derive-property.ts';
import type { ContractTable, LogicalType, Property } from '../contract/contract.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, value } from '../sql.ts';
import { saysMore, withRoundedAsTexts } from './exact-text.ts';
import { type TypedText, typeText } from './typed-text.ts';

/** Longest line read; a longer one is a malformed record. */
const MAX_LINE_BYTES = '16777216';

export interface TextObject {
  /** Plain UTF-8, decompressed. */
  readonly localPath: string;
  readonly stagedPath: string;
  /** Distinguishes the reject tables of one session. */
  readonly index: number;
  /** To be compared, not checked: beside a value that does not hold all that its text says stands the text. */
  readonly isExact?: boolean;
}

/** A staged column: `v<n>` holds the typed value, `x<n>` the text that does not fit. */
export interface StagedColumn {
  readonly name: string;
  readonly position: number;
  readonly logical: LogicalType | null;
}

/** True for a name (in lower case) that a session has tables of its own under. */
export function isSessionTable(name: string): boolean {
  return /^sluice_(rejects|scans|violations)_/.test(name);
}

/** Names of the reject table and its scan table for one object. */
function rejectTables(index: number): { readonly errors: string; readonly scans: string } {
  return { errors: `sluice_rejects_${index}`, scans: `sluice_scans_${index}` };
}

/** The first rejected lines, for the report. */
export function rejectsQuery(index: number): CompiledQuery {
  const { errors } = rejectTables(index);
  return compile(sql`SELECT line, error_type FROM ${identifier(errors)} ORDER BY line LIMIT 3`);
}

/** Columns of a CSV object in header order, with the contract's types where it knows them. */
export function csvColumns(table: ContractTable, header: readonly string[]): readonly StagedColumn[] {
  return header.map((name, position) => ({ name, position, logical: logicalTypeOf(table, name) }));
}

/** Stages a CSV object; the columns are bound by the header's names, whatever their order. */
export function stageCsv(table: ContractTable, object: TextObject, header: readonly string[]): CompiledQuery {
  const { reader } = table;
  const fields = join(
    header.map((_name, position) => sql`${literalKey(`f${position}`)}: 'VARCHAR'`),
    ', ',
  );
  const nulls = reader.nullTokens;
  const columns = csvColumns(table, header).flatMap((column) => {
    const raw = identifier(`f${column.position}`);
    const text =
      nulls.length === 0
        ? raw
        : sql`CASE WHEN NOT list_contains(CAST(${value(nulls)} AS VARCHAR[]), ${raw}) THEN ${raw} END`;
    return stagedPair(column.position, typedAs(table, column.name, text, object.isExact === true));
  });
  const { errors, scans } = rejectTables(object.index);
  const read = sql`read_csv(${value(object.localPath)}, columns = {${fields}}, auto_detect = false, header = ${flag(reader.header)},
    delim = ${value(reader.delimiter)}, quote = ${value(reader.quote)}, escape = ${value(reader.escape)},
    store_rejects = true, rejects_table = ${value(errors)}, rejects_scan = ${value(scans)}, rejects_limit = 1000,
    strict_mode = true, null_padding = false, allow_quoted_nulls = false, max_line_size = ${constant(MAX_LINE_BYTES)}, hive_partitioning = false)`;
  return copy(sql`SELECT ${join(columns, ', ')} FROM ${read}`, object.stagedPath);
}

/** Columns staged of a JSON object: those of the contract, nested ones under their dotted path. */
export function jsonColumns(table: ContractTable): readonly StagedColumn[] {
  return contractColumns(table).map(({ name, property }, position) => ({
    name,
    position,
    logical: property.logicalType?.name ?? null,
  }));
}

/**
 * Stages a JSON lines object. Lines that are no JSON object, or hold a key twice, are left out here and counted by
 * {@link jsonCensus}.
 */
export function stageJson(table: ContractTable, object: TextObject): CompiledQuery {
  const columns = contractColumns(table).flatMap(({ property }, position) => {
    const at = (list: SqlFragment): SqlFragment => sql`${list}[${constant(String(position + 1))}]`;
    const found = { raw: at(sql`raw`), kind: at(sql`kind`), text: at(sql`txt`) };
    return stagedPair(position, typeJson(property, { ...found, told: object.isExact === true ? at(sql`told`) : null }));
  });
  const paths = jsonPaths(table);
  const told =
    object.isExact === true ? sql`, json_extract_string(${withRoundedAsTexts(sql`l`)}, ${paths}) AS told` : sql``;
  const parsed = sql`SELECT json_extract(l, ${paths}) AS raw, json_type(l, ${paths}) AS kind, json_extract_string(l, ${paths}) AS txt${told}
    FROM ${jsonLines(object)} WHERE ${wellFormed()}`;
  return copy(
    sql`SELECT ${join(columns.length === 0 ? [sql`1 AS none`] : columns, ', ')} FROM (${parsed})`,
    object.stagedPath,
  );
}

/** One row: lines, well-formed lines, and how often each contract column is present (`p0`, `p1`, ...). */
export function jsonCensus(table: ContractTable, object: TextObject): CompiledQuery {
  const present = contractColumns(table).map((_column, position) => {
    const index = constant(String(position + 1));
    return sql`count(kind[${index}]) AS ${identifier(`p${position}`)}`;
  });
  const counts = [sql`count(*) AS lines`, sql`count(*) FILTER (fine) AS fine`, ...present];
  const paths = jsonPaths(table);
  return compile(sql`SELECT ${join(counts, ', ')} FROM (
    SELECT ${wellFormed()} AS fine, CASE WHEN ${wellFormed()} THEN json_type(l, ${paths}) END AS kind FROM ${jsonLines(object)})`);
}

/** Top-level keys that occur, at most a thousand, for the extra-columns check. */
export function jsonKeys(object: TextObject): CompiledQuery {
  return compile(
    sql`SELECT DISTINCT unnest(json_keys(l)) AS key FROM ${jsonLines(object)} WHERE ${wellFormed()} LIMIT 1000`,
  );
}

function jsonLines(object: TextObject): SqlFragment {
  const read = sql`read_csv(${value(object.localPath)}, columns = {'l': 'VARCHAR'}, auto_detect = false, header = false, delim = chr(1), quote = '',
    escape = '', nullstr = chr(2), store_rejects = true, max_line_size = ${constant(MAX_LINE_BYTES)}, hive_partitioning = false)`;
  return sql`(SELECT l FROM ${read} WHERE trim(l) <> '')`;
}

/** A JSON object in which no key occurs twice: of two equal keys no reader can say which one is meant. */
function wellFormed(): SqlFragment {
  return sql`coalesce(CASE WHEN json_valid(l) THEN json_type(l) = 'OBJECT' AND len(json_keys(l)) = len(list_distinct(json_keys(l))) END, false)`;
}

/** JSON pointers (RFC 6901), which need no quoting rules of their own for dots and blanks. */
function jsonPaths(table: ContractTable): SqlFragment {
  const pointers = contractColumns(table).map(
    ({ path }) => `/${path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
  );
  return sql`CAST(${value(pointers)} AS VARCHAR[])`;
}

const JSON_KINDS: Readonly<Partial<Record<LogicalType, string>>> = {
  integer: "('UBIGINT', 'BIGINT')",
  number: "('UBIGINT', 'BIGINT', 'DOUBLE')",
  boolean: "('BOOLEAN')",
  object: "('OBJECT')",
  map: "('OBJECT')",
  array: "('ARRAY')",
  vector: "('ARRAY')",
};

interface JsonValue {
  readonly raw: SqlFragment;
  readonly kind: SqlFragment;
  readonly text: SqlFragment;
  /** The text with rounded numbers as they are written; null: nobody asks. */
  readonly told: SqlFragment | null;
}

/** Judges the JSON type first: `"2"` is text and `true` is no 1, whatever a cast would make of them. */
function typeJson(property: Property, json: JsonValue): TypedText {
  const { raw, kind, text, told } = json;
  const logical = property.logicalType?.name ?? null;
  const kinds = constant((logical === null ? undefined : JSON_KINDS[logical]) ?? "('VARCHAR')");
  const present = sql`${kind} IS NOT NULL AND ${kind} <> 'NULL'`;
  const rounded = told === null ? sql`` : sql`WHEN ${told} <> ${text} THEN ${told}`;
  if (logical === null) {
    const typed = typeText(sql`CASE WHEN ${present} THEN ${text} END`, null, null);
    const kindWord = sql`CASE WHEN ${kind} IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN 'NUMBER' ELSE ${kind} END`;
    const beside = sql`CASE ${rounded} WHEN ${present} AND ${kind} <> 'VARCHAR' THEN ${kindWord} END`;
    return { ...typed, invalid: told === null ? sql`CAST(NULL AS VARCHAR)` : beside };
  }
  const format = dateFormat(property);
  const typed = typeText(sql`CASE WHEN ${kind} IN ${kinds} THEN ${text} END`, logical, format);
  const misfit = sql`WHEN ${present} AND ${typed.value} IS NULL THEN CAST(${raw} AS VARCHAR)`;
  if (told === null) return { type: typed.type, value: typed.value, invalid: sql`CASE ${misfit} END` };
  const more = sql`WHEN ${present} AND ${saysMore(text, typed.value, logical, format)} THEN ${text}`;
  return { type: typed.type, value: typed.value, invalid: sql`CASE ${rounded} ${misfit} ${more} END` };
}

function typedAs(table: ContractTable, name: string, text: SqlFragment, isExact: boolean): TypedText {
  const property = propertyOf(table, name);
  const logical = property?.logicalType?.name ?? null;
  const format = property === undefined ? null : dateFormat(property);
  const typed = typeText(text, logical, format);
  if (!isExact) return typed;
  const more = saysMore(text, typed.value, logical, format);
  return {
    ...typed,
    invalid: sql`CASE WHEN ${typed.value} IS NULL THEN ${typed.invalid} WHEN ${more} THEN ${text} END`,
  };
}

function logicalTypeOf(table: ContractTable, name: string): LogicalType | null {
  return propertyOf(table, name)?.logicalType?.name ?? null;
}

/** A field of an object goes by its dotted path in a header. */
function propertyOf(table: ContractTable, name: string): Property | undefined {
  return contractColumns(table).find((column) => column.name === name)?.property;
}

function stagedPair(position: number, typed: TypedText): readonly SqlFragment[] {
  return [sql`${typed.value} AS ${identifier(`v${position}`)}`, sql`${typed.invalid} AS ${identifier(`x${position}`)}`];
}

function copy(select: SqlFragment, path: string): CompiledQuery {
  // USE_TMP_FILE would write beside the allowed path and be refused.
  return compile(sql`COPY (${select}) TO ${value(path)} (FORMAT parquet, USE_TMP_FILE false, COMPRESSION snappy)`);
}

/** Text of our own making (digits and fixed words) that the grammar wants as a constant. */
function constant(text: string): SqlFragment {
  return { text: [text], values: [] };
}

function literalKey(name: string): SqlFragment {
  return { text: [`'${name}'`], values: [] };
}

function flag(on: boolean): SqlFragment {
  return { text: [String(on)], values: [] };
}
