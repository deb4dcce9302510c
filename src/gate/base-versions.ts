/** The two versions of a merge's tables: objects of the base that the merge does not have are fetched, the others are here. */
import { type ObjectEntry, objectIdentity } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { TableFinder } from '../core/contract/match-tables.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableInput } from './check-tables.ts';
import type { DiffObject } from './diff-objects.ts';
import type { Lake, ObjectReader } from './ports.ts';
import type { Changes } from './read-changes.ts';

/** The objects of a table before and after. */
export interface TableVersions {
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
}

export interface BaseVersionsRequest {
  readonly repository: string;
  /** The head of the destination. */
  readonly baseCommit: string;
  readonly changes: Changes;
  readonly find: TableFinder;
  /** Every table of the run, with its objects as they will be. */
  readonly inputs: readonly TableInput[];
  /** The tables to bring. */
  readonly tables: readonly ContractTable[];
  /** Bytes that may be fetched of the base. */
  readonly maxBytes: number;
  /** Existing directory for what is fetched. */
  readonly runDirectory: string;
}

/**
 * Brings both versions of the tables.
 *
 * @throws SluiceError `limit-bytes`, `coverage-gap`, and what the lake and the gateway refuse
 */
export async function fetchVersions(
  request: BaseVersionsRequest,
  { lake, objects }: { readonly lake: Lake; readonly objects: ObjectReader },
  signal: AbortSignal,
): Promise<ReadonlyMap<ContractTable, TableVersions>> {
  const { repository, baseCommit, changes, find, inputs, tables, maxBytes, runDirectory } = request;
  const identities = new Map(changes.after.map((entry) => [entry.path, objectIdentity(entry)]));
  const here = new Map<string, string>();
  for (const { path, localPath } of inputs.flatMap((input) => input.objects)) {
    here.set(identities.get(path) ?? '', localPath);
  }
  const governs = (entry: ObjectEntry, table: ContractTable) => find(entry.path).some((one) => one.table === table);
  const before = changes.before.filter((entry) => tables.some((table) => governs(entry, table)));
  const gone = before.filter((entry) => !here.has(objectIdentity(entry)));
  refuseTooMuch(gone, maxBytes);
  const storageNamespace = await lake.storageNamespace(repository, signal);
  const missing = { repository, commitId: baseCommit, objects: gone, storageNamespace, runDirectory };
  const fetched = gone.length === 0 ? [] : await objects.fetch(missing, signal);
  const old = new Map(fetched.map((object) => [object.path, object.localPath]));
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
  if (localPath !== undefined) return { path, localPath, sizeBytes, partition: partitionValues(path), identity };
  throw new SluiceError({
    code: 'coverage-gap',
    message: `the object ${path} of the base was not read whole`,
    hint: 'merge again',
  });
}

function refuseTooMuch(objects: readonly ObjectEntry[], maxBytes: number): void {
  const bytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  if (bytes <= maxBytes) return;
  throw new SluiceError({
    code: 'limit-bytes',
    message: `the base has ${bytes} bytes that differ, ${maxBytes} are allowed`,
    hint: 'raise limits.bytes',
  });
}
