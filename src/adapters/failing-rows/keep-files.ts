/**
 * Failing rows on local disk: a folder for each decision with one Parquet file for each check. A folder is made under
 * another name and renamed when everything in it is on disk, so that a killed process leaves all of it or nothing.
 */
import { chmod, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { SluiceError } from '../../core/problem.ts';
import type {
  DecisionRows,
  FailingRowsFile,
  FailingRowsKeeper,
  KeptRows,
  NoFailingRows,
} from '../../gate/failing-rows-ports.ts';
import { fileName, folderOf, INDEX_FILE, type KeptIndex, readIndex } from './kept-index.ts';

export interface KeepPolicy {
  /** Rows of one file. */
  readonly maxRows: number;
  /** Bytes of all files together. */
  readonly maxBytes: number;
  readonly keepMs: number;
  /** Bytes of one file, which is sent from memory. */
  readonly maxFileBytes?: number;
}

export interface KeptFiles extends FailingRowsKeeper {
  /** Bytes of all files. */
  keptBytes(): number;
  /** Removes what is too old; done before every keeping and, while the process lives, every hour. */
  sweep(): Promise<void>;
  /** Ends the hourly sweep when nothing is being written any more. */
  close(): Promise<void>;
}

interface Folder {
  readonly id: string;
  readonly keptAt: number;
  readonly bytes: number;
}

const NEW = '.new-';
const HOUR_MS = 3_600_000;
const MAX_FILE_BYTES = 64 * 2 ** 20;

/** Opens the files below `root` as their only writer; removes what a killed process left half done. */
export async function openKeptFiles(root: string, policy: KeepPolicy, now: () => number): Promise<KeptFiles> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  let folders = await findFolders(root);
  const oneByOne = pLimit(1);
  const remove = async (gone: readonly Folder[]): Promise<void> => {
    folders = folders.filter((folder) => !gone.includes(folder));
    for (const { id } of gone) await rm(join(root, id), { recursive: true, force: true });
  };
  const removeOld = () => remove(folders.filter(({ keptAt }) => keptAt < now() - policy.keepMs));
  const keptBytes = () => bytesOf(folders);

  const keep = async ({ decisionId, isRejection, checks }: DecisionRows): Promise<void> => {
    const final = folderOf(root, decisionId);
    const earlier = folders.filter(({ id }) => id === decisionId);
    if (final === null || checks.length === 0 || (earlier.length > 0 && !isRejection)) return;
    await remove(earlier);
    await removeOld();
    const { entries, bytes } = await numbered(checks, policy);
    await remove(oldestFirst(folders, keptBytes() + bytes - policy.maxBytes));
    const index: KeptIndex = { version: 1, keptAt: now(), checks: entries.map(({ entry }) => entry) };
    await writeFolder(join(root, `${NEW}${decisionId}`), final, entries, index);
    folders = [...folders, { id: decisionId, keptAt: index.keptAt, bytes }];
  };

  const sweep = () => oneByOne(removeOld);
  await sweep();
  await remove(oldestFirst(folders, keptBytes() - policy.maxBytes));
  const timer = setInterval(() => void sweep().catch(() => {}), HOUR_MS).unref();
  return {
    maxRows: policy.maxRows,
    keep: (rows) => oneByOne(() => keep(rows)).catch(notKept),
    keptBytes,
    sweep,
    close: async () => {
      clearInterval(timer);
      await oneByOne(async () => {});
    },
  };
}

function notKept(cause: unknown): never {
  const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  throw new SluiceError(
    {
      code: 'failing-rows-not-kept',
      message: `the disk refused the files of failing rows${reason}`,
      hint: 'make room below SLUICE_STATE_DIR, or keep less (failingRows.maxBytes)',
    },
    { cause },
  );
}

/** Every whole folder, oldest first; the others are removed. */
async function findFolders(root: string): Promise<readonly Folder[]> {
  const found: Folder[] = [];
  for (const name of await readdir(root)) {
    const folder = folderOf(root, name);
    const index = folder === null ? null : await readIndex(folder);
    if (index === null) await rm(join(root, name), { recursive: true, force: true });
    else found.push({ id: name, keptAt: index.keptAt, bytes: bytesOf(index.checks.filter(isKept)) });
  }
  return found.toSorted((left, right) => left.keptAt - right.keptAt || (left.id < right.id ? -1 : 1));
}

function isKept(check: KeptRows | NoFailingRows): check is KeptRows {
  return check.kind === 'rows';
}

function bytesOf(files: readonly ({ readonly sizeBytes: number } | { readonly bytes: number })[]): number {
  return files.reduce((sum, file) => sum + ('bytes' in file ? file.bytes : file.sizeBytes), 0);
}

/** As many of the oldest as free this many bytes. */
function oldestFirst(folders: readonly Folder[], tooMany: number): readonly Folder[] {
  let left = tooMany;
  return folders.filter(({ bytes }) => {
    const goes = left > 0;
    if (goes) left -= bytes;
    return goes;
  });
}

interface Entry {
  readonly entry: KeptRows | NoFailingRows;
  readonly localPath: string | null;
}

/** The files with their numbers and sizes; what does not fit is told instead. */
async function numbered(
  checks: readonly (FailingRowsFile | NoFailingRows)[],
  { maxBytes, maxFileBytes = MAX_FILE_BYTES }: KeepPolicy,
): Promise<{ readonly entries: readonly Entry[]; readonly bytes: number }> {
  const entries: Entry[] = [];
  let bytes = 0;
  let number = 0;
  for (const check of checks) {
    if (check.kind === 'none') {
      entries.push({ entry: check, localPath: null });
      continue;
    }
    const { localPath, ...told } = check;
    const { size: sizeBytes } = await stat(localPath);
    if (sizeBytes > maxFileBytes || bytes + sizeBytes > maxBytes) {
      const { table, check: id } = check;
      entries.push({ entry: { kind: 'none', table, check: id, why: 'too-large' }, localPath: null });
      continue;
    }
    number += 1;
    bytes += sizeBytes;
    entries.push({ entry: { ...told, number, sizeBytes }, localPath });
  }
  return { entries, bytes };
}

async function writeFolder(made: string, final: string, entries: readonly Entry[], index: KeptIndex): Promise<void> {
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { mode: 0o700 });
  try {
    for (const { entry, localPath } of entries) {
      if (entry.kind === 'rows' && localPath !== null) await takeOver(localPath, join(made, fileName(entry.number)));
    }
    const file = await open(join(made, INDEX_FILE), 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(index)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncPath(made);
    await rename(made, final);
    await syncPath(join(final, '..'));
  } catch (cause) {
    await rm(made, { recursive: true, force: true }).catch(() => {});
    throw cause;
  }
}

/** The run's directory and ours are on one disk, unless somebody mounts them apart. */
async function takeOver(from: string, to: string): Promise<void> {
  await rename(from, to).catch(() => copyFile(from, to));
  await chmod(to, 0o600);
  await syncPath(to);
}

/** A folder, or a file that is written already. */
async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
