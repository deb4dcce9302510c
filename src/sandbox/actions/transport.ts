import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Target } from './go-url.ts';
import { type HeaderLines, headerFault, headerValue, wireHeaders } from './headers.ts';
import { type Connection, requestFailure, watchConnection } from './transport-error.ts';

/** Connections that are kept for the next hook call. */
export interface Transport {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export interface OutgoingRequest {
  readonly method: 'POST' | 'GET';
  readonly target: Target;
  readonly headers: HeaderLines;
  readonly body: Buffer | null;
}

/** The head of an answer with its body still to come, or the transport's error in Go's words. */
export type Sent =
  | { readonly ok: true; readonly response: IncomingMessage; readonly connection: Connection }
  | { readonly ok: false; readonly message: string };

/** How long Go's default transport keeps an idle connection, and how many of them for one host. */
const IDLE_MILLISECONDS = 90_000;
const IDLE_CONNECTIONS = 2;
const MAX_RESPONSE_HEADER_BYTES = 10 * 1024 * 1024;

export function openTransport(): Transport {
  const options = { keepAlive: true, timeout: IDLE_MILLISECONDS, maxFreeSockets: IDLE_CONNECTIONS };
  return { http: ignoringHints(new HttpAgent(options)), https: ignoringHints(new HttpsAgent(options)) };
}

/** Ends the idle connections and those in use. */
export function closeTransport(transport: Transport): void {
  transport.http.destroy();
  transport.https.destroy();
}

/** Sends one request and resolves with the head of its answer; never rejects. `signal` also ends the reading of the body. */
export function send(transport: Transport, outgoing: OutgoingRequest, signal: AbortSignal): Promise<Sent> {
  const fault = headerFault(outgoing.headers);
  if (fault !== null) return Promise.resolve({ ok: false, message: fault });
  return new Promise((resolve) => {
    const request = start(transport, outgoing, signal);
    const connection = watchConnection(request);
    request.once('response', (response) => resolve({ ok: true, response, connection }));
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ ok: true, response, connection });
    });
    // Stays attached: what breaks the body is reported here as well, and must not go unheard.
    request.on('error', (error) => resolve({ ok: false, message: requestFailure(error, connection) }));
    request.end(outgoing.body ?? undefined);
  });
}

function start(transport: Transport, { method, target, headers, body }: OutgoingRequest, signal: AbortSignal) {
  const { url } = target;
  const secure = url.protocol === 'https:';
  const lines = wireHeaders(withCredentials(headers, url), target.host, body?.length ?? null);
  const request: ClientRequest = (secure ? sendHttps : sendHttp)({
    agent: secure ? transport.https : transport.http,
    method,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || undefined,
    path: `${url.pathname}${url.search}`,
    headers: grouped(lines),
    setHost: false,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    signal,
  });
  // Go sends no `Connection: keep-alive`; in HTTP/1.1 it goes without saying.
  request.removeHeader('Connection');
  return request;
}

function withCredentials(headers: HeaderLines, url: URL): HeaderLines {
  if (url.username === '' || headerValue(headers, 'Authorization') !== undefined) return headers;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return [...headers, ['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]];
}

function grouped(lines: HeaderLines): Record<string, string | string[]> {
  const all: Record<string, string[]> = {};
  // Node writes header text as Latin-1, so UTF-8 has to look like it.
  for (const [name, value] of lines) all[name] = [...(all[name] ?? []), Buffer.from(value.trim()).toString('latin1')];
  return Object.fromEntries(
    Object.entries(all).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

/**
 * Node closes an idle connection a little before the server said it would (`Keep-Alive: timeout=5`); Go does not read
 * that header and runs into the closed connection. A stand-in must run into it too.
 */
function ignoringHints<Kind extends HttpAgent>(agent: Kind): Kind {
  return Object.assign(agent, {
    keepSocketAlive: (socket: Socket): boolean => {
      socket.setKeepAlive(true);
      socket.unref();
      socket.setTimeout(IDLE_MILLISECONDS);
      return true;
    },
  });
}
