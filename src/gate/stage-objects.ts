import { contractColumns } from '../core/check/columns.ts';
import type { ObjectColumn, ObjectDefect, ObjectFacts } from '../core/check/table-facts.ts';
import { toldNames } from '../core/check/told-names.ts';
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
import { isUnreadableContent, pathDefects, sentenceOf, stagedColumn } from './describe-objects.ts';
import type { InputObject } from './input-objects.ts';
import type { EngineSession, PlainText, Row } from './ports.ts';
import { presentColumns } from './present-columns.ts';

/** A text object on its way into the engine. */
export interface TextInput {
  readonly object: InputObject;
  readonly format: 'csv' | 'json';
  readonly plain: PlainText;
  readonly stagedPath: string;
  readonly index: number;
  /** To be compared, not checked; see `TextObject`. */
  readonly isExact: boolean;
}

/** What staging made of the bytes of a text, whatever the objects are called that hold them. */
export type StagedText =
  | {
      readonly kind: 'staged';
      readonly stagedPath: string;
      readonly columns: readonly ObjectColumn[];
      /** Position of each column's name in the staged file. */
      readonly positions: Readonly<Record<string, number>>;
      /** Null: the engine did not say. */
      readonly rows: bigint | null;
      readonly defects: readonly ObjectDefect[];
    }
  | { readonly kind: 'unread'; readonly defects: readonly ObjectDefect[] };

/** A text of which every record was read or is accounted for. */
export type WholeText = Extract<StagedText, { readonly kind: 'staged' }>;

/** A staged object and the rows written, null when it could not be read. */
export interface StagedObject {
  readonly readable: ReadableObject;
  readonly rows: bigint | null;
}

/** The object with what its text was staged as, and such names as may be shown. */
export function stagedObject(table: ContractTable, input: TextInput, text: StagedText): StagedObject {
  const { object, format, plain, stagedPath } = input;
  const { path, sizeBytes, partition } = object;
  const told = text.kind === 'unread' ? [] : namesOf(table, text, Object.keys(partition));
  if (text.kind === 'unread' || told === null) {
    const defects = told === null ? [...text.defects, noKnownName(format)] : text.defects;
    const facts: ObjectFacts = { path, format, sizeBytes, columns: [], defects, records: null };
    return { readable: { facts, localPath: stagedPath, staged: {}, partition }, rows: null };
  }
  const columns = text.columns.map((column, index) => ({ ...column, name: told[index] ?? column.name }));
  const facts: ObjectFacts = { path, format, sizeBytes, columns, defects: text.defects, records: plain.records };
  return { readable: { facts, localPath: text.stagedPath, staged: text.positions, partition }, rows: text.rows };
}

function namesOf(table: ContractTable, { columns }: WholeText, folders: readonly string[]): readonly string[] | null {
  const names = columns.map(({ name }) => name);
  return table.isFromData === true ? names : toldNames(table, names, folders);
}

/** Nothing of it is a column, so that nothing can be judged; and what it has instead of names may be data. */
function noKnownName(format: TextInput['format']): ObjectDefect {
  const message =
    format === 'csv'
      ? 'its first line has no column of the contract: is the header missing, or the delimiter another one?'
      : 'its objects have no column of the contract';
  return { message, line: format === 'csv' ? 1 : null, rows: null };
}

/** Why nothing of the text can be read, told without reading it; null: it may be staged. */
export function unreadText({ object, plain }: TextInput): StagedText | null {
  const defects = [...pathDefects(object), ...plain.defects];
  return defects.some((defect) => defect.rows === null) ? { kind: 'unread', defects } : null;
}

/** False where the engine did not say how many rows there are, or said more than there can be. */
export function isWhole(text: StagedText): text is WholeText {
  return text.kind === 'staged' && text.rows !== null && !text.defects.some((defect) => defect.rows === null);
}

/**
 * Everything in the table and the text that decides what is staged, beside the bytes and the way they are looked
 * through: the statements themselves, with the names that they give to positions. Equal texts are staged alike.
 */
export function stagingKey(table: ContractTable, input: TextInput): string {
  const { format, isExact } = input;
  const anywhere: TextObject = { localPath: '', stagedPath: '', index: 0, isExact };
  if (format === 'json') return JSON.stringify([isExact, stageJson(table, anywhere), jsonCensus(table, anywhere)]);
  const header = headerOf(table, input);
  return JSON.stringify([isExact, stageCsv(table, anywhere, header), header]);
}

/**
 * Stages one text. Records that our scanner saw and the engine did not give back as rows are a defect with their number,
 * whatever the engine says about them.
 */
export async function stageText(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedText> {
  try {
    return input.format === 'csv'
      ? await stageCsvText(table, input, session, signal)
      : await stageJsonText(table, input, session, signal);
  } catch (cause) {
    if (!isUnreadableContent(cause)) throw cause;
    const defect: ObjectDefect = { message: sentenceOf(cause), line: null, rows: null };
    return { kind: 'unread', defects: [...input.plain.defects, defect] };
  }
}

/** Without a header line the columns are the contract's, in its order, but for those that the path has. */
function headerOf(table: ContractTable, { plain, object }: TextInput): readonly string[] {
  const inFile = table.properties.filter(({ column }) => !Object.hasOwn(object.partition, column));
  return plain.header ?? inFile.map(({ column }) => column);
}

async function stageCsvText(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedText> {
  const header = headerOf(table, input);
  const copied = await session.query(stageCsv(table, textObject(input), header), signal);
  const rows = copiedRows(copied);
  const rejects = await session.query(rejectsQuery(input.index), signal);
  const columns = csvColumns(table, header);
  const typed = columns.map((column) => stagedColumn(column.name, textColumnType(column.logical).name));
  return staged(input, columns, typed, { rows, rejects });
}

async function stageJsonText(
  table: ContractTable,
  input: TextInput,
  session: EngineSession,
  signal: AbortSignal,
): Promise<StagedText> {
  const object = textObject(input);
  const rowsOfKeys = await session.query(jsonKeys(object), signal);
  // What the engine takes for an object is a record of the scanner's: with as many of both there is no other line.
  const isWhole = integer(rowsOfKeys[0]?.['objects']) === input.plain.records;
  const rows = copiedRows(await session.query(stageJson(table, object, isWhole), signal));
  const keys = rowsOfKeys.map((row) => String(row['key']));
  const columns = jsonColumns(table);
  // Without a single object there is nothing a key could be missing from.
  const none = input.plain.records === 0n;
  const present = none ? columns : await presentColumns(table, object, keys, session, signal);
  const typed = [
    ...present.map((column) => stagedColumn(column.name, textColumnType(column.logical).name)),
    ...extraKeys(table, keys).map((name) => stagedColumn(name, 'VARCHAR')),
  ];
  return staged(input, columns, typed, { rows, rejects: [] });
}

/** Keys beside those of the contract; one that looks like the path of a nested column is shown in quotes. */
function extraKeys(table: ContractTable, keys: readonly string[]): readonly string[] {
  const columns = contractColumns(table);
  const known = new Set(columns.map((column) => column.path[0]));
  const paths = new Set(columns.map((column) => column.name));
  return keys.filter((key) => !known.has(key)).map((key) => (paths.has(key) ? `"${key}"` : key));
}

function staged(
  input: TextInput,
  staged: readonly StagedColumn[],
  columns: readonly ObjectColumn[],
  { rows, rejects }: { readonly rows: bigint | null; readonly rejects: readonly Row[] },
): StagedText {
  const positions = Object.fromEntries(staged.map((column) => [column.name, column.position]));
  const defects = lostRecords(input, rows, rejects);
  return { kind: 'staged', stagedPath: input.stagedPath, columns, positions, rows, defects };
}

function textObject({ plain, stagedPath, index, isExact }: TextInput): TextObject {
  return { localPath: plain.localPath, stagedPath, index, isExact };
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
