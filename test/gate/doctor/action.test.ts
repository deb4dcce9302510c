import { describe, expect, it } from 'vitest';
import { actionFile, OUR_EVENTS } from '../../../src/core/action/action-file.ts';
import { ACTION_FINDINGS, type ActionView } from '../../../src/gate/doctor/action.ts';
import { lintTold } from '../../../src/gate/doctor/doctor.ts';
import type { KnownSettings } from '../../../src/gate/doctor/examination.ts';
import type { Told } from '../../../src/gate/doctor/finding.ts';
import { gateHooksOf } from '../../../src/gate/doctor/gate-hooks.ts';
import { settings } from './settings.ts';

const PATH = '_lakefs_actions/sluice.yaml';
const SHIPPED = actionFile({
  branches: ['main', 'release-*'],
  hookUrl: 'http://sluice:8750/hooks/lakefs',
  timeoutMs: 300_000,
  tokenVariable: 'LAKEFSACTION_SLUICE_TOKEN',
});

/** The findings of the shipped action file after this change of its text. */
function look(
  [from, to]: readonly [string | RegExp, string] = ['', ''],
  over: Partial<Omit<ActionView, 'settings'>> & { readonly settings?: Partial<KnownSettings> } = {},
): Readonly<Record<keyof typeof ACTION_FINDINGS, Told>> {
  const text = SHIPPED.replace(from, to);
  if (from !== '' && text === SHIPPED) throw new Error('the action file has changed');
  const view: ActionView = {
    repository: 'lake',
    defaultBranch: 'main',
    governed: ['main', 'release-1'],
    hooks: gateHooksOf([{ path: PATH, text }]),
    ...over,
    settings: settings(over.settings),
  };
  const all = Object.entries(ACTION_FINDINGS).map(([id, told]) => [id, told(view)]);
  return Object.fromEntries(all) as Readonly<Record<keyof typeof ACTION_FINDINGS, Told>>;
}

describe('the action file that sluice init writes', () => {
  it('has nothing wrong with it', () => {
    expect(Object.values(look()).map(({ level, fix }) => [level, fix])).toEqual(
      Object.keys(ACTION_FINDINGS).map(() => ['ok', undefined]),
    );
    expect(lintTold([{ path: PATH, text: SHIPPED }])).toMatchObject({ level: 'ok' });
  });
});

describe('the address', () => {
  it('with another port than the server listens on', () => {
    expect(look(['8750', '9000'])['action-address']).toMatchObject({
      level: 'warn',
      detail:
        'http://sluice:9000/hooks/lakefs, while the server listens on port 8750: right only where sluice passes it on',
    });
    expect(look([/http:.*8750/, 'https://gate.example.org'])['action-address'].detail).toContain('port 8750');
  });

  it('is not compared where the server is not known', () => {
    expect(look(['8750', '9000'], { settings: { hook: null } })['action-address'].level).toBe('ok');
  });

  it('of a hook that is not always asked', () => {
    expect(look(['id: sluice', 'id: sluice\n    if: branch.name == "x"'])['action-address']).toMatchObject({
      level: 'fail',
      detail: 'the hook sluice runs only if branch.name == "x"',
    });
  });

  it('that there are two of', () => {
    const other = SHIPPED.replace('name: Sluice', 'name: Old').replace('sluice:8750', 'old:8750');
    const hooks = gateHooksOf([
      { path: PATH, text: SHIPPED },
      { path: '_lakefs_actions/old.yaml', text: other },
    ]);
    expect(look(undefined, { hooks })['action-address']).toMatchObject({ level: 'warn' });
  });

  it('that is none of ours is no hook of ours', () => {
    expect(gateHooksOf([{ path: PATH, text: SHIPPED.replace('/hooks/lakefs', '/validate') }])).toEqual([]);
  });
});

describe('the token', () => {
  const authorization = /Authorization: .*/;
  it.each([
    ['Authorization: "Bearer {{ ENV.SLUICE_TOKEN }}"', /names SLUICE_TOKEN, which lakeFS sends as nothing/],
    ['Authorization: "Bearer s3cret-of-everybody"', /holds the token itself, for all to read/],
    ['Authorization: "{{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"', /is not "Bearer/],
    ['X-Token: "{{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"', /sends no Authorization header/],
  ])('%s', (line, detail) => {
    const told = look([authorization, line])['action-token'];
    expect(told).toMatchObject({ level: 'fail', detail: expect.stringMatching(detail) });
    expect(told.detail).not.toContain('s3cret');
  });
});

describe('timeouts', () => {
  it.each([
    ['timeout: 5m', 'timeout: 300', /lakeFS waits 1m and Sluice 4m50s/],
    ['timeout: 5m', 'timeout: 4m50s', /lakeFS waits 4m50s and Sluice 4m50s/],
    ['deadline: 4m50s', 'deadline: soon', /the deadline `soon` is no duration/],
  ])('%s as %s', (from, to, detail) => {
    expect(look([from, to])['action-timeouts']).toMatchObject({ level: 'fail', detail: expect.stringMatching(detail) });
  });

  it('longer than the server allows', () => {
    const hook = { ...(settings().hook ?? never()), maxDeadlineMs: 60_000 };
    expect(look(undefined, { settings: { hook } })['action-timeouts']).toMatchObject({
      level: 'warn',
      detail: "the deadline 4m50s is cut to the server's largest, 1m",
    });
  });

  it('without a deadline: that of the server', () => {
    const without = [/query_params:[\s\S]*?deadline: 4m50s\n/, ''] as const;
    expect(look(without)['action-timeouts']).toMatchObject({ level: 'ok', detail: expect.stringContaining('50s') });
    expect(look(without, { settings: { hook: null } })['action-timeouts'].level).toBe('warn');
    expect(look([/query_params:[\s\S]*?deadline: 4m50s\n/, ''])['action-timeouts'].level).toBe('ok');
  });
});

describe('events', () => {
  it('that the server would judge and is not asked about', () => {
    const told = look([/ {2}pre-cherry-pick:.*\n {2}pre-revert:.*\n/, ''])['action-events'];
    expect(told).toMatchObject({ level: 'warn', items: ['pre-cherry-pick', 'pre-revert'] });
  });

  it('that it lets pass need not be there', () => {
    const known = settings();
    const events = { ...known.events, 'pre-revert': 'allow' } as const;
    expect(look([/ {2}pre-revert:.*\n/, ''], { settings: { events } })['action-events'].level).toBe('ok');
  });

  it('without pre-merge is no gate', () => {
    expect(look([/ {2}pre-merge:.*\n/, ''])['action-events']).toMatchObject({ level: 'fail' });
  });

  it('of other branches do not count', () => {
    expect(look([/pre-merge: .*/, 'pre-merge: { branches: [prod] }'])['action-events'].level).toBe('fail');
  });

  it('are known to be the events of sluice init', () => {
    expect(OUR_EVENTS).toContain('pre-merge');
  });
});

describe('governed branches', () => {
  it('that are not named under pre-merge', () => {
    expect(look(undefined, { governed: ['main', 'prod'] })['action-branches']).toMatchObject({
      level: 'fail',
      detail: 'governed, but not named under pre-merge: prod',
      items: ['prod'],
    });
  });
});

describe('files that lakeFS refuses', () => {
  it('are named, with their line', () => {
    expect(lintTold([{ path: PATH, text: SHIPPED.replace('name: Sluice', 'name: S') }])).toMatchObject({
      level: 'fail',
      detail: expect.stringMatching(/^_lakefs_actions\/sluice\.yaml:\d+:\d+: error\[action-name-invalid\]/),
    });
    expect(lintTold([{ path: '_lakefs_actions/sub/x.yaml', text: '' }])).toMatchObject({ level: 'fail' });
  });
});

function never(): never {
  throw new Error('the settings have a hook');
}
