import type { Decision } from './record-ports.ts';
import type { MergeRequest } from './repository-ports.ts';

/** A merge that somebody asks about before making it. */
export type MergeQuestion = Pick<MergeRequest, 'repository' | 'source' | 'destination' | 'strategy' | 'squash'>;

/** What the server says to a merge that nobody has made yet. */
export interface CheckMerges {
  /**
   * Judges the merge on a preview, through the same deliveries, slots and records as the hook's. Resolves with the
   * recorded decision (origin `check`), whatever it is: also a merge that lakeFS itself would refuse is an undecided
   * decision. Its report may have warnings about this moment (uncommitted changes, say) that the record has not.
   *
   * Rejects with a SluiceError when there is nothing to decide about: `lakefs-not-found` or
   * `destination-not-a-branch` for what is not there, another `lakefs-...` code when lakeFS cannot be asked. Aborting
   * the signal deletes the preview's branch, and ends a decision that has begun as undecided.
   */
  check(question: MergeQuestion, signal: AbortSignal): Promise<Decision>;
}
