import { createHash } from 'node:crypto';
import type { ContractDocument } from '../core/contract/contract.ts';
import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import type { UncoveredPolicy } from '../core/verdict/decide.ts';
import { type Approvals, type JudgedBase, judgeBase } from './judge-base.ts';
import { decisivePrefixes, type JudgedTree, listBranch, listingDigest } from './judged-tree.ts';
import type { ContractReader } from './load-contracts.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type { Commit, ContractSource, Lake, PreparedMerge, QueryEngine } from './ports.ts';
import { mayChangeRules, type RulePolicy } from './read-rule-changes.ts';
import type { DecisionKey } from './record-ports.ts';
import type { RepositoryReader } from './repository-ports.ts';

export interface PrepareDeps {
  readonly lake: Lake;
  readonly reader: Pick<RepositoryReader, 'listAt'>;
  readonly contracts: ContractSource;
  readonly engine: QueryEngine;
  readonly version: string;
  readonly elapsed: () => number;
  readonly observer?: GateObserver;
  /** What is known of the commits that changes are based on; a machine without records knows nothing. */
  readonly approvals?: Approvals;
}

/** The part of the policy that can change a verdict, and so belongs to the decision's key. */
export interface PreparePolicy {
  readonly uncovered: UncoveredPolicy;
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: RulePolicy;
}

/** Both sides pinned; a branch's name is read again only before its commit is there. */
export interface Pinned extends PreparedMerge {
  readonly tree: JudgedTree;
  /** The head of the branch that is changed. */
  readonly destination: Commit;
  /** What is known of that head. A verdict depends on it, so it is pinned and part of the key. */
  readonly base: JudgedBase;
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
  const documents = await loadDocuments(event, destination, deps, signal);
  const base = await judgeBase({ event, destination }, deps, signal);
  const key = keyOf({ event, destination, base, documents, metaRange: merge.metaRangeId }, deps, policy);
  const tree: JudgedTree = { kind: 'commit', commit: merge };
  return { event, key, tree, destination, base, documents, mergeResult: event.commitId !== undefined, startedAt };
}

/**
 * Lists a branch whose commit is about to be made. lakeFS gives hooks neither the commit nor its tree, so the listing
 * stands for the tree; the head of the branch is the base, and its contracts are in force.
 */
export async function prepareCommit(
  event: HookEvent,
  deps: PrepareDeps & { readonly readContracts: ContractReader },
  policy: PreparePolicy,
  signal: AbortSignal,
): Promise<Pinned> {
  const startedAt = deps.elapsed();
  const { observer = NO_OBSERVER } = deps;
  const { repository, branch = '' } = event;
  const destination = await observer.stage('commits', () => deps.lake.branchHead(repository, branch, signal));
  const documents = await loadDocuments(event, destination, deps, signal);
  const { contracts } = await deps.readContracts(documents, signal);
  const prefixes = decisivePrefixes(contracts, policy.rules.prefixes, repository, branch);
  const entries = await observer.stage('changes', () =>
    listBranch(deps.reader, { repository, branch, prefixes }, signal),
  );
  const closedAt = Math.floor(Date.parse(event.eventTime) / 1000);
  const tree: JudgedTree = { kind: 'branch', branch, entries, prefixes, closedAt };
  const base = await judgeBase({ event, destination }, deps, signal);
  const key = keyOf({ event, destination, base, documents, metaRange: listingDigest(entries) }, deps, policy);
  return { event, key, tree, destination, base, documents, mergeResult: false, startedAt };
}

function loadDocuments(
  { repository, branch = '' }: HookEvent,
  destination: Commit,
  { contracts, observer = NO_OBSERVER }: PrepareDeps,
  signal: AbortSignal,
): Promise<readonly ContractDocument[]> {
  return observer.stage('contracts', () =>
    contracts.load({ repository, destinationCommit: destination.id, branch }, signal),
  );
}

/** Tells contracts apart by their bytes. */
export function contractDigest(documents: readonly ContractDocument[]): string {
  return digestOf(documents.map((document) => [document.file, document.digest]));
}

function keyOf(
  about: {
    readonly event: HookEvent;
    readonly destination: Commit;
    readonly base: JudgedBase;
    readonly documents: readonly ContractDocument[];
    readonly metaRange: string;
  },
  deps: PrepareDeps,
  { uncovered, variables, rules }: PreparePolicy,
): DecisionKey {
  const { event, destination, base, documents, metaRange } = about;
  return {
    repository: event.repository,
    destinationCommit: destination.id,
    metaRange,
    contractDigest: contractDigest(documents),
    engineVersion: `sluice ${deps.version}, ${deps.engine.version}`,
    policyDigest: digestOf([
      uncovered,
      event.branch,
      variables,
      rules.prefixes,
      mayChangeRules(rules, event.committer),
      base.isUnjudged,
      ...(base.wentBackFrom === null ? [] : [base.wentBackFrom]),
    ]),
  };
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
  if (!('tree' in prepared)) throw new TypeError('this merge was prepared by another judge');
  return prepared as Pinned;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
