import { describe, expect, it, onTestFinished } from 'vitest';
import { sealSession } from '../../../../src/server/console/pages/session.ts';
import { APPROVED } from '../../../core/report/reports.ts';
import { decision, NOW, type PagesOptions, servePages, someDecisions, TOKEN } from './serve-pages.ts';

async function pages(options: PagesOptions = {}) {
  const server = await servePages(options);
  onTestFinished(() => server.stop());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
  const logIn = async (token: string) => {
    const answer = await post('/login', { token, next: '/' });
    return { answer, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  };
  return { url: server.url, get, post, logIn };
}

const PATHS = [
  '/',
  '/decisions',
  '/tables',
  '/table?repository=lake&branch=main&name=orders',
  '/contracts',
  '/health',
  '/decisions/01d',
];

describe('the login', () => {
  it.each(PATHS)('%s is shown to nobody without one', async (path) => {
    const { get } = await pages();
    const answer = await get(path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/login\?next=%2F/);
    expect(await answer.text()).toBe('');
  });

  it('is closed where no token is set, and says what to set', async () => {
    const { get } = await pages({ tokens: [] });
    const answer = await get('/');
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('SLUICE_CONSOLE_TOKEN');
  });

  it('takes the token, sets a cookie that no script and no other site gets, and leads on', async () => {
    const { logIn, get, post } = await pages();
    const { answer, cookie } = await logIn(TOKEN);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict$/);
    expect((await get('/', { cookie })).status).toBe(200);
    const out = await post('/logout', {}, { cookie });
    expect(out.headers.get('set-cookie')).toMatch(/Max-Age=0/);
  });

  it.each(['', 'wrong', `${TOKEN}x`, TOKEN.slice(1)])('refuses %j', async (token) => {
    const { logIn } = await pages();
    const { answer, cookie } = await logIn(token);
    expect([answer.status, cookie]).toEqual([401, '']);
    expect(await answer.text()).not.toContain(token === '' ? TOKEN : token);
  });

  it.each([
    ['made up', 'eyJ.abc'],
    ['of another key', sealSession({ entry: 'token', expiresAt: 9e15 }, Buffer.from('other'))],
    ['without a seal', Buffer.from('["token",9000000000000000]').toString('base64url')],
    ['empty', ''],
  ])('a cookie %s opens nothing', async (_what, value) => {
    const { get } = await pages();
    expect((await get('/', { cookie: `sluice_session=${value}` })).status).toBe(303);
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%0d%0aX: y\n', 'javascript:alert(1)'])(
    'does not lead on to %j',
    async (next) => {
      const { post } = await pages();
      const answer = await post('/login', { token: TOKEN, next });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    },
  );

  it.each([
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'null' },
  ])('takes no form of another site: %j', async (headers) => {
    const { post } = await pages();
    expect((await post('/login', { token: TOKEN, next: '/' }, headers as Record<string, string>)).status).toBe(403);
  });
});

describe('a reverse proxy that has done the login', () => {
  const user = { 'x-forwarded-user': 'alice' };

  it('is believed from its own address alone', async () => {
    const trusted = await pages({ userHeader: 'x-forwarded-user', proxies: ['127.0.0.1'] });
    expect((await trusted.get('/', user)).status).toBe(200);
    expect((await trusted.get('/')).status).toBe(303);
    const stranger = await pages({ userHeader: 'x-forwarded-user', proxies: ['10.0.0.1'] });
    expect((await stranger.get('/', user)).status).toBe(303);
    const unset = await pages({ proxies: ['127.0.0.1'] });
    expect((await unset.get('/', user)).status).toBe(303);
  });

  it('shows a user the repositories of the rules, and nothing to a user without one', async () => {
    const rules = [{ user: 'alice', repositories: ['lake'] }];
    const { get } = await pages({ userHeader: 'x-forwarded-user', proxies: ['127.0.0.1'], rules });
    const list = await (await get('/', user)).text();
    expect(list).toContain('etl → main');
    expect(list).not.toContain('secret-lake');
    expect(await (await get('/', { 'x-forwarded-user': 'bob' })).text()).not.toContain('etl → main');
  });
});

describe('pages are kept to the repositories that one may see', () => {
  const rules = [{ token: 'only-for-the-lake-team', repositories: ['lake'] }];

  it('also when the path names another', async () => {
    const decisions = someDecisions();
    const hidden = decisions.find(({ repository }) => repository === 'secret-lake');
    const { get, logIn } = await pages({ rules, decisions });
    const { cookie } = await logIn('only-for-the-lake-team');
    for (const path of [
      `/decisions/${hidden?.id}`,
      `/decisions/${hidden?.id}/report?format=json`,
      '/table?repository=secret-lake&branch=main&name=orders',
      '/contracts?repository=secret-lake',
    ]) {
      expect((await get(path, { cookie })).status, path).toBe(404);
    }
    expect(await (await get('/decisions?repository=secret-lake', { cookie })).text()).toContain('No decision here');
    expect(await (await get('/tables', { cookie })).text()).not.toContain('secret-lake');
    const { cookie: all } = await logIn(TOKEN);
    expect((await get(`/decisions/${hidden?.id}`, { cookie: all })).status).toBe(200);
  });
});

describe('the overview', () => {
  const overview = async (decisions: readonly ReturnType<typeof decision>[]) => {
    const { get, logIn } = await pages({ decisions });
    const { cookie } = await logIn(TOKEN);
    return (await get('/', { cookie })).text();
  };
  const good = { state: 'approved', status: 200, report: JSON.stringify(APPROVED) } as const;
  const landed = { commit: 'd'.repeat(64), at: '2026-08-22T11:00:00.000Z', same: false };

  it.each([
    ['nothing judged', [], 'Nothing judged yet'],
    ['the last of a change is an approval', [decision(), decision(good)], 'All is well'],
    ['two changes blocked', [decision(good), decision(), decision({ source: 'other' })], '2 changes blocked'],
    ['what landed is not what was judged', [decision({ ...good, landed })], 'A branch holds what nobody judged'],
  ])('%s', async (_case, decisions, heading) => {
    const text = await overview(decisions);
    expect(/<h1>([^<]*)<\/h1>/.exec(text)?.[1]).toBe(heading);
  });

  it('says why a change is blocked, and how long ago that was', async () => {
    const text = await overview([decision({ receivedAt: new Date(NOW - 5 * 60_000).toISOString() })]);
    expect(text).toContain('orders: range on amount: 214 of 8,400 rows outside the range');
    expect(text).toContain('title="2026-08-22 11:55:00 UTC">5 min ago</time>');
  });
});

it('a table is found by a part of its name, those in trouble first', async () => {
  const { get, logIn } = await pages();
  const { cookie } = await logIn(TOKEN);
  const names = async (query: string) => {
    const text = await (await get(`/tables${query}`, { cookie })).text();
    return [...text.matchAll(/name=(\w+)">/g)].map(([, name]) => name);
  };
  expect((await names('')).slice(-1)).not.toEqual(['orders']);
  expect(new Set(await names('?search=CUST'))).toEqual(new Set(['customers']));
  expect(await names('?search=nothing')).toEqual([]);
});

describe('the list of decisions', () => {
  it('keeps the filter in the links to other pages', async () => {
    const { get, logIn } = await pages({ decisions: Array.from({ length: 60 }, () => decision()) });
    const { cookie } = await logIn(TOKEN);
    const filter = 'repository=lake&branch=main&table=orders&state=rejected&since=2026-08-01&until=2026-08-30';
    const first = await (await get(`/decisions?${filter}`, { cookie })).text();
    const older = /<a href="([^"]*before=[^"]*)">/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(older).toContain(`/decisions?${filter}&before=`);
    const second = await (await get(older, { cookie })).text();
    expect(second.match(/href="\/decisions\/01/g)).toHaveLength(10);
    expect(second).toContain(`<a href="/decisions?${filter.replaceAll('&', '&amp;')}">Newest decisions</a>`);
    expect(second).toContain('value="orders"');
  });

  it.each([
    ['state=approved', 2],
    ['repository=secret-lake', 1],
    ['branch=dev', 0],
    ['table=customers', 3],
    ['table=customers&repository=lake', 2],
    ['since=2026-08-23', 0],
    ['until=2026-08-20', 0],
    ['state=nonsense&since=never', 7],
  ])('%s: %i', async (query, count) => {
    const { get, logIn } = await pages();
    const { cookie } = await logIn(TOKEN);
    const text = await (await get(`/decisions?${query}`, { cookie })).text();
    expect(text.match(/href="\/decisions\//g) ?? []).toHaveLength(count);
  });

  it('pages through all of them, each once', async () => {
    const decisions = Array.from({ length: 130 }, () => decision());
    const { get, logIn } = await pages({ decisions });
    const { cookie } = await logIn(TOKEN);
    const seen: string[] = [];
    for (let path: string | undefined = '/decisions'; path !== undefined; ) {
      const text = await (await get(path, { cookie })).text();
      seen.push(...[...text.matchAll(/href="\/decisions\/(\w+)"/g)].map(([, id]) => id ?? ''));
      path = /<a href="([^"]*before=[^"]*)">/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(decisions.map(({ id }) => id).toReversed());
  });

  it('says what a running one is doing', async () => {
    const running = decision({ state: 'running', status: null, decidedAt: null, report: null });
    const { get, logIn } = await pages({ decisions: [running] });
    const { cookie } = await logIn(TOKEN);
    expect(await (await get('/decisions', { cookie })).text()).toContain('under way: checks');
    expect(await (await get(`/decisions/${running.id}`, { cookie })).text()).toContain(
      'Under way: checks for 4.0 s, 3 objects read (1.5 MB).',
    );
  });

  it('looks again by itself while something is running', async () => {
    const { get, logIn } = await pages();
    const { cookie } = await logIn(TOKEN);
    expect((await get('/', { cookie })).headers.get('refresh')).toBe('3');
    expect((await get('/decisions', { cookie })).headers.get('refresh')).toBe('3');
    expect((await get('/decisions?state=approved', { cookie })).headers.get('refresh')).toBeNull();
  });
});

it('a stranger path is a page for a browser and JSON for a program', async () => {
  const { get, logIn } = await pages();
  const { cookie } = await logIn(TOKEN);
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const page = await get('/nothing-here', { cookie, accept });
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('href="/"');
  expect((await get('/nothing-here', { cookie })).headers.get('content-type')).toContain('json');
  expect((await get('/api/nothing', { cookie, accept })).headers.get('content-type')).toContain('json');
});

it('a page may run nothing, frame nothing and send forms to nobody else', async () => {
  const { get, logIn } = await pages();
  const { cookie } = await logIn(TOKEN);
  for (const path of ['/', '/tables', '/contracts', '/health', '/login', '/nothing-here']) {
    const answer = await get(path, { cookie });
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy, path).toMatch(/^default-src 'none'/);
    expect(answer.headers.get('cache-control'), path).toBe('no-store');
    expect(await answer.text(), path).not.toContain('<script');
  }
});
