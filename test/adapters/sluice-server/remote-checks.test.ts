import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRemoteChecks } from '../../../src/adapters/sluice-server/remote-checks.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { REPORT_SCHEMA } from '../../core/report/report-schema.ts';
import { APPROVED } from '../../core/report/reports.ts';
import { codeOf, problemOf, serve } from '../serve.ts';

const TOKEN = 'console-token-0123456789';
const SCOPE = APPROVED.scope as Extract<Report['scope'], { kind: 'merge' }>;
const QUESTION = { repository: SCOPE.repository, source: SCOPE.source, destination: SCOPE.destination };
const NEVER = new AbortController().signal;

const answerOf = (report: object, more: object = {}) => ({
  decision: SCOPE.decisionId,
  state: APPROVED.verdict,
  report,
  ...more,
});

function answering(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function ask(listener: RequestListener, signal = NEVER, timeoutMs = 5_000) {
  const served = await serve(listener);
  const checks = createRemoteChecks({ url: served.url, token: TOKEN, reportSchema: REPORT_SCHEMA, timeoutMs });
  onTestFinished(() => checks.close());
  return { served, answer: checks.check({ ...QUESTION, squash: true }, signal) };
}

describe('a Sluice that is asked from elsewhere', () => {
  it('gets the question with its token, and its report is believed', async () => {
    let body = '';
    const { served, answer } = await ask((request, response) => {
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => answering(answerOf(APPROVED))(request, response));
    });
    expect(await answer).toEqual(APPROVED);
    expect(served.targets).toEqual(['/api/v1/checks']);
    expect(served.requests[0]).toMatchObject({ method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(JSON.parse(body)).toEqual({ ...QUESTION, squash: true });
  });

  const html = { 'content-type': 'text/html' };
  const { verdict: _verdict, ...withoutVerdict } = APPROVED;
  it.each<[string, RequestListener]>([
    ['a login page', answering('<html>Sign in</html>', 200, html)],
    ['a health page', answering({ status: 'ok' })],
    ['JSON that is called HTML', answering(answerOf(APPROVED), 200, html)],
    ['a redirect', answering('', 302, { location: 'https://login.example.org/' })],
    ['broken JSON', answering('{"decision": ')],
    ['a list', answering([answerOf(APPROVED)])],
    ['no report', answering(answerOf(APPROVED, { report: null }))],
    ['a report without its verdict', answering(answerOf(withoutVerdict))],
    ['a verdict of its own', answering(answerOf({ ...APPROVED, verdict: 'fine' }, { state: 'fine' }))],
    ['another state than its report', answering(answerOf(APPROVED, { state: 'rejected' }))],
    ['the report of another decision', answering(answerOf(APPROVED, { decision: 'other' }))],
    ['a report about another branch', answering(answerOf({ ...APPROVED, scope: { ...SCOPE, destination: 'dev' } }))],
    ['a report about another source', answering(answerOf({ ...APPROVED, scope: { ...SCOPE, source: 'etl-2' } }))],
    ['a report about another lake', answering(answerOf({ ...APPROVED, scope: { ...SCOPE, repository: 'pond' } }))],
    ['an error page of a proxy', answering('<h1>Bad gateway</h1>', 502, html)],
    ['an error of something else', answering({ error: 'no such route' }, 404)],
    ['created, not answered', answering(answerOf(APPROVED), 201)],
  ])('%s is not believed', async (_name, listener) => {
    const { served, answer } = await ask(listener);
    expect(await codeOf(answer)).toBe('server-not-sluice');
    expect(served.requests).toHaveLength(1);
  });

  it.each([401, 403, 404, 429, 503])('tells what the server says with %d', async (status) => {
    const said = { code: 'token-refused', message: 'The token is\u001b[2J wrong.', hint: 'Look it up.' };
    const problem = await problemOf((await ask(answering(said, status))).answer);
    expect(problem).toMatchObject({
      code: 'server-refused',
      message: expect.stringContaining(`(${status}, token-refused)`),
    });
    expect(problem.message).not.toContain('\u001b');
    expect(problem.hint).toContain(status === 401 || status === 403 ? 'SLUICE_CONSOLE_TOKEN' : 'Look it up.');
    expect(JSON.stringify(problem)).not.toContain(TOKEN);
  });

  it('is not waited for longer than told, nor after the asker has gone', async () => {
    const silent: RequestListener = () => {};
    expect(await codeOf((await ask(silent, NEVER, 50)).answer)).toBe('server-timeout');
    await expect((await ask(silent, AbortSignal.timeout(50))).answer).rejects.toThrow('timeout');
  });

  it('may be away, or break off', async () => {
    const checks = createRemoteChecks({ url: 'http://127.0.0.1:1', token: TOKEN, reportSchema: REPORT_SCHEMA });
    expect(await codeOf(checks.check(QUESTION, NEVER))).toBe('server-unreachable');
    await checks.close();
    const torn = (_request: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
      response.write('{"decision": "', () => response.destroy());
    };
    expect(await codeOf((await ask(torn)).answer)).toBe('server-unreachable');
  });
});
