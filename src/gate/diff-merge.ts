/** The two versions of a merge's tables: objects of the base that the merge does not have are fetched, the others are here. */
import { type ObjectEntry, objectIdentity } from '../core/change/object.ts';
import { partitionValues } from '../core/change/partition.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { TableFinder } from '../core/contract/match-tables.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableReport } from '../core/report/report.ts';
import type { TableInput } from './check-tables.ts';
import type { DiffObject } from './diff-objects.ts';
import type { DiffTableInput } from './diff-tables.ts';
import { inputByContract } from './diff-versions.ts';
import type { FetchedObject, Lake, ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';
import type { Changes } from './read-changes.ts';
import { type ReportDiffs, withDiffs } from './report-diffs.ts';

export interface MergeDiffsRequest {
  readonly repository: string;
  /** The head of the destination. */
  readonly baseCommit: string;
  readonly changes: Changes;
  readonly find: TableFinder;
  /** Each judged table with the objects it was judged on. */
  readonly judged: readonly { readonly report: TableReport; readonly input: TableInput }[];
  /** Bytes that may be fetched of the base. */
  readonly maxBytes: number;
  readonly withinMs: number;
}

export interface MergeDiffsDeps {
  readonly lake: Lake;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
}

/** Fills the diffs of a judged merge. Never rejects, and never changes anything else. */
export function withMergeDiffs(
  request: MergeDiffsRequest,
  deps: MergeDiffsDeps,
  signal: AbortSignal,
): Promise<ReportDiffs> {
  const { judged, withinMs } = request;
  const tables = judged.map(({ report }) => report);
  if (!judged.some(({ input }) => isDiffed(input.table))) return Promise.resolve({ tables, problems: [] });
  const inputs = (directory: string, within: AbortSignal) => mergeInputs(request, deps, directory, within);
  return withDiffs({ tables, inputs, withinMs }, deps, signal);
}

function isDiffed(table: ContractTable): boolean {
  return table.key.length > 0;
}

async function mergeInputs(
  { repository, baseCommit, changes, find, judged, maxBytes }: MergeDiffsRequest,
  { lake, objects }: MergeDiffsDeps,
  runDirectory: string,
  signal: AbortSignal,
): Promise<readonly (DiffTableInput | null)[]> {
  const identities = new Map(changes.after.map((entry) => [entry.path, objectIdentity(entry)]));
  const here = new Map<string, string>();
  for (const { input } of judged) {
    for (const { path, localPath } of input.objects) here.set(identities.get(path) ?? '', localPath);
  }
  const governs = (entry: ObjectEntry, table: ContractTable) => find(entry.path).some((one) => one.table === table);
  const diffed = judged.filter(({ input }) => isDiffed(input.table)).map(({ input }) => input.table);
  const before = changes.before.filter((entry) => diffed.some((table) => governs(entry, table)));
  const gone = before.filter((entry) => !here.has(objectIdentity(entry)));
  refuseTooMuch(gone, maxBytes);
  const storageNamespace = await lake.storageNamespace(repository, signal);
  const request = { repository, commitId: baseCommit, objects: gone, storageNamespace, runDirectory };
  const fetched = gone.length === 0 ? [] : await objects.fetch(request, signal);
  const old = new Map(fetched.map((object: FetchedObject) => [object.path, object.localPath]));
  return judged.map(({ input }) => {
    const { table } = input;
    if (!isDiffed(table)) return null;
    const base = before.filter((entry) => governs(entry, table)).map((entry) => oldObject(entry, here, old));
    const merge = input.objects.map((object) => ({ ...object, identity: identities.get(object.path) ?? object.path }));
    return inputByContract(table, { base, merge });
  });
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
