import { afterEach, describe, expect, it } from 'vitest';
import { closeTransport, openTransport } from '../../../src/sandbox/actions/transport.ts';
import { callWebhook } from '../../../src/sandbox/actions/webhook.ts';
import { type RawServer, rawServer } from './raw-server.ts';

/** Where a redirected hook call goes and what it takes along, as seen on Go's own client. */

const HEADERS = ['Authorization', 'X-Gate-Token', 'Cookie', 'Content-Language'].map(
  (name) => [name, { value: `my ${name}`, shown: '*' }] as const,
);
const transport = openTransport();
const servers: RawServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterEach(() => closeTransport(transport));

async function serve(answer: (request: string) => string): Promise<RawServer> {
  const server = await rawServer((socket, request) => socket.write(answer(request)));
  servers.push(server);
  return server;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const redirect = (status: number, location: string) =>
  `HTTP/1.1 ${status} Go\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;

function call(url: string) {
  const webhook = { url, query: [], headers: HEADERS, timeoutMilliseconds: 2000 };
  const event = { type: 'pre-merge', branchId: 'main', actionsRef: 'abc' } as const;
  const delivery = { repository: 'repo', action: 'Gate', hookId: 'gate', sentAt: new Date(0) };
  return callWebhook(transport, webhook, event, delivery, new AbortController().signal);
}

function head(request: string | undefined): string[] {
  const [first = '', ...lines] = (request ?? '').split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  return [first, ...lines.map((line) => line.replace(/:.*/, ''))];
}

describe('a redirect', () => {
  it.each([301, 302, 303])('%d approves by way of a GET that carries no body', async (status) => {
    const next = await serve(() => OK);
    const first = await serve(() => redirect(status, `http://127.0.0.1:${next.port}/next`));
    expect((await call(`${first.url}/p`)).error).toBeNull();
    expect(head(next.requests[0])).toEqual([
      'GET /next HTTP/1.1',
      'Host',
      'User-Agent',
      'Authorization',
      'Cookie',
      'Referer',
      'X-Gate-Token',
      'Accept-Encoding',
    ]);
    expect(next.requests[0]).toContain(`\r\nReferer: ${first.url}/p\r\n`);
  });

  it.each([307, 308])('%d posts the same body again', async (status) => {
    const next = await serve(() => OK);
    const first = await serve(() => redirect(status, `http://127.0.0.1:${next.port}/next`));
    expect((await call(first.url)).error).toBeNull();
    expect(head(next.requests[0])[0]).toBe('POST /next HTTP/1.1');
    expect(head(next.requests[0])).toContain('Content-Language');
    expect(next.requests[0]?.split('\r\n\r\n')[1]).toBe(first.requests[0]?.split('\r\n\r\n')[1]);
  });

  it('to another host drops what Go knows to be secret and hands over a token of ours', async () => {
    const next = await serve(() => OK);
    const first = await serve(() => redirect(307, `http://localhost:${next.port}/next`));
    await call(first.url);
    expect(head(next.requests[0])).not.toContain('Authorization');
    expect(head(next.requests[0])).not.toContain('Cookie');
    expect(next.requests[0]).toContain('\r\nX-Gate-Token: my X-Gate-Token\r\n');
  });

  it('stays without credentials and without a body once it has lost them', async () => {
    const first: RawServer = await serve((request) => {
      if (request.startsWith('POST / ')) return redirect(302, `http://localhost:${first.port}/away`);
      if (request.startsWith('GET /away')) return redirect(307, `${first.url}/back`);
      return OK;
    });
    expect((await call(`${first.url}/`)).error).toBeNull();
    expect(first.requests.map((request) => head(request)[0])).toEqual([
      'POST / HTTP/1.1',
      'GET /away HTTP/1.1',
      'GET /back HTTP/1.1',
    ]);
    expect(head(first.requests[2])).not.toContain('Authorization');
  });

  it('may be relative', async () => {
    const first = await serve((request) => (request.includes('/hooks/new') ? OK : redirect(302, 'new?x=1')));
    expect((await call(`${first.url}/hooks/old`)).error).toBeNull();
    expect(head(first.requests[1])[0]).toBe('GET /hooks/new?x=1 HTTP/1.1');
  });

  it('may leave out the protocol', async () => {
    const next = await serve(() => OK);
    const first = await serve(() => redirect(302, `//localhost:${next.port}/next`));
    expect((await call(first.url)).error).toBeNull();
    expect(next.requests[0]).toContain(`\r\nHost: localhost:${next.port}\r\n`);
  });

  it('without an address is an answer like any other', async () => {
    const first = await serve(() => 'HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n');
    expect((await call(first.url)).error).toBe('webhook request failed (status code: 301)');
  });

  it.each([
    [
      'http://[::1',
      (url: string) =>
        `Post "${url}/p": failed to parse Location header "http://[::1": parse "http://[::1": missing ']' in host`,
    ],
    ['ftp://x/y', () => 'Post "ftp://x/y": unsupported protocol scheme "ftp"'],
    ['http://127.0.0.1:1/zz', () => 'Post "http://127.0.0.1:1/zz": dial tcp 127.0.0.1:1: connect: connection refused'],
  ])('to %s blocks', async (location, message) => {
    const first = await serve(() => redirect(302, location));
    expect((await call(`${first.url}/p`)).error).toBe(message(first.url));
  });

  it('is followed nine times and not a tenth', async () => {
    const first = await serve(() => redirect(302, '/again'));
    expect((await call(first.url)).error).toBe('Post "/again": stopped after 10 redirects');
    expect(first.requests).toHaveLength(10);
  });
});

describe('a connection', () => {
  it('is used again, whatever the server says about its keeping', async () => {
    const ports = new Set<string>();
    const server = await rawServer((socket) => {
      ports.add(`${socket.remotePort}`);
      socket.write(OK.replace('Content-Length', 'Keep-Alive: timeout=1\r\nContent-Length'));
    });
    servers.push(server);
    await call(server.url);
    // Node's own agent would have let go of the connection by now, to be safe.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await call(server.url);
    expect(server.requests).toHaveLength(2);
    expect(ports.size).toBe(1);
  });

  it('that the server closes just when it is used again blocks the merge', async () => {
    let answers = 0;
    const server = await rawServer((socket) => {
      answers += 1;
      if (answers === 1) socket.write(OK);
      else socket.end();
    });
    servers.push(server);
    expect((await call(server.url)).error).toBeNull();
    expect((await call(server.url)).error).toBe(`Post "${server.url}": EOF`);
  });
});
