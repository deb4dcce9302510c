import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { SluiceError } from '../../core/problem.ts';
import type { ShapeCheck } from './answers.ts';
import { lakefsBase } from './endpoint.ts';
import {
  type Asked,
  badAnswer,
  type CallFailure,
  cancelled,
  notAnApi,
  statusFailure,
  timeoutFailure,
  transportFailure,
} from './failure.ts';

export interface LakefsOptions {
  /** As people write it; see {@link lakefsBase}. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** One try of one call, from connecting to the last byte. Default 15,000. */
  readonly timeoutMs?: number;
  /** Tries of one call in all; 429, 5xx and transport errors are tried again. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try, doubled for each further one (with jitter). Default 200. */
  readonly backoffMs?: number;
}

/** One GET of the REST API. `segments` are joined by `/` after encoding each. */
export interface Call {
  readonly segments: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** What is asked for, in words, e.g. `the commit 1a2b of lake`. */
  readonly what: string;
}

/** GETs only: every call may be repeated without harm. */
export interface LakefsClient {
  readonly base: string;
  json<Answer>(call: Call, check: ShapeCheck<Answer>, signal: AbortSignal): Promise<Answer>;
  /** The raw body; `lakefs-bad-answer` when it is longer than `maxBytes`. */
  bytes(call: Call, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

/** A page of 1,000 objects with long paths and much metadata is a few MiB; anything near this is not lakeFS. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;
const MAX_BACKOFF_MS = 5_000;

/** A client with one keep-alive pool. Throws `lakefs-bad-url`; calls reject with the `lakefs-...` codes of failure.ts. */
export function openClient(options: LakefsOptions): LakefsClient {
  const base = lakefsBase(options.url);
  const authorization = `Basic ${Buffer.from(`${options.accessKeyId}:${options.secretAccessKey}`).toString('base64')}`;
  const agent = new Agent({ connections: 16, keepAliveTimeout: 30_000, connect: { timeout: 5_000 } });
  const context: Context = {
    base,
    agent,
    authorization,
    secrets: [options.secretAccessKey, authorization.slice('Basic '.length)],
    timeoutMs: options.timeoutMs ?? 15_000,
    attempts: options.attempts ?? 4,
    backoffMs: options.backoffMs ?? 200,
  };
  return {
    base,
    async json(call, check, signal) {
      const asked = { what: call.what, base };
      const answer = await withRetries(context, call, 'application/json', MAX_JSON_BYTES, signal);
      const checked = check(parseJson(asked, answer));
      if ('fault' in checked) throw badAnswer(asked, checked.fault);
      return checked.value;
    },
    bytes: (call, maxBytes, signal) => withRetries(context, call, null, maxBytes, signal),
    close: () => agent.destroy(),
  };
}

interface Context {
  readonly base: string;
  readonly agent: Agent;
  readonly authorization: string;
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
}

type Outcome = { readonly body: Buffer } | CallFailure;

async function withRetries(
  context: Context,
  call: Call,
  contentType: string | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const asked = { what: call.what, base: context.base };
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelled(asked, signal.reason);
    const outcome = await tryOnce(context, call, contentType, maxBytes, signal);
    if ('body' in outcome) return outcome.body;
    if (!outcome.transient || attempt >= context.attempts) throw outcome.error;
    const wait = Math.min(context.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS);
    // Half fixed, half random: the calls of several runs must not come back in step.
    // A signal of its own, because many calls may wait under one caller's.
    const woken = AbortSignal.any([signal]);
    await sleep(wait / 2 + (Math.random() * wait) / 2, undefined, { signal: woken }).catch(() => undefined);
  }
}

async function tryOnce(
  context: Context,
  call: Call,
  contentType: string | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const asked = { what: call.what, base: context.base };
  const deadline = AbortSignal.timeout(context.timeoutMs);
  try {
    const response = await send(context, call, AbortSignal.any([signal, deadline]));
    const body = await readBody(asked, response, maxBytes);
    const actual = String(response.headers['content-type'] ?? 'no content type').toLowerCase();
    // Errors of lakeFS are JSON, and nothing that is read here is a web page: a page says that the address is wrong.
    const isPage = actual.startsWith('text/html') && [200, 404].includes(response.statusCode);
    if (response.statusCode !== 200 && !isPage) {
      return statusFailure(asked, response.statusCode, serverMessage(context, body));
    }
    if (isPage || (contentType !== null && !actual.startsWith(contentType))) {
      return { error: notAnApi(asked, actual), transient: false };
    }
    return { body };
  } catch (cause) {
    if (signal.aborted) return { error: cancelled(asked, signal.reason), transient: false };
    if (deadline.aborted) return timeoutFailure(asked, context.timeoutMs, cause);
    if (cause instanceof SluiceError) return { error: cause, transient: false };
    return transportFailure(asked, cause);
  }
}

/** undici follows no redirect unless told to, and neither asks for nor undoes any content encoding. */
function send(context: Context, call: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const url = new URL(context.base);
  const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
  const path = call.segments.map((segment) => encodeURIComponent(segment)).join('/');
  return context.agent.request({
    origin: url.origin,
    path: `${url.pathname.replace(/\/$/, '')}/api/v1/${path}${query}`,
    method: 'GET',
    headers: { authorization: context.authorization, accept: 'application/json, application/octet-stream' },
    signal,
  });
}

async function readBody(asked: Asked, response: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw badAnswer(asked, `it is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function parseJson(asked: Asked, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw badAnswer(asked, 'it is not well-formed JSON', cause);
  }
}

/** lakeFS's `{"message": …}`, on one line, cut, and without our secrets in case something on the way echoes them. */
function serverMessage(context: Context, body: Buffer): string | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return null;
    if (typeof parsed.message !== 'string' || parsed.message === '') return null;
    const oneLine = parsed.message.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
    return context.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), oneLine).slice(0, 200);
  } catch {
    return null;
  }
}
