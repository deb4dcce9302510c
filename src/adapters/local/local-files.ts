import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SluiceError } from '../../core/problem.ts';
import type { LocalFile, LocalFiles } from '../../gate/ports.ts';

/** Files of `sluice check`: read where they are, never changed. */
export function createLocalFiles(): LocalFiles {
  return { list, sha256 };
}

async function list(root: string): Promise<readonly LocalFile[]> {
  const info = await statOf(root);
  if (info.isFile()) return [{ path: '', localPath: root, sizeBytes: info.size }];
  const files = await below(root, root);
  return [...files].sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function below(root: string, folder: string): Promise<readonly LocalFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly LocalFile[]> => {
      const localPath = join(folder, entry.name);
      if (entry.isDirectory()) return below(root, localPath);
      const info = await stat(localPath);
      if (info.isDirectory()) return below(root, localPath);
      return [{ path: relative(root, localPath).split(sep).join('/'), localPath, sizeBytes: info.size }];
    }),
  );
  return found.flat();
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new SluiceError(
      { code: 'data-missing', message: `there is nothing at ${path}`, hint: 'give a file or a folder as --data' },
      { cause },
    );
  }
}

async function sha256(localPath: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(localPath, { signal, highWaterMark: 1_048_576 })) hash.update(chunk);
  return hash.digest('hex');
}
