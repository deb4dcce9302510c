import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ObjectEntry } from '../../core/change/object.ts';
import { SluiceError } from '../../core/problem.ts';
import type { FetchedObject, FetchRequest, ObjectReader } from '../../gate/ports.ts';
import { type AddressKey, isWrittenByLakefs } from './address.ts';
import { type ObjectCache, openObjectCache } from './cache.ts';
import { cancelled, requestFailure } from './failure.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { type TransferLimits, type Transferred, transfer } from './transfer.ts';

export interface ObjectReaderOptions {
  /** Address of the S3 gateway: lakeFS's own address without `/api/v1`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly cacheDirectory: string;
  /** Most bytes the cache keeps on disk. 0 keeps nothing. */
  readonly cacheBytes: number;
  /** Transfers at once, over all runs. Default 16. Each holds a few stream buffers (under 1 MiB) in memory. */
  readonly concurrency?: number;
  /** Tries of one object in all. Default 3. */
  readonly attempts?: number;
  /** Wait before the second try, doubled for each further one (with jitter). Default 200. */
  readonly backoffMs?: number;
  /** Longest silence of the gateway. Default 30,000. */
  readonly stallTimeoutMs?: number;
  /** Largest sum of one request, from the listing. Default 200 GiB. */
  readonly maxRequestBytes?: number;
  /** Told for each object where its bytes came from. `bypass`: it is of a kind that is read anew each time. */
  readonly onCacheRequest?: (result: 'hit' | 'miss' | 'bypass') => void;
}

/** What the port asks for, and whether the checksum of the listing proved the transfer. */
interface ReadObject extends FetchedObject, Transferred {}

export interface CachedObjectReader extends ObjectReader {
  fetch(request: FetchRequest, signal: AbortSignal): Promise<readonly ReadObject[]>;
  /** Bytes the cache keeps now. */
  cachedBytes(): number;
  close(): void;
}

/**
 * Objects through lakeFS's S3 gateway, behind a content-addressed cache. `fetch` gives every object asked for, whole
 * and hashed, or rejects: with the codes of failure.ts, `objects-too-large`, or `cancelled`. When it rejects, nothing
 * of it is writing into the run directory any more.
 *
 * Throws `cache-unusable`.
 */
export function createObjectReader(options: ObjectReaderOptions): CachedObjectReader {
  const concurrency = options.concurrency ?? 16;
  const cache = openObjectCache({ directory: options.cacheDirectory, capBytes: options.cacheBytes });
  const gateway = openGateway({ ...options, connections: concurrency });
  const context: Context = {
    gateway,
    cache,
    limits: {
      attempts: options.attempts ?? 3,
      backoffMs: options.backoffMs ?? 200,
      stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    },
    slot: pLimit(concurrency),
    underway: new Map(),
    nextName: countedNames(),
    onCacheRequest: options.onCacheRequest ?? (() => {}),
  };
  const maxRequestBytes = options.maxRequestBytes ?? 200 * 1024 ** 3;
  return {
    fetch: (request, signal) => fetchAll(context, maxRequestBytes, request, signal),
    cachedBytes: () => cache.keptBytes(),
    close() {
      gateway.close();
      cache.close();
    },
  };
}

interface Context {
  readonly gateway: Gateway;
  readonly cache: ObjectCache;
  readonly limits: TransferLimits;
  readonly slot: ReturnType<typeof pLimit>;
  /** Addresses being fetched into the cache, by key: a second run waits and then finds them there. */
  readonly underway: Map<string, Promise<unknown>>;
  readonly nextName: () => string;
  readonly onCacheRequest: (result: 'hit' | 'miss' | 'bypass') => void;
}

async function fetchAll(
  context: Context,
  maxRequestBytes: number,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<readonly ReadObject[]> {
  checkRequest(request, maxRequestBytes);
  await mkdir(request.runDirectory, { recursive: true, mode: 0o700 });
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // As many listeners as transfers are no leak.
  setMaxListeners(0, either);
  const done = { objects: 0, bytes: 0 };
  const outcomes = await Promise.allSettled(
    request.objects.map((object) =>
      context.slot(async () => {
        try {
          const read = await fetchOne(context, request, object, either);
          done.objects += 1;
          done.bytes += object.sizeBytes;
          request.onProgress?.({ ...done });
          return read;
        } catch (cause) {
          stop.abort(cause);
          throw cause;
        }
      }),
    ),
  );
  if (signal.aborted) throw cancelled(signal.reason);
  // The first failure stopped the others; theirs only say that they were stopped.
  if (stop.signal.aborted) throw stop.signal.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

async function fetchOne(
  context: Context,
  request: FetchRequest,
  object: ObjectEntry,
  signal: AbortSignal,
): Promise<ReadObject> {
  if (signal.aborted) throw cancelled(signal.reason);
  const target = join(request.runDirectory, context.nextName());
  const key = cacheKey(context.cache, request, object);
  if (key === null) context.onCacheRequest('bypass');
  const read =
    key === null
      ? await transferTo(context, request, object, target, signal)
      : await throughCache(context, request, object, key, target, signal);
  return { path: object.path, localPath: target, sizeBytes: object.sizeBytes, ...read };
}

async function throughCache(
  context: Context,
  request: FetchRequest,
  object: ObjectEntry,
  key: AddressKey,
  target: string,
  signal: AbortSignal,
): Promise<Transferred> {
  const name = JSON.stringify([key.repository, key.physicalAddress, key.sizeBytes, key.checksum]);
  for (let other = context.underway.get(name); other !== undefined; other = context.underway.get(name)) {
    await settledOrAborted(other, signal);
    if (signal.aborted) throw cancelled(signal.reason);
  }
  const work = takeOrTransfer(context, request, object, key, target, signal);
  context.underway.set(name, work);
  try {
    return await work;
  } finally {
    context.underway.delete(name);
  }
}

async function takeOrTransfer(
  context: Context,
  request: FetchRequest,
  object: ObjectEntry,
  key: AddressKey,
  target: string,
  signal: AbortSignal,
): Promise<Transferred> {
  const cached = await context.cache.take(key, target);
  context.onCacheRequest(cached === null ? 'miss' : 'hit');
  if (cached !== null) return cached;
  // A path of a branch may lead to other bytes than the listed address by now, and whoever writes to the branch can
  // make them look alike. The cache takes only what a commit pins.
  if (request.branch !== undefined) return transferTo(context, request, object, target, signal);
  const staged = context.cache.stagingPath();
  const read = await transferTo(context, request, object, staged, signal);
  try {
    await context.cache.admit(key, read, staged, target);
  } catch (cause) {
    throw requestFailure(object.path, cause).error;
  }
  return read;
}

function transferTo(
  context: Context,
  request: FetchRequest,
  object: ObjectEntry,
  target: string,
  signal: AbortSignal,
): Promise<Transferred> {
  const { repository, commitId, branch } = request;
  const wanted = { repository, ref: branch ?? commitId, pinned: branch === undefined, object, target };
  return transfer(context.gateway, context.limits, wanted, signal);
}

/** Null for objects that must be read anew each time, and for those larger than the whole cache. */
function cacheKey(cache: ObjectCache, request: FetchRequest, object: ObjectEntry): AddressKey | null {
  const { physicalAddress, sizeBytes, checksum } = object;
  if (sizeBytes > cache.capBytes || !isWrittenByLakefs(request.storageNamespace, physicalAddress)) return null;
  return { repository: request.repository, physicalAddress, sizeBytes, checksum };
}

function checkRequest({ repository, commitId, branch, objects }: FetchRequest, maxRequestBytes: number): void {
  const fits = branch === undefined ? /^[0-9a-f]{64}$/.test(commitId) : /^\w[-\w]*$/.test(branch);
  if (!/^[a-z0-9][a-z0-9-]{2,62}$/.test(repository) || !fits) {
    throw new SluiceError({
      code: 'objects-bad-id',
      message: `Objects can only be read at a whole commit id or at a branch, not at ${JSON.stringify(`${repository}/${branch ?? commitId}`.slice(0, 140))}.`,
    });
  }
  const bytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  if (bytes > maxRequestBytes) {
    throw new SluiceError({
      code: 'objects-too-large',
      message: `The objects to read hold ${bytes} bytes; the limit is ${maxRequestBytes}.`,
      hint: 'Merge in smaller steps, or raise the limit of bytes per run.',
    });
  }
}

/** `000001.bin`, …: unique within the process, so that a run may fetch several times into its directory. */
function countedNames(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${String(count).padStart(6, '0')}.bin`;
  };
}

/** Waits for another run's fetch, whatever becomes of it. */
async function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = deferred();
  signal.addEventListener('abort', resolve, { once: true });
  await Promise.race([work.catch(() => undefined), aborted]);
  signal.removeEventListener('abort', resolve);
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: () => settle() };
}
