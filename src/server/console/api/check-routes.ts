import { suggestion } from '../../../core/contract/nearest-word.ts';
import { SluiceError } from '../../../core/problem.ts';
import type { Report } from '../../../core/report/report.ts';

import type { CheckMerges, MergeQuestion } from '../../../gate/recorded-checks.ts';
import { type Answer, json, refusal } from '../answer.ts';
import type { Route } from '../route.ts';

export const STRATEGIES = ['source-wins', 'dest-wins'] as const;
const FIELDS = ['repository', 'source', 'destination', 'strategy', 'squash'] as const;
const QUEUE_FULL = 'queue-full';

/** Asks the gate about a merge that nobody has done. It lets nothing in: only the hook's own answer does. */
export function checkRoutes(checks: CheckMerges, deadlineMs: number): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/v1/checks',
      query: [],
      deadlineMs,
      handle: async ({ body, signal }) => {
        const decision = await checks.check(readQuestion(body), signal);
        const report = JSON.parse(decision.report ?? 'null') as Report | null;
        const headers = { 'X-Sluice-Decision': decision.id };
        const full = report?.problems.find(({ code }) => code === QUEUE_FULL);
        if (full !== undefined) return queueFull(full, headers);
        return json(200, { decision: decision.id, state: decision.state, report }, headers);
      },
    },
  ];
}

function queueFull(problem: Parameters<typeof refusal>[1], headers: Readonly<Record<string, string>>): Answer {
  return refusal(429, problem, { ...headers, 'Retry-After': '30' });
}

/**
 * The question that a body asks.
 *
 * @throws SluiceError `question-invalid`
 */
function readQuestion(body: unknown): MergeQuestion {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body is no JSON object.');
  const fields = body as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(fields).find((name) => !FIELDS.some((known) => known === name));
  if (stranger !== undefined) {
    throw invalid(`There is no field \`${stranger.slice(0, 40)}\` here.`, suggestion(stranger, FIELDS));
  }
  const { strategy, squash } = fields;
  const known = STRATEGIES.find((word) => word === strategy);
  if (strategy !== undefined && known === undefined) {
    throw invalid('`strategy` is none that lakeFS knows.', `Known here: ${STRATEGIES.join(', ')}.`);
  }
  if (squash !== undefined && typeof squash !== 'boolean') throw invalid('`squash` is neither true nor false.');
  return {
    repository: text(fields, 'repository'),
    source: text(fields, 'source'),
    destination: text(fields, 'destination'),
    ...(known === undefined ? {} : { strategy: known }),
    ...(squash === undefined ? {} : { squash }),
  };
}

/** lakeFS's own limit for the name of a ref is far below. */
const LONGEST_NAME = 1_024;

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME) return value;
  throw invalid(`\`${name}\` is missing, empty or no text.`);
}

function invalid(message: string, hint = 'Send {"repository": ..., "source": ..., "destination": ...}.'): SluiceError {
  return new SluiceError({ code: 'question-invalid', message, hint });
}
