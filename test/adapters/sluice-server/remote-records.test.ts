import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { findRemotely, listDecisions, remoteReport } from '../../../src/adapters/sluice-server/remote-records.ts';
import { toJson } from '../../../src/core/report/to-json.ts';
import { decision } from '../../cli/world.ts';
import { REPORT_SCHEMA } from '../../core/report/report-schema.ts';
import { APPROVED } from '../../core/report/reports.ts';
import { codeOf, problemOf, serve } from '../serve.ts';

const TOKEN = 'console-token-0123456789';
const NEVER = new AbortController().signal;
const ID = APPROVED.scope.kind === 'merge' ? APPROVED.scope.decisionId : '';
const ASK = { id: ID, reportSchema: REPORT_SCHEMA };

/** As the console lists them. */
function row(id: string) {
  const { report: _, ...rest } = decision({ id });
  return { ...rest, hasReport: true };
}

function answering(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function console(listener: RequestListener) {
  const served = await serve(listener);
  return { served, access: { url: served.url, token: TOKEN } };
}

describe('the decisions of a server', () => {
  it('come page by page, as many as were asked for', async () => {
    const all = Array.from({ length: 1_200 }, (_, index) => row(`01j8${String(9_999 - index).padStart(22, '0')}`));
    const { served, access } = await console((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const from = query.has('before') ? all.findIndex(({ id }) => id === query.get('before')) + 1 : 0;
      const decisions = all.slice(from, from + Number(query.get('limit')));
      const next = from + decisions.length < all.length ? decisions.at(-1)?.id : null;
      answering({ decisions, next })(request, response);
    });
    const found = await listDecisions(access, { repository: 'lake', state: 'rejected', limit: 1_100 }, NEVER);
    expect(found.map(({ id }) => id)).toEqual(all.slice(0, 1_100).map(({ id }) => id));
    expect(found[0]?.report).toBeNull();
    expect(served.targets[0]).toBe('/api/v1/decisions?repository=lake&state=rejected&limit=500');
    expect(served.targets).toHaveLength(3);
    expect(served.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(await listDecisions(access, { limit: 9_000 }, NEVER)).toHaveLength(1_200);
  });

  it.each<[string, string, readonly string[]]>([
    ['a whole id', ID, [`/api/v1/decisions/${ID}`]],
    ['a merge commit', '5f'.repeat(32), [`/api/v1/decisions?mergeCommit=${'5f'.repeat(32)}&limit=500`]],
    ['the beginning of either', ID.slice(0, 6), ['/api/v1/decisions?limit=500']],
  ])('are found by %s', async (_name, reference, targets) => {
    const { served, access } = await console((request, response) => {
      const whole = request.url === `/api/v1/decisions/${ID}`;
      answering(whole ? row(ID) : { decisions: [row(ID)], next: null })(request, response);
    });
    expect((await findRemotely(access, reference, NEVER)).map(({ id }) => id)).toEqual([ID]);
    expect(served.targets).toEqual(targets);
  });
});

describe('the report of a server', () => {
  it('comes as it was recorded', async () => {
    const { served, access } = await console(answering(toJson(APPROVED)));
    expect(await remoteReport(access, ASK, NEVER)).toBe(toJson(APPROVED));
    expect(served.targets).toEqual([`/api/v1/decisions/${ID}/report?format=json`]);
  });

  it('of another version is for the reader to see', async () => {
    const { access } = await console(answering('{"reportVersion":"9.0"}'));
    expect(await remoteReport(access, ASK, NEVER)).toBe('{"reportVersion":"9.0"}');
  });

  it('may not be there', async () => {
    const { access } = await console(answering({ code: 'report-missing', message: 'none' }, 404));
    expect(await remoteReport(access, ASK, NEVER)).toBeNull();
  });
});

describe('what is no console', () => {
  const html = { 'content-type': 'text/html' };
  it.each<[string, RequestListener]>([
    ['a login page', answering('<html>Sign in</html>', 200, html)],
    ['a redirect', answering('', 302, { location: 'https://login.example.org/' })],
    ['a 404 page', answering('<html>', 404, html)],
    ['another service', answering({ status: 'ok' })],
    ['nothing', answering('null')],
    ['rows that are none', answering({ decisions: [{ id: 'x' }], next: null })],
    [
      'a report of another decision',
      answering(toJson({ ...APPROVED, scope: { ...APPROVED.scope, decisionId: 'x' } } as never)),
    ],
    ['half a report', answering({ reportVersion: APPROVED.reportVersion, scope: { decisionId: ID } })],
  ])('%s is not believed', async (_name, listener) => {
    const { access } = await console(listener);
    expect(await codeOf(listDecisions(access, { limit: 20 }, NEVER))).toBe('server-not-sluice');
    expect(await codeOf(remoteReport(access, ASK, NEVER))).toBe('server-not-sluice');
  });

  it('a wrong token, a refusal in words and a dead address each say so', async () => {
    const refused = await console(answering({ code: 'unauthorized', message: 'no' }, 401));
    expect((await problemOf(listDecisions(refused.access, { limit: 1 }, NEVER))).hint).toContain(
      'SLUICE_CONSOLE_TOKEN',
    );
    const worded = await console(answering({ code: 'parameter-invalid', message: 'a\u001b[2J\nb' }, 400));
    expect((await problemOf(listDecisions(worded.access, { limit: 1 }, NEVER))).message).toContain('a [2J b');
    const dead = { url: 'http://127.0.0.1:1', token: TOKEN };
    expect(await codeOf(listDecisions(dead, { limit: 1 }, NEVER))).toBe('server-unreachable');
  });
});
