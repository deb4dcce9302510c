import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { reportWithoutTables } from '../core/report/undecided-report.ts';
import { inDecision } from './decision-context.ts';
import { type Delivery, type RecordDependencies, receive } from './delivery-record.ts';
import type { Decision, DecisionKey, DecisionOrigin, Judgement, MergeJudge, PreparedMerge } from './ports.ts';
import { createRuling, type DeliveryPolicy } from './rule-without-data.ts';
import { createSharedRuns } from './shared-runs.ts';
import { createSlots, type SlotLoad } from './slots.ts';

export interface DeliveryDependencies extends RecordDependencies {
  readonly judge: MergeJudge;
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

/** Commits and contracts are small; this many are read at once, beside the runs. */
const CONCURRENT_PREPARATIONS = 16;

/** The gate's front: deliveries in, recorded decisions out. Equal deliveries share one run and one verdict. */
export function createDeliveries(dependencies: DeliveryDependencies): Deliveries {
  const { judge, limits } = dependencies;
  const ruling = createRuling(dependencies.policy);
  const preparations = createSharedRuns<PreparedMerge>();
  const runs = createSharedRuns<Judgement>();
  const preparing = createSlots({ concurrent: CONCURRENT_PREPARATIONS, queue: Number.MAX_SAFE_INTEGER });
  const judging = createSlots({ concurrent: limits.concurrentRuns, queue: limits.queueLength });
  const open = new Set<Promise<unknown>>();
  let stopping: SluiceError | undefined;

  const decide = async (delivery: Delivery, signal: AbortSignal): Promise<Decision> => {
    const { event, id } = delivery;
    signal.throwIfAborted();
    if (stopping !== undefined) throw stopping;
    const ruled = ruling(event);
    if (ruled !== null) {
      return delivery.conclude(reportWithoutTables(delivery.facts(), ruled.verdict, ruled.reasons, ruled.problems));
    }
    const prepared = await preparations.join({
      key: subjectOf(event),
      signal,
      start: (own) => preparing.run(own, () => judge.prepare(event, own)),
      land: (value) => value,
    });
    return (
      delivery.replay(prepared.key) ??
      runs.join({
        key: textOf(prepared.key),
        signal,
        start: (own) => judging.run(own, () => judge.judge(prepared, id, own)),
        // Who lands first has decided; the others find that decision.
        land: (judgement) => delivery.replay(prepared.key) ?? delivery.conclude(trusted(judgement), prepared.key),
      })
    );
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
    preparing.close(reason);
    judging.close(reason);
    const grace = setTimeout(() => {
      preparations.dismiss(reason);
      runs.dismiss(reason);
    }, graceMs);
    while (open.size > 0) await Promise.allSettled(open);
    clearTimeout(grace);
  };

  return { deliver, load: () => judging.load(), stop };
}

/** Deliveries of one merge: what they are about is in the commit, and its contracts may depend on the branch. */
function subjectOf(event: HookEvent): string {
  return JSON.stringify([event.repository, event.branch, event.commitId ?? null, event.sourceRef]);
}

function textOf(key: DecisionKey): string {
  const { repository, destinationCommit, metaRange, contractDigest, engineVersion, policyDigest } = key;
  return JSON.stringify([repository, destinationCommit, metaRange, contractDigest, engineVersion, policyDigest]);
}

/** The verdict is what the report says, or nobody knows what it is. */
function trusted({ verdict, report }: Judgement): Report {
  if (verdict === report.verdict) return report;
  throw new SluiceError({
    code: 'verdict-torn',
    message: `The run ended as ${verdict} with a report that says ${report.verdict}.`,
  });
}

function shuttingDown(): SluiceError {
  return new SluiceError({
    code: 'shutting-down',
    message: 'Sluice is being stopped.',
    hint: 'Merge again when it is back.',
  });
}
