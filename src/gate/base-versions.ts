/** The two versions of a merge's tables: objects of the base that the merge does not have are fetched, the others are here. */
import { type ObjectEntry, objectIdentity } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { TableFinder } from '../core/contract/match-tables.ts';
import type { BaseObjects } from './base-objects.ts';
import type { TableInput } from './check-tables.ts';
import type { DiffObject } from './diff-objects.ts';
import type { Changes } from './read-changes.ts';

/** The objects of a table before and after. */
export interface TableVersions {
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
}

/** Both versions of these tables, on the local disk. */
export type VersionsOf = (
  tables: readonly ContractTable[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<ContractTable, TableVersions>>;

export interface BaseVersionsRequest {
  readonly changes: Pick<Changes, 'before' | 'after'>;
  readonly find: TableFinder;
  /** Every table of the run, with its objects as they will be. */
  readonly inputs: readonly TableInput[];
  readonly baseObjects: BaseObjects;
}

/** Brings both versions of a merge's tables. Rejects with what {@link BaseObjects.bring} does. */
export function mergeVersions(request: BaseVersionsRequest): VersionsOf {
  return (tables, signal) => bringVersions(request, tables, signal);
}

async function bringVersions(
  { changes, find, inputs, baseObjects }: BaseVersionsRequest,
  tables: readonly ContractTable[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ContractTable, TableVersions>> {
  const identities = new Map(changes.after.map((entry) => [entry.path, objectIdentity(entry)]));
  const here = new Map<string, string>();
  for (const { path, localPath } of inputs.flatMap((input) => input.objects)) {
    here.set(identities.get(path) ?? '', localPath);
  }
  const governs = (entry: ObjectEntry, table: ContractTable) => find(entry.path).some((one) => one.table === table);
  const before = changes.before.filter((entry) => tables.some((table) => governs(entry, table)));
  const gone = before.filter((entry) => !here.has(objectIdentity(entry)));
  const old = await baseObjects.bring(gone, signal);
  const wanted = inputs.filter(({ table }) => tables.includes(table));
  return new Map(
    wanted.map(({ table, objects: own }) => {
      const base = before.filter((entry) => governs(entry, table)).map((entry) => oldObject(entry, here, old));
      const merge = own.map((object) => ({ ...object, identity: identities.get(object.path) ?? object.path }));
      return [table, { base, merge }];
    }),
  );
}

function oldObject(
  entry: ObjectEntry,
  here: ReadonlyMap<string, string>,
  old: ReadonlyMap<string, string>,
): DiffObject {
  const { path, sizeBytes } = entry;
  const identity = objectIdentity(entry);
  const localPath = here.get(identity) ?? old.get(path);
  if (localPath === undefined) throw new TypeError('an object of the base was not asked for');
  return { path, localPath, sizeBytes, partition: partitionValues(path), identity };
}
