/** Brings what has to be read of both versions of a table to the run directory. */
import { type ObjectEntry, objectIdentity } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import { splitObjects, type VersionedObject } from '../core/diff/split-objects.ts';
import { SluiceError } from '../core/problem.ts';
import type { DiffObject } from './diff-objects.ts';
import { fetchParts } from './fetch-parts.ts';
import type { RefTable } from './find-ref-tables.ts';
import { bytesOf, formatOf } from './input-objects.ts';
import type { ObjectParts, ObjectReader, QueryEngine } from './ports.ts';

export interface Versions {
  readonly repository: string;
  readonly baseCommit: string;
  readonly headCommit: string;
  readonly storageNamespace: string;
}

export interface FetchVersionsRequest {
  readonly versions: Versions;
  readonly table: Pick<RefTable, 'table' | 'before' | 'after'>;
  /** Columns that are looked up in objects that did not change. */
  readonly key: readonly string[];
  readonly runDirectory: string;
  /** Differs for each table of a directory. */
  readonly prefix: string;
  /** Of one table. */
  readonly limits: FetchLimits;
  readonly onBytes?: (bytes: number) => void;
}

export interface FetchLimits {
  readonly objects: number;
  readonly bytes: number;
  /** Of Parquet objects that did not change, more bytes than these are not read whole. */
  readonly unchangedBytes: number;
}

export interface FetchDeps {
  readonly objects: ObjectReader;
  readonly parts: ObjectParts;
  readonly engine: QueryEngine;
}

export interface TableVersions {
  /** Some objects are there in part. */
  readonly isPartial: boolean;
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
}

interface Listed extends VersionedObject {
  readonly entry: ObjectEntry;
}

/**
 * Every object once: what both versions hold is read at the head, and only in part where that is much.
 *
 * @throws SluiceError `limit-objects`, `limit-bytes` when that is more than one table may take
 */
export async function fetchVersions(
  request: FetchVersionsRequest,
  deps: FetchDeps,
  signal: AbortSignal,
): Promise<TableVersions> {
  const { versions, table, key, runDirectory, prefix, limits, onBytes } = request;
  const [before, after] = [table.before.map(listed), table.after.map(listed)];
  const split = splitObjects(before, after);
  const old = split.base.map(({ entry }) => entry);
  const unchanged = split.shared.map(({ entry }) => entry);
  const partly = unchangedInParts(table.table, unchanged, limits);
  const current = [...split.merge.map(({ entry }) => entry), ...unchanged.filter((entry) => !partly.includes(entry))];
  refuseAboveLimits(request, { whole: [...old, ...current], partly });
  const { repository, storageNamespace, baseCommit, headCommit } = versions;
  const read = async (commitId: string, entries: readonly ObjectEntry[], earlier: number) => {
    if (entries.length === 0) return [];
    const onProgress = ({ bytes }: { readonly bytes: number }) => onBytes?.(earlier + bytes);
    return deps.objects.fetch(
      { repository, storageNamespace, runDirectory, commitId, objects: entries, onProgress },
      signal,
    );
  };
  const fetchedOld = await read(baseCommit, old, 0);
  const fetched = await read(headCommit, current, bytesOf(old));
  const place = { repository, commitId: headCommit, runDirectory, prefix };
  const inParts =
    partly.length === 0
      ? []
      : await fetchParts({ ...place, objects: partly, columns: key, maxBytes: limits.bytes }, deps, signal);
  const byIdentity = new Map<string, string>();
  for (const [entries, files] of [
    [old, fetchedOld],
    [current, fetched],
  ] as const) {
    for (const [index, entry] of entries.entries()) byIdentity.set(objectIdentity(entry), whole(entry, files[index]));
  }
  for (const [index, entry] of partly.entries()) byIdentity.set(objectIdentity(entry), inParts[index] ?? '');
  const isPartial = new Set(partly.map(objectIdentity));
  const diffObject = ({ entry, identity, partition }: Listed): DiffObject => {
    const { path, sizeBytes } = entry;
    const object = { path, sizeBytes, partition, identity, localPath: byIdentity.get(identity) ?? '' };
    return isPartial.has(identity) ? { ...object, isPartial: true } : object;
  };
  return { isPartial: partly.length > 0, base: before.map(diffObject), merge: after.map(diffObject) };
}

/** A little is read whole, for the profile of the whole table; text cannot be read in parts. */
function unchangedInParts(
  table: ContractTable,
  unchanged: readonly ObjectEntry[],
  { unchangedBytes }: FetchLimits,
): readonly ObjectEntry[] {
  const parquet = unchanged.filter(({ path }) => formatOf(table, path) === 'parquet');
  return bytesOf(parquet) > unchangedBytes ? parquet : [];
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
  { whole, partly }: { readonly whole: readonly ObjectEntry[]; readonly partly: readonly ObjectEntry[] },
): void {
  const objects = whole.length + partly.length;
  if (objects > limits.objects) {
    throw new SluiceError({
      code: 'limit-objects',
      message: `comparing ${table.table.name} takes ${objects} objects, ${limits.objects} are allowed`,
      hint: 'raise limits.objects (SLUICE_LIMIT_OBJECTS), or name a folder inside it with --table',
    });
  }
  const bytes = bytesOf(whole);
  if (bytes > limits.bytes) {
    throw new SluiceError({
      code: 'limit-bytes',
      message: `comparing ${table.table.name} takes ${bytes} bytes, ${limits.bytes} are allowed`,
      hint: 'raise limits.bytes (SLUICE_LIMIT_BYTES), or name a folder inside it with --table',
    });
  }
}
