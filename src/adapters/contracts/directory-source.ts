import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import pLimit from 'p-limit';
import type { ContractDocument } from '../../core/contract/contract.ts';
import { SluiceError } from '../../core/problem.ts';
import type { ContractSource } from '../../gate/ports.ts';
import { checkTotal, isContractPath, MAX_DOCUMENT_BYTES, toDocument, tooLarge } from './document.ts';

const CONCURRENT_READS = 16;

/**
 * Contracts from a directory of the machine, read anew for every decision so that an edit counts at once. All `.yaml`
 * and `.yml` files below it, in path order; `file` is the path below the directory, with `/`, so that the same
 * contracts mean the same on every machine.
 *
 * Links are followed only where they stay inside the directory, and not to folders. A link that leads out, a file
 * that cannot be read and a directory without contracts are errors: what is set up to be checked must not go
 * unchecked. Rejects with `contracts-none`, `contracts-unreadable`, `contract-outside`, `contract-too-large`,
 * `contracts-too-large`, `contract-not-utf8`, `cancelled`.
 */
export function createDirectorySource(directory: string): ContractSource {
  return {
    async load(_request, signal) {
      const root = await readable('The contract directory', () => realpath(directory));
      const files = await contractFiles(root, signal);
      if (files.length === 0) throw none();
      const readSome = pLimit(CONCURRENT_READS);
      let totalBytes = 0;
      const read = async (file: string): Promise<ContractDocument> => {
        const bytes = await readFileInside(root, file, signal);
        totalBytes += bytes.length;
        checkTotal(totalBytes);
        return toDocument(file, bytes);
      };
      return Promise.all(files.map((file) => readSome(() => read(file))));
    },
  };
}

async function contractFiles(root: string, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    stopIfAborted(signal);
    const here = folder;
    const entries = await readable('The contract directory', () => readdir(here, { withFileTypes: true }));
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(here, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (isContractPath(entry.name)) found.push(relative(root, path).split(sep).join('/'));
    }
  }
  return found.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

async function readFileInside(root: string, file: string, signal: AbortSignal): Promise<Buffer> {
  stopIfAborted(signal);
  const path = await readable('The contract', () => realpath(join(root, file)), file);
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw outside(file);
  return readable('The contract', () => readBounded(path, file), file);
}

/** One byte more than there should be is asked for, so that a file that grows meanwhile is found out. */
async function readBounded(path: string, file: string): Promise<Buffer> {
  // Non-blocking, or a named pipe would hold the thread for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error('not a file');
    if (info.size > MAX_DOCUMENT_BYTES) throw tooLarge(file);
    const buffer = Buffer.alloc(info.size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (length > info.size) throw new Error('it grows while it is read');
      if (bytesRead === 0) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

async function readable<Result>(what: string, work: () => Promise<Result>, file?: string): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const { code = 'no regular file' } = cause as NodeJS.ErrnoException;
    throw new SluiceError(
      {
        code: 'contracts-unreadable',
        message: `${what} cannot be read (${code}).`,
        ...(file === undefined ? {} : { file }),
        hint: 'Check that SLUICE_CONTRACTS names a directory, and its rights.',
      },
      { cause },
    );
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new SluiceError(
    { code: 'cancelled', message: 'Reading the contracts was cancelled.' },
    { cause: signal.reason },
  );
}

function none(): SluiceError {
  return new SluiceError({
    code: 'contracts-none',
    message: 'The contract directory holds no contract (no .yaml or .yml file).',
    hint: 'Put the contracts there, or set SLUICE_CONTRACTS to the directory that has them.',
  });
}

function outside(file: string): SluiceError {
  return new SluiceError({
    code: 'contract-outside',
    message: 'The contract is a link that leads out of the contract directory.',
    file,
    hint: 'Copy the file into the directory, or link to one inside it.',
  });
}
