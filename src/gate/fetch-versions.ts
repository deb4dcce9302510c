/** Brings what has to be read of both versions of a table to the run directory. */
import { type ObjectEntry, objectIdentity } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import { splitObjects, type VersionedObject } from '../core/diff/split-objects.ts';
import { SluiceError } from '../core/problem.ts';
import type { DiffObject } from './diff-objects.ts';
import type { RefTable } from './find-ref-tables.ts';
import type { ObjectReader } from './ports.ts';

export interface Versions {
  readonly repository: string;
  readonly baseCommit: string;
  readonly headCommit: string;
  readonly storageNamespace: string;
}

export interface FetchVersionsRequest {
  readonly versions: Versions;
  readonly table: Pick<RefTable, 'table' | 'before' | 'after'>;
  readonly runDirectory: string;
  /** Of one table. */
  readonly limits: { readonly objects: number; readonly bytes: number };
  readonly onBytes?: (bytes: number) => void;
}

export interface TableVersions {
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
}

interface Listed extends VersionedObject {
  readonly entry: ObjectEntry;
}

/**
 * Every object once: what both versions hold is read at the head.
 *
 * @throws SluiceError `limit-objects`, `limit-bytes` when that is more than one table may take
 */
export async function fetchVersions(
  request: FetchVersionsRequest,
  objects: ObjectReader,
  signal: AbortSignal,
): Promise<TableVersions> {
  const { versions, table, runDirectory, onBytes } = request;
  const [before, after] = [table.before.map(listed), table.after.map(listed)];
  const split = splitObjects(before, after);
  const old = split.base.map(({ entry }) => entry);
  const current = [...split.merge, ...split.shared].map(({ entry }) => entry);
  refuseAboveLimits(request, [...old, ...current]);
  const { repository, storageNamespace, baseCommit, headCommit } = versions;
  const read = async (commitId: string, entries: readonly ObjectEntry[], earlier: number) => {
    if (entries.length === 0) return [];
    const onProgress = ({ bytes }: { readonly bytes: number }) => onBytes?.(earlier + bytes);
    return objects.fetch(
      { repository, storageNamespace, runDirectory, commitId, objects: entries, onProgress },
      signal,
    );
  };
  const fetchedOld = await read(baseCommit, old, 0);
  const fetched = await read(headCommit, current, bytesOf(old));
  const byIdentity = new Map<string, string>();
  for (const [entries, files] of [
    [old, fetchedOld],
    [current, fetched],
  ] as const) {
    for (const [index, entry] of entries.entries()) byIdentity.set(objectIdentity(entry), whole(entry, files[index]));
  }
  const diffObject = ({ entry, identity, partition }: Listed): DiffObject => {
    const { path, sizeBytes } = entry;
    return { path, sizeBytes, partition, identity, localPath: byIdentity.get(identity) ?? '' };
  };
  return { base: before.map(diffObject), merge: after.map(diffObject) };
}

function listed(entry: ObjectEntry): Listed {
  return { entry, path: entry.path, identity: objectIdentity(entry), partition: partitionValues(entry.path) };
}

/** Coverage is proved, not assumed: what came is what was asked for. */
function whole(
  { path, sizeBytes }: ObjectEntry,
  file: { readonly path: string; readonly localPath: string; readonly sizeBytes: number } | undefined,
): string {
  if (file !== undefined && file.path === path && file.sizeBytes === sizeBytes) return file.localPath;
  throw new SluiceError({
    code: 'coverage-gap',
    message: `the object ${path} was not read whole`,
    hint: 'try again',
  });
}

function refuseAboveLimits(
  { table, limits }: Pick<FetchVersionsRequest, 'table' | 'limits'>,
  entries: readonly ObjectEntry[],
): void {
  if (entries.length > limits.objects) {
    throw new SluiceError({
      code: 'limit-objects',
      message: `comparing ${table.table.name} takes ${entries.length} objects, ${limits.objects} are allowed`,
      hint: 'raise limits.objects (SLUICE_LIMIT_OBJECTS), or name a folder inside it with --table',
    });
  }
  const bytes = bytesOf(entries);
  if (bytes > limits.bytes) {
    throw new SluiceError({
      code: 'limit-bytes',
      message: `comparing ${table.table.name} takes ${bytes} bytes, ${limits.bytes} are allowed`,
      hint: 'raise limits.bytes (SLUICE_LIMIT_BYTES), or name a folder inside it with --table',
    });
  }
}

function bytesOf(entries: readonly ObjectEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
