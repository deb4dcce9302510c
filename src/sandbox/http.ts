import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request, its path kept as it came over the wire: keys may hold anything, also `..` and `//`. */
export interface Incoming {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  /** The query as it came, for signatures. */
  readonly rawQuery: string;
  readonly headers: IncomingMessage['headers'];
  /** Names as the client wrote them, then values, in turn. */
  readonly rawHeaders: readonly string[];
  body(): Promise<Buffer>;
  /** Aborts when the client goes away or the stand-in closes. */
  readonly signal: AbortSignal;
}

/** A whole answer; nothing is sent before it is complete. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What Content-Length says when it is not the length of `body`: HEAD, and objects whose size was forged. */
  readonly contentLength?: number;
}

export function incomingOf(request: IncomingMessage, signal: AbortSignal): Incoming {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    method: request.method ?? 'GET',
    rawPath: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: () => readAll(request),
    signal,
  };
}

/** JSON as Go writes it: HTML characters escaped, a newline at the end. */
export function jsonReply(status: number, value: unknown): Reply {
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
    body: Buffer.from(`${text}\n`),
  };
}

export function textReply(status: number, text: string, type = 'text/plain; charset=utf-8'): Reply {
  return { status, headers: { 'Content-Type': type }, body: Buffer.from(text) };
}

export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: Buffer.alloc(0) };
}

/** Writes the answer; a body shorter than its declared length ends in a dropped connection, as it does with lakeFS. */
export function send(reply: Reply, incoming: Incoming, response: ServerResponse): void {
  const length = reply.contentLength ?? reply.body.length;
  const bodyless = reply.status === 204 || reply.status === 304;
  response.writeHead(reply.status, { ...reply.headers, ...(bodyless ? {} : { 'Content-Length': String(length) }) });
  if (bodyless || incoming.method === 'HEAD') {
    response.end();
  } else if (reply.body.length < length) {
    response.write(reply.body, () => response.destroy());
  } else {
    response.end(reply.body.subarray(0, length));
  }
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** lakeFS serves one range; several, or one it cannot read, are `ignored` and one beyond the end is `unsatisfiable`. */
export function parseRange(header: string, size: number): ByteRange | 'ignored' | 'unsatisfiable' {
  const [, from, to] = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/.exec(header) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'ignored';
  if (from === '') {
    if (Number(to) === 0) return 'unsatisfiable';
    return { start: Math.max(0, size - Number(to)), end: size - 1 };
  }
  if (to !== '' && Number(from) > Number(to)) return 'ignored';
  if (Number(from) > size - 1) return 'unsatisfiable';
  return { start: Number(from), end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
