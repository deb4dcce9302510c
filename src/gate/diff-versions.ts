/** The two versions of a table, told apart object by object. */
import { partitionValues } from '../core/change/partition.ts';
import { dataName } from '../core/check/columns.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { DiffObject } from './diff-objects.ts';
import type { DiffTableInput } from './diff-request.ts';
import type { LocalFile, LocalFiles } from './ports.ts';

/** The contract says what may be shown and how much of it; the user may ask for less. */
export function shownByContract(table: ContractTable, limit: number): DiffTableInput['show'] {
  const columns = table.samples.columns.map((name) => dataName(table, name));
  return { columns, limit: Math.min(limit, table.samples.limit) };
}

/** What a contract alone says of a diff. */
export function inputByContract(
  table: ContractTable,
  versions: { readonly base: readonly DiffObject[]; readonly merge: readonly DiffObject[] },
): DiffTableInput {
  return {
    table,
    fromData: false,
    key: table.key.map((name) => dataName(table, name)),
    tolerance: {},
    show: shownByContract(table, table.samples.limit),
    ...versions,
  };
}

/** Files of both sides with identities by their bytes. */
export async function localVersions(
  base: readonly LocalFile[],
  data: readonly LocalFile[],
  files: LocalFiles,
  signal: AbortSignal,
): Promise<{ readonly base: readonly DiffObject[]; readonly merge: readonly DiffObject[] }> {
  const named = data[0]?.localPath ?? null;
  return {
    base: await versioned(base, data, named, files, signal),
    merge: await versioned(data, base, named, files, signal),
  };
}

/** Only a file that is as long as one of the other side can be the same; all others differ without a look at them. */
async function versioned(
  own: readonly LocalFile[],
  others: readonly LocalFile[],
  named: string | null,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<readonly DiffObject[]> {
  const sizes = new Set(others.map((file) => file.sizeBytes));
  const objects: DiffObject[] = [];
  for (const { path, localPath, sizeBytes } of own) {
    const identity = sizes.has(sizeBytes) ? await files.sha256(localPath, signal) : `only ${localPath}`;
    const shown = path === '' ? fileName(named ?? localPath, localPath) : path;
    objects.push({ path: shown, localPath, sizeBytes, partition: partitionValues(path), identity });
  }
  return objects;
}

/** Two single files are two versions of one object, however they are called. */
function fileName(data: string, own: string): string {
  const ending = (path: string): string => /\.[^./\\]*(\.(gz|gzip|zst|zstd))?$/i.exec(path)?.[0] ?? '';
  const name = data.split(/[/\\]/).at(-1) ?? data;
  return ending(data) === ending(own) ? name : (own.split(/[/\\]/).at(-1) ?? own);
}
