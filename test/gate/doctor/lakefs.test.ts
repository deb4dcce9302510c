import { describe, expect, it } from 'vitest';
import { clock, examineLakefs, version } from '../../../src/gate/doctor/lakefs.ts';
import { settings } from './settings.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const answer = (over: object = {}) => ({
  status: 200,
  contentType: 'text/plain',
  date: NOON,
  sentAt: NOON,
  receivedAt: NOON + 20,
  sha256: '',
  ...over,
});

describe('clocks', () => {
  it.each([
    [0, 'ok', '30 s'],
    [-20_000, 'ok', '30 s'],
    [-90_000, 'warn', '90 s ahead of lakeFS'],
    [90_000, 'warn', 'behind lakeFS'],
    [-400_000, 'fail', '400 s ahead of'],
    [3_600_000, 'fail', '3600 s behind'],
  ])('%d ms apart is %s', (skew, level, words) => {
    expect(clock(answer({ date: NOON + skew }))).toMatchObject({ level, detail: expect.stringContaining(words) });
  });

  it('cannot be compared without a Date header', () => {
    expect(clock(answer({ date: null })).level).toBe('unknown');
  });
});

describe('versions', () => {
  it.each([
    ['1.84.0', 'ok'],
    ['v1.23.0', 'ok'],
    ['2.0.1', 'ok'],
    ['1.22.9', 'fail'],
    ['0.113.0', 'fail'],
    ['dev', 'warn'],
    ['', 'warn'],
    ['dev-0.0.0-abc', 'warn'],
  ])('%s is %s', (text, level) => {
    expect(version(text).level).toBe(level);
  });
});

describe('lakeFS', () => {
  const reader = { currentUser: async () => 'etl', version: async () => '1.84.0' };
  const look = async (get: () => Promise<ReturnType<typeof answer>>, over: object = {}) => {
    const deps = { reader: { ...reader, ...over }, http: { get }, settings: settings() };
    const findings = await examineLakefs(deps as never, new AbortController().signal);
    return Object.fromEntries(findings.map(({ id, level, detail }) => [id, `${level}: ${detail}`]));
  };

  it('that is well', async () => {
    expect(await look(async () => answer({ date: Date.now(), sentAt: Date.now(), receivedAt: Date.now() }))).toEqual({
      'lakefs-reachable': 'ok: http://lakefs:8000',
      clock: 'ok: less than 30 s apart',
      credentials: 'ok: lakeFS knows them as etl',
      'lakefs-version': 'ok: 1.84.0',
    });
  });

  it('that does not answer', async () => {
    const found = await look(() => Promise.reject(new Error('ECONNREFUSED')));
    expect(found['lakefs-reachable']).toBe('fail: ECONNREFUSED');
    expect(found['clock']).toBe('unknown: ECONNREFUSED');
  });

  it('behind a login page, or a redirect', async () => {
    expect((await look(async () => answer({ contentType: 'text/html' })))['lakefs-reachable']).toMatch(
      /^fail: .* with a web page/,
    );
    expect((await look(async () => answer({ status: 302 })))['lakefs-reachable']).toMatch(/^fail: .* with status 302/);
  });

  it('that does not take the keys', async () => {
    const found = await look(async () => answer(), { currentUser: () => Promise.reject(new Error('401')) });
    expect(found['credentials']).toBe('fail: 401');
  });
});
