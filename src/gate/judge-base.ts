import type { HookEvent } from '../core/event/hook-event.ts';
import type { Problem } from '../core/problem.ts';
import type { Commit } from './ports.ts';
import type { DecisionStore } from './record-ports.ts';

/** Which commits were let onto a branch by the gate. */
export interface Approvals {
  /**
   * Whether a hook approved the commit, or its very tree, for this branch: what was approved for another branch was
   * approved by that one's rules. Null: no change of the branch was ever approved that was based on another commit, nor
   * was one judged before, so the gate is new there.
   */
  isApproved(repository: string, branch: string, commit: Pick<Commit, 'id' | 'metaRangeId'>): boolean | null;
}

export interface JudgedBase {
  /** True: nobody can vouch for any table of it, so what did not change has to be judged too. */
  readonly isUnjudged: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Whether the commit that a change is based on came through the gate. One that came past it (a merge without the action
 * file, a hard reset) may hold anything, and the next approved merge must not make it look judged: release tags ask for
 * no more than an approved decision.
 */
export function judgeBase(
  { repository, branch = '' }: Pick<HookEvent, 'repository' | 'branch'>,
  destination: Commit,
  approvals: Approvals | undefined,
): JudgedBase {
  if (approvals?.isApproved(repository, branch, destination) !== false) return { isUnjudged: false, problems: [] };
  const problem: Problem = {
    code: 'base-unjudged',
    level: 'warning',
    message: `the head of ${branch}, ${destination.id.slice(0, 12)}, was approved by nobody: every governed table was judged, not only the changed ones`,
    hint: 'sluice doctor says which commits came past the gate; one that pre-commit approved is known where post-commit tells of it',
  };
  return { isUnjudged: true, problems: [problem] };
}

/** The approvals of the records. */
export function recordedApprovals(store: Pick<DecisionStore, 'approvedFor' | 'firstBaseOf' | 'outlines'>): Approvals {
  return {
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
