import { type Problem, SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { reportWithoutTables, undecidedReport } from '../core/report/undecided-report.ts';
import type { DeliveryPolicy } from './events/event-rule.ts';
import type { MergeJudge } from './ports.ts';
import { type PoseDeps, poseMerge, withWarnings } from './pose-merge.ts';
import type { MergeQuestion } from './recorded-checks.ts';
import { createRuling } from './rule-without-data.ts';

export interface CheckMergeDeps extends PoseDeps {
  readonly judge: MergeJudge;
  readonly policy: DeliveryPolicy;
  readonly newId: () => string;
  /** Versions for reports that no engine took part in. */
  readonly engine: Report['engine'];
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
  readonly onStage: (stage: string) => void;
}

/**
 * What the gate would say to a merge: the report of the real one, from a preview. Nothing is recorded. What lakeFS
 * itself would refuse, and what could not be judged, is an undecided report. Rejects like {@link poseMerge}, and when
 * the signal is aborted.
 */
export async function checkMerge(question: MergeQuestion, deps: CheckMergeDeps, signal: AbortSignal): Promise<Report> {
  const startedAt = deps.elapsed();
  const decisionId = deps.newId();
  deps.onStage('merging on a scratch branch');
  const { event, refusal, warnings } = await poseMerge(question, deps, signal);
  const facts = () => ({
    decisionId,
    event,
    engine: deps.engine,
    durationMs: Math.round(deps.elapsed() - startedAt),
  });
  if (refusal !== null) return withWarnings(undecidedReport(facts(), refusal), warnings);
  try {
    const ruled = createRuling(deps.policy)(event);
    const report =
      ruled === null
        ? (await deps.judge.judge(await deps.judge.prepare(event, signal), decisionId, signal)).report
        : reportWithoutTables(facts(), ruled.verdict, ruled.reasons, ruled.problems);
    return withWarnings(report, warnings);
  } catch (error) {
    signal.throwIfAborted();
    return withWarnings(undecidedReport(facts(), problemOf(error)), warnings);
  }
}

/** What broke while a merge was judged is its report, as in a hook's answer; a defect of ours is for the caller. */
function problemOf(error: unknown): Problem {
  if (error instanceof SluiceError) return error.problem;
  throw error;
}
