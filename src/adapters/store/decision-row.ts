import { gunzipSync } from 'node:zlib';
import type { HookEventType } from '../../core/event/hook-event.ts';
import type { ReportFindings } from '../../core/report/report-outline.ts';
import type {
  Decision,
  DecisionKey,
  DecisionOrigin,
  DecisionOutline,
  DecisionState,
  Landed,
} from '../../gate/record-ports.ts';

/** All but the report of a row of the table `decision`; its CHECK constraints and STRICT types vouch for the shape. */
export interface OutlineRow {
  readonly id: string;
  readonly state: DecisionState;
  readonly event: HookEventType;
  readonly replay_of: string | null;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  readonly merge_commit: string;
  readonly committer: string | null;
  readonly key_repository: string | null;
  readonly key_destination_commit: string | null;
  readonly key_meta_range: string | null;
  readonly key_contract_digest: string | null;
  readonly key_engine_version: string | null;
  readonly key_policy_digest: string | null;
  readonly status: number | null;
  readonly received_at: string;
  readonly decided_at: string | null;
  readonly has_report: number;
  readonly origin: DecisionOrigin;
  readonly landed_commit: string | null;
  readonly landed_at: string | null;
  readonly landed_same: number | null;
  readonly tables: number | null;
  readonly failed: number | null;
  readonly errored: number | null;
  readonly warned: number | null;
  readonly reason: string | null;
}

/** A row with its report. */
export interface DecisionRow extends OutlineRow {
  /** Empty where the report is in `body`. */
  readonly report: string | null;
  readonly body: Buffer | null;
}

/** Columns of {@link OutlineRow}, of the table `decision`. */
export const OUTLINE_COLUMNS = `id, state, event, origin, replay_of, repository, branch, source, merge_commit, committer,
  status, received_at, decided_at, report IS NOT NULL AS has_report, key_repository, key_destination_commit,
  key_meta_range, key_contract_digest, key_engine_version, key_policy_digest, landed_commit, landed_at, landed_same,
  tables, failed, errored, warned, reason`;

/** The gate's words for a row. */
export function toDecision(row: DecisionRow): Decision {
  const { body, report } = row;
  return { ...toSubject(row), report: body === null ? report || null : gunzipSync(body).toString('utf8') };
}

/** All but the report, which is by far the largest part of a decision. */
export function toOutline(row: OutlineRow): DecisionOutline {
  return { ...toSubject(row), hasReport: row.has_report === 1, findings: toFindings(row) };
}

function toFindings({ tables, failed, errored, warned, reason }: OutlineRow): ReportFindings | null {
  return tables === null ? null : { tables, failed: failed ?? 0, errored: errored ?? 0, warned: warned ?? 0, reason };
}

function toSubject(row: OutlineRow): Omit<Decision, 'report'> {
  return {
    id: row.id,
    state: row.state,
    event: row.event,
    origin: row.origin,
    replayOf: row.replay_of,
    key: toKey(row),
    repository: row.repository,
    branch: row.branch,
    source: row.source,
    mergeCommit: row.merge_commit,
    committer: row.committer,
    status: row.status,
    receivedAt: row.received_at,
    decidedAt: row.decided_at,
    landed: toLanded(row),
  };
}

function toLanded({ landed_commit: commit, landed_at: at, landed_same: same }: OutlineRow): Landed | null {
  return commit === null ? null : { commit, at: at ?? '', same: same === 1 };
}

function toKey(row: OutlineRow): DecisionKey | null {
  if (row.key_meta_range === null) return null;
  return {
    repository: row.key_repository ?? '',
    destinationCommit: row.key_destination_commit ?? '',
    metaRange: row.key_meta_range,
    contractDigest: row.key_contract_digest ?? '',
    engineVersion: row.key_engine_version ?? '',
    policyDigest: row.key_policy_digest ?? '',
  };
}
