import { SluiceError } from '../../core/problem.ts';
import { type Answer, refusal } from './answer.ts';

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

/** The answer to what a handler threw. What nobody foresaw says nothing of itself: it is in the log. */
export function answerTo(error: unknown): Answer {
  if (!(error instanceof SluiceError)) {
    return refusal(500, { code: 'internal-error', message: 'Sluice failed in a way it does not know; see its log.' });
  }
  const { code, message, hint } = error.problem;
  const status = STATUS.find(([pattern]) => pattern.test(code))?.[1] ?? 503;
  return refusal(status, { code, message, ...(hint === undefined ? {} : { hint }) });
}
