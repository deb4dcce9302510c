import type { HookEvent } from '../event/hook-event.ts';
import { pickedCommit, revertedRef } from '../event/replayed-commit.ts';
import type { Problem } from '../problem.ts';
import { REPORT_VERSION, type Report, type ReportScope, type VerdictWord } from './report.ts';

/** What is known of a delivery before any commit, contract or object has been read. */
export interface DeliveryFacts {
  readonly decisionId: string;
  readonly event: HookEvent;
  readonly engine: Report['engine'];
  /** Wall time in milliseconds. */
  readonly durationMs: number;
}

/** The report of a delivery that could not be judged; the problem is its one reason. */
export function undecidedReport(facts: DeliveryFacts, problem: Problem): Report {
  return reportWithoutTables(facts, 'undecided', [problem.message], [problem]);
}

/** The report of a delivery that was answered without looking at data. */
export function reportWithoutTables(
  facts: DeliveryFacts,
  verdict: VerdictWord,
  reasons: readonly string[],
  problems: readonly Problem[] = [],
): Report {
  return {
    reportVersion: REPORT_VERSION,
    verdict,
    reasons,
    tables: [],
    problems,
    scope: scopeOf(facts.decisionId, facts.event),
    uncovered: { count: 0, paths: [] },
    ruleChanges: [],
    engine: facts.engine,
    durationMs: facts.durationMs,
  };
}

/** The same report for another delivery of the same question: its own id, commit and people, the shared verdict. */
export function reportForDelivery(report: Report, decisionId: string, event: HookEvent): Report {
  if (report.scope.kind !== 'merge') return report;
  const { destination, source, committer } = scopeOf(decisionId, event);
  const mergeCommit = event.commitId ?? judgedCommit(report.scope.mergeCommit, event);
  const { eventType } = event;
  return {
    ...report,
    scope: { ...report.scope, event: eventType, decisionId, destination, source, mergeCommit, committer },
  };
}

/** A merge without a merge commit was judged by its source; cherry-picks and reverts by their preview. */
function judgedCommit(judged: string, { eventType, sourceRef }: HookEvent): string {
  return eventType === 'pre-merge' && judged !== '' ? (sourceRef ?? '') : judged;
}

/** The delivery as the payload names it; what only lakeFS could tell is left empty. */
function scopeOf(decisionId: string, event: HookEvent): Extract<ReportScope, { kind: 'merge' }> {
  return {
    kind: 'merge',
    event: event.eventType,
    read: 'commit',
    decisionId,
    repository: event.repository,
    destination: event.branch ?? '',
    source: sourceOf(event),
    mergeCommit: event.commitId ?? '',
    baseCommit: '',
    metaRange: '',
    mergeResult: event.commitId !== undefined,
    committer: event.committer ?? null,
  };
}

/** What is merged, picked, reverted or tagged, in people's words: the ref as they typed it, else the commit. */
export function sourceOf(event: HookEvent): string {
  if (event.tagId !== undefined) return event.tagId;
  const replayed = event.eventType.endsWith('-revert') ? revertedRef(event) : pickedCommit(event);
  if (replayed !== null) return replayed;
  return event.mergeSource ?? event.sourceRef ?? '';
}
