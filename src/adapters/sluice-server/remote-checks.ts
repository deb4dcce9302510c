import { Agent } from 'undici';
import { SluiceError } from '../../core/problem.ts';
import type { Report } from '../../core/report/report.ts';
import type { CheckMerges, MergeQuestion } from '../../gate/recorded-checks.ts';
import { type AnswerReader, createAnswerReader } from './read-answer.ts';

export interface RemoteChecksOptions {
  /** The console's address, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  /** The published JSON Schema of reports. */
  readonly reportSchema: object;
  /** One check, from connecting to the last byte. Default 20 minutes: a queue and a long run. */
  readonly timeoutMs?: number;
}

/** {@link CheckMerges} of a server elsewhere, as far as it can be trusted: the report. */
export interface RemoteChecks {
  /**
   * Rejects with `server-unreachable`, `server-timeout`, `server-refused` when the server says why, and
   * `server-not-sluice` for whatever is not the answer to this question.
   */
  check(...ask: Parameters<CheckMerges['check']>): Promise<Report>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 20 * 60 * 1000;
/** A report of a lake with thousands of tables is some MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Asks a running Sluice over its console port. Follows no redirect: the token is for this server alone. */
export function createRemoteChecks(options: RemoteChecksOptions): RemoteChecks {
  const read = createAnswerReader(options.reportSchema, options.url);
  // The request's own deadline counts; undici's five minutes would cut a long run.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return {
    check: (question, signal) => ask(question, options, agent, read, signal),
    close: () => agent.destroy(),
  };
}

async function ask(
  question: MergeQuestion,
  options: RemoteChecksOptions,
  agent: Agent,
  read: AnswerReader,
  signal: AbortSignal,
): Promise<Report> {
  const { url: base, token, timeoutMs = TIMEOUT_MS } = options;
  const url = new URL(`${base}/api/v1/checks`);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify(question),
      signal: AbortSignal.any([signal, deadline]),
    });
    const type = String(response.headers['content-type'] ?? '');
    return read({ status: response.statusCode, type, body: await readBody(base, response.body) }, question);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    signal.throwIfAborted();
    throw deadline.aborted ? timedOut(base, timeoutMs, cause) : unreachable(base, cause);
  }
}

async function readBody(base: string, body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new SluiceError({
        code: 'server-not-sluice',
        message: `${base} answers with more than a report ever has.`,
        hint: 'Check that --server is the address of a Sluice.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(base: string, cause: unknown): SluiceError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new SluiceError(
    {
      code: 'server-unreachable',
      message: `The Sluice at ${base} could not be reached, or broke off${code}.`,
      hint: 'Check --server; it is the address of the console port, not of the hook.',
    },
    { cause },
  );
}

function timedOut(base: string, timeoutMs: number, cause: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'server-timeout',
      message: `The Sluice at ${base} did not answer within ${Math.round(timeoutMs / 60_000)} minutes.`,
      hint: 'See what it is doing with `sluice decisions` there.',
    },
    { cause },
  );
}
