import type { Problem } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import type { DecisionKey } from './record-ports.ts';

/** One possible result of a change, judged. */
export interface JudgedSubject {
  readonly key: DecisionKey;
  readonly report: Report;
}

/**
 * One report and one key for all possible results of a change: the first one that is not approved speaks for all, and
 * whichever of the trees lands, it was judged.
 */
export function combineJudgements(judged: readonly JudgedSubject[], remarks: readonly Problem[]): JudgedSubject {
  const [first] = judged;
  if (first === undefined) throw new TypeError('a question has at least one subject');
  const { report } = judged.find((one) => one.report.verdict !== 'approved') ?? first;
  const trees = [...new Set(judged.map(({ key }) => key.metaRange))].sort();
  return {
    key: { ...first.key, metaRange: trees.join(',') },
    report: remarks.length === 0 ? report : { ...report, problems: [...report.problems, ...remarks] },
  };
}
