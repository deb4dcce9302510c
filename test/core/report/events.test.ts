import { describe, expect, it } from 'vitest';
import { HOOK_EVENTS, type HookEvent, type HookEventType } from '../../../src/core/event/hook-event.ts';
import { RENDERERS, REPORT_FORMATS } from '../../../src/core/report/formats.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { subjectWords } from '../../../src/core/report/subject.ts';
import { toText } from '../../../src/core/report/to-text.ts';
import { reportWithoutTables } from '../../../src/core/report/undecided-report.ts';
import { report } from './reports.ts';

const COMMIT = 'c'.repeat(64);
const SHORT = 'c'.repeat(12);

function delivered(eventType: HookEventType): Report {
  const about = /tag$/.test(eventType) ? { tagId: 'v1.2' } : { branch: 'main' };
  const event: HookEvent = {
    eventType,
    eventTime: '2026-11-21T04:36:37Z',
    actionName: 'gate',
    hookId: 'gate',
    repository: 'lake',
    ...about,
    sourceRef: 'main',
    committer: 'ada',
    commitMessage: `Revert ${COMMIT}`,
    commitMetadata: eventType.endsWith('cherry-pick') ? { 'cherry-pick-origin': COMMIT } : {},
  };
  const engine = { sluice: '0.1.0', duckdb: 'duckdb v1.5.6' };
  return reportWithoutTables({ decisionId: 'd', event, engine, durationMs: 3 }, 'approved', ['so it is']);
}

describe('the report of an event', () => {
  it.each<[HookEventType, string]>([
    ['pre-merge', 'main <- main'],
    ['pre-commit', 'commit on main'],
    ['post-commit', 'commit on main (done)'],
    ['pre-cherry-pick', `cherry-pick of ${SHORT} onto main`],
    ['post-cherry-pick', `cherry-pick of ${SHORT} onto main (done)`],
    ['pre-revert', `revert of ${SHORT} on main`],
    ['pre-create-tag', 'tag v1.2'],
    ['pre-delete-tag', 'deletion of tag v1.2'],
    ['pre-create-branch', 'branch main'],
  ])('%s is about: %s', (event, words) => {
    const made = delivered(event);
    expect(subjectWords(made.scope)).toBe(words);
    expect(toText(made)).toMatch(/^\nAPPROVED {2}/);
    expect(toText(made)).toContain(words);
    if (event !== 'pre-merge') expect(toText(made)).toMatch(new RegExp(`event +${event}\n`));
  });

  it('of every kind is rendered in every format', () => {
    for (const event of HOOK_EVENTS)
      for (const format of REPORT_FORMATS) expect(RENDERERS[format](delivered(event))).not.toBe('');
  });

  it('of the first version, which knew neither events nor rules, is still shown', () => {
    const { ruleChanges: _, ...old } = delivered('pre-merge');
    const { event: __, read: ___, ...scope } = old.scope as Extract<Report['scope'], { kind: 'merge' }>;
    expect(toText({ ...old, scope } as Report)).toContain('main <- main');
  });
});

describe('changed rules', () => {
  const lines = [
    { kind: ' ', before: 3, after: 3, text: 'on:' },
    { kind: '-', before: 4, after: null, text: '  pre-merge: \u001b[31m{}' },
    { kind: '+', before: null, after: 4, text: '  pre-merge: \u202e{}' },
    { kind: ' ', before: 5, after: 5, text: 'hooks:' },
    { kind: ' ', before: 40, after: 40, text: 'end:' },
  ] as const;
  const change = { path: '_lakefs_actions/a\n.yaml', change: 'changed', lines, omitted: 7 } as const;

  it('are shown line by line, indented as they are, and escaped', () => {
    const text = toText(report({ ruleChanges: [change] }));
    expect(text).toContain(
      [
        '  _lakefs_actions/a\\n.yaml changed',
        '       3   on:',
        '       4 -   pre-merge: \\u001b[31m{}',
        '       4 +   pre-merge: \\u202e{}',
        '       5   hooks:',
        '    …',
        '      40   end:',
        '    … 7 more lines',
      ].join('\n'),
    );
  });

  it('are left out before failed checks are', () => {
    const long = { ...change, lines: Array.from({ length: 60 }, () => lines[1]) };
    const many = Array.from({ length: 10 }, (_, index) => ({ ...long, path: `contracts/${index}` }));
    const text = toText(report({ ruleChanges: many }), { maxBytes: 4_096 });
    expect(text).toContain('contracts/9 changed');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('lines of changed rules');
  });
});
