import type Database from 'libsql';
import type { HookEventType } from '../../core/event/hook-event.ts';
import type { NullCount, TableOutline } from '../../core/report/report-outline.ts';
import type { DecisionState } from '../../gate/record-ports.ts';
import type { DayCount, JudgedTable, RecordsExtent, TableRecords } from '../../gate/table-records.ts';

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
  readonly failing_rows: number;
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

/**
 * The tables there are, each by a seek to the first row behind the one before: their number counts, not the number of
 * decisions.
 */
const KNOWN = `WITH RECURSIVE known (name, repository, branch) AS (
    SELECT * FROM (SELECT name, repository, branch FROM judged_table ORDER BY name, repository, branch LIMIT 1)
    UNION ALL
    SELECT next.name, next.repository, next.branch FROM known JOIN judged_table AS next
      ON (next.name, next.repository, next.branch, next.judged, next.decision) = (
        SELECT name, repository, branch, judged, decision FROM judged_table AS later
        WHERE (later.name, later.repository, later.branch) > (known.name, known.repository, known.branch)
        ORDER BY name, repository, branch, judged, decision LIMIT 1))
  SELECT ${FACTS} FROM known
  JOIN judged_table ON judged_table.name = known.name AND judged_table.repository = known.repository
    AND judged_table.branch = known.branch AND judged = 1 AND judged_table.decision = (
      SELECT max(newest.decision) FROM judged_table AS newest WHERE newest.name = known.name
        AND newest.repository = known.repository AND newest.branch = known.branch AND newest.judged = 1)
  JOIN decision ON decision.sequence = judged_table.decision`;

const HISTORY = `SELECT ${FACTS} FROM judged_table JOIN decision ON decision.sequence = judged_table.decision
  WHERE judged_table.name = ? AND judged_table.repository = ? AND judged_table.branch = ? AND judged = 1
  ORDER BY judged_table.decision DESC LIMIT ?`;

/** Newest decisions that are counted by day; the rows are small, but their number has no end. */
const MOST_COUNTED = 20_000;

const ACTIVITY = `SELECT substr(received_at, 1, 10) AS day, repository, state, count(*) AS decisions
  FROM (SELECT received_at, repository, state FROM decision ORDER BY sequence DESC LIMIT ${MOST_COUNTED})
  WHERE received_at >= ? GROUP BY 1, 2, 3`;

/** The reading half; `adoptOne` writes. */
export function tableRows(database: Database.Database): Omit<TableRecords, 'adoptOne' | 'extent'> {
  const known = database.prepare(KNOWN);
  const history = database.prepare(HISTORY);
  const activity = database.prepare(ACTIVITY);
  return {
    knownTables: () => known.all().map((row) => toJudged(row as JudgedRow)),
    tableHistory: ({ name, repository, branch }, limit) =>
      history.all([name, repository, branch, limit]).map((row) => toJudged(row as JudgedRow)),
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
