import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { combineJudgements, type JudgedSubject } from './combine-judgements.ts';
import type { Delivery } from './delivery-record.ts';
import type { Question } from './events/event-rule.ts';
import type { Judgement, MergeJudge, PreparedMerge } from './ports.ts';
import type { Decision, DecisionKey } from './record-ports.ts';
import { createSharedRuns } from './shared-runs.ts';
import { createSlots, type SlotLoad } from './slots.ts';

export interface QuestionDeps {
  readonly judge: MergeJudge;
  readonly limits: { readonly concurrentRuns: number; readonly queueLength: number };
}

/** Answers what has to be judged, with bounded concurrency. */
export interface Questions {
  decide(asked: Question, delivery: Delivery, signal: AbortSignal): Promise<Decision>;
  /** Runs small work among the preparations. */
  beside<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Runs that read data now, and those that wait for their turn. */
  load(): SlotLoad;
  /** Turns away what has not begun, now and later. */
  close(reason: SluiceError): void;
  /** Ends what runs. */
  dismiss(reason: SluiceError): void;
}

/** Commits and contracts are small; this many are read at once, beside the runs. */
const CONCURRENT_PREPARATIONS = 16;

export function createQuestions({ judge, limits }: QuestionDeps): Questions {
  const preparations = createSharedRuns<PreparedMerge>();
  const runs = createSharedRuns<Judgement>();
  const preparing = createSlots({ concurrent: CONCURRENT_PREPARATIONS, queue: Number.MAX_SAFE_INTEGER });
  const judging = createSlots({ concurrent: limits.concurrentRuns, queue: limits.queueLength });

  const prepare = (event: HookEvent, key: string, signal: AbortSignal): Promise<PreparedMerge> =>
    preparations.join({
      key,
      signal,
      start: (own) => preparing.run(own, () => judge.prepare(event, own)),
      land: (value) => value,
    });

  /** By the record where it knows the answer; else by a run that equal deliveries share. */
  const decideOnce = async (subject: HookEvent, delivery: Delivery, signal: AbortSignal): Promise<Decision> => {
    const prepared = await prepare(subject, subjectOf(subject), signal);
    return (
      delivery.replay(prepared.key) ??
      runs.join({
        key: textOf(prepared.key),
        signal,
        start: (own) => judging.run(own, () => judge.judge(prepared, delivery.id, own)),
        // Who lands first has decided; the others find that decision.
        land: (judgement) => delivery.replay(prepared.key) ?? delivery.conclude(trusted(judgement), prepared.key),
      })
    );
  };

  /** Without a look at the record, which knows trees, and neither branches nor changes of several results. */
  const decideAnew = async (asked: Question, delivery: Delivery, signal: AbortSignal): Promise<Decision> => {
    const judged: JudgedSubject[] = [];
    for (const [index, subject] of asked.subjects.entries()) {
      const name = `${delivery.id} ${index}`;
      const prepared = await prepare(subject, name, signal);
      const report = await runs.join({
        key: name,
        signal,
        start: (own) => judging.run(own, () => judge.judge(prepared, delivery.id, own)),
        land: trusted,
      });
      judged.push({ key: prepared.key, report });
      if (report.verdict !== 'approved') break;
    }
    const { report, key } = combineJudgements(judged, asked.remarks);
    return delivery.conclude(report, key);
  };

  return {
    decide: (asked, delivery, signal) => {
      const [only, ...others] = asked.subjects;
      const simple = others.length === 0 && asked.remarks.length === 0 && only?.eventType === 'pre-merge';
      return simple ? decideOnce(only, delivery, signal) : decideAnew(asked, delivery, signal);
    },
    beside: (signal, work) => preparing.run(signal, work),
    load: () => judging.load(),
    close: (reason) => {
      preparing.close(reason);
      judging.close(reason);
    },
    dismiss: (reason) => {
      preparations.dismiss(reason);
      runs.dismiss(reason);
    },
  };
}

/** Deliveries of one merge: what they are about is in the commit; its contracts may depend on the branch, its rules on the user. */
function subjectOf(event: HookEvent): string {
  return JSON.stringify([event.repository, event.branch, event.commitId ?? null, event.sourceRef, event.committer]);
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
