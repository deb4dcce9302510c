import type Database from 'libsql';
import type { HookEventType } from '../../core/event/hook-event.ts';
import type { NullCount, TableOutline } from '../../core/report/report-outline.ts';
import type { DecisionState } from '../../gate/record-ports.ts';
import {
  type DayCount,
  type JudgedTable,
  MOST_NEEDING_ATTENTION,
  type RecordsExtent,
  type TableRecords,
} from '../../gate/table-records.ts';
import { OUTLINE_COLUMNS, type OutlineRow, toOutline } from './decision-row.ts';

/** A row of `judged_table` with what its decision says of itself. */
interface JudgedRow {
  readonly name: string;
  readonly repository: string;
  readonly branch: string;
  readonly location: string;
  readonly contract_file: string;
  readonly contract_version: string;
  readonly owner: string | null;
  readonly rows: number | null;
  readonly failing_rows: number | null;
  readonly checks: string;
  readonly diff: string | null;
  readonly nulls: string;
  readonly id: string;
  readonly state: DecisionState;
  readonly event: HookEventType;
  readonly source: string;
  readonly received_at: string;
}

const FACTS = `judged_table.name, judged_table.repository, judged_table.branch, location, contract_file,
  contract_version, owner, rows, failing_rows, checks, diff, nulls, id, state, event, source, received_at`;

/** CROSS JOIN keeps the order: few tables first, a seek for each. */
const KNOWN = `SELECT ${FACTS} FROM known_table
  CROSS JOIN judged_table ON judged_table.name = known_table.name AND judged_table.repository = known_table.repository
    AND judged_table.branch = known_table.branch AND judged = 1 AND judged_table.decision = newest
  CROSS JOIN decision ON decision.sequence = newest
  ORDER BY known_table.name, known_table.repository, known_table.branch`;

const HISTORY = `SELECT ${FACTS} FROM judged_table CROSS JOIN decision ON decision.sequence = judged_table.decision
  WHERE judged_table.name = ? AND judged_table.repository = ? AND judged_table.branch = ? AND judged = 1
  ORDER BY judged_table.decision DESC LIMIT ?`;

/** Newest decisions that are looked through for one page; the rows are small, but their number has no end. */
const MOST_COUNTED = 5_000;

const ACTIVITY = `SELECT substr(received_at, 1, 10) AS day, repository, state, count(*) AS decisions
  FROM (SELECT received_at, repository, state FROM decision ORDER BY sequence DESC LIMIT ${MOST_COUNTED})
  WHERE received_at >= ? GROUP BY 1, 2, 3`;

const ATTENTION = `WITH recent AS (SELECT * FROM
    (SELECT sequence, repository, branch, source, event, origin, state, received_at, landed_same FROM decision
      ORDER BY sequence DESC LIMIT ${MOST_COUNTED})
    WHERE received_at >= ? AND origin = 'hook' AND state <> 'running')
  SELECT ${OUTLINE_COLUMNS} FROM decision WHERE sequence IN (
    SELECT sequence FROM (SELECT max(sequence) AS sequence, state FROM recent GROUP BY repository, branch, source, event)
      WHERE state <> 'approved'
    UNION SELECT sequence FROM recent WHERE landed_same = 0)
  ORDER BY sequence DESC LIMIT ${MOST_NEEDING_ATTENTION}`;

/** The reading half; `adoptOne` writes. */
export function tableRows(database: Database.Database): Omit<TableRecords, 'adoptOne' | 'extent'> {
  const known = database.prepare(KNOWN);
  const history = database.prepare(HISTORY);
  const attention = database.prepare(ATTENTION);
  const activity = database.prepare(ACTIVITY);
  return {
    knownTables: () => known.all().map((row) => toJudged(row as JudgedRow)),
    tableHistory: ({ name, repository, branch }, limit) =>
      history.all([name, repository, branch, limit]).map((row) => toJudged(row as JudgedRow)),
    needingAttention: (since) => attention.all([since]).map((row) => toOutline(row as OutlineRow)),
    activity: (since) => activity.all([since.slice(0, 10)]) as readonly DayCount[],
  };
}

/** Rows are never deleted, so the last number is their count. */
export function countRecords(database: Database.Database): Omit<RecordsExtent, 'unread'> {
  const last = database.prepare('SELECT max(sequence) AS last FROM decision').get() as { last: number | null };
  const first = database.prepare('SELECT received_at FROM decision ORDER BY sequence LIMIT 1').get();
  const oldest = first === undefined ? null : (first as { received_at: string }).received_at;
  return { decisions: last.last ?? 0, oldest };
}

function toJudged(row: JudgedRow): JudgedTable {
  const { id, state, event, branch, source, repository } = row;
  return {
    name: row.name,
    location: row.location,
    contract: { file: row.contract_file, version: row.contract_version },
    owner: row.owner,
    rows: row.rows,
    failingRows: row.failing_rows,
    checks: JSON.parse(row.checks) as TableOutline['checks'],
    diff: row.diff === null ? null : (JSON.parse(row.diff) as TableOutline['diff']),
    nulls: JSON.parse(row.nulls) as readonly NullCount[],
    decision: { id, state, event, branch, source, repository, receivedAt: row.received_at },
  };
}
