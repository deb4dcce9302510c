/**
 * Text objects become Parquet once, under the contract's types. A value that does not fit is kept beside its column as
 * text, so that no later check takes it for NULL; a record that cannot be read is counted by whoever compares the rows
 * staged here with the records that the scanner saw.
 */
import { contractColumns } from '../check/columns.ts';
import { dateFormat } from '../check/derive-property.ts';
import type { ContractTable, LogicalType, Property } from '../contract/contract.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, value, wholeNumber } from '../sql.ts';
import { saysMore, withRoundedAsTexts } from './exact-text.ts';
import { besideJson, fittingText, isReadOften, jsonPointers, jsonValues, typedJson } from './json-values.ts';
import { type TypedText, typeText } from './typed-text.ts';

/** Longest line read; a longer one is a malformed record. */
const MAX_LINE_BYTES = 16_777_216;
/** The engine would take sixteen lines of the longest kind, and the file at once if it is smaller. */
const BUFFER_BYTES = 33_554_432;

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
  const properties = propertiesByName(table);
  return header.map((name, position) => ({
    name,
    position,
    logical: properties.get(name)?.logicalType?.name ?? null,
  }));
}

/** Stages a CSV object; the columns are bound by the header's names, whatever their order. */
export function stageCsv(table: ContractTable, object: TextObject, header: readonly string[]): CompiledQuery {
  const { reader } = table;
  const fields = join(
    header.map((_name, position) => sql`${literalKey(`f${position}`)}: 'VARCHAR'`),
    ', ',
  );
  const nulls = reader.nullTokens;
  const properties = propertiesByName(table);
  const columns = header.flatMap((name, position) => {
    const raw = identifier(`f${position}`);
    const text =
      nulls.length === 0
        ? raw
        : sql`CASE WHEN NOT list_contains(CAST(${value(nulls)} AS VARCHAR[]), ${raw}) THEN ${raw} END`;
    return stagedPair(position, typedAs(properties.get(name), text, object.isExact === true));
  });
  const { errors, scans } = rejectTables(object.index);
  const read = sql`read_csv(${value(object.localPath)}, columns = {${fields}}, auto_detect = false, header = ${flag(reader.header)},
    delim = ${value(reader.delimiter)}, quote = ${value(reader.quote)}, escape = ${value(reader.escape)},
    store_rejects = true, rejects_table = ${value(errors)}, rejects_scan = ${value(scans)}, rejects_limit = 1000,
    strict_mode = true, null_padding = false, allow_quoted_nulls = false, max_line_size = ${wholeNumber(MAX_LINE_BYTES)},
    buffer_size = ${wholeNumber(BUFFER_BYTES)}, hive_partitioning = false)`;
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
 * Stages a JSON lines object. Lines that are no JSON object, or hold a key twice, are left out. Each projection computes
 * what the next one needs more than once; to look for bad lines as well takes as much memory again.
 *
 * @param isWhole there is no such line but blank ones, as {@link jsonKeys} told
 */
export function stageJson(table: ContractTable, object: TextObject, isWhole = false): CompiledQuery {
  const columns = contractColumns(table);
  const values = jsonValues(columns);
  const isExact = object.isExact === true;
  // Of each column: `r` is its JSON, `t` the same with rounded numbers as texts, `f` a text that is looked at often.
  const kept = (isExact ? ['r', 't'] : ['r']).flatMap((name) => columns.map((_column, at) => numbered(name, at)));
  const fitting = columns.flatMap(({ property }, at) =>
    isReadOften(property) ? [{ text: fittingText(property, numbered('r', at)), as: numbered('f', at) }] : [],
  );
  const textOf = (property: Property, at: number): SqlFragment =>
    isReadOften(property) ? numbered('f', at) : fittingText(property, numbered('r', at));

  const objects = isWhole ? sql`SELECT l FROM ${jsonLines(object)} WHERE contains(l, '{')` : jsonObjects(object);
  const lines = isExact ? sql`SELECT l, ${withRoundedAsTexts(sql`l`)} AS told FROM (${objects})` : objects;
  const told = isExact ? { walks: values.walks(sql`told`, 't'), found: values.found('t') } : { walks: [], found: [] };
  const walked = select([...values.walks(sql`l`, 'r'), ...told.walks], lines);
  const found = select([...named('r', values.found('r')), ...named('t', told.found)], walked);
  const texts = fitting.map(({ text, as }) => sql`${text} AS ${as}`);
  const read = texts.length === 0 ? found : select([...kept, ...texts], found);
  const types = columns.map(({ property }, at) => typedJson(property, textOf(property, at)).value);
  const typed = select([...kept, ...fitting.map(({ as }) => as), ...named('v', types)], read);
  const beside = columns.map(({ property }, at) =>
    besideJson(property, {
      raw: numbered('r', at),
      told: isExact ? numbered('t', at) : null,
      text: textOf(property, at),
      typed: numbered('v', at),
    }),
  );
  const pairs = [...columns.map((_column, at) => numbered('v', at)), ...named('x', beside)];
  return copy(select(pairs, typed), object.stagedPath);
}

/** One row: objects, and in how many of them the columns at these positions are present (`p0`, `p1`, ...), null or not. */
export function jsonCensus(
  table: ContractTable,
  object: TextObject,
  positions: readonly number[] = contractColumns(table).map((_column, position) => position),
): CompiledQuery {
  const asked = contractColumns(table).flatMap((column, position) =>
    positions.includes(position) ? [{ column, position }] : [],
  );
  const columns = asked.map(({ column }) => column);
  const present = asked.map(
    ({ position }, at) => sql`count(kind[${wholeNumber(at + 1)}]) AS ${numbered('p', position)}`,
  );
  const kinds = sql`SELECT json_type(l, ${jsonPointers(columns)}) AS kind FROM (${jsonObjects(object)})`;
  return compile(select([sql`count(*) AS fine`, ...present], kinds));
}

/** One row: how many values the staged columns at these positions have (`p0`, `p1`, ...), fitting or not. */
export function stagedCensus({ stagedPath }: TextObject, positions: readonly number[]): CompiledQuery {
  const present = positions.map(
    (position) =>
      sql`count(${numbered('v', position)}) + count(${numbered('x', position)}) AS ${numbered('p', position)}`,
  );
  return compile(sql`SELECT ${join(present, ', ')} FROM read_parquet(${value(stagedPath)}, hive_partitioning = false)`);
}

/** Most keys that {@link jsonKeys} names. */
export const MAX_JSON_KEYS = 1000;

/**
 * Top-level keys that occur in objects, at most a thousand, each beside the number of `objects` with a key. Lines that are
 * no JSON object, or hold a key twice, do not count.
 */
export function jsonKeys(object: TextObject): CompiledQuery {
  // Each object is counted with its first key.
  const keys = sql`SELECT unnest(keys) AS key, keys[1] AS head FROM (${jsonObjects(object)})`;
  const counted = sql`SELECT key, count(*) FILTER (key = head) AS heads FROM (${keys}) GROUP BY key`;
  return compile(sql`SELECT key, sum(heads) OVER () AS objects FROM (${counted}) LIMIT ${wholeNumber(MAX_JSON_KEYS)}`);
}

function jsonLines(object: TextObject): SqlFragment {
  return sql`read_csv(${value(object.localPath)}, columns = {'l': 'VARCHAR'}, auto_detect = false, header = false, delim = chr(1), quote = '',
    escape = '', nullstr = chr(2), store_rejects = true, max_line_size = ${wholeNumber(MAX_LINE_BYTES)},
    buffer_size = ${wholeNumber(BUFFER_BYTES)}, hive_partitioning = false)`;
}

/** Lines with a JSON object in which no key occurs twice: of two equal keys no reader can say which one is meant. */
function jsonObjects(object: TextObject): SqlFragment {
  const keys = sql`SELECT l, CASE WHEN json_valid(l) THEN json_keys(l) END AS keys FROM ${jsonLines(object)}`;
  // What is no object has no keys.
  const isObject = sql`CASE WHEN keys IS NULL THEN false WHEN len(keys) = 0 THEN json_type(l) = 'OBJECT'
    ELSE len(keys) = list_unique(keys) END`;
  return sql`SELECT l, keys FROM (${keys}) WHERE ${isObject}`;
}

function select(columns: readonly SqlFragment[], from: SqlFragment): SqlFragment {
  return sql`SELECT ${columns.length === 0 ? sql`1 AS none` : join(columns, ', ')} FROM (${from})`;
}

function named(name: string, list: readonly SqlFragment[]): readonly SqlFragment[] {
  return list.map((expression, at) => sql`${expression} AS ${numbered(name, at)}`);
}

function numbered(name: string, position: number): SqlFragment {
  return identifier(`${name}${position}`);
}

function typedAs(property: Property | undefined, text: SqlFragment, isExact: boolean): TypedText {
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

/** A field of an object goes by its dotted path in a header; of two columns with one name the first counts. */
function propertiesByName(table: ContractTable): ReadonlyMap<string, Property> {
  return new Map([...contractColumns(table)].reverse().map(({ name, property }) => [name, property]));
}

function stagedPair(position: number, typed: TypedText): readonly SqlFragment[] {
  return [sql`${typed.value} AS ${identifier(`v${position}`)}`, sql`${typed.invalid} AS ${identifier(`x${position}`)}`];
}

function copy(select: SqlFragment, path: string): CompiledQuery {
  // USE_TMP_FILE would write beside the allowed path and be refused.
  return compile(sql`COPY (${select}) TO ${value(path)} (FORMAT parquet, USE_TMP_FILE false, COMPRESSION snappy)`);
}

function literalKey(name: string): SqlFragment {
  return { text: [`'${name}'`], values: [] };
}

function flag(on: boolean): SqlFragment {
  return { text: [String(on)], values: [] };
}
