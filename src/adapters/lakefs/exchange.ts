import { Agent, type Dispatcher } from 'undici';
import { SluiceError } from '../../core/problem.ts';
import { type Asked, badAnswer, type CallFailure, cancelled, timeoutFailure, transportFailure } from './failure.ts';

/** One request of the REST API. `segments` are joined by `/` after encoding each. */
export interface Call {
  readonly segments: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** What is asked for, in words, e.g. `the commit 1a2b of lake`. */
  readonly what: string;
}

export interface Payload {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface Sending {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly payload: Payload | null;
  /** From connecting to the last byte. */
  readonly timeoutMs: number;
  /** Longest answer that is still taken. */
  readonly maxBytes: number;
}

/** A server and the keys for it. */
export interface Connection {
  readonly base: string;
  readonly agent: Agent;
  readonly authorization: string;
  /** Never to be seen in a message, should something on the way echo them. */
  readonly secrets: readonly string[];
}

/** Whatever the server answered, whole. */
export interface Answer {
  readonly status: number;
  /** In lower case; `no content type` without one. */
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * A pool for one server. It waits for answers as long as it takes, because every request has a deadline of its own:
 * undici's 5 minutes would cut a merge whose hooks take longer.
 */
export function openAgent(keepAliveMs: number): Agent {
  return new Agent({
    connections: 16,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 5_000 },
  });
}

/** One request and its whole answer, or why there is none; never rejects. */
export async function exchange(
  connection: Connection,
  call: Call,
  sending: Sending,
  signal: AbortSignal,
): Promise<Answer | CallFailure> {
  const asked = { what: call.what, base: connection.base };
  const deadline = AbortSignal.timeout(sending.timeoutMs);
  try {
    const response = await send(connection, call, sending, AbortSignal.any([signal, deadline]));
    // What went wrong may take more words than the object would have had bytes.
    const maxBytes = response.statusCode === 200 ? sending.maxBytes : Math.max(sending.maxBytes, MAX_ERROR_BYTES);
    const body = await readBody(asked, response, maxBytes);
    const contentType = String(response.headers['content-type'] ?? 'no content type').toLowerCase();
    return { status: response.statusCode, contentType, body };
  } catch (cause) {
    if (signal.aborted) return { error: cancelled(asked, signal.reason), transient: false };
    if (deadline.aborted) return timeoutFailure(asked, sending.timeoutMs, cause);
    if (cause instanceof SluiceError) return { error: cause, transient: false };
    return transportFailure(asked, cause);
  }
}

/** lakeFS's `{"message": …}`, on one line, cut, and without our secrets in case something on the way echoes them. */
export function serverMessage({ secrets }: Pick<Connection, 'secrets'>, body: Buffer): string | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return null;
    if (typeof parsed.message !== 'string' || parsed.message === '') return null;
    const oneLine = parsed.message.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), oneLine).slice(0, MAX_MESSAGE);
  } catch {
    return null;
  }
}

/** lakeFS tells in one message which hooks failed and what is wrong in an action file. */
const MAX_MESSAGE = 1_000;
const MAX_ERROR_BYTES = 64 * 1024;

/** undici follows no redirect unless told to, and neither asks for nor undoes any content encoding. */
function send(
  { base, agent, authorization }: Connection,
  call: Call,
  { method, payload }: Sending,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const url = new URL(base);
  const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
  const path = call.segments.map((segment) => encodeURIComponent(segment)).join('/');
  return agent.request({
    origin: url.origin,
    path: `${url.pathname.replace(/\/$/, '')}/api/v1/${path}${query}`,
    method,
    headers: {
      authorization,
      accept: 'application/json, application/octet-stream',
      ...(payload === null ? {} : { 'content-type': payload.contentType }),
    },
    ...(payload === null ? {} : { body: payload.bytes }),
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
