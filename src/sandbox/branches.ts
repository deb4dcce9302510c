import { setTimeout as sleep } from 'node:timers/promises';
import { diffStaged } from './diff.ts';
import { type Branch, type Call, type Repository, treeOfCommit } from './lake.ts';
import { LakeError } from './lake-error.ts';
import type { Entry } from './tree.ts';

/** lakeFS gives up after as many lost races. */
const MAX_TRIES = 10;

export function branchOf(repository: Repository, name: string): Branch {
  const branch = repository.branches.get(name);
  if (branch === undefined) throw new LakeError('not-found', 'branch not found');
  return branch;
}

/** Everything staged and not yet committed, the newest word on each path. */
export function uncommitted(branch: Branch): ReadonlyMap<string, Entry | null> {
  return new Map([...[...branch.sealed].reverse(), branch.staging].flatMap((staging) => [...staging]));
}

/** What lakeFS calls a clean branch: nothing staged that differs in identity. */
function isClean(repository: Repository, branch: Branch): boolean {
  return diffStaged(treeOfCommit(repository, branch.commitId), uncommitted(branch)).length === 0;
}

/** Closes the staging area and opens a new one, so that writes during a long operation are kept apart. */
export function seal(branch: Branch): Branch {
  const closed = branch.staging.size === 0 ? [] : [branch.staging];
  return { commitId: branch.commitId, staging: new Map(), sealed: [...closed, ...branch.sealed] };
}

/** A branch's successor and what came about on the way. */
export interface Moved<T> {
  readonly branch: Branch;
  readonly made: T;
}

/**
 * Reads the branch, computes its successor and swaps it in if nobody else moved the branch meanwhile. `compute` may
 * take as long as a webhook does.
 *
 * @throws LakeError `raced` (500) when somebody did, and whatever `compute` throws
 */
export async function updateBranchOnce<T>(
  call: Call,
  name: string,
  compute: (branch: Branch) => Moved<T> | Promise<Moved<T>>,
): Promise<T> {
  const seen = branchOf(call.repository, name);
  const { branch, made } = await compute(seen);
  if (call.repository.branches.get(name) !== seen) throw new LakeError('raced', 'predicate failed');
  call.repository.branches.set(name, branch);
  return made;
}

/**
 * The same, computed anew after every lost race, hooks and all, up to ten times.
 *
 * @throws LakeError `too-many-tries` (429) after the last lost race, and whatever `compute` throws
 */
export async function updateBranch<T>(
  call: Call,
  name: string,
  compute: (branch: Branch) => Moved<T> | Promise<Moved<T>>,
): Promise<T> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    try {
      return await updateBranchOnce(call, name, compute);
    } catch (error) {
      if (!(error instanceof LakeError && error.kind === 'raced')) throw error;
    }
    await sleep(call.lake.retryDelayMs * 1.5 ** (attempt - 1) * (0.5 + Math.random()), undefined, {
      signal: call.signal,
    });
  }
  throw new LakeError('too-many-tries', 'Too many attempts, try again later');
}

/**
 * What precedes every operation that moves a branch to another commit: the branch must be clean, and its record is
 * rewritten. So an operation that merely starts makes a merge with a running hook lose its race.
 */
export async function prepareToMove(call: Call, name: string): Promise<void> {
  await updateBranch(call, name, (branch) => {
    if (!isClean(call.repository, branch)) throw new LakeError('invalid', 'uncommitted changes (dirty branch)');
    return { branch: seal(branch), made: null };
  });
}

/** Objects staged into the closed areas since; the open one may hold anything. */
export function assertSealedClean(repository: Repository, name: string, branch: Branch): void {
  if (!isClean(repository, { ...branch, staging: new Map() })) {
    throw new LakeError('invalid', `${name}: uncommitted changes (dirty branch)`);
  }
}
