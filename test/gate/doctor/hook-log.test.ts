import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withBranch } from '../../../src/gate/doctor/canary-action.ts';
import { parseHookOutput } from '../../../src/gate/doctor/hook-log.ts';

const REQUEST = [
  'Request:',
  'POST http://127.0.0.1:5005/reject',
  'Query Params:',
  'Headers:',
  'Content-Type: application/json',
  'Request Body:',
  '{"event_type":"pre-merge","commit_id":"5c8b87","commit_message":"Merge"}',
  '',
  '',
  'Request duration: 327.481µs',
  '',
  '',
].join('\n');

describe('what lakeFS logs of a hook', () => {
  it('is read: status, decision, body, merge commit', () => {
    const output = `${REQUEST}Response:\nHTTP/1.1 422 Unprocessable Entity\r\nContent-Type: text/plain; charset=utf-8\r\nX-Sluice-Decision: 01m7yvhmvc0378nqjxsc4jjjjn\r\n\r\nREJECTED\n\norders\nError: action failed: webhook request failed (status code: 422)\n`;
    expect(parseHookOutput(output)).toEqual({
      mergeCommit: '5c8b87',
      status: 422,
      decisionId: '01m7yvhmvc0378nqjxsc4jjjjn',
      contentType: 'text/plain; charset=utf-8',
      body: 'REJECTED\n\norders\n',
      error: null,
    });
  });

  it('a decision in the body is none', () => {
    const output = `${REQUEST}Response:\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nX-Sluice-Decision: 01m7yvhmvc0378nqjxsc4jjjjn\n`;
    expect(parseHookOutput(output)).toMatchObject({ status: 200, decisionId: null });
  });

  it('a decision that is no id is none', () => {
    const output = `${REQUEST}Response:\nHTTP/1.1 200 OK\r\nX-Sluice-Decision: <script>\r\n\r\n`;
    expect(parseHookOutput(output).decisionId).toBeNull();
  });

  it('without an answer has the reason of the transport', () => {
    const output = `${REQUEST}Error: Post "http://x": dial tcp: connect: connection refused\n`;
    expect(parseHookOutput(output)).toMatchObject({
      status: null,
      error: 'Post "http://x": dial tcp: connect: connection refused',
    });
    expect(parseHookOutput('anything')).toMatchObject({ status: null, mergeCommit: null, error: 'no answer' });
  });
});

describe('the action file of the canary', () => {
  const shipped = readFileSync(new URL('../../fixtures/doctor/sluice.yaml', import.meta.url), 'utf8');

  it('names one branch more and is the same in everything else', () => {
    const altered = withBranch(shipped, 'sluice-scratch-canary-x');
    const expected = parse(shipped) as { on: Record<string, { branches: string[] }> };
    expected.on['pre-merge']?.branches.push('sluice-scratch-canary-x');
    expect(parse(altered)).toEqual(expected);
    expect(altered).toContain('# a comment');
    expect(altered).toContain('Authorization: "Bearer {{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"');
  });

  it('may have its branches behind an alias', () => {
    const text = 'name: ab\nx: &b [main]\non:\n  pre-merge:\n    branches: *b\nhooks: []\n';
    const altered = parse(withBranch(text, 'canary')) as { on: unknown; x: unknown };
    expect(altered).toMatchObject({ on: { 'pre-merge': { branches: ['main', 'canary'] } }, x: ['main'] });
  });

  it('that cannot be read is told', () => {
    expect(() => withBranch('on: [', 'canary')).toThrow('cannot be added to the action file');
    expect(() => withBranch('on: {}', 'canary')).toThrow('it has no list of branches');
  });
});
