/** The console port by itself: what it refuses, what it never says, and how it bears bad clients. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SluiceError } from '../../../src/core/problem.ts';
import type { CheckMerges } from '../../../src/gate/recorded-checks.ts';
import { APPROVED, running } from '../../adapters/store/decisions.ts';
import { report } from '../../core/report/reports.ts';
import { serveConsole, type TestConsole, type TestConsoleOptions, TOKEN } from './serve-console.ts';

const open: TestConsole[] = [];

async function serve(options?: TestConsoleOptions): Promise<TestConsole> {
  const console = await serveConsole(options);
  open.push(console);
  return console;
}

afterEach(async () => {
  for (const console of open.splice(0)) await console.close();
});

async function refused(response: Response): Promise<unknown> {
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const body = (await response.json()) as { code: string };
  expect(Object.keys(body)).toEqual(['code', 'message', 'hint']);
  return [response.status, body.code];
}

function addDecisions(console: TestConsole, count: number): void {
  for (let number = 1; number <= count; number += 1) {
    const id = `d${String(number).padStart(3, '0')}`;
    console.store.begin(running(id, { branch: number % 2 === 0 ? 'main' : 'dev' }));
    console.store.finish(id, { ...APPROVED, report: JSON.stringify(report()) });
  }
}

describe('every answer', () => {
  it('says that it is no page, is not to be kept, and has an id that the log knows', async () => {
    const console = await serve();
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/api/v1/version', '/nowhere']) {
      const { headers } = await console.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('set-cookie')).toBeNull();
      const id = headers.get('x-request-id') ?? '-';
      const line = console.logged.find((each) => each.includes(`"request":"${id}"`));
      expect(line).toContain(`"path":"${path}"`);
    }
  });

  it('to what is not there is 404, and below /api only to who has a token', async () => {
    const console = await serve();
    expect(await refused(await console.get('/hooks/lakefs'))).toEqual([404, 'no-such-path']);
    expect(await refused(await console.get('/healthz/'))).toEqual([404, 'no-such-path']);
    expect(await refused(await console.get('/api/v1/nowhere'))).toEqual([404, 'no-such-path']);
    expect(await refused(await fetch(`${console.url}/api/v1/nowhere`))).toEqual([401, 'token-refused']);
    expect(await refused(await console.get('/api/v1/decisions/%E0%A4%A'))).toEqual([400, 'request-invalid']);
  });

  it('to another method is 405 and names those that are there', async () => {
    const console = await serve();
    const post = await console.get('/healthz', { method: 'POST' });
    expect(post.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(await refused(post)).toEqual([405, 'method-not-allowed']);
    expect(await refused(await console.get('/api/v1/checks'))).toEqual([405, 'method-not-allowed']);
    expect(await refused(await console.get('/api/v1/decisions', { method: 'DELETE' }))).toEqual([
      405,
      'method-not-allowed',
    ]);
    const options = await console.get('/api/v1/checks', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    const head = await console.get('/healthz', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '6', '']);
  });
});

describe('the token', () => {
  it('is asked of every path of the API, in the header alone', async () => {
    const console = await serve();
    const asked = async (header: string, path = '/api/v1/version') =>
      (await fetch(`${console.url}${path}`, { headers: header === '' ? {} : { Authorization: header } })).status;
    expect(await asked(`Bearer ${TOKEN}`)).toBe(200);
    for (const wrong of ['', 'Bearer', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`]) {
      expect(await asked(wrong), wrong).toBe(401);
    }
    expect(await asked('', `/api/v1/version?token=${TOKEN}`)).toBe(401);
    expect(await asked('', '/API/v1/version')).not.toBe(200);
    expect(await asked('', '//api/v1/version')).not.toBe(200);
    expect(await asked('', '/openapi.json')).toBe(200);
  });

  it('that nobody configured closes the API and says how to open it', async () => {
    const console = await serve({ tokens: [] });
    const response = await console.get('/api/v1/decisions');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      code: 'api-closed',
      hint: expect.stringContaining('SLUICE_CONSOLE_TOKEN'),
    });
    expect((await console.get('/healthz')).status).toBe(200);
  });
});

describe('decisions', () => {
  it('come in pages, newest first, each once', async () => {
    const console = await serve();
    addDecisions(console, 7);
    const seen: string[] = [];
    let path = '/api/v1/decisions?limit=3';
    for (let pages = 0; pages < 9; pages += 1) {
      const { decisions, next } = (await (await console.get(path)).json()) as {
        decisions: { id: string; report?: unknown }[];
        next: string | null;
      };
      seen.push(...decisions.map(({ id }) => id));
      expect(decisions.every((one) => one.report === undefined)).toBe(true);
      if (next === null) break;
      path = `/api/v1/decisions?limit=3&before=${next}`;
    }
    expect(seen).toEqual(['d007', 'd006', 'd005', 'd004', 'd003', 'd002', 'd001']);
    const dev = (await (await console.get('/api/v1/decisions?branch=dev')).json()) as { decisions: unknown[] };
    expect(dev.decisions).toHaveLength(4);
  });

  it('are not listed for a question that was not understood', async () => {
    const console = await serve();
    const wrong = async (query: string) => {
      const response = await console.get(`/api/v1/decisions?${query}`);
      const { code, hint } = (await response.json()) as { code: string; hint: string | null };
      return [response.status, code, hint];
    };
    expect(await wrong('repo=lake')).toEqual([400, 'parameter-unknown', expect.stringContaining('repository')]);
    expect(await wrong('brnach=main')).toEqual([400, 'parameter-unknown', 'Did you mean `branch`?']);
    expect(await wrong('state=aproved')).toEqual([400, 'parameter-invalid', 'Did you mean `approved`?']);
    expect(await wrong('event=premerge')).toEqual([400, 'parameter-invalid', 'Did you mean `pre-merge`?']);
    expect(await wrong('branch=main&branch=dev')).toEqual([400, 'parameter-repeated', null]);
    expect(await wrong('limit=0')).toEqual([400, 'limit-invalid', 'Give 1 to 500.']);
    expect(await wrong('limit=501')).toEqual([400, 'limit-invalid', 'Give 1 to 500.']);
    expect(await wrong('since=yesterday')).toEqual([400, 'time-invalid', expect.any(String)]);
    expect(await wrong('mergeCommit=5f2c')).toEqual([400, 'parameter-invalid', expect.stringContaining('64')]);
    expect(await wrong('before=nobody')).toEqual([400, 'parameter-invalid', expect.any(String)]);
    expect(await wrong('repository=')).toEqual([400, 'parameter-invalid', expect.any(String)]);
  });

  it('have their report in every format, under its own type', async () => {
    const console = await serve();
    addDecisions(console, 1);
    console.store.begin(running('unfinished'));
    const types = Object.entries({
      text: 'text/plain',
      json: 'application/json',
      markdown: 'text/markdown',
      html: 'text/html',
      junit: 'application/xml',
      sarif: 'application/sarif+json',
      github: 'text/plain',
    });
    for (const [format, type] of types) {
      const response = await console.get(`/api/v1/decisions/d001/report?format=${format}`);
      expect([format, response.status, response.headers.get('content-type')]).toEqual([
        format,
        200,
        `${type}; charset=utf-8`,
      ]);
    }
    const page = await console.get('/api/v1/decisions/d001/report?format=html');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*; sandbox$/);
    expect(await refused(await console.get('/api/v1/decisions/d001/report?format=pdf'))).toEqual([
      400,
      'parameter-invalid',
    ]);
    expect(await refused(await console.get('/api/v1/decisions/d999/report'))).toEqual([404, 'decision-not-found']);
    expect(await refused(await console.get('/api/v1/decisions/unfinished/report'))).toEqual([404, 'report-missing']);
  });

  it('that cannot be read are 503, and nothing of the disk is told', async () => {
    const console = await serve();
    console.store.close();
    expect(await refused(await console.get('/api/v1/decisions'))).toEqual([503, 'state-unavailable']);
  });
});

describe('a check', () => {
  const QUESTION = { repository: 'lake', source: 'etl', destination: 'main' };

  it('hands the question over and the report back', async () => {
    const asked: unknown[] = [];
    const check: CheckMerges['check'] = async (question) => {
      asked.push(question);
      return { ...running('c1', { origin: 'check' }), ...APPROVED, report: JSON.stringify(report()) };
    };
    const console = await serve({ checks: { check } });
    const question = { ...QUESTION, strategy: 'source-wins', squash: true };
    const response = await console.ask(question);
    expect([response.status, response.headers.get('x-sluice-decision')]).toEqual([200, 'c1']);
    expect(await response.json()).toEqual({
      decision: 'c1',
      state: 'approved',
      report: JSON.parse(JSON.stringify(report())),
    });
    expect(asked).toEqual([question]);
    expect(console.logged.find((line) => line.includes('/api/v1/checks'))).toContain('"decision":"c1"');
  });

  it('is refused when the question is none', async () => {
    const console = await serve();
    const wrong = async (question: unknown, init?: RequestInit) => refused(await console.ask(question, init));
    expect(await wrong('{"repository":')).toEqual([400, 'payload-not-json']);
    expect(await wrong([])).toEqual([400, 'question-invalid']);
    expect(await wrong({ ...QUESTION, source: '' })).toEqual([400, 'question-invalid']);
    expect(await wrong({ ...QUESTION, sqash: true })).toEqual([400, 'question-invalid']);
    expect(await wrong({ ...QUESTION, strategy: 'theirs' })).toEqual([400, 'question-invalid']);
    expect(await wrong({ ...QUESTION, squash: 'yes' })).toEqual([400, 'question-invalid']);
    expect(await wrong(QUESTION, { headers: { 'Content-Type': 'text/plain' } })).toEqual([
      415,
      'content-type-unsupported',
    ]);
    expect(await wrong({ ...QUESTION, source: 'x'.repeat(20_000) })).toEqual([413, 'payload-too-large']);
    expect(await wrong(QUESTION, { headers: { Authorization: 'Bearer nope' } })).toEqual([401, 'token-refused']);
  });

  it('that finds the queue full is 429', async () => {
    const problem = { code: 'queue-full', message: 'Too many.', hint: 'Later.' };
    const full = { ...report(), verdict: 'undecided', problems: [problem] };
    const check: CheckMerges['check'] = async () => ({
      ...running('c1', { origin: 'check' }),
      state: 'undecided',
      status: 429,
      report: JSON.stringify(full),
    });
    const console = await serve({ checks: { check } });
    const response = await console.ask(QUESTION);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(await response.json()).toEqual(problem);
    expect(response.status).toBe(429);
  });

  it('about what is not there is 404, of a lakeFS that fails 502, and of a defect 500 without its words', async () => {
    const failing = (error: Error) => serve({ checks: { check: () => Promise.reject(error) } });
    const known = (code: string) => new SluiceError({ code, message: 'x' });
    const status = async (error: Error) => refused(await (await failing(error)).ask(QUESTION));
    expect(await status(known('lakefs-not-found'))).toEqual([404, 'lakefs-not-found']);
    expect(await status(known('lakefs-bad-id'))).toEqual([400, 'lakefs-bad-id']);
    expect(await status(known('lakefs-unreachable'))).toEqual([502, 'lakefs-unreachable']);
    const response = await (await failing(new Error('password=hunter2'))).ask(QUESTION);
    expect(await response.text()).not.toContain('hunter2');
  });

  it('is told to stop when its asker leaves', async () => {
    let reason: unknown;
    const check: CheckMerges['check'] = (_question, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    const console = await serve({ checks: { check } });
    const gone = new AbortController();
    const asked = console.ask(QUESTION, { signal: gone.signal });
    await sleep(100);
    gone.abort();
    await expect(asked).rejects.toThrow();
    for (let tries = 0; tries < 100 && reason === undefined; tries += 1) await sleep(10);
    expect(reason).toMatchObject({ problem: { code: 'caller-gone' } });
  });
});

describe('the code of the console', () => {
  const server = join(import.meta.dirname, '../../../src/server');
  const sources = readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(server, name), 'utf8') }));
  const importing = (from: (name: string) => boolean, what: RegExp) =>
    sources.filter(({ name, text }) => from(name) && what.test(text)).map(({ name }) => name);
  const ofConsole = (name: string) => name.startsWith('console');

  it('cannot approve, and that of the hook port does not know it', () => {
    expect(sources.filter(({ name }) => ofConsole(name)).length).toBeGreaterThan(10);
    expect(importing(ofConsole, /from '[^']*(send-approval|send-refusal|hook-app|start-hook-server)/)).toEqual([]);
    expect(importing((name) => !ofConsole(name), /from '[^']*console\//)).toEqual([]);
  });
});

describe('a bad client', () => {
  const talk = (url: string, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
      let heard = '';
      socket.on('data', (bytes) => {
        heard += bytes.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
    });

  it('that speaks no HTTP, or sends endless headers, is dropped and hurts nobody', async () => {
    const console = await serve();
    expect(await talk(console.url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await talk(console.url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect((await console.get('/healthz')).status).toBe(200);
  });

  it('that dawdles loses its connection, and one that waits for its check does not', async () => {
    const answer = { ...running('c1'), ...APPROVED, report: JSON.stringify(report()) };
    const check: CheckMerges['check'] = () => sleep(700, answer);
    const console = await serve({ checks: { check }, silenceMs: 200 });
    const waiting = console.ask({ repository: 'lake', source: 'etl', destination: 'main' });
    const startedAt = performance.now();
    expect(await talk(console.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ')).not.toContain(' 200 ');
    const head = ['POST /api/v1/checks HTTP/1.1', 'Host: x', `Authorization: Bearer ${TOKEN}`];
    const body = [...head, 'Content-Type: application/json', 'Content-Length: 90', '', '{'].join('\r\n');
    expect(await talk(console.url, body)).not.toContain(' 200 ');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect((await waiting).status).toBe(200);
  });
});
