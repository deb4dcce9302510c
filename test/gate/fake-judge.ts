import type { HookEvent } from '../../src/core/event/hook-event.ts';
import type { Report, VerdictWord } from '../../src/core/report/report.ts';
import type { EventLake } from '../../src/gate/events/event-rule.ts';
import type { MergeJudge } from '../../src/gate/ports.ts';
import type { DecisionKey } from '../../src/gate/record-ports.ts';

export const MERGE: HookEvent = {
  eventType: 'pre-merge',
  eventTime: '2026-11-21T04:36:37Z',
  actionName: 'Sluice',
  hookId: 'sluice',
  repository: 'lake',
  branch: 'main',
  sourceRef: 'b'.repeat(64),
  commitId: 'a'.repeat(64),
  committer: 'quickstart',
  commitMetadata: {},
  mergeSource: 'etl',
};

export const ENGINE = { sluice: '0.1.0', duckdb: 'v1.5.6' };

/** A lake that nobody may ask. */
export const NO_LAKE: EventLake = {
  commit: () => Promise.reject(new Error('not asked for a commit')),
  resolve: () => Promise.reject(new Error('not asked for a ref')),
  uncommitted: () => Promise.reject(new Error('not asked for changes')),
  preview: () => Promise.reject(new Error('not asked for a preview')),
  defaultBranch: () => Promise.reject(new Error('not asked for the default branch')),
  treeOf: () => Promise.reject(new Error('not asked for a tree')),
};

/** A judge that reads nothing: the same tree for every commit, unless told otherwise. */
export interface FakeJudge extends MergeJudge {
  readonly prepared: string[];
  readonly judged: string[];
  /** Reasons for which runs were cancelled. */
  readonly cancelled: unknown[];
}

export interface FakeJudgeOptions {
  /** What a run does; its signal is the run's. */
  readonly run?: (signal: AbortSignal, event: HookEvent) => Promise<VerdictWord>;
  readonly prepare?: (event: HookEvent, signal: AbortSignal) => Promise<void>;
  readonly metaRange?: (event: HookEvent) => string;
}

export function fakeJudge({ run, prepare, metaRange }: FakeJudgeOptions = {}): FakeJudge {
  const prepared: string[] = [];
  const judged: string[] = [];
  const cancelled: unknown[] = [];
  return {
    prepared,
    judged,
    cancelled,
    prepare: async (event, signal) => {
      prepared.push(event.commitId ?? '');
      await prepare?.(event, signal);
      return { event, key: keyOf(event, metaRange?.(event) ?? 'same-tree') };
    },
    judge: async ({ event }, decisionId, signal) => {
      judged.push(decisionId);
      signal.addEventListener('abort', () => cancelled.push(signal.reason));
      const verdict = (await run?.(signal, event)) ?? 'approved';
      return { verdict, report: reportOf(event, decisionId, verdict) };
    },
  };
}

/** Ends when the signal aborts, as a well-behaved run does. */
export function untilAborted(signal: AbortSignal): Promise<VerdictWord> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function keyOf(event: HookEvent, metaRange: string): DecisionKey {
  return {
    repository: event.repository,
    destinationCommit: 'd'.repeat(64),
    metaRange,
    contractDigest: 'c',
    engineVersion: 'duckdb v1.5.6',
    policyDigest: 'p',
  };
}

export function reportOf(event: HookEvent, decisionId: string, verdict: VerdictWord): Report {
  return {
    reportVersion: '1.0',
    verdict,
    reasons: verdict === 'approved' ? [] : ['2 of 7 rows break orders.amount.'],
    tables: [],
    problems: [],
    scope: {
      kind: 'merge',
      event: event.eventType,
      read: 'commit',
      decisionId,
      repository: event.repository,
      destination: event.branch ?? '',
      source: event.mergeSource ?? '',
      mergeCommit: event.commitId ?? '',
      baseCommit: 'd'.repeat(64),
      metaRange: 'same-tree',
      mergeResult: event.commitId !== undefined,
      committer: event.committer ?? null,
    },
    uncovered: { count: 0, paths: [] },
    ruleChanges: [],
    engine: ENGINE,
    durationMs: 12,
  };
}
