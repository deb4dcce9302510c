import type { HookEventType } from '../../core/event/hook-event.ts';
import type {
  Decision,
  DecisionKey,
  DecisionOrigin,
  DecisionOutline,
  DecisionState,
  Landed,
} from '../../gate/record-ports.ts';

/** A row of the table `decision`; its CHECK constraints and STRICT types vouch for the shape. */
export interface DecisionRow {
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
  readonly report: string | null;
  readonly origin: DecisionOrigin;
  readonly landed_commit: string | null;
  readonly landed_at: string | null;
  readonly landed_same: number | null;
}

/** The gate's words for a row. */
export function toDecision(row: DecisionRow): Decision {
  return { ...toOutline(row), report: row.report };
}

/** All but the report, which is by far the largest part of a row. */
export function toOutline(row: Omit<DecisionRow, 'report'>): DecisionOutline {
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

function toLanded({
  landed_commit: commit,
  landed_at: at,
  landed_same: same,
}: Omit<DecisionRow, 'report'>): Landed | null {
  return commit === null ? null : { commit, at: at ?? '', same: same === 1 };
}

function toKey(row: Omit<DecisionRow, 'report'>): DecisionKey | null {
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
