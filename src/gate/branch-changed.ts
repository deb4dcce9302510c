import { SluiceError } from '../core/problem.ts';
import { firstDifference, type JudgedTree, listBranch } from './judged-tree.ts';
import type { Changes } from './read-changes.ts';
import type { RepositoryReader } from './repository-ports.ts';

/** Somebody wrote to the branch during its commit, so that nobody knows what is committed. */
export function branchChanged(branch: string, path: string): SluiceError {
  return new SluiceError({
    code: 'branch-changed',
    message: `${path} was written on ${branch} while its commit was judged, so what would be committed is not known`,
    hint: 'Commit again when nobody writes to the branch, or commit on a branch of your own and merge it.',
  });
}

/**
 * Throws `branch-changed` for a changed object that was written after the commit began: the branch shows it, and the
 * commit may hold another one. lakeFS tells seconds, so a write within the second in which the hook began passes here;
 * post-commit finds it.
 */
export function refuseLateWrites(tree: JudgedTree, changes: Changes): void {
  if (tree.kind === 'commit') return;
  const changed = new Set(changes.objects.map(({ path }) => path));
  const late = tree.entries.find(({ path, modifiedAt }) => changed.has(path) && modifiedAt > tree.closedAt);
  if (late !== undefined) throw branchChanged(tree.branch, late.path);
}

/** Lists the branch again after it was read; throws `branch-changed` when it is not what it was. */
export async function confirmBranch(
  repository: string,
  tree: JudgedTree,
  reader: Pick<RepositoryReader, 'listAt'>,
  signal: AbortSignal,
): Promise<void> {
  if (tree.kind === 'commit') return;
  const again = await listBranch(reader, { repository, ...tree }, signal);
  const path = firstDifference(tree.entries, again);
  if (path !== null) throw branchChanged(tree.branch, path);
}
