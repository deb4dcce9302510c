import { assertSealedClean, prepareToMove, updateBranch } from './branches.ts';
import { type Commit, mergeBase } from './commits.ts';
import { aboutCommit, afterwards, before, type Happening } from './events.ts';
import { addCommit, type Call, type Repository, treeOfCommit } from './lake.ts';
import { withContext } from './lake-error.ts';
import { type MergeStrategy, mergeTrees } from './merge.ts';
import { commitAt } from './refs.ts';

export interface MergeRequest {
  /** As the client wrote it. */
  readonly source: string;
  readonly destination: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly strategy: MergeStrategy;
  readonly squash: boolean;
  readonly allowEmpty: boolean;
}

export interface MergeSides {
  readonly source: Commit;
  readonly destination: Commit;
  readonly base: Commit;
}

/**
 * Merges a ref into a branch. Every try computes the merge, stores its commit (dangling for now), calls the hooks, and
 * only then swaps the branch; whoever loses that race starts over with a new commit and calls the hooks again.
 *
 * @returns the merge commit
 */
export async function mergeIntoBranch(call: Call, request: MergeRequest): Promise<Commit> {
  await prepareToMove(call, request.destination);
  const commit = await moveDestination(call, request);
  afterwards(call, { type: 'post-merge', ...eventOf(commit, commit.id, request) });
  return commit;
}

/** @throws LakeError naming the ref that does not resolve */
export function findMergeBase(repository: Repository, source: string, destination: string): MergeSides {
  const sides = {
    source: commitNamed(repository, source, 'ref'),
    destination: commitNamed(repository, destination, 'branch'),
  };
  return { ...sides, base: mergeBase(repository.commits, sides.source.id, sides.destination.id) };
}

async function moveDestination(call: Call, request: MergeRequest): Promise<Commit> {
  const { repository } = call;
  try {
    return await updateBranch(call, request.destination, async (branch) => {
      assertSealedClean(repository, request.destination, branch);
      const sides = findMergeBase(repository, request.source, request.destination);
      const commit = writeMerge(call, sides, request);
      await before(call, { type: 'pre-merge', ...eventOf(commit, sides.source.id, request) });
      return { branch: { commitId: commit.id, staging: branch.staging, sealed: [] }, made: commit };
    });
  } catch (error) {
    throw withContext(`update branch ${request.destination}`, error);
  }
}

function eventOf(commit: Commit, sourceRef: string, request: MergeRequest): Omit<Happening, 'type'> {
  return {
    branchId: request.destination,
    sourceRef,
    commitId: commit.id,
    ...aboutCommit(commit),
    mergeSource: request.source,
  };
}

function commitNamed(repository: Repository, ref: string, word: 'ref' | 'branch'): Commit {
  try {
    return commitAt(repository, ref);
  } catch (error) {
    throw withContext(`get commit by ${word} ${ref}`, error);
  }
}

function writeMerge(call: Call, sides: MergeSides, request: MergeRequest): Commit {
  const { repository } = call;
  const tree = mergeTrees({
    base: treeOfCommit(repository, sides.base.id),
    source: treeOfCommit(repository, sides.source.id),
    destination: treeOfCommit(repository, sides.destination.id),
    strategy: request.strategy,
    allowEmpty: request.allowEmpty,
  });
  return addCommit(repository, tree, {
    parents: request.squash ? [sides.destination.id] : [sides.destination.id, sides.source.id],
    generation: Math.max(sides.destination.generation, sides.source.generation) + 1,
    committer: call.lake.user,
    message: request.message === '' ? `Merge '${request.source}' into '${request.destination}'` : request.message,
    creationDate: Math.floor(Date.now() / 1000),
    metadata: { ...request.metadata, '.lakefs.merge.strategy': request.strategy },
  });
}
