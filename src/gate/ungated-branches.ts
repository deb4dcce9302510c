import pLimit from 'p-limit';
import { OUR_ACTION_PATH } from '../core/action/action-file.ts';
import { asks } from './doctor/action.ts';
import { gateHooksOf } from './doctor/gate-hooks.ts';
import { readActions } from './read-actions.ts';
import type { Branch, RepositoryReader } from './repository-ports.ts';
import { scratchPurpose } from './scratch-branches.ts';

/** A branch beside the default one, and whether a merge from it would be gated: lakeFS reads the source's action file. */
export interface OpenBranch {
  readonly id: string;
  /** `same`: has exactly this file. `other`: is gated by another version. `none`: would merge without any check. */
  readonly gate: 'same' | 'other' | 'none';
}

const CONCURRENT_BRANCHES = 8;

/** Every open branch but Sluice's own, in the order of lakeFS. */
export async function openBranches(
  {
    repository,
    defaultBranch,
    text,
  }: { readonly repository: string; readonly defaultBranch: string; readonly text: string },
  reader: Pick<RepositoryReader, 'branches' | 'listAt' | 'readAt'>,
  signal: AbortSignal,
): Promise<readonly OpenBranch[]> {
  const branches = await reader.branches(repository, '', signal);
  const open = branches.filter(({ id }) => id !== defaultBranch && scratchPurpose(id) === null);
  // A hook of another address is no gate of ours.
  const own = new Set(gateHooksOf([{ path: OUR_ACTION_PATH, text }]).map(({ url }) => url));
  // Many branches stand at few commits.
  const gates = new Map<string, Promise<OpenBranch['gate']>>();
  const slot = pLimit(CONCURRENT_BRANCHES);
  const gateAt = (commitId: string): Promise<OpenBranch['gate']> => {
    const known = gates.get(commitId) ?? slot(() => gateOf(commitId));
    gates.set(commitId, known);
    return known;
  };
  const gateOf = async (commitId: string): Promise<OpenBranch['gate']> => {
    const files = await readActions(reader, repository, commitId, signal);
    if (files.some((file) => file.path === OUR_ACTION_PATH && file.text === text)) return 'same';
    const isGated = gateHooksOf(files).some((hook) => own.has(hook.url) && asks(hook, 'pre-merge', defaultBranch));
    return isGated ? 'other' : 'none';
  };
  return Promise.all(open.map(async ({ id, commitId }: Branch) => ({ id, gate: await gateAt(commitId) })));
}
