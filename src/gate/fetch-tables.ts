import type { ObjectEntry } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { TableFinder } from '../core/contract/match-tables.ts';
import type { AffectedTables } from '../core/plan/affected-tables.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableReport } from '../core/report/report.ts';
import type { TableInput } from './check-tables.ts';
import { bytesOf, type InputObject } from './input-objects.ts';
import type { GateObserver } from './observer.ts';
import type { FetchedObject, Lake, ObjectReader } from './ports.ts';
import type { Pinned } from './prepare-merge.ts';
import type { Changes } from './read-changes.ts';

export interface TableObjects {
  readonly input: TableInput;
  readonly location: string;
  readonly changes: TableReport['objects'];
}

export interface FetchTablesRequest {
  readonly pinned: Pick<Pinned, 'event' | 'tree' | 'destination'>;
  readonly affected: AffectedTables;
  readonly changes: Changes;
  readonly find: TableFinder;
  readonly runDirectory: string;
  readonly limits: { readonly objects: number; readonly bytes: number };
}

/**
 * Brings the objects of every affected table to the run directory, each once however many tables it belongs to.
 *
 * @throws SluiceError `limit-objects`, `limit-bytes` when the run would read more than it may
 */
export async function fetchTables(
  request: FetchTablesRequest,
  deps: { readonly lake: Lake; readonly objects: ObjectReader; readonly observer?: GateObserver },
  signal: AbortSignal,
): Promise<readonly TableObjects[]> {
  const { affected, changes, find } = request;
  const tables = [...affected.checked, ...affected.read.map((one) => ({ ...one, checks: [] }))];
  if (tables.length === 0) return [];
  const owners = new Map(changes.after.map((entry) => [entry.path, find(entry.path).map((one) => one.table)]));
  const wanted = new Set(tables.map((one) => one.table));
  const objects = changes.after.filter((entry) => owners.get(entry.path)?.some((table) => wanted.has(table)) === true);
  refuseAboveLimits(objects, request.limits);
  const fetched = await fetchObjects(request, objects, deps, signal);
  refuseGaps(objects, fetched);
  deps.observer?.read(fetched.length, bytesOf(fetched));
  return tables.map((entry) => {
    const own = fetched.filter((object) => owners.get(object.path)?.includes(entry.table) === true);
    return {
      input: { ...entry, objects: own.map(inputObject) },
      location: locationOf(entry.table),
      changes: changesOf(entry.table, own, changes, find),
    };
  });
}

/** What a branch has in common with its head is read there, where it cannot change, and may be kept in the cache. */
async function fetchObjects(
  { pinned, changes, runDirectory }: FetchTablesRequest,
  objects: readonly ObjectEntry[],
  deps: { readonly lake: Pick<Lake, 'storageNamespace'>; readonly objects: ObjectReader },
  signal: AbortSignal,
): Promise<readonly FetchedObject[]> {
  const { tree, destination } = pinned;
  const { repository } = pinned.event;
  const storageNamespace = await deps.lake.storageNamespace(repository, signal);
  const place = { repository, storageNamespace, runDirectory };
  if (tree.kind === 'commit') return deps.objects.fetch({ ...place, commitId: tree.commit.id, objects }, signal);
  const changed = new Set(changes.objects.map(({ path }) => path));
  const old = objects.filter(({ path }) => !changed.has(path));
  const fresh = objects.filter(({ path }) => changed.has(path));
  const commitId = destination.id;
  return [
    ...(await deps.objects.fetch({ ...place, commitId, objects: old }, signal)),
    ...(await deps.objects.fetch({ ...place, commitId, branch: tree.branch, objects: fresh }, signal)),
  ];
}

function refuseAboveLimits(objects: readonly ObjectEntry[], limits: FetchTablesRequest['limits']): void {
  const bytes = bytesOf(objects);
  if (objects.length > limits.objects) {
    throw new SluiceError({
      code: 'limit-objects',
      message: `this merge needs ${objects.length} objects, ${limits.objects} are allowed`,
      hint: 'raise limits.objects, or split the table',
    });
  }
  if (bytes > limits.bytes) {
    throw new SluiceError({
      code: 'limit-bytes',
      message: `this merge needs ${bytes} bytes, ${limits.bytes} are allowed`,
      hint: 'raise limits.bytes, or split the table',
    });
  }
}

/** Coverage is proved, not assumed: what was asked for and what came are the same paths and lengths. */
function refuseGaps(asked: readonly ObjectEntry[], fetched: readonly FetchedObject[]): void {
  const came = new Map(fetched.map((object) => [object.path, object.sizeBytes]));
  const gap = asked.find((object) => came.get(object.path) !== object.sizeBytes);
  if (gap === undefined && came.size === asked.length) return;
  throw new SluiceError({
    code: 'coverage-gap',
    message: `the object ${gap?.path ?? ''} was not read whole`,
    hint: 'merge again',
  });
}

function inputObject({ path, localPath, sizeBytes }: FetchedObject): InputObject {
  return { path, localPath, sizeBytes, partition: partitionValues(path) };
}

function locationOf(table: ContractTable): string {
  return table.locations.map((location) => location.glob).join(', ');
}

function changesOf(
  table: ContractTable,
  own: readonly FetchedObject[],
  changes: Changes,
  find: TableFinder,
): TableReport['objects'] {
  const mine = changes.objects.filter((change) => find(change.path).some((governed) => governed.table === table));
  const ofKind = (kind: 'added' | 'changed' | 'removed'): number =>
    mine.filter((change) => change.kind === kind).length;
  return {
    read: own.length,
    bytes: bytesOf(own),
    added: ofKind('added'),
    changed: ofKind('changed'),
    removed: ofKind('removed'),
    unseenByDiff: mine.filter((change) => !change.seenByDiff).map((change) => change.path),
  };
}
