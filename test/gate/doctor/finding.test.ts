import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../src/core/problem.ts';
import { FINDING_TITLES, type Finding, find, named, verdictOf } from '../../../src/gate/doctor/finding.ts';

const about = { id: 'clock', repository: null } as const;
const never = new AbortController().signal;

describe('a finding', () => {
  it('never throws: what could not be looked at is unknown, with the reason', async () => {
    const problem = { code: 'lakefs-unreachable', message: 'lakeFS does not answer.', hint: 'Start it.' };
    const found = await find(about, never, () => Promise.reject(new SluiceError(problem)));
    expect(found).toEqual({
      id: 'clock',
      repository: null,
      level: 'unknown',
      title: 'clocks agree',
      detail: 'lakeFS does not answer.',
      fix: 'Start it.',
    });
    const broken = await find(about, never, () => {
      throw new TypeError('x is undefined');
    });
    expect(broken).toMatchObject({ level: 'unknown', detail: 'x is undefined', fix: null });
  });

  it('ends when the caller wants no more', async () => {
    const stopped = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(find(about, stopped, () => Promise.reject(new Error('anything')))).rejects.toThrow('Ctrl-C');
  });
});

describe('the verdict', () => {
  const of = (...levels: readonly Finding['level'][]) => verdictOf(levels.map((level) => ({ level }) as Finding));
  it('is decided by failures, then by doubt, and not by warnings', () => {
    expect(of('ok', 'warn')).toBe('ok');
    expect(of('ok', 'unknown', 'warn')).toBe('unknown');
    expect(of('unknown', 'fail')).toBe('fail');
    expect(of()).toBe('unknown');
  });
});

it('long lists are cut, with their count', () => {
  expect(named(['a', 'b'])).toBe('a, b');
  expect(named(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});

it('docs/doctor.md has a row for every finding, in their order, and none for others', () => {
  const text = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  expect(rows).toEqual(Object.keys(FINDING_TITLES));
});
