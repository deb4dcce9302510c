/** What the gate asks of lakeFS's pull requests. */

export interface MergeSides {
  readonly repository: string;
  /** Branches. */
  readonly source: string;
  readonly destination: string;
}

export interface PullRequest {
  readonly status: 'open' | 'closed' | 'merged';
  readonly description: string;
}

/** Rejects with a SluiceError, also when the signal is aborted. */
export interface PullRequests {
  /** Ids of the open ones from this source into this destination. */
  open(sides: MergeSides, signal: AbortSignal): Promise<readonly string[]>;
  /** Ids of those, among the newest, that a merge between these branches has closed by this commit. */
  mergedBy(commit: string, sides: MergeSides, signal: AbortSignal): Promise<readonly string[]>;
  read(repository: string, id: string, signal: AbortSignal): Promise<PullRequest>;
  /** Replaces the description. lakeFS has no way to do so only if nobody else has meanwhile. */
  describe(
    change: { readonly repository: string; readonly id: string; readonly description: string },
    signal: AbortSignal,
  ): Promise<void>;
}
