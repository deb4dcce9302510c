/** What the gate needs of its records: one row per delivery, durable, read by people long after. */
import type { HookEventType } from '../core/event/hook-event.ts';
import type { ReportFindings } from '../core/report/report-outline.ts';

/** What makes two deliveries the same question (design P3). */
export interface DecisionKey {
  readonly repository: string;
  readonly destinationCommit: string;
  /** `meta_range_id` of the merge commit. */
  readonly metaRange: string;
  readonly contractDigest: string;
  readonly engineVersion: string;
  readonly policyDigest: string;
}

/** Who asked: lakeFS by its hook, or a person before the merge (`sluice check`). Only a hook's answer lets data in. */
export type DecisionOrigin = 'hook' | 'check';

/** What became of an approved decision, as the post-event told. */
export interface Landed {
  /** The commit on the branch. */
  readonly commit: string;
  /** ISO 8601 with milliseconds, UTC. */
  readonly at: string;
  /** False when the commit's tree is not the one that was judged. */
  readonly same: boolean;
}

/** A commit that has landed on a branch, and on which others were before it. */
export interface LandedAbove extends Pick<Landed, 'commit' | 'at'> {
  /** What stood for its tree when it was judged: content address of the tree, or digest of a listing. */
  readonly metaRange: string;
}

export const DECISION_STATES = ['running', 'approved', 'rejected', 'undecided', 'abandoned'] as const;
export type DecisionState = (typeof DECISION_STATES)[number];

/** One row per delivery. Equal questions are answered once: the other rows name the row they repeat. */
export interface Decision {
  /** Sortable unique id: time first. */
  readonly id: string;
  readonly state: DecisionState;
  /** The decision whose verdict this delivery was given without reading data again. */
  readonly replayOf: string | null;
  readonly key: DecisionKey | null;
  /** Absent: pre-merge. Only a pre-merge decision says anything about its merge commit. */
  readonly event?: HookEventType;
  readonly origin: DecisionOrigin;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  readonly mergeCommit: string;
  readonly committer: string | null;
  /** HTTP status that was, or is to be, answered; null while running. */
  readonly status: number | null;
  /** ISO 8601 with milliseconds, UTC. */
  readonly receivedAt: string;
  readonly decidedAt: string | null;
  /** The JSON report, exact bytes as text; null while running or abandoned. */
  readonly report: string | null;
  /** Null until a post-event has told, which needs post-events in the action file. */
  readonly landed: Landed | null;
}

/** A decision without its report, which may be as large as all the others' outlines together. */
export interface DecisionOutline extends Omit<Decision, 'report'> {
  readonly hasReport: boolean;
  /** What the report found; null without a report, or where an older version's has not been looked at yet. */
  readonly findings: ReportFindings | null;
}

/** All that are given must hold. */
export interface DecisionFilter {
  readonly repository?: string;
  readonly branch?: string;
  readonly state?: DecisionState;
  readonly event?: HookEventType;
  readonly origin?: DecisionOrigin;
  readonly mergeCommit?: string;
  /** Name of a table that was checked. */
  readonly table?: string;
  /** Content address of the judged tree. */
  readonly metaRange?: string;
  /** A commit: no decision whose change is based on it. What was judged without a base counts. */
  readonly notBasedOn?: string;
  /** ISO 8601 with milliseconds, UTC; received at this time or later. */
  readonly since?: string;
  /** ISO 8601 with milliseconds, UTC; received before this time. */
  readonly until?: string;
  /** Id of a decision: only those recorded before it. Nothing when there is no such decision. */
  readonly before?: string;
  readonly limit: number;
}

/** Durable records. A method that returns has its row on disk (fsync). */
export interface DecisionStore {
  /** Records the delivery before any work is done for it. */
  begin(decision: Decision): void;
  /** Turns a running row into its final state, once. Throws when the row is not running. */
  finish(id: string, final: Pick<Decision, 'state' | 'replayOf' | 'key' | 'status' | 'decidedAt' | 'report'>): void;
  /** Records what became of an approved decision, once. Throws `decision-final` when it is not approved or has landed. */
  land(id: string, landed: Landed): void;
  /**
   * The newest approved or rejected decision for an equal key, decided at `notBefore` (ISO 8601 with milliseconds, UTC)
   * or later. Undecided ones are never replayed, and a replay does not make its decision any younger.
   */
  findByKey(key: DecisionKey, notBefore: string): Decision | null;
  /**
   * The newest approval that lets a release be made of the commit: given to a hook after the data was judged, for this
   * merge commit, or for what has landed as this commit with the judged tree. Scratch branches' do not count. With a
   * branch, only an approval that was asked for on that branch.
   */
  approvedFor(repository: string, commitId: string, branch?: string): Decision | null;
  /** The commit that the first change of the branch was based on whose data a hook judged; null: there was none. */
  firstBaseOf(repository: string, branch: string): string | null;
  /**
   * The newest commit that landed on the branch with the judged tree, if this commit lies below it: if the recorded
   * changes lead from the one down to the other, base by base. Null as well when there is a commit between that nobody
   * was asked about, more than 2,000 commits, or more than 50,000 decisions since.
   */
  landedAbove(repository: string, branch: string, commitId: string): LandedAbove | null;
  get(id: string): Decision | null;
  /** Newest first. */
  list(filter: DecisionFilter): readonly Decision[];
  /** Like {@link DecisionStore.list}, for whoever needs no report: none is read. */
  outlines(filter: DecisionFilter): readonly DecisionOutline[];
  /** Turns every row left running by a dead process into `abandoned`; returns how many. */
  abandonUnfinished(at: string): number;
  close(): void;
}
