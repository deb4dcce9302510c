import type { HookEvent } from '../core/event/hook-event.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { type DeliveryFacts, reportForDelivery, sourceOf, undecidedReport } from '../core/report/undecided-report.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type { Clock } from './ports.ts';
import type { Decision, DecisionKey, DecisionOrigin, DecisionStore } from './record-ports.ts';
import { statusOf } from './status-of.ts';

export interface RecordDependencies {
  readonly store: DecisionStore;
  readonly clock: Clock;
  /** A new sortable id for every call. */
  readonly newId: () => string;
  readonly log: DeliveryLog;
  /** How long, in milliseconds, a decision answers equal questions. */
  readonly replayForMs: number;
  /** Versions for reports that no engine took part in. */
  readonly engine: Report['engine'];
  readonly observer?: GateObserver;
}

/** One line per delivery; pino's logger fits. */
export interface DeliveryLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One delivery and the ways in which it can end; each writes its final row and its line in the log. */
export interface Delivery {
  readonly id: string;
  readonly event: HookEvent;
  facts(): DeliveryFacts;
  conclude(report: Report, key?: DecisionKey): Decision;
  /** Repeats an approved or rejected decision of the key, if there is one that is young enough. */
  replay(key: DecisionKey): Decision | null;
  fail(error: unknown): Decision;
}

/** Records the delivery as running, on disk, before any work is done for it. */
export function receive(event: HookEvent, origin: DecisionOrigin, dependencies: RecordDependencies): Delivery {
  const { store, clock, newId, log, engine, replayForMs, observer = NO_OBSERVER } = dependencies;
  const receivedAt = clock.now();
  const id = newId();
  const begun: Decision = {
    id,
    state: 'running',
    replayOf: null,
    key: null,
    event: event.eventType,
    origin,
    repository: event.repository,
    branch: event.branch ?? '',
    source: sourceOf(event),
    mergeCommit: event.commitId ?? '',
    committer: event.committer ?? null,
    status: null,
    receivedAt: new Date(receivedAt).toISOString(),
    decidedAt: null,
    report: null,
    landed: null,
  };
  observer.stage('record', () => store.begin(begun));
  observer.received(begun);
  const facts = () => ({ decisionId: id, event, engine, durationMs: clock.now() - receivedAt });
  const end = (report: Report, key: DecisionKey | null, replayOf: string | null, cause?: unknown): Decision => {
    const decidedAt = clock.now();
    const decision: Decision = {
      ...begun,
      state: report.verdict,
      replayOf,
      key,
      status: statusOf(report.verdict, report.problems),
      decidedAt: new Date(decidedAt).toISOString(),
      report: JSON.stringify(report),
    };
    observer.stage('record', () => store.finish(id, decision));
    observer.decided(decision, decidedAt - receivedAt);
    const fields = { ...logFields(decision, report), durationMs: decidedAt - receivedAt };
    if (isBreakage(cause)) log.error({ ...fields, err: cause }, 'delivery undecided');
    else log.info(fields, `delivery ${report.verdict}`);
    return decision;
  };
  return {
    id,
    event,
    facts,
    conclude: (report, key) => end(reportForDelivery(report, id, event), key ?? null, null),
    replay: (key) => {
      const known = store.findByKey(key, new Date(clock.now() - replayForMs).toISOString());
      if (known?.report == null) return null;
      const report = reportForDelivery(JSON.parse(known.report) as Report, id, event);
      return end(report, key, known.replayOf ?? known.id);
    },
    fail: (error) => end(undecidedReport(facts(), problemOf(error)), null, null, error),
  };
}

function logFields(decision: Decision, report: Report): object {
  const { id, event, origin, repository, branch, mergeCommit, state, status, replayOf } = decision;
  const codes = report.problems.map(({ code }) => code);
  return { decision: id, event, origin, repository, branch, mergeCommit, verdict: state, status, replayOf, codes };
}

/** A deadline or a caller that left explains itself; what has a cause, or is no error of ours, needs its stack. */
function isBreakage(cause: unknown): boolean {
  return cause !== undefined && !(cause instanceof SluiceError && cause.cause === undefined);
}

function problemOf(error: unknown): Problem {
  if (error instanceof SluiceError) return error.problem;
  return {
    code: 'internal-error',
    message: 'Sluice failed in a way it does not know.',
    hint: 'Merge again; if it happens again, look for this decision in the log of the server.',
  };
}
