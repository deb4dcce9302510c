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

/** Removes what a killed process left behind. Only the owner of the root may call it, before its first run. */
export async function removeLeftovers(root: string): Promise<number> {
  const names = await readdir(root).catch(() => []);
  const left = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
  return left.length;
}
