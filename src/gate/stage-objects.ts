import { contractColumns } from '../core/check/columns.ts';
import type { ObjectColumn, ObjectDefect, ObjectFacts } from '../core/check/table-facts.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { ReadableObject } from '../core/plan/object-groups.ts';
import {
  csvColumns,
  jsonCensus,
  jsonColumns,
  jsonKeys,
  rejectsQuery,
  type StagedColumn,
  stageCsv,
  stageJson,
  type TextObject,
} from '../core/plan/stage-text.ts';
import { integer } from '../core/plan/states.ts';
import { textColumnType } from '../core/plan/typed-text.ts';
import type { InputObject } from './check-tables.ts';
import { isUnreadableContent, pathDefects, sentenceOf, stagedColumn } from './describe-objects.ts';
import type { EngineSession, PlainText, Row } from './ports.ts';

/** A text object on its way into the engine. */
export interface TextInput {
  readonly object: InputObject;
  readonly format: 'csv' | 'json';
  readonly plain: PlainText;
  readonly stagedPath: string;
  readonly index: number;
  /** To be compared, not checked; see `TextObject`. */
  readonly isExact?: boolean;
}

/** A staged object and the rows written, null when it could not be read. */
export interface StagedObject {
  readonly readable: ReadableObject;
  readonly rows: bigint | null;
}

/**
 * Stages one text object. Records that our scanner saw and the engine did not give back as rows are a defect with
 * their number, whatever the engine says about them.
 */
export async function stageObject(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedObject> {
  const { plain } = input;
  const defects = [...pathDefects(input.object), ...plain.defects];
  if (defects.some((defect) => defect.rows === null)) return unread(input, defects);
  try {
    return input.format === 'csv'
      ? await stageCsvObject(table, input, session, signal)
      : await stageJsonObject(table, input, session, signal);
  } catch (cause) {
    if (!isUnreadableContent(cause)) throw cause;
    return unread(input, [...plain.defects, { message: sentenceOf(cause), line: null, rows: null }]);
  }
}

function unread({ object, format, stagedPath }: TextInput, defects: readonly ObjectDefect[]): StagedObject {
  const { path, sizeBytes, partition } = object;
  const facts: ObjectFacts = { path, format, sizeBytes, columns: [], defects, records: null };
  return { readable: { facts, localPath: stagedPath, staged: {}, partition }, rows: null };
}

async function stageCsvObject(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedObject> {
  const header = input.plain.header ?? table.properties.map((property) => property.column);
  const copied = await session.query(stageCsv(table, textObject(input), header), signal);
  const rows = copiedRows(copied);
  const rejects = await session.query(rejectsQuery(input.index), signal);
  const columns = csvColumns(table, header);
  const typed = columns.map((column) => stagedColumn(column.name, textColumnType(column.logical).name));
  return staged(input, columns, factsOf(input, typed, lostRecords(input, rows, rejects)), rows);
}

async function stageJsonObject(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedObject> {
  const object = textObject(input);
  const rows = copiedRows(await session.query(stageJson(table, object), signal));
  const [census] = await session.query(jsonCensus(table, object), signal);
  const keys = await session.query(jsonKeys(object), signal);
  const columns = jsonColumns(table);
  // Without a single object there is nothing a key could be missing from.
  const none = input.plain.records === 0n;
  const present = columns.filter((column) => none || (integer(census?.[`p${column.position}`]) ?? 0n) > 0n);
  const typed = [
    ...present.map((column) => stagedColumn(column.name, textColumnType(column.logical).name)),
    ...extraKeys(table, keys).map((name) => stagedColumn(name, 'VARCHAR')),
  ];
  return staged(input, columns, factsOf(input, typed, lostRecords(input, rows, [])), rows);
}

/** Keys beside those of the contract; one that looks like the path of a nested column is shown in quotes. */
function extraKeys(table: ContractTable, keys: readonly Row[]): readonly string[] {
  const columns = contractColumns(table);
  const known = new Set(columns.map((column) => column.path[0]));
  const paths = new Set(columns.map((column) => column.name));
  return keys
    .map((row) => String(row['key']))
    .filter((key) => !known.has(key))
    .map((key) => (paths.has(key) ? `"${key}"` : key));
}

function staged(
  input: TextInput,
  columns: readonly StagedColumn[],
  facts: ObjectFacts,
  rows: bigint | null,
): StagedObject {
  const positions = Object.fromEntries(columns.map((column) => [column.name, column.position]));
  const { partition } = input.object;
  return { readable: { facts, localPath: input.stagedPath, staged: positions, partition }, rows };
}

function textObject({ plain, stagedPath, index, isExact = false }: TextInput): TextObject {
  return { localPath: plain.localPath, stagedPath, index, isExact };
}

function factsOf(input: TextInput, columns: readonly ObjectColumn[], defects: readonly ObjectDefect[]): ObjectFacts {
  const { object, format, plain } = input;
  return { path: object.path, format, sizeBytes: object.sizeBytes, columns, defects, records: plain.records };
}

function copiedRows(rows: readonly Row[]): bigint | null {
  return integer(rows[0]?.['Count']);
}

const REJECT_WORDS: Readonly<Record<string, string>> = {
  'MISSING COLUMNS': 'a record with too few fields',
  'TOO MANY COLUMNS': 'a record with too many fields',
  'UNQUOTED VALUE': 'text around a quoted field',
  'INVALID ENCODING': 'bytes that are not of the declared encoding',
  'LINE SIZE OVER MAXIMUM': 'a record that is too long',
};

/** The difference between what was there and what was read, however it came about. */
function lostRecords(input: TextInput, rows: bigint | null, rejects: readonly Row[]): readonly ObjectDefect[] {
  const { records, defects } = input.plain;
  if (rows === null)
    return [...defects, { message: 'the engine did not say how many records it read', line: null, rows: null }];
  const difference = records - rows;
  if (difference === 0n) return defects;
  const [first] = rejects;
  const named = defects.find((defect) => defect.rows !== null && defect.rows > 0n);
  const message =
    first === undefined
      ? (named?.message ?? 'records that could not be read')
      : (REJECT_WORDS[String(first['error_type'])] ?? 'a malformed record');
  const line = first === undefined ? (named?.line ?? null) : Number(first['line']);
  const whole: ObjectDefect = { message, line, rows: difference < 0n ? null : difference };
  return [...defects.filter((defect) => defect !== named), whole];
}
