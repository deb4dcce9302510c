import { assertSealedClean, prepareToMove, updateBranchOnce } from './branches.ts';
import type { Commit } from './commits.ts';
import { aboutCommit, afterwards, before } from './events.ts';
import { addCommit, type Call, commitById, treeOfCommit } from './lake.ts';
import { LakeError, withContext } from './lake-error.ts';
import { mergeTrees } from './merge.ts';
import { commitAt } from './refs.ts';
import { EMPTY_TREE, type Tree } from './tree.ts';

/** What the client wants in place of what lakeFS would write; null leaves it. */
export interface CommitOverrides {
  readonly message: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
}

export interface RevertRequest {
  readonly ref: string;
  /** Counts from 1; 0 for a commit with one parent. */
  readonly parentNumber: number;
  readonly allowEmpty: boolean;
  readonly overrides: CommitOverrides;
}

/** Undoes one commit on top of a branch: a merge from its parent with the commit as base. */
export async function revertOnBranch(call: Call, name: string, request: RevertRequest): Promise<Commit> {
  const reverted = commitNamed(call, request.ref);
  if (reverted.parents.length > 1 && request.parentNumber <= 0) {
    throw new LakeError('conflict', 'must specify 1-based parent number for reverting merge commit');
  }
  const parent = parentOfReverted(call, reverted, request.parentNumber);
  return replayOnBranch(call, name, {
    event: 'revert',
    result: (head) => {
      const base = treeOfCommit(call.repository, reverted.id);
      const { allowEmpty } = request;
      const tree = mergeTrees({ base, source: parent, destination: head, strategy: 'default', allowEmpty });
      if (tree.id === head.id && !allowEmpty) throw new LakeError('invalid', 'no changes');
      return tree;
    },
    message: request.overrides.message ?? `Revert ${request.ref}`,
    metadata: request.overrides.metadata ?? {},
    runNamesCommit: true,
  });
}

const NO_SUCH_PARENT = 'given commit does not have the given parent number';

export interface CherryPickRequest {
  readonly ref: string;
  /** Counts from 1; null when the client named none. */
  readonly parentNumber: number | null;
  readonly overrides: CommitOverrides;
}

/** Does one commit again on top of a branch. */
export async function cherryPickOnBranch(call: Call, name: string, request: CherryPickRequest): Promise<Commit> {
  const picked = commitNamed(call, request.ref);
  if (picked.parents.length > 1 && request.parentNumber === null) {
    throw new LakeError('invalid', 'must specify 1-based parent number for cherry-picking merge commit');
  }
  const number = request.parentNumber ?? 1;
  if (number > picked.parents.length) throw new LakeError('invalid', `parent ${number}: ${NO_SUCH_PARENT}`);
  const base = parentTree(call, picked, number);
  const { overrides } = request;
  return replayOnBranch(call, name, {
    event: 'cherry-pick',
    result: (head) => {
      const source = treeOfCommit(call.repository, picked.id);
      const tree = mergeTrees({ base, source, destination: head, strategy: 'default', allowEmpty: false });
      const untouched = overrides.metadata !== null || Object.keys(picked.metadata).length === 0;
      if (!untouched) call.repository.misfiled.add(picked.id);
      return tree;
    },
    message: overrides.message ?? picked.message,
    metadata: {
      ...(overrides.metadata ?? picked.metadata),
      'cherry-pick-origin': picked.id,
      'cherry-pick-committer': picked.committer,
    },
    runNamesCommit: false,
  });
}

interface Replay {
  readonly event: 'revert' | 'cherry-pick';
  readonly result: (head: Tree) => Tree;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** lakeFS writes the new commit into the pre-revert run and not into the pre-cherry-pick run (recording 24). */
  readonly runNamesCommit: boolean;
}

async function replayOnBranch(call: Call, name: string, replay: Replay): Promise<Commit> {
  await prepareToMove(call, name);
  const about = aboutCommit({ ...replay, committer: call.lake.user });
  const commit = await moveBranch(call, name, replay, about);
  afterwards(call, {
    type: `post-${replay.event}`,
    branchId: name,
    sourceRef: commit.id,
    commitId: commit.id,
    ...about,
  });
  return commit;
}

/** Unlike a merge, lakeFS does not start over when the branch moved meanwhile. */
async function moveBranch(
  call: Call,
  name: string,
  replay: Replay,
  about: ReturnType<typeof aboutCommit>,
): Promise<Commit> {
  const { repository } = call;
  try {
    return await updateBranchOnce(call, name, async (branch) => {
      assertSealedClean(repository, name, branch);
      const tree = replay.result(treeOfCommit(repository, branch.commitId));
      const runId = await before(call, { type: `pre-${replay.event}`, branchId: name, sourceRef: name, ...about });
      const commit = addCommit(repository, tree, {
        parents: [branch.commitId],
        generation: commitById(repository, branch.commitId).generation + 1,
        committer: call.lake.user,
        message: replay.message,
        creationDate: Math.floor(Date.now() / 1000),
        metadata: replay.metadata,
      });
      if (runId !== null && replay.runNamesCommit) call.lake.hooks.nameCommit(repository.id, runId, commit.id);
      return { branch: { commitId: commit.id, staging: branch.staging, sealed: [] }, made: commit };
    });
  } catch (error) {
    throw withContext('update branch', error);
  }
}

function commitNamed(call: Call, ref: string): Commit {
  try {
    return commitAt(call.repository, ref);
  } catch (error) {
    throw withContext(`get commit from ref ${ref}`, error);
  }
}

function parentOfReverted(call: Call, commit: Commit, number: number): Tree {
  if (number > commit.parents.length) throw new LakeError('invalid', `${NO_SUCH_PARENT}: parent ${number}`);
  return parentTree(call, commit, Math.max(number, 1));
}

/** Before a repository's first commit there was nothing. */
function parentTree(call: Call, commit: Commit, number: number): Tree {
  const parent = commit.parents[number - 1];
  return parent === undefined ? EMPTY_TREE : treeOfCommit(call.repository, commitNamed(call, parent).id);
}
