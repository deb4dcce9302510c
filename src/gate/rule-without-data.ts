import picomatch from 'picomatch';
import type { Config } from '../config.ts';
import type { HookEvent } from '../core/event/hook-event.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { VerdictWord } from '../core/report/report.ts';
import { scratchPurpose } from './scratch-branches.ts';

/** The part of the configuration that can answer a delivery without reading the lake. */
export type DeliveryPolicy = Pick<Config, 'events' | 'governedBranches' | 'withoutMergeResult'>;

/** An answer by configuration alone. */
export interface Ruling {
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Answers what needs no data: branches that are not governed, and events whose result cannot be read while the hook
 * runs. Null means: judge it. Throws `merge-result-unavailable` for a merge of lakeFS before 1.23 where that blocks.
 */
export function createRuling(policy: DeliveryPolicy): (event: HookEvent) => Ruling | null {
  const governed = picomatch([...policy.governedBranches], { dot: true });
  return (event) => {
    const scratch = scratchPurpose(event.branch ?? '');
    // A canary's merge is judged as one into a governed branch would be, or it would prove nothing.
    const isGoverned = scratch === null ? governed : () => scratch === 'canary' && event.eventType === 'pre-merge';
    if (event.branch !== undefined && !isGoverned(event.branch)) {
      return allowed(`The branch ${event.branch} is not governed (governedBranches), so nothing was validated.`);
    }
    if (event.eventType !== 'pre-merge') return byPolicy(event.eventType, event.branch, policy.events[event.eventType]);
    if (event.commitId === undefined && policy.withoutMergeResult === 'block') throw withoutMergeResult();
    return null;
  };
}

function byPolicy(eventType: string, branch: string | undefined, answer: 'judge' | 'allow' | 'deny'): Ruling {
  const place = branch === undefined ? '' : ` on ${branch}`;
  if (answer === 'allow') {
    return allowed(`${eventType}${place} is allowed by configuration (events), so nothing was validated.`);
  }
  const message = `${eventType}${place} is denied by configuration: its result cannot be validated before it is there.`;
  const hint = `Merge from a branch instead, or set events.${eventType}: allow.`;
  return { verdict: 'rejected', reasons: [message], problems: [{ code: 'forbidden-event', message, hint }] };
}

function allowed(reason: string): Ruling {
  return { verdict: 'approved', reasons: [reason], problems: [] };
}

function withoutMergeResult(): SluiceError {
  return new SluiceError({
    code: 'merge-result-unavailable',
    message: 'This lakeFS does not tell which commit the merge would make, so the merge result cannot be validated.',
    hint: 'Upgrade lakeFS to 1.23 or later, or set withoutMergeResult: allow to validate the source commit instead.',
  });
}
