import type { Config } from '../../config.ts';
import type { HookEvent } from '../../core/event/hook-event.ts';
import type { Problem } from '../../core/problem.ts';
import type { VerdictWord } from '../../core/report/report.ts';
import type { DeliveryLog } from '../delivery-record.ts';
import type { GateObserver } from '../observer.ts';
import type { Clock, Commit, Lake } from '../ports.ts';
import type { PreviewOutcome } from '../preview.ts';
import type { Decision, DecisionStore } from '../record-ports.ts';
import type { ReplayRequest, RepositoryReader } from '../repository-ports.ts';

/** The part of the configuration that says how events are answered. */
export type DeliveryPolicy = Pick<
  Config,
  'events' | 'governedBranches' | 'withoutMergeResult' | 'unpreviewable' | 'releaseTags' | 'releaseBranches'
>;

/** An answer that needs no data. */
export interface Ruling {
  readonly kind: 'ruling';
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
  readonly problems: readonly Problem[];
}

/** What has to be judged: every subject, and each must be approved. */
export interface Question {
  readonly kind: 'question';
  readonly subjects: readonly HookEvent[];
  /** Warnings for the report. */
  readonly remarks: readonly Problem[];
}

/** What a rule may look at, beside the payload and the configuration. */
export interface EventDeps {
  readonly policy: DeliveryPolicy;
  readonly store: Pick<DecisionStore, 'list' | 'land' | 'approvedFor'>;
  readonly clock: Clock;
  readonly log: DeliveryLog;
  readonly observer: GateObserver;
  readonly lake: EventLake;
}

/** Changes that do a commit again, forwards or backwards. */
export type ReplayKind = 'cherry-pick' | 'revert';

/** What rules ask lakeFS for. */
export interface EventLake {
  commit: Lake['commit'];
  resolve: RepositoryReader['resolve'];
  uncommitted: RepositoryReader['uncommitted'];
  defaultBranch(repository: string, signal: AbortSignal): Promise<string>;
  /** Computes a cherry-pick or a revert on a scratch branch, which is deleted however it ends. */
  preview(request: ReplayRequest & { readonly kind: ReplayKind }, signal: AbortSignal): Promise<PreviewOutcome>;
  /** What stands for the commit's tree as the decision's key names it; null when that cannot be told any more. */
  treeOf(decision: Decision, commit: Commit, signal: AbortSignal): Promise<string | null>;
}

/** How one kind of event is answered on a governed branch. */
export interface EventRule {
  /** By payload and configuration alone; null: look further. May throw a SluiceError: undecided. */
  readonly answer: (event: HookEvent, policy: DeliveryPolicy) => Ruling | null;
  /** What {@link EventRule.answer} leaves open. Absent: the event itself is judged. */
  readonly look?: (event: HookEvent, deps: EventDeps, signal: AbortSignal) => Promise<Ruling | Question>;
}

export function approved(...reasons: readonly string[]): Ruling {
  return { kind: 'ruling', verdict: 'approved', reasons, problems: [] };
}

export function rejected(problem: Problem): Ruling {
  return { kind: 'ruling', verdict: 'rejected', reasons: [problem.message], problems: [problem] };
}

export function question(subjects: readonly HookEvent[], remarks: readonly Problem[] = []): Question {
  return { kind: 'question', subjects, remarks };
}

/** The configuration's answer where nobody can tell beforehand what the branch would become, and why. */
export function unpreviewable(event: HookEvent, policy: DeliveryPolicy, why: string): Ruling {
  const { eventType, branch = '' } = event;
  const message = `The result of ${eventType} on ${branch} cannot be computed before it is there: ${why}.`;
  if (policy.unpreviewable === 'allow') return approved('Allowed by configuration (unpreviewable).', message);
  return rejected({
    code: 'forbidden-unpreviewable',
    message,
    hint: 'Do it on a branch of your own and merge that, or set unpreviewable: allow.',
  });
}
