import { contradictingFolders } from '../core/change/partition.ts';
import { NULL_TYPE, physicalType } from '../core/check/physical-type.ts';
import type { ObjectColumn, ObjectDefect, ObjectFacts } from '../core/check/table-facts.ts';
import { plural } from '../core/check/words.ts';
import { integer } from '../core/plan/states.ts';
import { columnOf } from '../core/plan/type-name.ts';
import { SluiceError } from '../core/problem.ts';
import { compile, identifier, join, type SqlFragment, sql, value } from '../core/sql.ts';
import type { InputObject } from './input-objects.ts';
import type { EngineSession, InexactValues, Row } from './ports.ts';

/** A Parquet object with its own schema and the row count its footer claims. */
export interface ParquetFacts {
  readonly facts: ObjectFacts;
  readonly claimedRows: bigint | null;
  /** Digest of the schema as the footer states it, nullability included; null when nothing could be read. */
  readonly shape: string | null;
}

/**
 * Reads each Parquet object's own schema, all footers in three statements and one more per distinct schema. When a
 * footer cannot be read, the objects are asked one by one, so that the report names the culprit.
 */
export async function describeParquet(
  objects: readonly InputObject[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly ParquetFacts[]> {
  if (objects.length === 0) return [];
  try {
    return await describeTogether(objects, session, signal);
  } catch (cause) {
    if (!isUnreadableContent(cause)) throw cause;
  }
  const described: ParquetFacts[] = [];
  for (const object of objects) {
    try {
      described.push(...(await describeTogether([object], session, signal)));
    } catch (cause) {
      if (!isUnreadableContent(cause)) throw cause;
      described.push(unreadable(object, cause));
    }
  }
  return described;
}

/** A statement of our own that fails on one object has met its bytes, however the engine words it. */
const ABOUT_THE_BYTES: ReadonlySet<string> = new Set(['engine-input', 'engine-query', 'engine-unsupported']);

/** True when a statement of our own failed on the data, as opposed to an engine that broke or was stopped. */
export function isUnreadableContent(cause: unknown): cause is SluiceError {
  return cause instanceof SluiceError && ABOUT_THE_BYTES.has(cause.problem.code);
}

/** The engine's sentence about an object. */
export function sentenceOf(cause: unknown): string {
  return cause instanceof SluiceError ? cause.problem.message : 'the object cannot be read';
}

/** A valid object may have what the engine does not know, which says nothing against the data. */
export function isUnsupported(cause: unknown): boolean {
  return cause instanceof SluiceError && cause.problem.code === 'engine-unsupported';
}

/** An object no row of which can be trusted, for what reading it failed of. */
export function unreadable(object: InputObject, cause: unknown): ParquetFacts {
  const unsupported = isUnsupported(cause) ? { isUnsupported: true } : {};
  const defect: ObjectDefect = { message: sentenceOf(cause), line: null, rows: null, ...unsupported };
  return { facts: factsOf(object, [], [defect]), claimedRows: null, shape: null };
}

async function describeTogether(
  objects: readonly InputObject[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly ParquetFacts[]> {
  const files = sql`CAST(${value(objects.map((object) => object.localPath))} AS VARCHAR[])`;
  const footers = await session.query(compile(footersQuery(files)), signal);
  const footerOf = new Map(footers.map((row) => [String(row['file_name']), row]));
  const columns = await columnsPerShape(objects, textByFile(footers, 'shape'), session, signal);
  const suspects = footers.filter((row) => row['suspect'] === true).map((row) => String(row['file_name']));
  const inexact = suspects.length === 0 ? new Map() : await session.inexactColumns(suspects, signal);
  const described: ParquetFacts[] = [];
  for (const object of objects) {
    const footer = footerOf.get(object.localPath) ?? {};
    const shape = String(footer['shape']);
    const stated = columns.get(shape) ?? [];
    const untyped = stated.filter((column) => namesIn(footer['untyped']).includes(column.name));
    const own = untyped.length === 0 ? stated : await withoutValues(object, stated, untyped, session, signal);
    const defects = [...pathDefects(object), ...footerDefects(footer), ...caseDefects(own, footer['names'])];
    const facts = { ...factsOf(object, own, defects), ...inexactFacts(inexact.get(object.localPath)) };
    described.push({ facts, claimedRows: integer(footer['num_rows']), shape });
  }
  return described;
}

/**
 * A row per object: how many rows it claims, whether its row groups contradict that, and a digest of its schema. A
 * footer may claim fewer rows than its pages hold, and every scan would believe it.
 */
function footersQuery(files: SqlFragment): SqlFragment {
  return sql`SELECT file_name, num_rows, shape, names, untyped, suspect, coalesce(contradicted, false) AS contradicted
    FROM parquet_file_metadata(${files})
    JOIN (SELECT file_name, list(name) AS names, list(name) FILTER (logical_type LIKE 'NullType%') AS untyped,
        coalesce(bool_or(${saysMore()}), false) AS suspect,
        md5(string_agg(concat_ws('|', name, type, type_length, repetition_type, num_children, converted_type, scale,
          precision, logical_type), ';' ORDER BY column_id)) AS shape
      FROM parquet_schema(${files}) GROUP BY file_name) USING (file_name)
    LEFT JOIN (SELECT file_name, true AS contradicted FROM parquet_metadata(${files})
      WHERE num_values <> row_group_num_rows AND path_in_schema NOT LIKE '%, %' GROUP BY file_name) USING (file_name)`;
}

/** Types that the engine may read with loss; whether it does, a closer look tells. */
function saysMore(): SqlFragment {
  return sql`type = 'INT96' OR logical_type LIKE '%NanoSeconds()%' OR precision > 38
    OR (logical_type LIKE 'DecimalType%' AND precision IS NULL)`;
}

function inexactFacts(inexact: readonly InexactValues[] = []): Pick<ObjectFacts, 'inexact'> {
  if (inexact.length === 0) return {};
  const said = inexact.map(({ column, holds, rows }) => {
    const more = rows === null ? '' : ` that say more than microseconds in ${plural(rows, 'row')}`;
    return [column, `${holds}${more}`];
  });
  return { inexact: Object.fromEntries(said) };
}

/** Which of two folders a reader takes for the column is the reader's secret; no row of such an object is known. */
export function pathDefects({ path, partition }: InputObject): readonly ObjectDefect[] {
  const [name] = contradictingFolders(path).filter((one) => Object.hasOwn(partition, one));
  if (name === undefined) return [];
  return [{ message: `its path has several folders ${name}=... with different values`, line: null, rows: null }];
}

/** Without a row about the footer nothing is known of the object, which is a defect as well. */
function footerDefects(footer: Row): readonly ObjectDefect[] {
  if (footer['contradicted'] === false) return [];
  return [{ message: 'the footer contradicts itself about the number of rows', line: null, rows: null }];
}

/** Columns that the footer calls typeless have no type only if they have no value either, which is read. */
async function withoutValues(
  object: InputObject,
  columns: readonly ObjectColumn[],
  untyped: readonly ObjectColumn[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly ObjectColumn[]> {
  const files = sql`CAST(${value([object.localPath])} AS VARCHAR[])`;
  const counts = untyped.map((column, index) => sql`count(${identifier(column.name)}) AS ${identifier(`n${index}`)}`);
  const query = sql`SELECT ${join(counts, ', ')} FROM read_parquet(${files}, hive_partitioning = false)`;
  const [row] = await session.query(compile(query), signal);
  const empty = untyped.filter((_column, index) => integer(row?.[`n${index}`]) === 0n);
  return columns.map((column) => (empty.includes(column) ? { ...column, type: NULL_TYPE } : column));
}

function namesIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

async function columnsPerShape(
  objects: readonly InputObject[],
  shapeOf: ReadonlyMap<string, string>,
  session: EngineSession,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ObjectColumn[]>> {
  const columns = new Map<string, readonly ObjectColumn[]>();
  for (const object of objects) {
    const shape = shapeOf.get(object.localPath);
    if (shape === undefined || columns.has(shape)) continue;
    const files = sql`CAST(${value([object.localPath])} AS VARCHAR[])`;
    const rows = await session.query(
      compile(sql`DESCRIBE SELECT * FROM read_parquet(${files}, hive_partitioning = false)`),
      signal,
    );
    columns.set(
      shape,
      rows.map((row) => columnOf(String(row['column_name']), String(row['column_type']))),
    );
  }
  return columns;
}

/** The engine renames a column that has the name of another, in any case; a check on either would read the wrong one. */
function caseDefects(columns: readonly ObjectColumn[], names: unknown): readonly ObjectDefect[] {
  const written = new Set(namesIn(names));
  const renamed = columns.find((column) => !written.has(column.name));
  if (renamed === undefined) return [];
  const name = renamed.name.replace(/_\d+$/, '');
  const same = [...written].filter((other) => other.toLowerCase() === name.toLowerCase());
  const told = same.length > 1 ? 'differ by upper and lower case alone' : `are both called ${name}`;
  return [{ message: `two columns ${told} (one is read as ${renamed.name})`, line: null, rows: null }];
}

function textByFile(rows: readonly Row[], column: string): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [String(row['file_name']), String(row[column])]));
}

function factsOf(object: InputObject, columns: readonly ObjectColumn[], defects: readonly ObjectDefect[]): ObjectFacts {
  return { path: object.path, format: 'parquet', sizeBytes: object.sizeBytes, columns, defects, records: null };
}

/** The column facts of a staged text object. */
export function stagedColumn(name: string, typeName: string): ObjectColumn {
  return { name, type: physicalType(typeName), fields: [] };
}
