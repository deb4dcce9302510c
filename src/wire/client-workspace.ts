import { tmpdir } from 'node:os';
import { createWorkspace, removeLeftovers } from '../adapters/workspace/run-directories.ts';
import type { ScratchOwner } from '../gate/scratch-branches.ts';

/**
 * A directory of its own for each command that reads the lake: several may run at once, and beside a server. Its name
 * tells whose it is, as that of a scratch branch does, and killed processes' directories are removed first.
 */
export async function useClientDirectory<T>(
  { host, pid, isAlive }: ScratchOwner,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const root = tmpdir();
  const mine = `sluice-client-${host}-`;
  const isLeftover = (name: string): boolean => {
    const [, owner] = name.startsWith(mine) ? (/^(\d+)-/.exec(name.slice(mine.length)) ?? []) : [];
    return owner !== undefined && Number(owner) !== pid && !isAlive(Number(owner));
  };
  // Another user's are not ours to remove, and no reason to stop.
  await removeLeftovers(root, isLeftover).catch(() => undefined);
  return createWorkspace(root, `${mine}${pid}-`).use(work);
}
