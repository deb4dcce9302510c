import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { closeTransport, openTransport } from '../../../src/sandbox/actions/transport.ts';
import { callWebhook, type Webhook } from '../../../src/sandbox/actions/webhook.ts';
import type { SandboxHookEvent } from '../../../src/sandbox/hooks-port.ts';
import { type RawServer, rawServer } from './raw-server.ts';

/**
 * What a hook may answer, and what lakeFS makes of it. The right-hand sides were seen on Go's own client (net/http and
 * httputil.DumpResponse of Go 1.26 against the same bytes).
 */

const transport = openTransport();
const servers: RawServer[] = [];
afterAll(async () => {
  closeTransport(transport);
  await Promise.all(servers.map((server) => server.close()));
});

const EVENT: SandboxHookEvent = { type: 'pre-merge', branchId: 'main', actionsRef: 'abc' };
const DELIVERY = { repository: 'repo', action: 'Gate', hookId: 'gate', sentAt: new Date('2026-11-21T04:34:36.9Z') };

async function call(url: string, more: Partial<Webhook> = {}, signal = new AbortController().signal) {
  const webhook = { url, query: [], headers: [], timeoutMilliseconds: 2000, ...more };
  const { error, log } = await callWebhook(transport, webhook, EVENT, DELIVERY, signal);
  const text = log.toString('latin1');
  return { error, log: text, dump: text.split('\nResponse:\n')[1] };
}

async function serve(...steps: Parameters<typeof rawServer>): Promise<RawServer> {
  const server = await rawServer(...steps);
  servers.push(server);
  return server;
}

function answering(bytes: string) {
  return serve((socket) => socket.end(Buffer.from(bytes, 'latin1')));
}

const GZIPPED = gzipSync('zipped body\n').toString('latin1');
const REQUEST_FAILED = (status: number) => `webhook request failed (status code: ${status})`;

describe('an answer with a head', () => {
  it.each([
    [
      'headers sorted and respelled, repeated ones in order',
      'HTTP/1.1 200 OK\r\nX-b: 2\r\nx-A: 1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nX-b: 3\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nX-A: 1\r\nX-B: 2\r\nX-B: 3\r\n\r\nok',
    ],
    [
      'no body',
      'HTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-B: 2\r\n\r\n',
    ],
    [
      '204',
      'HTTP/1.1 204 No Content\r\nX-B: 2\r\n\r\n',
      'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nX-B: 2\r\n\r\n',
    ],
    [
      'a body that the end of the connection ends',
      'HTTP/1.1 200 OK\r\nX-B: 2\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nX-B: 2\r\n\r\nhello',
    ],
    [
      'a server that closes',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nX-B: 2\r\n\r\nok',
    ],
    [
      'HTTP/1.0',
      'HTTP/1.0 200 OK\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nX-B: 2\r\n\r\nok',
    ],
    [
      'HTTP/1.0 that keeps the connection',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok',
    ],
    [
      'several chunks, which become one',
      'HTTP/1.1 200 OK\r\nX-B: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-B: 2\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
    ],
    [
      'chunks of nothing',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'gzip, unpacked',
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-B: 2\r\nContent-Length: ${GZIPPED.length}\r\n\r\n${GZIPPED}`,
      'HTTP/1.1 200 OK\r\nX-B: 2\r\n\r\nzipped body\n',
    ],
    [
      'gzip in chunks',
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-B: 2\r\nTransfer-Encoding: chunked\r\n\r\n${GZIPPED.length.toString(16)}\r\n${GZIPPED}\r\n0\r\n\r\n`,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-B: 2\r\n\r\nc\r\nzipped body\n\r\n0\r\n\r\n',
    ],
    [
      'a reason of its own',
      'HTTP/1.1 200 Fine by me\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 200 Fine by me\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'early hints before it',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ],
    // From here on the body never comes whole, and the answer approves all the same.
    ['a body cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok', 'Failed dumping response: unexpected EOF'],
    [
      'a chunk cut short',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
      'Failed dumping response: unexpected EOF',
    ],
    [
      'a chunk without a length',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab',
      'Failed dumping response: invalid byte in chunk length',
    ],
    [
      'gzip that is none',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello',
      'Failed dumping response: unexpected EOF',
    ],
  ])('approves with 2xx: %s', async (_, bytes, dump) => {
    const answered = await call((await answering(bytes)).url);
    expect(answered).toMatchObject({ error: null, dump });
  });

  it.each([300, 304, 400, 401, 403, 404, 418, 422, 429, 500, 503, 504, 599])('rejects with %d', async (status) => {
    const { url } = await answering(`HTTP/1.1 ${status} Odd\r\nContent-Length: 0\r\n\r\n`);
    expect((await call(url)).error).toBe(REQUEST_FAILED(status));
  });

  it('rejects a switch of protocols', async () => {
    const { url } = await answering('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
    expect(await call(url)).toMatchObject({
      error: REQUEST_FAILED(101),
      dump: 'HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    });
  });

  it('keeps every byte of a body that is no text', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('latin1');
    const { dump } = await call((await answering(`HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n${body}`)).url);
    expect(dump).toBe(`HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n${body}`);
  });
});

describe('no answer', () => {
  const BROKEN = 'net/http: HTTP/1.x transport connection broken: ';

  it.each([
    ['nothing at all', '', 'EOF'],
    ['a status line of one word', 'garbage\r\n\r\n', `${BROKEN}malformed HTTP response "garbage"`],
    ['a status that is no number', 'HTTP/1.1 2x0 OK\r\n\r\n', `${BROKEN}malformed HTTP status code "2x0"`],
    ['another protocol', 'HTTQ/1.1 200 OK\r\n\r\n', `${BROKEN}malformed HTTP version "HTTQ/1.1"`],
    ['a head cut short', 'HTTP/1.1 200 OK\r\nX: y\r\n', `${BROKEN}unexpected EOF`],
    [
      'a header without a colon',
      'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n',
      `${BROKEN}malformed MIME header: missing colon: "no colon here"`,
    ],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n', `${BROKEN}bad Content-Length "abc"`],
    ['early hints and no more', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n', `${BROKEN}unexpected EOF`],
  ])('blocks: %s', async (_, bytes, message) => {
    const { url } = await answering(bytes);
    const { error, log } = await call(`${url}/p`, { query: [['q', { value: '1', shown: '1' }]] });
    expect(error).toBe(`Post "${url}/p?q=1": ${message}`);
    expect(log).toMatch(/\nRequest duration: [\d.]+(?:µs|\xc2\xb5s|ms|s)\n$/);
  });

  it('blocks a connection reset before the answer', async () => {
    const { url } = await serve((socket) => socket.resetAndDestroy());
    expect((await call(url)).error).toMatch(
      /^Post "http:[^"]+": read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: read: connection reset by peer$/,
    );
  });

  it('approves a connection reset within the body', async () => {
    const { url } = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok');
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const { error, dump } = await call(url);
    expect(error).toBeNull();
    expect(dump).toMatch(/^Failed dumping response: read tcp \S+->\S+: read: connection reset by peer$/);
  });

  it('blocks when the head is late and approves when only the body is', async () => {
    const silent = await serve(() => {});
    const stuck = await serve((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok'));
    const late = await call(`${silent.url}/slow`, { timeoutMilliseconds: 80 });
    expect(late.error).toBe(
      `Post "${silent.url}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    );
    expect(await call(stuck.url, { timeoutMilliseconds: 80 })).toMatchObject({
      error: null,
      dump: 'Failed dumping response: context deadline exceeded (Client.Timeout or context cancellation while reading body)',
    });
  });

  it('stops when nobody waits any more', async () => {
    const silent = await serve(() => {});
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 30);
    expect((await call(`${silent.url}/x`, {}, caller.signal)).error).toBe(`Post "${silent.url}/x": context canceled`);
  });

  it('blocks when nobody listens', async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, '127.0.0.1', () => {
        const address = closed.address();
        closed.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    expect((await call(`http://me:secret@127.0.0.1:${port}/x`)).error).toBe(
      `Post "http://me:***@127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  it('blocks when the host does not exist', async () => {
    expect((await call('http://sluice.invalid/x')).error).toMatch(
      /^Post "http:\/\/sluice\.invalid\/x": dial tcp: lookup sluice\.invalid( on \S+:\d+)?: no such host$/,
    );
  });

  it.each([
    ['', 'Post "": unsupported protocol scheme ""'],
    ['gate:8080/x', 'Post "gate:8080/x": unsupported protocol scheme "gate"'],
    ['ftp://x/y', 'Post "ftp://x/y": unsupported protocol scheme "ftp"'],
    ['http://', 'Post "http:": http: no Host in request URL'],
    ['http:///x', 'Post "http:///x": http: no Host in request URL'],
    ['http://127.0.0.1:99999/x', 'Post "http://127.0.0.1:99999/x": dial tcp: address 99999: invalid port'],
    ['http://[::1', `parse "http://[::1": missing ']' in host`],
    ['http://a b/', 'parse "http://a b/": invalid character " " in host name'],
    ['http://x/%zz', 'parse "http://x/%zz": invalid URL escape "%zz"'],
    ['http://x:y/', 'parse "http://x:y/": invalid port ":y" after host'],
    ['::', 'parse "::": missing protocol scheme'],
  ])('blocks an address that leads nowhere: %s', async (url, message) => {
    expect((await call(url)).error).toBe(message);
  });

  it.each([
    ['X Y', 'v', 'net/http: invalid header field name "X Y"'],
    ['X-Y', 'v\nw', 'net/http: invalid header field value for "X-Y"'],
  ])('blocks a header that cannot be sent: %s', async (name, value, message) => {
    const { url } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect((await call(url, { headers: [[name, { value, shown: value }]] })).error).toBe(`Post "${url}": ${message}`);
  });
});
