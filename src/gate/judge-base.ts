import type { HookEvent } from '../core/event/hook-event.ts';
import type { Problem } from '../core/problem.ts';
import type { Commit, Lake } from './ports.ts';
import type { DecisionStore, LandedAbove } from './record-ports.ts';

/** Which commits were let onto a branch by the gate. */
export interface Approvals {
  /**
   * Whether a hook approved the commit, or its very tree, for this branch: what was approved for another branch was
   * approved by that one's rules. Null: no change of the branch was ever approved that was based on another commit, nor
   * was one judged before, so the gate is new there.
   */
  isApproved(repository: string, branch: string, commit: Pick<Commit, 'id' | 'metaRangeId'>): boolean | null;
  /** The newest commit that landed on the branch with its judged tree, where it was built upon this one; else null. */
  landedAbove(repository: string, branch: string, commitId: string): LandedAbove | null;
}

export interface JudgedBase {
  /** True: nobody can vouch for any table of it, so what did not change has to be judged too. */
  readonly isUnjudged: boolean;
  /** A commit that has landed on the branch and is not below its head any more; null: nobody knows of one. */
  readonly wentBackFrom: string | null;
  readonly problems: readonly Problem[];
}

export interface BaseQuestion {
  readonly event: Pick<HookEvent, 'repository' | 'branch'>;
  /** The commit that the change is based on. */
  readonly destination: Commit;
}

export interface JudgeBaseDeps {
  readonly lake: Pick<Lake, 'branchHead'>;
  /** Absent: a machine without records, which knows nothing. */
  readonly approvals?: Approvals;
}

/**
 * What is known of the commit that a change is based on. Asks lakeFS for the branch's head, and so rejects like it, only
 * where the records say that the branch went back.
 */
export async function judgeBase(
  { event: { repository, branch = '' }, destination }: BaseQuestion,
  { lake, approvals }: JudgeBaseDeps,
  signal: AbortSignal,
): Promise<JudgedBase> {
  if (approvals === undefined) return { isUnjudged: false, wentBackFrom: null, problems: [] };
  const isUnjudged = approvals.isApproved(repository, branch, destination) === false;
  const lost = lostBy({ repository, branch, destination }, approvals);
  // Of two merges at once the later one is based on a commit that the earlier one has left behind; lakeFS asks again.
  const wentBack = lost !== null && (await lake.branchHead(repository, branch, signal)).id === destination.id;
  return {
    isUnjudged,
    wentBackFrom: wentBack ? lost.commit : null,
    problems: [
      ...(isUnjudged ? [baseUnjudged(branch, destination)] : []),
      ...(wentBack ? [baseWentBack({ repository, branch, destination, lost })] : []),
    ],
  };
}

interface KnownBase {
  readonly repository: string;
  readonly branch: string;
  readonly destination: Commit;
}

function lostBy({ repository, branch, destination }: KnownBase, approvals: Approvals): LandedAbove | null {
  const above = approvals.landedAbove(repository, branch, destination.id);
  // With the same tree nothing is gone.
  return above?.metaRange === destination.metaRangeId ? null : above;
}

/**
 * A commit that came past the gate (a merge without the action file, a hard reset) may hold anything, and the next
 * approved merge must not make it look judged: release tags ask for no more than an approved decision.
 */
function baseUnjudged(branch: string, destination: Commit): Problem {
  return {
    code: 'base-unjudged',
    level: 'warning',
    message: `the head of ${branch}, ${shortId(destination.id)}, was approved by nobody: every governed table was judged, not only the changed ones`,
    hint: 'sluice doctor says which commits came past the gate; one that pre-commit approved is known where post-commit tells of it',
  };
}

/**
 * The head is good, so nothing has to be judged again. But no rule about changes saw what had landed go, nor will one:
 * they say what a merge does to its base. Held against what is gone, each of them would block merges that do no harm.
 */
function baseWentBack({ repository, branch, destination, lost }: KnownBase & { readonly lost: LandedAbove }): Problem {
  const [head, gone] = [shortId(destination.id), shortId(lost.commit)];
  return {
    code: 'base-went-back',
    level: 'warning',
    message: `${branch} was set back: its head ${head} is older than ${gone}, which landed there at ${lost.at}. What landed after ${head} is gone from ${branch}, and no rule about changes saw it go: they compare this change with ${head}`,
    hint: `merge it again (lakectl merge lakefs://${repository}/${gone} lakefs://${repository}/${branch}), unless somebody set the branch back on purpose; sluice doctor lists what is gone`,
  };
}

function shortId(commitId: string): string {
  return commitId.slice(0, 12);
}

/** The approvals of the records. */
export function recordedApprovals(
  store: Pick<DecisionStore, 'approvedFor' | 'firstBaseOf' | 'landedAbove' | 'outlines'>,
): Approvals {
  return {
    landedAbove: store.landedAbove,
    isApproved: (repository, branch, { id: commitId, metaRangeId }) => {
      if (store.approvedFor(repository, commitId, branch) !== null) return true;
      const approved = { repository, branch, state: 'approved', origin: 'hook', limit: 1 } as const;
      // Commits that are approved before they are there, and of which no post-event tells, are known by their trees.
      if (store.outlines({ ...approved, metaRange: metaRangeId }).length > 0) return true;
      // A first merge that is tried again finds its own approval, which makes the gate no older.
      if (store.outlines({ ...approved, notBasedOn: commitId }).length > 0) return false;
      // A refusal says as well when the gate came. What was there then came past no gate; what is there since, did.
      return [null, commitId].includes(store.firstBaseOf(repository, branch)) ? null : false;
    },
  };
}
