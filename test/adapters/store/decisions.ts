import type { Decision, DecisionKey } from '../../../src/gate/record-ports.ts';

export const KEY: DecisionKey = {
  repository: 'lake',
  destinationCommit: 'd'.repeat(64),
  metaRange: 'a'.repeat(64),
  contractDigest: 'c'.repeat(64),
  engineVersion: 'duckdb v1.5.6',
  policyDigest: 'p'.repeat(64),
};

/** A delivery just received. */
export function running(id: string, change: Partial<Decision> = {}): Decision {
  return {
    id,
    state: 'running',
    event: 'pre-merge',
    origin: 'hook',
    replayOf: null,
    key: null,
    repository: 'lake',
    branch: 'main',
    source: 'etl',
    mergeCommit: 'e'.repeat(64),
    committer: 'quickstart',
    status: null,
    receivedAt: '2026-11-21T04:36:37.000Z',
    decidedAt: null,
    report: null,
    landed: null,
    ...change,
  };
}

/** The end of an approved delivery. */
export const APPROVED = {
  state: 'approved',
  replayOf: null,
  key: KEY,
  status: 200,
  decidedAt: '2026-11-21T04:36:38.000Z',
  report: '{"verdict":"approved"}',
} as const satisfies Partial<Decision>;
