/** What the console reads of the records: small rows beside the reports, so that no page costs more the more there is. */
import type { TableOutline } from '../core/report/report-outline.ts';
import type { DecisionOutline, DecisionState } from './record-ports.ts';

/** One table as a hook's decision judged it; replays and checks judge nothing for a branch. */
export interface JudgedTable extends Omit<TableOutline, 'failingRows'> {
  /** Null: written by an older version, which counted rows of rules about changes as well, and not counted again yet. */
  readonly failingRows: number | null;
  readonly decision: Pick<
    DecisionOutline,
    'id' | 'state' | 'event' | 'branch' | 'source' | 'receivedAt' | 'repository'
  >;
}

export interface TableId {
  readonly repository: string;
  readonly branch: string;
  readonly name: string;
}

/** Decisions of one day and state in one repository. */
export interface DayCount {
  /** `2026-08-22`, UTC. */
  readonly day: string;
  readonly repository: string;
  readonly state: DecisionState;
  readonly decisions: number;
}

/** How much is recorded. */
export interface RecordsExtent {
  readonly decisions: number;
  /** When the oldest was received, ISO 8601; null where there is none. */
  readonly oldest: string | null;
  /** Decisions of an older version, at most, that {@link TableRecords.adoptOne} has not come to. */
  readonly unread: number;
}

/** Decisions that {@link TableRecords.needingAttention} gives at most. */
export const MOST_NEEDING_ATTENTION = 200;

export interface TableRecords {
  /** The newest judgement of each table there is, in order of name. */
  knownTables(): readonly JudgedTable[];
  /** Newest first. */
  tableHistory(table: TableId, limit: number): readonly JudgedTable[];
  /** Received on the day of `since` (ISO 8601) or later, of the newest decisions alone where they are very many. */
  activity(since: string): readonly DayCount[];
  /**
   * Hooks' decisions since then (ISO 8601) that somebody has to look at, newest first: the newest one about a change (by
   * repository, branch, source and kind) is no approval, or something else landed than what was approved. At most
   * {@link MOST_NEEDING_ATTENTION}; of the newest decisions alone where they are very many.
   */
  needingAttention(since: string): readonly DecisionOutline[];
  extent(): RecordsExtent;
  /**
   * Gives one decision of an older version its small rows, newest first; a few milliseconds of work. False when none is
   * left. Pages show what has been adopted so far.
   */
  adoptOne(): boolean;
}
