/** What a person sees when a page cannot be made, and what programs get instead. */
import { expect, it, onTestFinished } from 'vitest';
import { SluiceError } from '../../../../src/core/problem.ts';
import { servePages, TOKEN } from './serve-pages.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const HOSTILE = '<img src=x onerror=alert(1)>"\'\u202e</title>';

async function healthThatFails(error: unknown) {
  const logged: string[] = [];
  const server = await servePages({ logged, readiness: () => Promise.reject(error) });
  onTestFinished(() => server.stop());
  const body = new URLSearchParams({ token: TOKEN, next: '/' });
  const login = await fetch(`${server.url}/login`, { method: 'POST', body, redirect: 'manual' });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const get = (accept: string, path = '/health', init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { cookie, accept } });
  return { get, logged };
}

const problem = (code: string): SluiceError =>
  new SluiceError({ code, message: `No ${HOSTILE} here.`, hint: `Look for ${HOSTILE} elsewhere.` });

it.each([
  ['a defect', new RangeError(`secret ${HOSTILE}`), 500, 'This page cannot be shown', 'internal-error'],
  ['something refused', problem('failing-rows-forbidden'), 403, 'Not allowed', 'failing-rows-forbidden'],
  ['something gone', problem('decision-not-found'), 404, 'Not found', 'decision-not-found'],
  ['lakeFS', problem('lakefs-unreachable'), 502, 'lakeFS does not answer as it should', 'lakefs-unreachable'],
  ['a full disk', problem('store-full'), 503, 'This page cannot be shown', 'store-full'],
])('%s is a page of the console in a browser', async (_name, error, status, title, code) => {
  const { get, logged } = await healthThatFails(error);
  const answer = await get(BROWSER);
  const id = answer.headers.get('x-request-id') ?? 'none';
  const page = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; style-src");
  expect(page).toContain(`<h1>${title}</h1>`);
  expect(page).toContain(`<code>${id}</code>`);
  expect(page).toContain(`<code>${code}</code>`);
  expect(page).toContain('<nav aria-label="Console">');
  expect(page).not.toContain('<img src=x');
  expect(page).not.toContain('secret');
  expect(logged.some((line) => line.includes(id) && line.includes('console request failed'))).toBe(status >= 500);
});

it.each(['application/json', '*/*', 'application/json, text/html;q=0.5'])('%s gets JSON', async (accept) => {
  const { get } = await healthThatFails(problem('failing-rows-forbidden'));
  const answer = await get(accept);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'failing-rows-forbidden' });
});

it('the API has JSON for browsers too', async () => {
  const { get } = await healthThatFails(null);
  expect(await (await get(BROWSER, '/api/v1/nothing')).json()).toMatchObject({ code: 'no-such-path' });
});

it('a form that goes nowhere, or is too long, is a page', async () => {
  const { get } = await healthThatFails(null);
  const nowhere = await get(BROWSER, '/nothing', { method: 'POST' });
  expect([nowhere.status, await nowhere.text()]).toEqual([404, expect.stringContaining('<h1>Not found</h1>')]);
  const body = new URLSearchParams({ token: 'x'.repeat(10_000) });
  const long = await get(BROWSER, '/login', { method: 'POST', body });
  expect([long.status, await long.text()]).toEqual([413, expect.stringContaining('<h1>This cannot be answered</h1>')]);
});
