import { type FileHandle, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { SluiceError } from '../../core/problem.ts';
import type { ByteRange, ObjectParts, PartsRequest } from '../../gate/ports.ts';
import {
  cancelled,
  notAGateway,
  requestFailure,
  stalled,
  type TransferFailure,
  truncated,
  wrongLength,
} from './failure.ts';
import { type Gateway, type OpenObject, openGateway } from './gateway.ts';

export interface ObjectPartsOptions {
  /** Address of the S3 gateway: lakeFS's own address without `/api/v1`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Requests at once. Default 16; each holds up to {@link MAX_PART} bytes. */
  readonly concurrency?: number;
  /** Tries of one part in all. Default 3. */
  readonly attempts?: number;
  /** Longest wait for one part. Default 30,000. */
  readonly timeoutMs?: number;
}

/** One request. */
const MAX_PART = 8 * 1024 * 1024;
/** Most footers are smaller than this. */
const TAIL = 64 * 1024;
/** Footer length and magic word at the end of a Parquet file. */
const ENDING = 8;

/** Parts of objects through lakeFS's S3 gateway, by range requests. */
export function createObjectParts(options: ObjectPartsOptions): ObjectParts & { close(): void } {
  const concurrency = options.concurrency ?? 16;
  const gateway = openGateway({ ...options, connections: concurrency });
  const context: Context = {
    gateway,
    attempts: options.attempts ?? 3,
    timeoutMs: options.timeoutMs ?? 30_000,
    slot: pLimit(concurrency),
  };
  return {
    footer: (request, signal) => writeFooter(context, request, signal),
    add: async ({ parts, ...request }, signal) => {
      const file = await open(request.localPath, 'r+');
      try {
        await Promise.all(parts.flatMap(pieces).map((part) => copyPart(context, { ...request, part, file }, signal)));
      } finally {
        await file.close();
      }
    },
    close: () => gateway.close(),
  };
}

interface Context {
  readonly gateway: Gateway;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly slot: ReturnType<typeof pLimit>;
}

async function writeFooter(context: Context, request: PartsRequest, signal: AbortSignal): Promise<void> {
  const { object, localPath } = request;
  const { sizeBytes } = object;
  const file = await open(localPath, 'wx', 0o600);
  try {
    await file.truncate(sizeBytes);
    const start = Math.max(0, sizeBytes - TAIL);
    const tail = await copyPart(context, { ...request, part: { start, end: sizeBytes }, file }, signal);
    const footer = footerStart(tail, sizeBytes);
    if (footer === null) throw notParquet(object.path);
    if (footer >= start) return;
    for (const part of pieces({ start: footer, end: start })) {
      await copyPart(context, { ...request, part, file }, signal);
    }
  } finally {
    await file.close();
  }
}

/** Where the footer begins; null when the object does not end like Parquet. */
function footerStart(tail: Buffer, sizeBytes: number): number | null {
  if (tail.length < ENDING || tail.toString('latin1', tail.length - 4) !== 'PAR1') return null;
  const start = sizeBytes - ENDING - tail.readUInt32LE(tail.length - ENDING);
  return start < 4 ? null : start;
}

function pieces({ start, end }: ByteRange): readonly ByteRange[] {
  return Array.from({ length: Math.ceil((end - start) / MAX_PART) }, (_none, index) => ({
    start: start + index * MAX_PART,
    end: Math.min(end, start + (index + 1) * MAX_PART),
  }));
}

interface PartRequest extends PartsRequest {
  readonly part: ByteRange;
  readonly file: FileHandle;
}

function copyPart(context: Context, request: PartRequest, signal: AbortSignal): Promise<Buffer> {
  return context.slot(async () => {
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw cancelled(signal.reason);
      const outcome = await readOnce(context, request, signal);
      if (Buffer.isBuffer(outcome)) {
        await request.file.write(outcome, 0, outcome.length, request.part.start);
        return outcome;
      }
      if (signal.aborted) throw cancelled(signal.reason);
      if (!outcome.transient || attempt >= context.attempts) throw outcome.error;
      await sleep(200 * 2 ** (attempt - 1), undefined, { signal }).catch(() => undefined);
    }
  });
}

async function readOnce(
  { gateway, timeoutMs }: Context,
  { repository, commitId, object, part }: PartRequest,
  signal: AbortSignal,
): Promise<Buffer | TransferFailure> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { path } = object;
  const wanted = part.end - part.start;
  try {
    const answer = await gateway.open({ repository, ref: commitId, path, part }, AbortSignal.any([signal, timeout]));
    const refused = judgePart(answer, path, object.sizeBytes, part);
    if (refused !== null) {
      answer.body.destroy();
      return refused;
    }
    const bytes = await buffer(answer.body);
    return bytes.length === wanted ? bytes : truncated(path, wanted, bytes.length);
  } catch (cause) {
    return timeout.aborted ? stalled(path, timeoutMs, cause) : requestFailure(path, cause);
  }
}

/** An answer without a range is the whole object: nobody wants it in memory. */
function judgePart(answer: OpenObject, path: string, sizeBytes: number, part: ByteRange): TransferFailure | null {
  if (answer.etag === undefined) return notAGateway(path, answer.contentType ?? 'no content type');
  if (answer.contentRange === `bytes ${part.start}-${part.end - 1}/${sizeBytes}`) return null;
  return wrongLength(path, sizeBytes, `the range ${JSON.stringify(answer.contentRange?.slice(0, 60) ?? 'none')}`);
}

function notParquet(path: string): SluiceError {
  return new SluiceError({
    code: 'object-not-parquet',
    message: `The object ${path} does not end as Parquet does.`,
    hint: 'Write it again, or give it the name of its format.',
  });
}
