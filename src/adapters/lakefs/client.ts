import { setTimeout as sleep } from 'node:timers/promises';
import type { ShapeCheck } from './answers.ts';
import { lakefsBase } from './endpoint.ts';
import {
  type Answer,
  type Call,
  type Connection,
  exchange,
  openAgent,
  type Payload,
  serverMessage,
} from './exchange.ts';
import { type Asked, badAnswer, type CallFailure, cancelled, notAnApi, statusFailure } from './failure.ts';

export interface LakefsOptions {
  /** As people write it; see {@link lakefsBase}. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Texts beside our keys that no message of a server may carry into a report. */
  readonly otherSecrets?: readonly string[];
  /** One try of one call, from connecting to the last byte. Default 15,000. */
  readonly timeoutMs?: number;
  /** Tries of one call in all; 429, 5xx and transport errors are tried again. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try, doubled for each further one (with jitter). Default 200. */
  readonly backoffMs?: number;
}

/** A call that changes something. */
export interface Write extends Call {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly payload: Payload | null;
  /** The one status that says that it was done. */
  readonly done: 200 | 201 | 204;
  /** Whether doing it twice is doing it once. Only then a failed try is repeated. */
  readonly repeatable: boolean;
  readonly timeoutMs: number;
}

/** What lakeFS itself said to a {@link Write}. */
export type WriteAnswer =
  | { readonly kind: 'done'; readonly body: Buffer }
  /** A 4xx with a JSON body. `message` is on one line and without secrets; null when the body has none. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string | null };

export interface LakefsClient {
  readonly base: string;
  /** A GET; repeated when it fails. */
  json<Answer>(call: Call, check: ShapeCheck<Answer>, signal: AbortSignal): Promise<Answer>;
  /** A GET of the raw body; `lakefs-bad-answer` when it is longer than `maxBytes`. */
  bytes(call: Call, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
  /** Rejects when it is not known whether it was done, and for every answer that is not lakeFS's. */
  write(write: Write, signal: AbortSignal): Promise<WriteAnswer>;
  close(): Promise<void>;
}

/** A page of 1,000 objects with long paths and much metadata is a few MiB; anything near this is not lakeFS. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;
const MAX_BACKOFF_MS = 5_000;
const READS_KEEP_ALIVE_MS = 30_000;

/**
 * A client with one keep-alive pool. Throws `lakefs-bad-url`; calls reject with the `lakefs-...` codes of failure.ts.
 *
 * `keepAliveMs` is how long an idle connection is used again: a server or proxy that closes it meanwhile makes the next
 * request fail, which costs a read nothing and a write its answer.
 */
export function openClient(options: LakefsOptions, keepAliveMs: number = READS_KEEP_ALIVE_MS): LakefsClient {
  const base = lakefsBase(options.url);
  const authorization = `Basic ${Buffer.from(`${options.accessKeyId}:${options.secretAccessKey}`).toString('base64')}`;
  const context: Context = {
    base,
    agent: openAgent(keepAliveMs),
    authorization,
    secrets: [options.secretAccessKey, authorization.slice('Basic '.length), ...(options.otherSecrets ?? [])],
    timeoutMs: options.timeoutMs ?? 15_000,
    attempts: options.attempts ?? 4,
    backoffMs: options.backoffMs ?? 200,
  };
  return {
    base,
    async json(call, check, signal) {
      const body = await read(context, call, 'application/json', MAX_JSON_BYTES, signal);
      return checkedJson({ what: call.what, base }, body, check);
    },
    bytes: (call, maxBytes, signal) => read(context, call, null, maxBytes, signal),
    write: (write, signal) => change(context, write, signal),
    close: () => context.agent.destroy(),
  };
}

/** The value of a JSON body of the right shape; throws `lakefs-bad-answer`. */
export function checkedJson<Value>(asked: Asked, body: Buffer, check: ShapeCheck<Value>): Value {
  const checked = check(parseJson(asked, body));
  if ('fault' in checked) throw badAnswer(asked, checked.fault);
  return checked.value;
}

interface Context extends Connection {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
}

function read(
  context: Context,
  call: Call,
  contentType: string | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const sending = { method: 'GET', payload: null, timeoutMs: context.timeoutMs, maxBytes } as const;
  return withRetries(context, call, context.attempts, signal, async () => {
    const answer = await exchange(context, call, sending, signal);
    return 'error' in answer ? answer : judgeRead(context, call, contentType, answer);
  });
}

function judgeRead(
  context: Context,
  call: Call,
  contentType: string | null,
  { status, contentType: actual, body }: Answer,
): { readonly value: Buffer } | CallFailure {
  const asked = { what: call.what, base: context.base };
  // Errors of lakeFS are JSON, and nothing that is read here is a web page: a page says that the address is wrong.
  const isPage = actual.startsWith('text/html') && [200, 404].includes(status);
  if (status !== 200 && !isPage) return statusFailure(asked, status, serverMessage(context, body));
  if (isPage || (contentType !== null && !actual.startsWith(contentType))) {
    return { error: notAnApi(asked, actual), transient: false };
  }
  return { value: body };
}

function change(context: Context, write: Write, signal: AbortSignal): Promise<WriteAnswer> {
  const { method, payload, timeoutMs } = write;
  const sending = { method, payload, timeoutMs, maxBytes: MAX_JSON_BYTES };
  return withRetries(context, write, write.repeatable ? context.attempts : 1, signal, async () => {
    const answer = await exchange(context, write, sending, signal);
    return 'error' in answer ? answer : judgeWrite(context, write, answer);
  });
}

function judgeWrite(
  context: Context,
  write: Write,
  { status, contentType, body }: Answer,
): { readonly value: WriteAnswer } | CallFailure {
  const asked = { what: write.what, base: context.base };
  const isPage = contentType.startsWith('text/html');
  // Any page comes with a 200; no page comes with a 201, as which some lakeFS declare the answer of a new branch.
  if (status === write.done && !(isPage && status === 200)) return { value: { kind: 'done', body } };
  if (status >= 200 && status < 300) {
    const error = isPage
      ? notAnApi(asked, contentType)
      : badAnswer(asked, `its status is ${status} instead of ${write.done}`);
    return { error, transient: false };
  }
  const message = serverMessage(context, body);
  const waits = status === 429 && write.repeatable;
  // What is no JSON was said by something on the way.
  if (status >= 400 && status < 500 && !waits && contentType.startsWith('application/json')) {
    return { value: { kind: 'refused', status, message } };
  }
  return statusFailure(asked, status, message);
}

async function withRetries<Value>(
  context: Context,
  call: Call,
  attempts: number,
  signal: AbortSignal,
  tryOnce: () => Promise<{ readonly value: Value } | CallFailure>,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelled({ what: call.what, base: context.base }, signal.reason);
    const outcome = await tryOnce();
    if ('value' in outcome) return outcome.value;
    if (!outcome.transient || attempt >= attempts) throw outcome.error;
    const wait = Math.min(context.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS);
    // Half fixed, half random: the calls of several runs must not come back in step.
    // A signal of its own, because many calls may wait under one caller's.
    const woken = AbortSignal.any([signal]);
    await sleep(wait / 2 + (Math.random() * wait) / 2, undefined, { signal: woken }).catch(() => undefined);
  }
}

function parseJson(asked: Asked, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw badAnswer(asked, 'it is not well-formed JSON', cause);
  }
}
