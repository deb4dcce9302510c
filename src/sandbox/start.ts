import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHookRunner } from './actions/runner.ts';
import type { Credentials } from './credentials.ts';
import {
  createFaultDesk,
  type FaultDesk,
  type FaultOrder,
  insteadOf,
  type SeenRequest,
  seenRequest,
  spoil,
} from './faults.ts';
import { answerGateway } from './gateway/gateway.ts';
import { decodeURIComponentOrRaw, looksSigned } from './gateway/signature.ts';
import type { HookRunner } from './hooks-port.ts';
import { type Incoming, incomingOf, jsonReply, type Reply, send, textReply } from './http.ts';
import type { Lake } from './lake.ts';
import { API_PREFIX, answerApi } from './rest/api.ts';

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly credentials?: Credentials;
  /** The only user; committer and author of everything. */
  readonly user?: string;
  /** What `{{ ENV.LAKEFSACTION_... }}` in action files means. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly faults?: readonly FaultOrder[];
  /** First pause after a lost branch race, in milliseconds. */
  readonly retryDelayMs?: number;
  /** In place of real webhooks. */
  readonly hooks?: HookRunner;
}

/** A running stand-in for lakeFS: REST API, S3 gateway and actions on one port, everything in memory. */
export interface Sandbox extends Credentials {
  /** `http://127.0.0.1:49321`, without a slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly faults: FaultDesk;
  /** Every request so far, oldest first. */
  readonly requests: readonly SeenRequest[];
  /**
   * Puts bytes at a physical address behind lakeFS's back, as a client with access to the object store does before it
   * links the address.
   */
  writePhysical(address: string, bytes: Uint8Array): void;
  /** Resolves when no post-event is under way. */
  settled(): Promise<void>;
  /** Ends every connection and every hook under way. */
  close(): Promise<void>;
}

const DEFAULT_CREDENTIALS: Credentials = {
  accessKeyId: 'AKIAIOSFODNN7SANDBOX',
  secretAccessKey: 'sandbox/secret/for/nothing/but/tests+demos',
};

/** Starts a stand-in; two of them share nothing. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const credentials = options.credentials ?? DEFAULT_CREDENTIALS;
  const closing = new AbortController();
  const actions = createHookRunner({ environment: options.env ?? {} });
  const lake: Lake = {
    repositories: new Map(),
    blobs: new Map(),
    hooks: options.hooks ?? actions,
    user: options.user ?? 'quickstart',
    retryDelayMs: options.retryDelayMs ?? 100,
    background: new Set(),
    closing: closing.signal,
  };
  const desk = createFaultDesk(options.faults ?? []);
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void serve({ lake, credentials, desk, requests }, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    ...credentials,
    url: `http://${address}:${port}`,
    user: lake.user,
    faults: desk,
    requests,
    writePhysical: (physicalAddress, bytes) => {
      lake.blobs.set(physicalAddress, Buffer.from(bytes));
    },
    settled: async () => {
      while (lake.background.size > 0) await Promise.all(lake.background);
    },
    close: async () => {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.allSettled(lake.background);
      actions.close();
    },
  };
}

interface Service {
  readonly lake: Lake;
  readonly credentials: Credentials;
  readonly desk: FaultDesk;
  readonly requests: SeenRequest[];
}

async function serve(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.once('error', () => gone.abort());
  const incoming = incomingOf(request, AbortSignal.any([gone.signal, service.lake.closing]));
  const side = sideOf(incoming);
  const path = decodeURIComponentOrRaw(incoming.rawPath);
  const seen = seenRequest(incoming, side, side === 'api' ? path.slice(API_PREFIX.length) : path);
  service.requests.push(seen);
  const fault = service.desk.take(seen);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'delay') await sleep(fault.milliseconds, undefined, { signal: incoming.signal }).catch(() => {});
  const reply = insteadOf(fault) ?? spoil(await answer(service, incoming, side), fault);
  if (incoming.signal.aborted) return;
  send(reply, incoming, response);
  request.resume();
}

async function answer(service: Service, incoming: Incoming, side: SeenRequest['side']): Promise<Reply> {
  try {
    if (side === 'gateway') return await answerGateway(service.lake, service.credentials, incoming);
    if (side === 'api') return await answerApi(service.lake, service.credentials, incoming);
    return incoming.rawPath === '/_health' ? textReply(200, `alive! ${randomUUID()}`) : page();
  } catch (error) {
    return jsonReply(500, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** A signature wins over the path, as in lakeFS; what is neither signed nor API gets the web page, with 200. */
function sideOf(incoming: Incoming): SeenRequest['side'] {
  if (looksSigned(incoming)) return 'gateway';
  return incoming.rawPath === API_PREFIX || incoming.rawPath.startsWith(`${API_PREFIX}/`) ? 'api' : 'other';
}

function page(): Reply {
  const html = [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head><meta charset="UTF-8" /><title>lakeFS stand-in</title></head>',
    '<body><p>A stand-in for lakeFS. There is no web interface here.</p></body>',
    '</html>',
    '',
  ].join('\n');
  const reply = textReply(200, html, 'text/html; charset=utf-8');
  return {
    ...reply,
    headers: { ...reply.headers, 'X-Content-Type-Options': 'nosniff', 'X-Frame-Options': 'SAMEORIGIN' },
  };
}
