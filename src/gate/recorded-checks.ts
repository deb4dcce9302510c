import type { Decision } from './ports.ts';
import type { MergeRequest } from './repository-ports.ts';

/** A merge that somebody asks about before doing it. */
export type MergeQuestion = Pick<MergeRequest, 'repository' | 'source' | 'destination' | 'strategy' | 'squash'>;

/** What the server says to a merge that nobody has done yet. */
export interface CheckMerges {
  /**
   * Judges the merge on a preview, through the same deliveries, slots and records as the hook's. Resolves with the
   * recorded decision (origin `check`), whatever it is: also a merge that lakeFS itself would refuse is an undecided
   * decision. Rejects with a SluiceError when there is nothing to decide about: `lakefs-not-found` for a repository or
   * ref that is not there, another `lakefs-...` code when lakeFS cannot be asked. Aborting the signal deletes the
   * preview's branch and ends the decision as undecided.
   */
  check(question: MergeQuestion, signal: AbortSignal): Promise<Decision>;
}
