import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectEntry } from '../../core/change/object.ts';
import {
  cancelled,
  changed,
  notAGateway,
  requestFailure,
  stalled,
  type TransferFailure,
  truncated,
  wrongLength,
} from './failure.ts';
import type { Gateway, OpenObject } from './gateway.ts';

export interface TransferLimits {
  /** Tries of one object in all. */
  readonly attempts: number;
  /** Wait before the second try, doubled for each further one. */
  readonly backoffMs: number;
  /** Longest silence of the gateway, before the first byte and between any two. */
  readonly stallTimeoutMs: number;
}

export interface TransferRequest {
  readonly repository: string;
  /** A commit id or a branch. */
  readonly ref: string;
  /** Whether the ref can never lead to other objects than those listed. */
  readonly pinned: boolean;
  readonly object: ObjectEntry;
  /** A file that does not exist yet; it is whole and 0444 on success, and gone on failure. */
  readonly target: string;
}

export interface Transferred {
  /** SHA-256 (hex) of what was read. */
  readonly sha256: string;
  /**
   * The MD5 equals the listing's checksum: a sure transfer. False says nothing, because multipart uploads show a
   * checksum that looks like an MD5 and is none, and linked objects show what their client claimed.
   */
  readonly checksumConfirmed: boolean;
}

/**
 * Streams one object to disk, hashing on the way, and accepts it only at exactly the listing's length. Memory in use
 * is the stream buffers: the disk's pace holds the socket back.
 *
 * Transient failures (429, 5xx, broken or silent connections, short bodies) are tried again from the first byte.
 * Rejects with the `object-...`, `gateway-...` and `objects-disk...` codes of failure.ts, or `cancelled`.
 */
export async function transfer(
  gateway: Gateway,
  limits: TransferLimits,
  request: TransferRequest,
  signal: AbortSignal,
): Promise<Transferred> {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelled(signal.reason);
    const outcome = await tryOnce(gateway, limits, request, signal);
    if (!('error' in outcome)) return outcome;
    await rm(request.target, { force: true });
    if (signal.aborted) throw cancelled(signal.reason);
    if (!outcome.transient || attempt >= limits.attempts) throw outcome.error;
    const wait = limits.backoffMs * 2 ** (attempt - 1);
    await sleep(wait / 2 + (Math.random() * wait) / 2, undefined, { signal }).catch(() => undefined);
  }
}

async function tryOnce(
  gateway: Gateway,
  limits: TransferLimits,
  { repository, ref, pinned, object, target }: TransferRequest,
  signal: AbortSignal,
): Promise<Transferred | TransferFailure> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), limits.stallTimeoutMs);
  const either = AbortSignal.any([signal, silence.signal]);
  const hashes = startHashes(object);
  let file: FileHandle | null = null;
  let answered = false;
  try {
    // Before the request: a file that is opened while the body breaks would lie in the way of the next try, and a body
    // that breaks while nobody reads it yet would be an error without a place.
    file = await open(target, 'wx', 0o444);
    const answer = await gateway.open({ repository, ref, path: object.path }, either);
    answered = true;
    const refused = judgeHeaders(object, answer, pinned);
    if (refused !== null) {
      answer.body.destroy();
      return refused;
    }
    const onChunk = () => watchdog.refresh();
    await pipeline(
      answer.body,
      (body: Readable) => hashed(body, object.sizeBytes, hashes, onChunk),
      file.createWriteStream(),
      { signal: either },
    );
  } catch (cause) {
    if (silence.signal.aborted) return stalled(object.path, limits.stallTimeoutMs, cause);
    if (hashes.received > object.sizeBytes) return tooLong(object);
    const failure = requestFailure(object.path, cause);
    // A connection that breaks after the headers is best told in bytes.
    return failure.error.problem.code === 'gateway-unreachable' && answered
      ? truncated(object.path, object.sizeBytes, hashes.received, cause)
      : failure;
  } finally {
    clearTimeout(watchdog);
    await file?.close();
  }
  if (hashes.received < object.sizeBytes) return truncated(object.path, object.sizeBytes, hashes.received);
  return {
    sha256: hashes.sha256.digest('hex'),
    checksumConfirmed: hashes.md5 !== null && hashes.md5.digest('hex') === object.checksum,
  };
}

/** Running state of one try: the stages of the pipeline share it, nobody else sees it. */
interface Hashes {
  readonly sha256: Hash;
  /** Null when the checksum is not worth comparing. */
  readonly md5: Hash | null;
  received: number;
}

function startHashes(object: ObjectEntry): Hashes {
  return {
    sha256: createHash('sha256'),
    md5: mayBeMd5(object) ? createHash('md5') : null,
    received: 0,
  };
}

/**
 * Larger objects are uploaded in parts by every SDK, and their checksum is no MD5 of theirs; MD5 takes 1.8 s a GiB on
 * the thread that also serves hooks, more than SHA-256 and the disk together.
 */
const MD5_UP_TO_BYTES = 64 * 1024 * 1024;

function mayBeMd5({ checksum, sizeBytes }: ObjectEntry): boolean {
  return sizeBytes <= MD5_UP_TO_BYTES && /^[0-9a-f]{32}$/.test(checksum);
}

async function* hashed(body: Readable, sizeBytes: number, hashes: Hashes, onChunk: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    onChunk();
    hashes.received += chunk.length;
    // Stops an endless body at once instead of filling the disk.
    if (hashes.received > sizeBytes) throw new Error('the body is longer than its listing says');
    hashes.sha256.update(chunk);
    hashes.md5?.update(chunk);
    yield chunk;
  }
}

function judgeHeaders(object: ObjectEntry, answer: OpenObject, pinned: boolean): TransferFailure | null {
  if (answer.etag === undefined) return notAGateway(object.path, answer.contentType ?? 'no content type');
  if (!pinned && answer.etag.replace(/^"|"$/g, '') !== object.checksum) return changed(object.path);
  if (answer.contentLength !== undefined && answer.contentLength !== object.sizeBytes) {
    return wrongLength(object.path, object.sizeBytes, `a Content-Length of ${answer.contentLength}`);
  }
  return null;
}

function tooLong(object: ObjectEntry): TransferFailure {
  return wrongLength(object.path, object.sizeBytes, 'more bytes');
}
