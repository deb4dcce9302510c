/** Puts columns that the engine would read with loss into files of their own, under their bare types. */
import { type FileHandle, open } from 'node:fs/promises';
import {
  type InexactColumn,
  inexactColumns,
  rawChunks,
  rawFooter,
  readFooter,
} from '../../core/parquet/raw-columns.ts';
import type { RawColumn } from '../../core/plan/raw-rests.ts';

/** What a Parquet file has of such columns. */
export interface RawFile {
  readonly columns: readonly InexactColumn[];
  /** Those of them that are in the new file, which is there unless there are none. */
  readonly raw: readonly RawColumn[];
}

const MAGIC = 'PAR1';
/** Length of the footer and magic bytes. */
const TAIL_BYTES = 8;
const COPY_BYTES = 1024 * 1024;

/**
 * Writes the columns of one file to another.
 *
 * @throws RangeError when the footer is none, and what the file system says
 */
export async function writeRawFile(localPath: string, rawPath: string): Promise<RawFile> {
  const source = await open(localPath, 'r');
  try {
    const { size } = await source.stat();
    const footer = readFooter(await footerBytes(source, size));
    const columns = inexactColumns(footer);
    const chunks = rawChunks(footer, columns, size);
    const isHere = new Map<string, boolean>();
    for (const { name, start } of chunks) {
      // A hole: this file was fetched without the column, of which nobody asks here.
      if (!isHere.has(name)) isHere.set(name, (await bytesAt(source, start, 1))[0] !== 0);
    }
    const present = columns.filter(({ name }) => isHere.get(name) !== false);
    const raw = present.flatMap((column): readonly RawColumn[] => {
      const { raw: kind } = column;
      return kind === null ? [] : [{ ...column, raw: kind }];
    });
    const names = raw.map(({ name }) => name);
    if (names.length > 0) {
      const wanted = chunks.filter(({ name }) => names.includes(name));
      await writeFile(source, rawPath, { chunks: wanted, footer: rawFooter(footer, names), footerAt: size });
    }
    return { columns: present, raw };
  } finally {
    await source.close();
  }
}

async function footerBytes(source: FileHandle, size: number): Promise<Uint8Array> {
  const tail = await bytesAt(source, size - TAIL_BYTES, TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== MAGIC || length > size - TAIL_BYTES)
    throw new RangeError('the file has no footer');
  return bytesAt(source, size - TAIL_BYTES - length, length);
}

interface NewFile {
  readonly chunks: readonly { readonly start: number; readonly end: number }[];
  readonly footer: Uint8Array;
  /** Behind everything that the chunks say of themselves. */
  readonly footerAt: number;
}

/** Everything stays where it is, with holes between, so that no offset changes. */
async function writeFile(source: FileHandle, path: string, { chunks, footer, footerAt }: NewFile): Promise<void> {
  const target = await open(path, 'w', 0o600);
  try {
    await target.write(Buffer.from(MAGIC), 0, MAGIC.length, 0);
    for (const { start, end } of chunks) {
      for (let at = start; at < end; at += COPY_BYTES) {
        const bytes = await bytesAt(source, at, Math.min(COPY_BYTES, end - at));
        await target.write(bytes, 0, bytes.length, at);
      }
    }
    const tail = Buffer.alloc(TAIL_BYTES);
    tail.writeUInt32LE(footer.length);
    tail.write(MAGIC, 4);
    await target.write(Buffer.concat([footer, tail]), 0, footer.length + TAIL_BYTES, footerAt);
  } finally {
    await target.close();
  }
}

async function bytesAt(source: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw new RangeError('the file is too short');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await source.read(bytes, 0, length, position);
  if (bytesRead < length) throw new RangeError('the file is too short');
  return bytes;
}
