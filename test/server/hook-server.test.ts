import { readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import { fakeJudge, untilAborted } from '../gate/fake-judge.ts';
import { PAYLOAD, type RunningServer, runServer, TOKEN } from './running-server.ts';

const running: RunningServer[] = [];

async function serve(...parameters: Parameters<typeof runServer>): Promise<RunningServer> {
  const server = await runServer(...parameters);
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.dispose();
});

describe('a merge', () => {
  it('is approved in one whole answer with the report, after its row is on disk', async () => {
    const server = await serve(fakeJudge());
    const response = await server.post();
    const body = await response.text();
    const id = response.headers.get('x-sluice-decision') ?? '';
    expect(response.status).toBe(200);
    expect(server.store.get(id)).toMatchObject({ state: 'approved', status: 200, branch: 'main', source: 'etl' });
    expect(body).toBe(`\nAPPROVED\ndecision ${id}\n`);
    expect(Object.fromEntries(response.headers)).toEqual({
      connection: 'keep-alive',
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'text/plain; charset=utf-8',
      date: expect.any(String),
      'keep-alive': 'timeout=95',
      'x-sluice-decision': id,
    });
  });

  it.each([
    ['rejected data', { run: async () => 'rejected' as const }, 422, 'REJECTED'],
    ['an undecided run', { run: async () => 'undecided' as const }, 503, 'UNDECIDED'],
    ['a dead engine', { run: () => Promise.reject(problem('engine-died')) }, 503, 'error[engine-died]'],
    [
      'an object too large',
      { run: () => Promise.reject(problem('objects-too-large')) },
      413,
      'error[objects-too-large]',
    ],
    ['a full queue', { run: () => Promise.reject(problem('queue-full')) }, 429, 'error[queue-full]'],
    ['an unreachable lakeFS', { prepare: () => Promise.reject(problem('lakefs-unreachable')) }, 503, 'UNDECIDED'],
    ['a defect of our own', { run: () => Promise.reject(new RangeError('at /srv/x.js:1')) }, 503, 'internal-error'],
  ])('is blocked by %s', async (_, judge, status, text) => {
    const server = await serve(fakeJudge(judge));
    const response = await server.post();
    const body = await response.text();
    const id = response.headers.get('x-sluice-decision') ?? 'none';
    expect(response.status).toBe(status);
    expect(server.store.get(id)).toMatchObject({ status, state: status === 422 ? 'rejected' : 'undecided' });
    expect(body).toMatch(/^\n[A-Z]/);
    expect(body).toMatch(/[^\n]\n$/);
    expect(body).toContain(text);
    expect(body).toContain(id);
    expect(body).not.toContain('x.js');
  });

  it('of another event is answered by configuration', async () => {
    const server = await serve(fakeJudge());
    expect((await server.post({ ...PAYLOAD, event_type: 'pre-commit' })).status).toBe(403);
    expect((await server.post({ ...PAYLOAD, event_type: 'pre-revert' })).status).toBe(200);
  });

  it('is blocked when the records cannot be written, and when they do not bear the approval out', async () => {
    const error = problem('state-unavailable');
    const full = await serve(fakeJudge(), { wrapStore: (store) => ({ ...store, begin: () => fail(error) }) });
    expect((await full.post()).status).toBe(503);
    const late = await serve(fakeJudge(), { wrapStore: (store) => ({ ...store, finish: () => fail(error) }) });
    expect((await late.post()).status).toBe(503);
    const liar = await serve(fakeJudge(), { wrapStore: (store) => ({ ...store, get: () => null }) });
    const response = await liar.post();
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('error[approval-unfounded]');
  });

  it('is blocked when its report cannot be shown', async () => {
    const server = await serve(fakeJudge(), { renderText: () => fail(new TypeError('no such table')) });
    const response = await server.post();
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('no such table');
  });

  it('has a report of at most 32 KiB, whatever is rendered, and always the id', async () => {
    const server = await serve(fakeJudge(), { renderText: () => '€'.repeat(50_000) });
    const response = await server.post();
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBeLessThanOrEqual(32 * 1024);
    expect(bytes.length).toBeGreaterThan(32 * 1024 - 100);
    const text = bytes.toString();
    expect(text).toContain(response.headers.get('x-sluice-decision') ?? 'none');
    expect(text).not.toContain('\uFFFD');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('delivered twenty times at once is judged once and answered twenty times', async () => {
    const judge = fakeJudge({ run: () => sleep(50, 'approved' as const) });
    const server = await serve(judge);
    const responses = await Promise.all(Array.from({ length: 20 }, () => server.post()));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const ids = responses.map(({ headers }) => headers.get('x-sluice-decision'));
    expect(new Set(ids).size).toBe(20);
    expect(judge.judged).toHaveLength(1);
    expect(server.store.list({ limit: 99, state: 'approved' })).toHaveLength(20);
  });

  it('leaves one line in the log, without the token', async () => {
    const server = await serve(fakeJudge());
    const { headers } = await server.post();
    const lines = server.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ decision }) => decision === headers.get('x-sluice-decision'))).toMatchObject([
      { msg: 'delivery approved', status: 200, repository: 'lake', branch: 'main', durationMs: expect.any(Number) },
    ]);
    expect(server.logged.join('')).not.toContain('canary');
  });

  it('that is refused leaves a line in the log too, because a merge is blocked by it', async () => {
    const server = await serve(fakeJudge());
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer of-another-server-0123456789' };
    const { status } = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(PAYLOAD) });
    const refusals = () => server.logged.filter((line) => line.includes('request refused'));
    await vi.waitFor(() => expect(refusals()).toHaveLength(1), { timeout: 10_000 });
    expect(JSON.parse(refusals()[0] ?? '')).toMatchObject({ status, codes: ['token-refused'], level: 50 });
    expect(server.logged.join('')).not.toContain('another-server');
  });
});

describe('a deadline', () => {
  it('ends the run and blocks with 504', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const server = await serve(judge);
    const started = performance.now();
    const response = await server.post(PAYLOAD, { query: '?deadline=150ms' });
    expect(response.status).toBe(504);
    expect(await response.text()).toContain('error[deadline-exceeded]');
    expect(performance.now() - started).toBeGreaterThan(140);
    expect(judge.cancelled).toHaveLength(1);
  });

  it('is answered also when the run does not listen', async () => {
    const server = await serve(fakeJudge({ run: () => sleep(400, 'approved' as const) }));
    expect((await server.post(PAYLOAD, { query: '?deadline=50ms' })).status).toBe(504);
  });

  it('is the default without one, and cut to the maximum', async () => {
    const hook = { defaultDeadlineMs: 80, maxDeadlineMs: 120 };
    const base = (await import('./running-server.ts')).serverConfig();
    const server = await serve(fakeJudge({ run: untilAborted }), { config: { hook: { ...base.hook, ...hook } } });
    expect(await (await server.post()).text()).toContain('0.08 s');
    expect(await (await server.post(PAYLOAD, { query: '?deadline=5m' })).text()).toContain('0.12 s');
  });

  it.each([
    '?deadline=90',
    '?deadline=',
    '?deadline=-5s',
    '?deadline=0s',
    '?deadline=1m&deadline=2m',
    '?deadline[a]=1m&deadline=x',
  ])('that is no duration is refused: %s', async (query) => {
    const judge = fakeJudge();
    const server = await serve(judge);
    const response = await server.post(PAYLOAD, { query });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('error[deadline-invalid]');
    expect(judge.prepared).toEqual([]);
  });
});

describe('a slow body', () => {
  it('counts towards the deadline', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const server = await serve(judge);
    const body = JSON.stringify(PAYLOAD);
    const lines = request(body, `Content-Length: ${body.length}`).join('\r\n');
    const text = lines.replace(' /hooks/lakefs ', ' /hooks/lakefs?deadline=100ms ');
    const answer = await rawInParts(server.url, [text.slice(0, -9), text.slice(-9)], 150);
    expect(answer).toMatch(/^HTTP\/1.1 504 /);
    expect(judge.prepared).toEqual([]);
    expect(server.store.list({ limit: 9 })).toMatchObject([{ state: 'undecided', status: 504 }]);
  });
});

describe('a caller that leaves', () => {
  it('cancels the run, and its delivery is recorded', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const server = await serve(judge);
    const caller = new AbortController();
    const call = server.post(PAYLOAD, { signal: caller.signal }).catch((error: unknown) => error);
    await until(() => judge.judged.length === 1);
    caller.abort();
    expect(await call).toBeInstanceOf(Error);
    await until(() => judge.cancelled.length === 1);
    await until(() => server.store.list({ limit: 1 })[0]?.state === 'undecided');
    expect(server.store.list({ limit: 1 })[0]?.report).toContain('caller-gone');
  });

  it('does not cancel the run while another waits for it', async () => {
    const judge = fakeJudge({ run: () => sleep(200, 'approved' as const) });
    const server = await serve(judge);
    const caller = new AbortController();
    const left = server.post(PAYLOAD, { signal: caller.signal }).catch(() => 'left');
    const stayed = server.post();
    await until(() => server.store.list({ limit: 9 }).length === 2);
    caller.abort();
    expect(await left).toBe('left');
    expect((await stayed).status).toBe(200);
    expect(judge.cancelled).toEqual([]);
  });
});

describe('everything else is refused', () => {
  it.each([
    ['GET', '/hooks/lakefs', 405],
    ['HEAD', '/hooks/lakefs', 405],
    ['OPTIONS', '/hooks/lakefs', 405],
    ['PUT', '/hooks/lakefs', 405],
    ['DELETE', '/hooks/lakefs', 405],
    ['PATCH', '/hooks/lakefs', 405],
    ['TRACE', '/hooks/lakefs', 405],
    ['POST', '/', 404],
    ['POST', '/healthz', 404],
    ['POST', '/metrics', 404],
    ['POST', '/hooks/lakefs/', 404],
    ['POST', '/hooks/lakefs/x', 404],
    ['POST', '/Hooks/LakeFS', 404],
    ['POST', '//hooks/lakefs', 404],
    ['POST', '/hooks/../hooks/lakefs', 404],
    ['POST', '/hooks%2Flakefs', 404],
    ['POST', '/%', 404],
    ['GET', '/', 404],
    ['OPTIONS', '/', 404],
    ['OPTIONS', '*', 404],
  ])('%s %s', async (method, path, status) => {
    const judge = fakeJudge();
    const server = await serve(judge);
    const answer = await raw(server.url, [
      `${method} ${path} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${TOKEN}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(JSON.stringify(PAYLOAD))}`,
      'Connection: close',
      '',
      JSON.stringify(PAYLOAD),
    ]);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(judge.prepared).toEqual([]);
    expect(server.store.list({ limit: 9 })).toEqual([]);
  });

  it.each([
    ['no token', {}],
    ['an empty header', { Authorization: '' }],
    ['an empty token, as a wrong prefix in the action file gives', { Authorization: 'Bearer ' }],
    ['another token', { Authorization: 'Bearer canary-token-0123456788' }],
    ['a longer token', { Authorization: `Bearer ${TOKEN}x` }],
    ['the token without its scheme', { Authorization: TOKEN }],
    ['another scheme', { Authorization: `Basic ${TOKEN}` }],
    ['both tokens at once', { Authorization: `Bearer ${TOKEN} the-next-token-9876543210` }],
  ])('%s is 401, whatever the body is', async (_, headers) => {
    const judge = fakeJudge();
    const server = await serve(judge);
    for (const body of [JSON.stringify(PAYLOAD), '{', 'x'.repeat(100_000)]) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(headers as Record<string, string>) },
        body,
      });
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('canary');
    }
    expect(judge.prepared).toEqual([]);
  });

  it('accepts each of two tokens', async () => {
    const server = await serve(fakeJudge());
    const second = await server.post(PAYLOAD, { headers: { Authorization: 'bearer the-next-token-9876543210' } });
    expect(second.status).toBe(200);
  });

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json; charset=latin1', {}],
    ['application/jsonx', {}],
    ['application/json', { 'Content-Encoding': 'gzip' }],
  ])('the content type %s %j is 415', async (type, more) => {
    const server = await serve(fakeJudge());
    expect((await server.post(PAYLOAD, { headers: { 'Content-Type': type, ...more } })).status).toBe(415);
  });

  it.each([
    ['nothing', '', 'payload-not-json'],
    ['half an object', '{"event_type": "pre-mer', 'payload-not-json'],
    ['two documents', '{}{}', 'payload-not-json'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'payload-not-json'],
    ['YAML', 'event_type: pre-merge', 'payload-not-json'],
    ['a list', '[]', 'The body must be an object.'],
    ['null', 'null', 'The body must be an object.'],
    ['a prototype', '{"__proto__": {"event_type": "pre-merge"}}', 'the key __proto__'],
    ['a constructor', { ...PAYLOAD, constructor: { prototype: {} } }, 'the key constructor'],
    ['a number for a branch', { ...PAYLOAD, branch_id: 7 }, 'The field branch_id must be a text.'],
    ['no repository', { ...PAYLOAD, repository_id: undefined }, 'The field repository_id is missing.'],
    ['a path for a repository', { ...PAYLOAD, repository_id: '../etc' }, 'The field repository_id must be'],
    ['an unknown event', { ...PAYLOAD, event_type: 'pre-dawn' }, 'The field event_type names no hook event'],
    ['a depth of thirty thousand', '['.repeat(30_000), 'payload-not-json'],
    [
      'a depth of thirty thousand in a key nobody knows',
      `{"x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      'event_type',
    ],
  ])('a body of %s is 400 and says why', async (_, body, text) => {
    const judge = fakeJudge();
    const server = await serve(judge);
    const response = await server.post(body);
    expect(await response.text()).toContain(text);
    expect(response.status).toBe(400);
    expect(judge.prepared).toEqual([]);
  });

  it('a body of more than 64 KiB is 413, declared or not', async () => {
    const server = await serve(fakeJudge());
    const large = JSON.stringify({ ...PAYLOAD, commit_message: 'x'.repeat(64 * 1024) });
    expect(await raw(server.url, request(large, `Content-Length: ${large.length}`))).toMatch(/^HTTP\/1.1 413 /);
    const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    expect(await raw(server.url, request(chunked, 'Transfer-Encoding: chunked'))).toMatch(/^HTTP\/1.1 413 /);
    const fits = JSON.stringify({ ...PAYLOAD, commit_message: 'x'.repeat(60_000) });
    expect(await raw(server.url, request(fits, `Content-Length: ${fits.length}`))).toMatch(/^HTTP\/1.1 200 /);
  });

  it('garbage on the wire is an error of the protocol', async () => {
    const server = await serve(fakeJudge());
    expect(await raw(server.url, ['GARBAGE', '', ''])).toMatch(/^HTTP\/1.1 400 /);
    const both = request('5\r\n{"a":\r\n0\r\n\r\n', 'Content-Length: 4\r\nTransfer-Encoding: chunked');
    expect(await raw(server.url, both)).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('the approval', () => {
  it('leaves in one write', async () => {
    const server = await serve(fakeJudge());
    const chunks: Buffer[] = [];
    const body = JSON.stringify(PAYLOAD);
    await new Promise<void>((resolve, reject) => {
      const { port } = new URL(server.url);
      const socket = createConnection(Number(port), '127.0.0.1', () => {
        socket.write(request(body, `Content-Length: ${Buffer.byteLength(body)}`).join('\r\n'));
      });
      socket
        .on('data', (chunk) => chunks.push(chunk))
        .on('close', () => resolve())
        .on('error', reject);
    });
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.toString()).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\n\nAPPROVED\n/);
  });

  it('is sent by one file alone', () => {
    const folder = join(import.meta.dirname, '../../src/server');
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    const sources = names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    const approving =
      /\b2\d\d\b(?!_)|\.(?:status|sendStatus|send|json|redirect|sendFile|jsonp|render|flushHeaders)\(|\.statusCode\s*=/;
    const answering = /\.(?:writeHead|end|write|pipe)\(/;
    const named = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(code(text))).map(({ name }) => name);
    expect(sources.length).toBeGreaterThan(5);
    expect(named(approving)).toEqual(['send-approval.ts']);
    expect(named(answering)).toEqual(['send-approval.ts', 'send-refusal.ts']);
  });
});

describe('the server', () => {
  it('does not start without a token', async () => {
    const base = (await import('./running-server.ts')).serverConfig();
    await expect(runServer(fakeJudge(), { config: { hook: { ...base.hook, tokens: [] } } })).rejects.toThrow('token');
  });

  it('says so when its port is taken', async () => {
    const server = await serve(fakeJudge());
    const base = (await import('./running-server.ts')).serverConfig();
    const listen = { host: '127.0.0.1', port: Number(new URL(server.url).port) };
    await expect(runServer(fakeJudge(), { config: { hook: { ...base.hook, listen } } })).rejects.toMatchObject({
      problem: { code: 'listen-failed', message: expect.stringContaining('(EADDRINUSE)') },
    });
  });

  it('drains: what runs ends, what waits and what comes is blocked, then nobody listens', async () => {
    const judge = fakeJudge({
      run: () => sleep(150, 'approved' as const),
      metaRange: ({ commitId }) => commitId ?? '',
    });
    const server = await serve(judge, { config: { maxConcurrentRuns: 1 } });
    const first = server.post();
    await until(() => judge.judged.length === 1);
    const queued = server.post({ ...PAYLOAD, commit_id: '1'.repeat(64) });
    await until(() => judge.prepared.length === 2);
    const stopped = server.stop();
    expect((await queued).status).toBe(503);
    expect(await (await queued).text()).toContain('error[shutting-down]');
    expect((await first).status).toBe(200);
    await stopped;
    await expect(server.post()).rejects.toThrow();
    expect(server.store.list({ limit: 9, state: 'running' })).toEqual([]);
  });

  it('ends running merges undecided when the grace time is over', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const server = await serve(judge, { config: { shutdownGraceMs: 50 } });
    const answer = server.post();
    await until(() => judge.judged.length === 1);
    await Promise.all([server.stop(), server.stop()]);
    expect((await answer).status).toBe(503);
    expect(judge.cancelled).toHaveLength(1);
  });
});

function problem(code: string): SluiceError {
  return new SluiceError({ code, message: `The problem ${code}.` });
}

function fail(error: Error): never {
  throw error;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 1_000) throw new Error('It never happened.');
    await sleep(5);
  }
}

/** Source text without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

function request(body: string, length: string): readonly string[] {
  const head = ['POST /hooks/lakefs HTTP/1.1', 'Host: x', `Authorization: Bearer ${TOKEN}`];
  return [...head, 'Content-Type: application/json', length, 'Connection: close', '', body];
}

/** Sends lines as they are and gives back everything until the connection ends. */
function raw(url: string, lines: readonly string[]): Promise<string> {
  return rawInParts(url, [lines.join('\r\n')], 0);
}

function rawInParts(url: string, parts: readonly string[], pauseMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1', async () => {
      for (const [index, part] of parts.entries()) {
        if (index > 0) await sleep(pauseMs);
        socket.write(part);
      }
    });
    socket
      .setTimeout(5_000, () => socket.destroy(new Error('no answer')))
      .on('data', (chunk) => {
        text += chunk.toString();
      })
      .on('close', () => resolve(text))
      .on('error', (error) => (text === '' ? reject(error) : resolve(text)));
  });
}
