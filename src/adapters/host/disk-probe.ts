import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../core/problem.ts';
import type { DiskProbe } from '../../gate/doctor/ports.ts';

/** This machine's disks. Rejects with `state-unwritable` where nothing can be written. */
export function createDiskProbe(): DiskProbe {
  return {
    tryWriting: async (directory) => {
      const tried = await nearest(directory);
      try {
        await writeAndRemove(tried);
        return { exists: tried === (await realpath(directory).catch(() => null)), tried };
      } catch (cause) {
        const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
        throw new SluiceError(
          { code: 'state-unwritable', message: `${tried} cannot be written (${code}).` },
          { cause },
        );
      }
    },
    mountInfo: () => readFile('/proc/self/mountinfo', 'utf8').catch(() => null),
    freeBytes: async (directory) => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },
  };
}

/** The real path of the directory, or of the nearest folder above it. */
async function nearest(directory: string): Promise<string> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const real = await realpath(folder).catch(() => null);
    if (real !== null && (await stat(real)).isDirectory()) return real;
    if (real !== null || dirname(folder) === folder) {
      throw new SluiceError({ code: 'state-unwritable', message: `${folder} is no directory.` });
    }
  }
}

/** To the disk's surface: some file systems take a write and refuse it when it is flushed. */
async function writeAndRemove(folder: string): Promise<void> {
  const path = join(folder, `.sluice-doctor-${randomBytes(6).toString('hex')}`);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.write('sluice doctor\n');
    await handle.sync();
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}
