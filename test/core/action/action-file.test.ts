import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type ActionSettings,
  actionFile,
  deadlineBelow,
  eventsOfVersion,
  OUR_EVENTS,
  OUR_HOOK_PATH,
  TOKEN_VARIABLE,
} from '../../../src/core/action/action-file.ts';
import { formatDuration, parseGoDuration } from '../../../src/core/action/duration.ts';
import { callsSluice, lintActions } from '../../../src/core/action/lint-actions.ts';
import { parseActionFile } from '../../../src/sandbox/actions/action-file.ts';
import { HOOK_PATH } from '../../../src/server/hook-app.ts';

const settings: ActionSettings = {
  branches: ['main'],
  hookUrl: 'http://127.0.0.1:8750/hooks/lakefs',
  timeoutMs: 300_000,
  tokenVariable: TOKEN_VARIABLE,
};
const lint = (text: string) => lintActions([{ path: '_lakefs_actions/sluice.yaml', text }]);

describe('actionFile', () => {
  it('asks for every event, with branches where lakeFS allows them', () => {
    const action = parse(actionFile(settings)) as { readonly on: Readonly<Record<string, unknown>> };
    expect(Object.keys(action.on)).toEqual(OUR_EVENTS);
    for (const [event, value] of Object.entries(action.on)) {
      expect(value).toEqual(event === 'pre-create-tag' ? null : { branches: ['main'] });
    }
  });

  it.each<[string, Partial<ActionSettings>]>([
    ['as shipped', {}],
    ['globs', { branches: ['main', 'release-*', '*', '?-x'] }],
    ['branches that YAML would misread', { branches: ['2024', 'true', 'null', 'no', '-x', '1e3', '0x1F', '_a'] }],
    ['an address of IPv6', { hookUrl: 'http://[::1]:8750/hooks/lakefs' }],
    ['an address with odd characters', { hookUrl: 'https://a.example/x%20y/#/hooks/lakefs' }],
    ['a short timeout', { timeoutMs: 12_000 }],
    ['a timeout of hours', { timeoutMs: 5_400_000 }],
    ['few events', { events: ['pre-merge'] }],
    ['no event with a comment first', { events: ['pre-merge', 'pre-revert', 'post-revert'] }],
  ])('passes our own lint and means what was asked for: %s', (_, some) => {
    const wanted = { ...settings, ...some };
    const text = actionFile(wanted);
    expect(lint(text)).toEqual([]);
    expect(callsSluice(text)).toBe(true);
    const parsed = parseActionFile(text);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(parsed.action.on.get('pre-merge')).toEqual(wanted.branches);
    const [hook] = parsed.action.hooks;
    expect(hook?.properties.get('url')).toBe(wanted.hookUrl);
    expect(parseGoDuration(String(hook?.properties.get('timeout')))).toBe(wanted.timeoutMs);
  });

  it('keeps the deadline below the timeout by ten seconds, or by a sixth', () => {
    expect([300_000, 60_000, 30_000, 12_000].map(deadlineBelow).map(formatDuration)).toEqual([
      '4m50s',
      '50s',
      '25s',
      '10s',
    ]);
  });

  it('leaves out the events that an older lakeFS would stop every commit over', () => {
    expect(eventsOfVersion('1.84.0')).toEqual(OUR_EVENTS);
    expect(eventsOfVersion('dev-71a45ee')).toEqual(OUR_EVENTS);
    expect(eventsOfVersion('2.0.0')).toEqual(OUR_EVENTS);
    expect(eventsOfVersion('1.62.3')).not.toContain('pre-cherry-pick');
    expect(eventsOfVersion('1.62.3')).toContain('pre-revert');
    expect(eventsOfVersion('v1.51.0')).toEqual([
      'pre-merge',
      'pre-commit',
      'pre-create-tag',
      'post-merge',
      'post-commit',
    ]);
  });

  it('calls the path that the server serves', () => {
    expect(OUR_HOOK_PATH).toBe(HOOK_PATH);
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['.5m', 30_000],
    ['1.s', 1_000],
    ['-5s', -5_000],
    ['+1ms', 1],
    ['0', 0],
    ['0s', 0],
    ['100µs', 0.1],
  ])('reads %s', (text, milliseconds) => {
    expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each(['', '90', '5', 'm', '5 m', ' 5m', '5M', '1d', '.s', '-', '300000000000h', '1e3s'])(
    'refuses `%s`',
    (text) => {
      expect(parseGoDuration(text)).toBeUndefined();
    },
  );
});
