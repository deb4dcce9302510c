import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../../gate/ports.ts';

const PREFIX = 'run-';

/** Run directories below `root`, which is made when it is missing. Mode 0700: they hold the customer's data. */
export function createWorkspace(root: string, prefix = PREFIX): Workspace {
  return {
    use: async (work) => {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const directory = await mkdtemp(join(root, prefix));
      try {
        return await work(directory);
      } finally {
        await rm(directory, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

/**
 * Removes what killed processes left behind: by default every run directory, which only the owner of the root may do,
 * before its first run.
 */
export async function removeLeftovers(
  root: string,
  isLeftover: (name: string) => boolean = (name) => name.startsWith(PREFIX),
): Promise<number> {
  const names = await readdir(root).catch(() => []);
  const left = names.filter(isLeftover);
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
  return left.length;
}
