import { SluiceError } from '../../core/problem.ts';
import type { Refusal } from './answer.ts';

const STATUS: readonly (readonly [pattern: RegExp, status: number])[] = [
  [/^(time|parameter|limit|question)-invalid$|^lakefs-bad-id$/, 400],
  [/^(api-closed|failing-rows-forbidden)$/, 403],
  [/^(decision-not-found|failing-rows-not-found|report-missing|lakefs-not-found|destination-not-a-branch)$/, 404],
  [/^report-version-unknown$/, 409],
  [/^queue-full$/, 429],
  [/^lakefs-/, 502],
  [/^deadline-exceeded$/, 504],
  [/./, 503],
];

/** How a call ends whose handler threw. What nobody foresaw says nothing of itself: it is in the log. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof SluiceError)) {
    const message = 'Sluice failed in a way it does not know; see its log.';
    return { status: 500, problem: { code: 'internal-error', message } };
  }
  const { code, message, hint } = error.problem;
  const status = STATUS.find(([pattern]) => pattern.test(code))?.[1] ?? 503;
  return { status, problem: { code, message, ...(hint === undefined ? {} : { hint }) } };
}
