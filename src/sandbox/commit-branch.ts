import { branchOf, seal, uncommitted, updateBranch, updateBranchOnce } from './branches.ts';
import type { Commit } from './commits.ts';
import { aboutCommit, afterwards, before } from './events.ts';
import { addCommit, type Branch, type Call, treeOfCommit } from './lake.ts';
import { LakeError } from './lake-error.ts';
import { assertUnprotected } from './protection.ts';
import { commitAt } from './refs.ts';
import { applyChanges, type Tree } from './tree.ts';

export interface CommitRequest {
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly allowEmpty: boolean;
  /** Seconds since 1970; null for now. */
  readonly date: number | null;
}

/**
 * Commits what is staged on a branch: prepare-commit, seal, pre-commit, write, post-commit. A commit that fails leaves
 * the staged objects where they are.
 */
export async function commitBranch(call: Call, name: string, request: CommitRequest): Promise<Commit> {
  assertUnprotected(call.repository, name, 'cannot commit to protected branch');
  const about = aboutCommit({ ...request, committer: call.lake.user });
  branchOf(call.repository, name);
  await before(call, { type: 'prepare-commit', branchId: name, sourceRef: name, ...about });
  await updateBranchOnce(call, name, (branch) => ({ branch: seal(branch), made: null }));
  const made = await updateBranch(call, name, async (branch) => {
    const runId = await before(call, { type: 'pre-commit', branchId: name, sourceRef: name, ...about });
    const commit = addCommit(call.repository, nextTree(call, branch, request), {
      parents: [branch.commitId],
      generation: commitAt(call.repository, name).generation + 1,
      committer: call.lake.user,
      message: request.message,
      creationDate: request.date ?? Math.floor(Date.now() / 1000),
      metadata: request.metadata,
    });
    if (runId !== null) call.lake.hooks.nameCommit(call.repository.id, runId, commit.id);
    return { branch: { commitId: commit.id, staging: branch.staging, sealed: [] }, made: commit };
  });
  afterwards(call, {
    type: 'post-commit',
    branchId: name,
    sourceRef: made.id,
    commitId: made.id,
    ...about,
  });
  return made;
}

function nextTree(call: Call, branch: Branch, request: CommitRequest): Tree {
  const tree = treeOfCommit(call.repository, branch.commitId);
  const next = applyChanges(tree, uncommitted({ ...branch, staging: new Map() }));
  if (next !== 'unchanged') return next;
  if (!request.allowEmpty) throw new LakeError('invalid', 'commit: no changes');
  return tree;
}
