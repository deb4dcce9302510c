/** Who may download failing rows, what comes with them, and what those see who may not. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FailingRowsReader, KeptRows } from '../../../src/gate/failing-rows-ports.ts';
import { APPROVED, KEY, running } from '../../adapters/store/decisions.ts';
import { APPROVED as REPORT } from '../../core/report/reports.ts';
import { decision, servePages, TOKEN } from './pages/serve-pages.ts';
import { serveConsole } from './serve-console.ts';

const PARQUET = Buffer.from('PAR1 the bytes of a file \u0000\u00ff PAR1', 'latin1');
const SEES = 'sees-decisions-alone-0123';
const READS = 'reads-the-rows-too-012345';
const OTHERS = 'reads-rows-of-others-0123';
const RULES = [
  { token: SEES, repositories: ['lake'] },
  { token: READS, repositories: ['lake'], rows: ['l*'] },
  { token: OTHERS, repositories: ['other-*', 'lake'], rows: ['other-*'] },
  { user: 'ana', repositories: ['lake'], rows: ['lake'] },
  { user: 'ben', repositories: ['lake'] },
  { user: 'ben', repositories: ['other-*'], rows: ['*'] },
];
const HOSTILE = 'orders"; rm -rf ..\r\nX-Evil: 1/../<b>';

const FILE: KeptRows = {
  kind: 'rows',
  number: 1,
  table: 'orders',
  check: HOSTILE,
  columns: ['id', '<i>amount</i>'],
  rows: 214,
  failing: 8_400,
  sizeBytes: PARQUET.byteLength,
};

/** Keeps rows for these decisions alone. */
function keptFor(...ids: readonly string[]): FailingRowsReader {
  return {
    list: async (id) =>
      ids.includes(id) ? [FILE, { kind: 'none', table: 'orders', check: 'orders.rowCount', why: 'no-rows' }] : [],
    read: async (id, number) => (ids.includes(id) && number === 1 ? PARQUET : null),
  };
}

async function api() {
  const console = await serveConsole({ rules: RULES, failingRows: keptFor('d1', 'd3') });
  onTestFinished(() => console.close());
  for (const [id, repository, replayOf] of [
    ['d1', 'lake', null],
    ['d2', 'lake', 'd1'],
    ['d3', 'secret', null],
  ] as const) {
    console.store.begin({ ...running(id), repository });
    console.store.finish(id, { ...APPROVED, key: { ...KEY, repository }, replayOf, report: JSON.stringify(REPORT) });
  }
  const get = (path: string, token: string) =>
    console.get(`/api/v1/decisions/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return { console, get };
}

const ROWS = 'd1/failing-rows/1.parquet';

describe('failing rows by the API', () => {
  it.each([
    ['the operator', TOKEN, 200],
    ['a token with rows', READS, 200],
    ['a token without rows', SEES, 403],
    ['a token with rows of other repositories', OTHERS, 403],
    ['an unknown token', 'nobody-knows-this-token', 401],
  ])('%s: %s', async (_who, token, status) => {
    const { get } = await api();
    expect((await get(ROWS, token)).status).toBe(status);
    expect((await get('d1/failing-rows', token)).status).toBe(status);
  });

  it('come whole, as a file with a harmless name, and are kept by no browser', async () => {
    const { get, console } = await api();
    const answer = await get(ROWS, READS);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-length': String(PARQUET.byteLength),
      'content-disposition': 'attachment; filename="d1-1-orders_rm_-rf_._X-Evil_1_._b_.parquet"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-sluice-decision': 'd1',
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PARQUET);
    const lines = console.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'failing rows downloaded');
    expect(lines).toMatchObject([
      { who: 'access token 2', repository: 'lake', decision: 'd1', table: 'orders', check: HOSTILE, file: 1 },
    ]);
  });

  it('are listed with what they hold, also for a decision that repeats another', async () => {
    const { get } = await api();
    const list = await (await get('d2/failing-rows', TOKEN)).json();
    const { kind: _kind, ...told } = FILE;
    expect(list).toEqual({
      decision: 'd2',
      keptFor: 'd1',
      files: [{ ...told, path: '/api/v1/decisions/d2/failing-rows/1.parquet' }],
      without: [expect.objectContaining({ check: 'orders.rowCount', why: 'no-rows' })],
    });
    expect((await get('d2/failing-rows/1.parquet', TOKEN)).status).toBe(200);
  });

  it('of a repository that one may not see look as if there were no such decision', async () => {
    const { get } = await api();
    for (const rest of ['failing-rows', 'failing-rows/1.parquet', 'failing-rows/9.parquet']) {
      const foreign = await get(`d3/${rest}`, READS);
      const unknown = await get(`d9/${rest}`, READS);
      expect([foreign.status, await foreign.text()]).toEqual([404, await unknown.text()]);
    }
    expect((await get('d3/failing-rows/1.parquet', TOKEN)).status).toBe(200);
  });

  it.each(['9.parquet', '0.parquet', '01.parquet', '1%2F..%2F1.parquet', '..%2F1.parquet', 'x.parquet'])(
    '%s is no file',
    async (name) => {
      const { get } = await api();
      expect((await get(`d1/failing-rows/${name}`, TOKEN)).status).toBe(404);
    },
  );

  it('are all that a token of console.access opens', async () => {
    const { console } = await api();
    const paths = ['/decisions', '/decisions/d1', '/decisions/d1/report', '/version', '/nothing'];
    for (const path of [...paths, '/decisions/d1/failing-rows/1.parquet/more', '/decisions/d1/failing-rows/']) {
      const answer = await console.get(`/api/v1${path}`, { headers: { Authorization: `Bearer ${READS}` } });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });
});

describe('failing rows by the pages', () => {
  async function pages(userRules = RULES) {
    const own = decision();
    const hidden = decision({ repository: 'secret-lake' });
    const repeated = decision({ replayOf: own.id });
    const logged: string[] = [];
    const server = await servePages({
      decisions: [own, hidden, repeated],
      rules: userRules,
      userHeader: 'x-user',
      proxies: ['127.0.0.1'],
      failingRows: keptFor(own.id, hidden.id),
      logged,
    });
    onTestFinished(() => server.stop());
    const get = (path: string, headers: Record<string, string>) =>
      fetch(`${server.url}/decisions/${path}`, { headers, redirect: 'manual' });
    const cookie = async (token: string) => {
      const body = new URLSearchParams({ token, next: '/' });
      const answer = await fetch(`${server.url}/login`, { method: 'POST', body, redirect: 'manual' });
      return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    };
    return { own, hidden, repeated, logged, get, cookie };
  }

  it.each([
    ['ana', 200],
    ['ben', 403],
    ['cleo', 404],
  ])('%s, whom the proxy names: %i', async (user, status) => {
    const { own, get, logged } = await pages();
    const answer = await get(`${own.id}/failing-rows/1.parquet`, { 'x-user': user });
    expect(answer.status).toBe(status);
    const downloads = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'failing rows downloaded');
    expect(downloads.map(({ who }) => who)).toEqual(status === 200 ? [user] : []);
    if (status === 403) expect(await answer.text()).toContain('console.access');
  });

  it('are for nobody who is not named, where users without a rule see every page', async () => {
    const { own, get } = await pages([]);
    expect((await get(own.id, { 'x-user': 'dora' })).status).toBe(200);
    expect((await get(`${own.id}/failing-rows/1.parquet`, { 'x-user': 'dora' })).status).toBe(403);
  });

  it('are for the tokens that have them, and ask others to log in', async () => {
    const { own, hidden, get, cookie } = await pages();
    const path = `${own.id}/failing-rows/1.parquet`;
    const asked = [TOKEN, READS, SEES].map(async (token) => (await get(path, await cookie(token))).status);
    expect(await Promise.all(asked)).toEqual([200, 200, 403]);
    expect((await get(path, {})).status).toBe(303);
    expect((await get(`${hidden.id}/failing-rows/1.parquet`, await cookie(READS))).status).toBe(404);
    expect((await get(`${own.id}/failing-rows/7.parquet`, await cookie(TOKEN))).status).toBe(404);
  });

  it('are linked where they may be had, and else told of', async () => {
    const { own, repeated, get, cookie } = await pages();
    const all = await (await get(own.id, await cookie(READS))).text();
    expect(all).toContain('failing rows (Parquet, 214 of 8,400 rows, columns id, &lt;i&gt;amount&lt;/i&gt;)</a>');
    expect(all).toContain(`href="/decisions/${own.id}/failing-rows/1.parquet"`);
    expect(all).toContain('this kind of check points at no rows');
    expect(all).not.toContain('You may not download them');
    const part = await (await get(own.id, await cookie(SEES))).text();
    expect(part).toContain('214 of 8,400 rows');
    expect(part).toContain('You may not download them');
    expect(part).not.toContain('/failing-rows/');
    const other = await (await get(repeated.id, await cookie(TOKEN))).text();
    expect(other).toContain(`href="/decisions/${repeated.id}/failing-rows/1.parquet"`);
    expect((await get(`${repeated.id}/failing-rows/1.parquet`, await cookie(TOKEN))).status).toBe(200);
  });
});
