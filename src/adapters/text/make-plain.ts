import { createReadStream } from 'node:fs';
import { chmod, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { ObjectDefect } from '../../core/check/table-facts.ts';
import { SluiceError } from '../../core/problem.ts';
import type { PlainText, PlainTextRequest, TextFiles } from '../../gate/ports.ts';
import { csvScanner, type Scanner } from './scan-csv.ts';
import { jsonScanner } from './scan-json.ts';

const CHUNK_BYTES = 262_144;
/** Engine sessions may read what is evidence, and not write to it. */
const READ_ONLY = 0o444;

export interface TextLimits {
  /** Bytes one object may have when decompressed; more is a defect, so that a bomb cannot fill the disk. */
  readonly maxPlainBytes: number;
}

type Compression = 'none' | 'gzip' | 'zstd';

/** Bytes that are no valid stream of their compression or encoding. */
class BrokenContent extends Error {}

/** Decompression and encoding in this process, because the engine reads a truncated `.gz` without a word. */
export function createTextFiles(limits: TextLimits): TextFiles {
  return {
    makePlain: async (request, signal) => {
      const compression = compressionOf(request.path);
      const scanner = request.format === 'csv' ? csvScanner(request.reader) : jsonScanner();
      const copied = compression !== 'none' || request.reader.encoding !== 'utf-8';
      try {
        const chunks = decode(decompress(readChunks(request.localPath, signal), compression), request.reader.encoding);
        await scanAndCopy(chunks, scanner, copied ? request.plainPath : null, limits, signal);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        if (!(cause instanceof BrokenContent)) throw diskError(request.path, cause);
        return broken(request, cause.message);
      }
      return { ...scanner.finish(), localPath: copied ? request.plainPath : request.localPath };
    },
    protect: async (localPath) => {
      try {
        await chmod(localPath, READ_ONLY);
      } catch (cause) {
        throw diskError(basename(localPath), cause);
      }
    },
  };
}

/** By the ending of the key, as every writer names them. */
function compressionOf(path: string): Compression {
  if (/\.gz(ip)?$/i.test(path)) return 'gzip';
  return /\.zst(d)?$/i.test(path) ? 'zstd' : 'none';
}

async function* readChunks(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) yield chunk;
}

function decompress(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'gzip':
      return gunzip(chunks);
    case 'zstd':
      return unzstd(chunks);
    case 'none':
      return chunks;
  }
}

/**
 * zlib checks length and checksum at the end and reports a stream that stops early. What follows the last member and is
 * no member itself it passes over without a word: a damaged second member would be lost.
 */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: CHUNK_BYTES });
  let given = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      given += chunk.length;
      yield chunk;
    }
  }
  // Ends both sides when either fails or the reader stops; the error arrives through the stream.
  pipeline(counted, stream, () => undefined);
  try {
    for await (const chunk of stream) yield chunk;
  } catch (cause) {
    if (!isZlibError(cause)) throw cause;
    throw new BrokenContent('the gzip stream is cut short or damaged', { cause });
  }
  if (stream.bytesWritten !== given) throw new BrokenContent('the gzip stream is followed by something else');
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_');
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let ended = false;
  const stream = new Decompress((chunk, final) => {
    if (chunk.length > 0) ready.push(chunk);
    ended = final === true;
  });
  const push = (chunk: Uint8Array, final: boolean): readonly Uint8Array[] => {
    try {
      stream.push(chunk, final);
    } catch (cause) {
      throw new BrokenContent('the zstd stream is cut short or damaged', { cause });
    }
    return ready.splice(0);
  };
  for await (const chunk of chunks) yield* push(chunk, false);
  yield* push(new Uint8Array(0), true);
  if (!ended) throw new BrokenContent('the zstd stream is cut short');
}

/** Latin-1 and UTF-16 become UTF-8, so that everything behind reads one encoding. */
async function* decode(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-8') {
    yield* chunks;
    return;
  }
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  const text = (chunk?: Uint8Array): Uint8Array => {
    try {
      return Buffer.from(decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '');
    } catch (cause) {
      throw new BrokenContent(`the text is not ${encoding}`, { cause });
    }
  };
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(labelOf(encoding, chunk), { fatal: true });
    yield text(chunk);
  }
  yield text();
}

/** UTF-16 is little-endian unless its byte order mark says otherwise. */
function labelOf(encoding: string, [first, second]: Uint8Array): string {
  if (encoding === 'latin-1') return 'latin1';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-16le';
}

async function scanAndCopy(
  chunks: AsyncIterable<Uint8Array>,
  scanner: Scanner,
  target: string | null,
  limits: TextLimits,
  signal: AbortSignal,
): Promise<void> {
  const file = target === null ? null : await open(target, 'wx', READ_ONLY);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > limits.maxPlainBytes)
        throw new BrokenContent(`more than ${limits.maxPlainBytes} bytes when decompressed`);
      scanner.push(chunk);
      if (file !== null) await file.write(chunk);
    }
  } finally {
    await file?.close();
  }
}

function broken(request: PlainTextRequest, message: string): PlainText {
  const defect: ObjectDefect = { message, line: null, rows: null };
  return { localPath: request.localPath, header: null, records: 0n, defects: [defect] };
}

function diskError(path: string, cause: unknown): SluiceError {
  const problem = {
    code: 'disk-failed',
    message: `the object ${path} could not be prepared on the local disk`,
    hint: 'look at the free space of the state directory',
  };
  return new SluiceError(problem, { cause });
}
