import { createHash } from 'node:crypto';
import type { ContractDocument } from '../core/contract/contract.ts';
import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import type { UncoveredPolicy } from '../core/verdict/decide.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type { Commit, ContractSource, DecisionKey, Lake, PreparedMerge, QueryEngine } from './ports.ts';

export interface PrepareDeps {
  readonly lake: Lake;
  readonly contracts: ContractSource;
  readonly engine: QueryEngine;
  readonly version: string;
  readonly elapsed: () => number;
  readonly observer?: GateObserver;
}

/** The part of the policy that can change a verdict, and so belongs to the decision's key. */
export interface PreparePolicy {
  readonly uncovered: UncoveredPolicy;
  readonly variables: Readonly<Record<string, string>>;
}

/** Both commits pinned; no branch name is read again. */
export interface Pinned extends PreparedMerge {
  readonly merge: Commit;
  readonly destination: Commit;
  readonly mergeResult: boolean;
  readonly documents: readonly ContractDocument[];
  readonly startedAt: number;
}

/** Pins the commits and loads the contracts: all that tells two merges apart. */
export async function prepareMerge(
  event: HookEvent,
  deps: PrepareDeps,
  policy: PreparePolicy,
  signal: AbortSignal,
): Promise<Pinned> {
  const startedAt = deps.elapsed();
  const { observer = NO_OBSERVER } = deps;
  const { merge, destination } = await observer.stage('commits', () => pinCommits(event, deps.lake, signal));
  const documents = await observer.stage('contracts', () =>
    deps.contracts.load(
      { repository: event.repository, destinationCommit: destination.id, branch: event.branch ?? '' },
      signal,
    ),
  );
  const key: DecisionKey = {
    repository: event.repository,
    destinationCommit: destination.id,
    metaRange: merge.metaRangeId,
    contractDigest: digestOf(documents.map((document) => [document.file, document.digest])),
    engineVersion: `sluice ${deps.version}, ${deps.engine.version}`,
    policyDigest: digestOf([policy.uncovered, event.branch, policy.variables]),
  };
  return { event, key, merge, destination, documents, mergeResult: event.commitId !== undefined, startedAt };
}

/** The merge commit and the destination head it was computed on; on old servers the source commit and the branch. */
async function pinCommits(
  event: HookEvent,
  lake: Lake,
  signal: AbortSignal,
): Promise<{ merge: Commit; destination: Commit }> {
  const { repository, commitId, sourceRef, branch } = event;
  if (commitId === undefined) {
    const [merge, destination] = await Promise.all([
      lake.commit(repository, sourceRef ?? '', signal),
      lake.branchHead(repository, branch ?? '', signal),
    ]);
    return { merge, destination };
  }
  const merge = await lake.commit(repository, commitId, signal);
  const [parent] = merge.parents;
  if (parent === undefined) {
    throw new SluiceError({
      code: 'merge-without-parent',
      message: `the merge commit ${commitId} has no parent`,
      hint: 'merge again',
    });
  }
  return { merge, destination: await lake.commit(repository, parent, signal) };
}

/** What this judge prepared, and nothing else, comes back to it. */
export function pinnedOf(prepared: PreparedMerge): Pinned {
  if (!('merge' in prepared)) throw new TypeError('this merge was prepared by another judge');
  return prepared as Pinned;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
