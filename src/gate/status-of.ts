import type { Problem } from '../core/problem.ts';
import type { VerdictWord } from '../core/report/report.ts';

/** Every status a decision is answered with. The merging user sees the number and nothing else. */
export type DecisionStatus = 200 | 403 | 413 | 422 | 429 | 503 | 504;

/**
 * The status that says most. 200 belongs to approvals alone; among the others the code of a problem chooses:
 * `forbidden-*` 403, `deadline-*` and `engine-deadline` 504, `queue-full` 429, `limit-*` and `*-too-large` 413.
 */
export function statusOf(verdict: VerdictWord, problems: readonly Problem[]): DecisionStatus {
  const has = (pattern: RegExp) => problems.some(({ code, level }) => level !== 'warning' && pattern.test(code));
  if (verdict === 'approved') return 200;
  if (verdict === 'rejected') return has(/^forbidden-/) ? 403 : 422;
  if (has(/^deadline-|^engine-deadline$/)) return 504;
  if (has(/^queue-full$/)) return 429;
  if (has(/^limit-|-too-large$/)) return 413;
  return 503;
}
