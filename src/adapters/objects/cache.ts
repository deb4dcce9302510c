import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { SluiceError } from '../../core/problem.ts';
import type { AddressKey } from './address.ts';
import { type CacheEntry, type CacheIndex, openCacheIndex } from './cache-index.ts';

/**
 * Object bytes by their SHA-256, with an index that says what an address of lakeFS holds.
 *
 * `<directory>/sha256/ab/abcd…` are the bytes (0444), `<directory>/index.db` the index, `<directory>/tmp` transfers on
 * their way in. The cache speeds things up and decides nothing: whatever goes wrong with it is a miss.
 */
export interface ObjectCache {
  readonly capBytes: number;
  /** Bytes it keeps now; 0 when its index does not tell. */
  keptBytes(): number;
  /** Puts the cached bytes of the address at `target` (a hard link where possible), or returns null. */
  take(key: AddressKey, target: string): Promise<CacheEntry | null>;
  /** A fresh path to stream a new object to. */
  stagingPath(): string;
  /** Takes in a staged file that is whole, and puts it at `target` too. */
  admit(key: AddressKey, entry: CacheEntry, staged: string, target: string): Promise<void>;
  close(): void;
}

export interface CacheOptions {
  readonly directory: string;
  /** Most bytes kept; the least recently used go first. Files that a run still links to live until the run ends. */
  readonly capBytes: number;
}

/** A transfer writes at least every half minute; what has not been written to for longer was left by a dead process. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** Opens or creates the cache. Throws `cache-unusable` when the directory cannot be written. */
export function openObjectCache({ directory, capBytes }: CacheOptions): ObjectCache {
  const state = openState(directory);
  const oneAtATime = pLimit(1);
  return {
    capBytes,
    keptBytes: () => attempt(() => state.index.totalBytes()) ?? 0,
    take: (key, target) => take(state, key, target),
    stagingPath: () => join(state.staging, randomUUID()),
    async admit(key, entry, staged, target) {
      await linkOrCopy(staged, target);
      // One after another, so that two objects cannot both take the room that one of them made.
      await oneAtATime(() => keep(state, capBytes, key, entry, staged)).catch(() => rm(staged, { force: true }));
    },
    close: () => state.index.close(),
  };
}

interface State {
  readonly index: CacheIndex;
  readonly files: string;
  readonly staging: string;
  /**
   * Files whose bytes this process has hashed, by inode, size and mtime. Reading an object of 1 GiB through SHA-256
   * takes 0.8 s, so a file is hashed once per process and not once per use. That also makes fsync needless: what a
   * power cut tears is read by a new process, which hashes it first.
   */
  readonly intact: Map<string, string>;
}

function openState(directory: string): State {
  const files = join(directory, 'sha256');
  const staging = join(directory, 'tmp');
  try {
    for (const folder of [files, staging]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    removeAbandoned(staging);
    const index = openCacheIndex(join(directory, 'index.db'), () => {
      rmSync(files, { recursive: true, force: true });
      mkdirSync(files, { mode: 0o700 });
    });
    return { index, files, staging, intact: new Map() };
  } catch (cause) {
    throw new SluiceError(
      {
        code: 'cache-unusable',
        message: 'The object cache cannot be opened.',
        hint: 'Check that SLUICE_STATE_DIR exists, has room and may be written by the user that runs Sluice.',
      },
      { cause },
    );
  }
}

function removeAbandoned(staging: string): void {
  const before = Date.now() - ABANDONED_AFTER_MS;
  for (const name of readdirSync(staging)) {
    const path = join(staging, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (mtimeMs < before) rmSync(path, { force: true });
  }
}

async function take(state: State, key: AddressKey, target: string): Promise<CacheEntry | null> {
  const entry = attempt(() => state.index.find(key));
  if (entry === null) return null;
  const found = await place(state, entry.sha256, key.sizeBytes, target);
  if (found === 'intact') {
    attempt(() => state.index.touch(entry.sha256));
    return entry;
  }
  await rm(target, { force: true });
  if (found === 'damaged') await drop(state, entry.sha256).catch(() => undefined);
  return null;
}

/** Judged after linking and by the run's own file, so that nothing can change in between. */
async function place(
  state: State,
  sha256: string,
  sizeBytes: number,
  target: string,
): Promise<'intact' | 'damaged' | 'out of reach'> {
  try {
    const way = await linkOrCopy(fileOf(state, sha256), target);
    return (await isIntact(state, sha256, sizeBytes, target, way)) ? 'intact' : 'damaged';
  } catch (cause) {
    // Gone is damaged; no more file handles or no room for a copy is nothing the cached file is to blame for.
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'damaged' : 'out of reach';
  }
}

async function isIntact(
  state: State,
  sha256: string,
  sizeBytes: number,
  target: string,
  way: 'linked' | 'copied',
): Promise<boolean> {
  const { size, ino, mtimeMs } = await stat(target);
  if (size !== sizeBytes) return false;
  const fingerprint = `${ino}:${size}:${mtimeMs}`;
  if (way === 'linked' && state.intact.get(sha256) === fingerprint) return true;
  if ((await sha256Of(target)) !== sha256) return false;
  if (way === 'linked') state.intact.set(sha256, fingerprint);
  return true;
}

async function keep(state: State, capBytes: number, key: AddressKey, entry: CacheEntry, staged: string): Promise<void> {
  const overdue = () => state.index.victims(capBytes, key.sizeBytes);
  for (let victims = overdue(); victims.length > 0; victims = overdue()) {
    for (const victim of victims) await drop(state, victim);
  }
  const file = fileOf(state, entry.sha256);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  state.index.record(key, entry);
  await rename(staged, file);
  const { size, ino, mtimeMs } = await stat(file);
  state.intact.set(entry.sha256, `${ino}:${size}:${mtimeMs}`);
}

/** The file goes before its row: a crash in between leaves a row, which the next look finds to be a miss. */
async function drop(state: State, sha256: string): Promise<void> {
  state.intact.delete(sha256);
  await rm(fileOf(state, sha256), { force: true });
  state.index.forget(sha256);
}

/** A hard link outlives eviction and costs no space; a copy is made where the run lies on another file system. */
async function linkOrCopy(from: string, to: string): Promise<'linked' | 'copied'> {
  try {
    await link(from, to);
    return 'linked';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw cause;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(to, 0o444);
    return 'copied';
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function fileOf(state: State, sha256: string): string {
  return join(state.files, sha256.slice(0, 2), sha256);
}

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}
