import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import { reportWithoutTables } from '../core/report/undecided-report.ts';
import { inDecision } from './decision-context.ts';
import { type Delivery, type RecordDependencies, receive } from './delivery-record.ts';
import { createDetachedWork } from './detached-work.ts';
import {
  type DeliveryPolicy,
  type EventDeps,
  type EventLake,
  type Question,
  question,
  type Ruling,
} from './events/event-rule.ts';
import { EVENT_RULES } from './events/rules.ts';
import { NO_OBSERVER } from './observer.ts';
import type { MergeJudge } from './ports.ts';
import { createQuestions } from './questions.ts';
import type { Decision, DecisionOrigin } from './record-ports.ts';
import { createRuling } from './rule-without-data.ts';
import type { SlotLoad } from './slots.ts';

export interface DeliveryDependencies extends RecordDependencies {
  readonly judge: MergeJudge;
  readonly lake: EventLake;
  readonly policy: DeliveryPolicy;
  readonly limits: { readonly concurrentRuns: number; readonly queueLength: number };
}

export interface Deliveries {
  /**
   * From receipt to record. The row is on disk before any work is done and final before this resolves. Aborting the
   * signal ends this delivery as undecided with the problem of the signal's reason (a SluiceError). Rejects only when
   * the records themselves fail; the caller must then answer an error. `origin` is `hook` unless told otherwise.
   */
  deliver(event: HookEvent, signal: AbortSignal, origin?: DecisionOrigin): Promise<Decision>;
  /** Runs that read data now, and those that wait for their turn. */
  load(): SlotLoad;
  /**
   * Ends: new and queued deliveries become undecided at once, running ones when `graceMs` milliseconds are over.
   * Resolves when every delivery has its final row.
   */
  stop(graceMs: number): Promise<void>;
}

/** The gate's front: deliveries in, recorded decisions out. Equal deliveries share one run and one verdict. */
export function createDeliveries(dependencies: DeliveryDependencies): Deliveries {
  const ruling = createRuling(dependencies.policy);
  const questions = createQuestions(dependencies);
  const looks = createDetachedWork();
  const eventDeps: EventDeps = { observer: NO_OBSERVER, ...dependencies };
  const open = new Set<Promise<unknown>>();
  let stopping: SluiceError | undefined;

  const look = async (event: HookEvent, signal: AbortSignal): Promise<Ruling | Question> => {
    const { look: further } = EVENT_RULES[event.eventType];
    if (further === undefined) return question([event]);
    return looks.run(signal, (own) => questions.beside(own, () => further(event, eventDeps, own)));
  };

  const decide = async (delivery: Delivery, signal: AbortSignal): Promise<Decision> => {
    const { event } = delivery;
    signal.throwIfAborted();
    if (stopping !== undefined) throw stopping;
    const found = ruling(event) ?? (await look(event, signal));
    if (found.kind === 'question') return questions.decide(found, delivery, signal);
    return delivery.conclude(reportWithoutTables(delivery.facts(), found.verdict, found.reasons, found.problems));
  };

  const deliver: Deliveries['deliver'] = async (event, signal, origin = 'hook') => {
    const delivery = receive(event, origin, dependencies);
    const decided = inDecision(delivery.id, () => decide(delivery, signal)).catch((error: unknown) =>
      delivery.fail(error),
    );
    open.add(decided);
    try {
      return await decided;
    } finally {
      open.delete(decided);
    }
  };

  const stop = async (graceMs: number): Promise<void> => {
    const reason = shuttingDown();
    stopping = reason;
    questions.close(reason);
    const grace = setTimeout(() => {
      questions.dismiss(reason);
      looks.end(reason);
    }, graceMs);
    while (open.size > 0) await Promise.allSettled(open);
    await looks.idle();
    clearTimeout(grace);
  };

  return { deliver, load: () => questions.load(), stop };
}

function shuttingDown(): SluiceError {
  return new SluiceError({
    code: 'shutting-down',
    message: 'Sluice is being stopped.',
    hint: 'Merge again when it is back.',
  });
}
