import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createFaultDesk,
  type FaultDesk,
  insteadOf,
  type SeenRequest,
  seenRequest,
  spoil,
} from '../../src/sandbox/faults.ts';
import { looksSigned } from '../../src/sandbox/gateway/signature.ts';
import { incomingOf, type Reply, send } from '../../src/sandbox/http.ts';

/** What lies between Sluice and lakeFS: it counts, and it breaks what it is told to break. */
export interface Wire {
  /** Stands for the lakeFS at its other end; signatures hold, because the host that was signed is passed on. */
  readonly url: string;
  readonly faults: FaultDesk;
  /** Every request so far, oldest first; the path of API calls without `/api/v1`. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

const API = '/api/v1';

/** Faults on the wire rather than in the stand-in, so that the same tests also break a real server's answers. */
export async function openWire(upstream: string): Promise<Wire> {
  const faults = createFaultDesk([]);
  const requests: SeenRequest[] = [];
  const closing = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const incoming = incomingOf(request, closing.signal);
    const path = decodeURIComponent(incoming.rawPath);
    const seen = looksSigned(incoming)
      ? seenRequest(incoming, 'gateway', path)
      : seenRequest(incoming, 'api', path.slice(API.length));
    requests.push(seen);
    const fault = faults.take(seen);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      request.socket.destroy();
      return;
    }
    const late = fault?.kind === 'delay' ? sleep(fault.milliseconds, undefined, { ref: false }) : Promise.resolve();
    const instead = insteadOf(fault);
    late
      .then(async () => instead ?? spoil(await carry(upstream, agent, request), fault))
      .then((reply) => send(reply, incoming, response))
      .catch(() => drop(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    close: async () => {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

function carry(upstream: string, agent: Agent, request: IncomingMessage): Promise<Reply> {
  const { hostname, port } = new URL(upstream);
  const { method, url: path, headers } = request;
  return new Promise((resolve, reject) => {
    const onward = httpRequest({ agent, hostname, port, method, path, headers }, (response) => {
      const { 'content-length': length, 'transfer-encoding': _, connection: __, ...rest } = response.headers;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      // What broke off there breaks off here, at the same byte.
      response.on('error', () => {});
      response.on('close', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks),
          ...(length === undefined ? {} : { contentLength: Number(length) }),
        });
      });
    });
    onward.on('error', reject);
    request.pipe(onward);
  });
}

function drop(response: ServerResponse): void {
  response.destroy();
}
