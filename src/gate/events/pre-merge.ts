import { SluiceError } from '../../core/problem.ts';
import type { EventRule } from './event-rule.ts';

/** Judged, whatever the configuration says. */
export const preMerge: EventRule = {
  answer: ({ commitId }, { withoutMergeResult }) => {
    if (commitId === undefined && withoutMergeResult === 'block') throw resultUnavailable();
    return null;
  },
};

function resultUnavailable(): SluiceError {
  return new SluiceError({
    code: 'merge-result-unavailable',
    message: 'This lakeFS does not tell which commit the merge would make, so the merge result cannot be validated.',
    hint: 'Upgrade lakeFS to 1.23 or later, or set withoutMergeResult: allow to validate the source commit instead.',
  });
}
