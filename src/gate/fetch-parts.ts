/** Reads of large Parquet objects what a diff needs of rows that did not change: how many there are, and their keys. */
import { join } from 'node:path';
import type { ObjectEntry } from '../core/change/object.ts';
import { integer } from '../core/plan/states.ts';
import { SluiceError } from '../core/problem.ts';
import { compile, sql, value } from '../core/sql.ts';
import type { ByteRange, ObjectParts, QueryEngine, Row } from './ports.ts';

export interface FetchPartsRequest {
  readonly repository: string;
  readonly commitId: string;
  readonly objects: readonly ObjectEntry[];
  /** Top-level columns that are wanted; others stay away. */
  readonly columns: readonly string[];
  readonly runDirectory: string;
  /** Of the files' names; no other call in this directory has it. */
  readonly prefix: string;
  /** Most bytes of all columns together. */
  readonly maxBytes: number;
}

/**
 * A file per object, in their order.
 *
 * @throws SluiceError `limit-bytes`, `object-...`, and what the engine says of a footer that it cannot read
 */
export async function fetchParts(
  request: FetchPartsRequest,
  { engine, parts }: { readonly engine: QueryEngine; readonly parts: ObjectParts },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { repository, commitId, runDirectory, prefix } = request;
  const files = request.objects.map((object, index) => ({
    repository,
    commitId,
    object,
    localPath: join(runDirectory, `${prefix}-${index}.parquet`),
  }));
  await all(files, (file) => parts.footer(file, signal));
  const localPaths = files.map(({ localPath }) => localPath);
  if (request.columns.length === 0) return localPaths;
  const chunks = await columnChunks(request, localPaths, engine, signal);
  const wanted = files.map((file) => ({ ...file, parts: chunks.get(file.localPath) ?? [] }));
  refuseAbove(
    request.maxBytes,
    wanted.flatMap((file) => file.parts),
  );
  await all(wanted, (file) => parts.add(file, signal));
  return localPaths;
}

/** Waits for all of them, so that nothing is written any more when one has failed. */
async function all<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const outcome of await Promise.allSettled(items.map(work))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Where the footers say that the columns lie; whatever is not so fails to be read later. */
async function columnChunks(
  { columns, runDirectory }: FetchPartsRequest,
  localPaths: readonly string[],
  engine: QueryEngine,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ByteRange[]>> {
  const session = await engine.open({ inputFiles: localPaths, stagedFiles: [], runDirectory }, signal);
  try {
    const files = sql`CAST(${value(localPaths)} AS VARCHAR[])`;
    const names = sql`CAST(${value(columns)} AS VARCHAR[])`;
    const rows = await session.query(
      compile(sql`SELECT m.file_name, m.total_compressed_size AS length, f.file_size_bytes AS size,
          least(CASE WHEN m.dictionary_page_offset > 0 THEN m.dictionary_page_offset END, m.data_page_offset) AS start
        FROM parquet_metadata(${files}) AS m JOIN parquet_file_metadata(${files}) AS f USING (file_name)
        WHERE list_contains(${names}, split_part(m.path_in_schema, ', ', 1))`),
      signal,
    );
    const ranges = new Map<string, readonly ByteRange[]>();
    for (const row of rows) {
      const file = String(row['file_name']);
      ranges.set(file, [...(ranges.get(file) ?? []), rangeOf(row)]);
    }
    return ranges;
  } finally {
    await session.close();
  }
}

function rangeOf(row: Row): ByteRange {
  const [start, length, size] = [integer(row['start']), integer(row['length']), integer(row['size'])];
  if (start !== null && length !== null && size !== null && start >= 4n && length > 0n && start + length < size) {
    return { start: Number(start), end: Number(start + length) };
  }
  throw new SluiceError({
    code: 'object-not-parquet',
    message: 'The footer of a Parquet object names a place for a column that the object does not have.',
    hint: 'write the object again',
  });
}

function refuseAbove(maxBytes: number, ranges: readonly ByteRange[]): void {
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  if (bytes <= maxBytes) return;
  throw new SluiceError({
    code: 'limit-bytes',
    message: `the keys of the unchanged objects take ${bytes} bytes, ${maxBytes} are allowed`,
    hint: 'raise limits.bytes (SLUICE_LIMIT_BYTES), or name a folder of the table with --table',
  });
}
