import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parseTarget, type Target } from './go-url.ts';
import { asksForGzip, type HeaderLines } from './headers.ts';
import { isRedirect, type Losses, lossesOf, redirected, resolveLocation } from './redirect.ts';
import { type OutgoingRequest, type Sent, send, type Transport } from './transport.ts';
import { bodyFailure } from './transport-error.ts';

/** A POST and how long it may take. */
export interface Post {
  readonly target: Target;
  readonly headers: HeaderLines;
  readonly body: Buffer;
  /** From the first byte sent to the last byte read, redirects included; zero or less: for ever. */
  readonly timeoutMilliseconds: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** The final answer. Its status counts as soon as the head is there: what becomes of the body changes nothing. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  /** Name, value, name, value as they came, Latin-1. */
  readonly rawHeaders: readonly string[];
  readonly method: 'POST' | 'GET';
  /** True when the body came gzipped and was unpacked, which Go hides. */
  readonly unpacked: boolean;
  readonly body: ReceivedBody;
}

type ReceivedBody = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly message: string };

export type PostResult =
  | { readonly ok: true; readonly answer: Answer; readonly elapsedNanoseconds: bigint }
  | { readonly ok: false; readonly message: string; readonly elapsedNanoseconds: bigint };

const MAX_REDIRECTS = 10;
const LONGEST_TIMER = 2 ** 31 - 1;
const AWAITING_HEADERS = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
const READING_BODY = 'context deadline exceeded (Client.Timeout or context cancellation while reading body)';

/** Calls a hook the way Go's `http.Client` does, with its redirects, its timeout and its error texts. Never rejects. */
export async function post(transport: Transport, call: Post): Promise<PostResult> {
  const started = process.hrtime.bigint();
  const deadline = new AbortController();
  const limited = call.timeoutMilliseconds > 0;
  const timer = limited
    ? setTimeout(() => deadline.abort(), Math.min(call.timeoutMilliseconds, LONGEST_TIMER))
    : undefined;
  const signal = AbortSignal.any([call.signal, deadline.signal]);
  try {
    const reached = await follow(transport, call, signal);
    const elapsedNanoseconds = process.hrtime.bigint() - started;
    if (!reached.ok) {
      return { ok: false, message: failure(reached, call.signal, deadline.signal), elapsedNanoseconds };
    }
    return { ok: true, answer: await receive(reached, call.signal, deadline.signal), elapsedNanoseconds };
  } finally {
    clearTimeout(timer);
  }
}

/** The answer that is no redirect, or where the way there ended: the address is the one that Go's error names. */
type Reached =
  | { readonly ok: true; readonly request: OutgoingRequest; readonly sent: Extract<Sent, { ok: true }> }
  | { readonly ok: false; readonly address: string; readonly message: string; readonly transport: boolean };

async function follow(transport: Transport, call: Post, signal: AbortSignal): Promise<Reached> {
  const first: OutgoingRequest = { method: 'POST', target: call.target, headers: call.headers, body: call.body };
  let request = first;
  let losses: Losses = { credentials: false, body: false };
  for (let redirects = 0; ; redirects += 1) {
    const sent = await send(transport, request, signal);
    if (!sent.ok) return { ok: false, address: quoted(request.target), message: sent.message, transport: true };
    const { statusCode: status = 0, headers } = sent.response;
    const location = isRedirect(status) ? (headers.location ?? '') : '';
    if (location === '') return { ok: true, request, sent };
    const next = parseTarget(resolveLocation(location, request.target));
    if (next.kind === 'unparsable') {
      sent.response.destroy();
      const message = `failed to parse Location header ${JSON.stringify(location)}: ${next.message}`;
      return { ok: false, address: quoted(request.target), message, transport: false };
    }
    await discard(sent.response);
    if (redirects + 1 >= MAX_REDIRECTS) {
      const message = `stopped after ${MAX_REDIRECTS} redirects`;
      return { ok: false, address: JSON.stringify(location), message, transport: false };
    }
    if (next.kind === 'unsendable') return { ok: false, address: '', message: next.message, transport: false };
    losses = lossesOf(status, first.target, next.target, losses);
    request = redirected(first, request.target, next.target, losses);
  }
}

/** Reads a redirect's page to its end, so that the connection can be used again; a long one is cut off. */
function discard(response: IncomingMessage): Promise<void> {
  if (Number(response.headers['content-length'] ?? 0) > 2048) response.destroy();
  return new Promise((resolve) => {
    response.once('close', resolve).once('error', () => resolve());
    response.resume();
  });
}

function quoted(target: Target): string {
  return JSON.stringify(target.shown);
}

function failure(reached: Extract<Reached, { ok: false }>, caller: AbortSignal, deadline: AbortSignal): string {
  const reason = reached.transport && deadline.aborted ? AWAITING_HEADERS : reached.message;
  const told = reached.transport && caller.aborted ? 'context canceled' : reason;
  return `Post ${reached.address === '' ? told : `${reached.address}: ${told}`}`;
}

async function receive(
  { request, sent }: Extract<Reached, { ok: true }>,
  caller: AbortSignal,
  deadline: AbortSignal,
): Promise<Answer> {
  const { response, connection } = sent;
  const whole = await readAll(response);
  const zipped = asksForGzip(request.headers) && response.headers['content-encoding']?.toLowerCase() === 'gzip';
  const unpacked = zipped && response.headers['content-length'] !== '0';
  const broken = (): ReceivedBody => {
    if (caller.aborted) return { ok: false, message: 'context canceled' };
    return { ok: false, message: deadline.aborted ? READING_BODY : bodyFailure(connection) };
  };
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    version: response.httpVersion,
    rawHeaders: response.rawHeaders,
    method: request.method,
    unpacked,
    body: whole === null ? broken() : unpacked ? unpack(whole) : { ok: true, bytes: whole },
  };
}

/** The body, or null when it broke off. */
function readAll(response: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('end', () => resolve(Buffer.concat(chunks)));
    response.once('error', () => resolve(null));
    response.once('close', () => resolve(response.complete ? Buffer.concat(chunks) : null));
  });
}

function unpack(bytes: Buffer): ReceivedBody {
  try {
    return { ok: true, bytes: gunzipSync(bytes) };
  } catch {
    const magic = bytes.length >= 10 && bytes.readUInt16BE(0) !== 0x1f8b;
    return { ok: false, message: magic ? 'gzip: invalid header' : 'unexpected EOF' };
  }
}
