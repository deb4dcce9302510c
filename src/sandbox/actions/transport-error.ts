import { getServers } from 'node:dns';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** What a request's connection has to tell when something goes wrong with it. */
export interface Connection {
  /** Host and port of this end and of the other. */
  addresses(): { readonly local: string; readonly remote: string };
  /** Whether any byte of an answer to this request came in. */
  answered(): boolean;
  /** The first thing that went wrong, also after the head of the answer; null so far. */
  error(): NodeJS.ErrnoException | null;
}

interface NodeFailure extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly rawPacket?: Buffer;
}

const BROKEN = 'net/http: HTTP/1.x transport connection broken: ';
const CONNECT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

/** Watches the connection that a request gets; addresses are taken down early, for a broken socket forgets them. */
export function watchConnection(request: ClientRequest): Connection {
  let socket: Socket | null = null;
  let addresses = { local: '', remote: '' };
  let bytesBefore = 0;
  let first: NodeJS.ErrnoException | null = null;
  request.on('error', (error) => {
    first ??= error;
  });
  request.once('socket', (given) => {
    socket = given;
    bytesBefore = given.bytesRead;
    const note = (): void => {
      addresses = {
        local: endpoint({ address: given.localAddress, port: given.localPort }),
        remote: endpoint({ address: given.remoteAddress, port: given.remotePort }),
      };
    };
    if (given.connecting) given.once('connect', note);
    else note();
  });
  return {
    addresses: () => addresses,
    answered: () => (socket?.bytesRead ?? 0) > bytesBefore,
    error: () => first,
  };
}

/** Go's words for a request that got no answer (recordings 12-*). */
export function requestFailure(error: Error, connection: Connection): string {
  const failure = firstOf(error);
  const code = failure.code ?? '';
  if (failure.syscall === 'getaddrinfo') return lookupFailure(failure);
  if (failure.syscall === 'connect') {
    return `dial tcp ${endpoint(failure)}: connect: ${CONNECT[code] ?? failure.message}`;
  }
  if (code.startsWith('HPE_')) return `${BROKEN}${malformed(failure.rawPacket ?? Buffer.alloc(0))}`;
  if (connection.answered()) return `${BROKEN}unexpected EOF`;
  if (failure.syscall === 'read') return connectionLost('read', connection);
  if (failure.syscall === 'write') return connectionLost('write', connection);
  if (code === 'ECONNRESET') return 'EOF';
  return failure.message;
}

/** Go's words for a body that stopped before its end. */
export function bodyFailure(connection: Connection): string {
  const failure = connection.error();
  if (failure?.code === 'HPE_INVALID_CHUNK_SIZE') return 'invalid byte in chunk length';
  if (failure?.code?.startsWith('HPE_') === true) return 'malformed chunked encoding';
  return failure?.syscall === 'read' ? connectionLost('read', connection) : 'unexpected EOF';
}

/** A name with several addresses fails with all of their errors; Go tells the first. */
function firstOf(error: Error): NodeFailure {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner : error;
}

/** A name that cannot be looked up now is, to a stand-in, one that does not exist. */
function lookupFailure(failure: NodeFailure): string {
  const server = getServers()[0];
  const at = server === undefined ? '' : ` on ${/:\d+$/.test(server) ? server : `${server}:53`}`;
  return `dial tcp: lookup ${failure.hostname}${at}: no such host`;
}

interface Endpoint {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

function endpoint({ address = '', port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function connectionLost(operation: 'read' | 'write', connection: Connection): string {
  const { local, remote } = connection.addresses();
  return `${operation} tcp ${local}->${remote}: ${operation}: connection reset by peer`;
}

/** What is wrong with the head of an answer, in the order in which Go looks at it. */
function malformed(packet: Buffer): string {
  const [statusLine = '', ...rest] = packet.toString('latin1').split(/\r?\n/);
  const [protocol = '', ...status] = statusLine.split(' ');
  if (status.length === 0) return `malformed HTTP response ${JSON.stringify(statusLine)}`;
  const [code = ''] = status.join(' ').trimStart().split(' ');
  if (!/^\d{3}$/.test(code)) return `malformed HTTP status code ${JSON.stringify(code)}`;
  if (!/^HTTP\/\d\.\d$/.test(protocol)) return `malformed HTTP version ${JSON.stringify(protocol)}`;
  const head = rest.slice(0, Math.max(0, rest.indexOf('')));
  const noColon = head.find((line) => !line.includes(':'));
  if (noColon !== undefined) return `malformed MIME header: missing colon: ${JSON.stringify(noColon)}`;
  const length = head.map((line) => /^content-length:\s*(.*)$/i.exec(line)?.[1]).find((value) => value !== undefined);
  if (length !== undefined && !/^\d+$/.test(length)) return `bad Content-Length ${JSON.stringify(length)}`;
  return 'malformed MIME header';
}
