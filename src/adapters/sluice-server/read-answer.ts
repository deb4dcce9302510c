import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Problem, SluiceError } from '../../core/problem.ts';
import type { Report } from '../../core/report/report.ts';
import type { MergeQuestion } from '../../gate/recorded-checks.ts';

export interface ServerAnswer {
  readonly status: number;
  /** The content type as sent. */
  readonly type: string;
  readonly body: string;
}

/** The report that answers the question; throws a SluiceError for everything else. */
export type AnswerReader = (answer: ServerAnswer, question: MergeQuestion) => Report;

/**
 * Nothing but a whole, consistent answer to this very question is believed: an approval lets a merge happen, and login
 * pages, proxies and other servers answer 200 too.
 */
export function createAnswerReader(reportSchema: object, base: string): AnswerReader {
  const isReport: ValidateFunction = new Ajv2020({ strict: false }).compile(reportSchema);
  return ({ status, type, body }, question) => {
    const json = parseJson(base, status, type, body);
    if (status !== 200) throw refusal(base, status, json);
    const { decision, state, report } = json;
    if (!isReport(report)) throw stranger(base, `its report is not one: ${faultOf(isReport.errors)}`);
    const trusted = report as Report;
    const fault = contradiction(trusted, decision, state, question);
    if (fault !== null) throw stranger(base, fault);
    return trusted;
  };
}

function contradiction(
  { scope, verdict }: Report,
  decision: unknown,
  state: unknown,
  question: MergeQuestion,
): string | null {
  if (scope.kind !== 'merge') return 'its report is not about a merge';
  if (state !== verdict) return `its state and its report's verdict differ`;
  if (decision !== scope.decisionId || scope.decisionId === '') return 'its report belongs to another decision';
  const same =
    scope.repository === question.repository &&
    scope.destination === question.destination &&
    scope.source === question.source;
  return same ? null : 'its report is about another merge';
}

type Json = Readonly<Record<string, unknown>>;

function parseJson(base: string, status: number, type: string, body: string): Json {
  if (status >= 300 && status < 400) throw stranger(base, `it redirects (status ${status})`);
  if (!/^application\/json\b/i.test(type)) throw stranger(base, `status ${status} comes with no JSON`);
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Json;
  } catch {
    // Told below, in the same words.
  }
  throw stranger(base, `status ${status} comes with broken JSON`);
}

/** What the server says is wrong, in its own words, cut and on one line. */
function refusal(base: string, status: number, { code, message, hint }: Json): SluiceError {
  if (typeof code !== 'string' || typeof message !== 'string') return stranger(base, `it answers status ${status}`);
  const problem: Problem = {
    code: 'server-refused',
    message: `The Sluice at ${base} refuses (${status}, ${inert(code, 60)}): ${inert(message, 500)}`,
  };
  if (status === 401 || status === 403) {
    return new SluiceError({
      ...problem,
      hint: 'Check SLUICE_CONSOLE_TOKEN: it is one of the server’s console tokens.',
    });
  }
  return new SluiceError(typeof hint === 'string' ? { ...problem, hint: inert(hint, 500) } : problem);
}

function stranger(base: string, fault: string): SluiceError {
  return new SluiceError({
    code: 'server-not-sluice',
    message: `What answers at ${base} is not the Sluice that was asked: ${fault}.`,
    hint: 'Check --server: it is the address of the console port, with no login page or proxy page before it.',
  });
}

function faultOf(errors: readonly ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  return first === undefined ? 'it has another shape' : `${first.instancePath || 'it'} ${first.message ?? 'is wrong'}`;
}

function inert(text: string, length: number): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, length);
}
