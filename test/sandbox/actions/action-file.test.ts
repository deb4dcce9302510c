import { describe, expect, it } from 'vitest';
import { parseActionFile } from '../../../src/sandbox/actions/action-file.ts';

const HOOK = 'hooks:\n- id: gate\n  type: webhook\n  properties: {url: u}\n';
const valid = (more: string) => `name: Gate\non:\n  pre-merge:\n${more}`;

describe('parseActionFile', () => {
  it('reads everything that matters and ignores the rest', () => {
    const parsed = parseActionFile(`
name: Quality gate 2.0_x-y
description: text
on:
  pre-merge: {branches: [main, "release-*"]}
  post-commit:
version: 3
hooks:
- id: gate
  type: webhook
  if: failure()
  properties:
    url: http://gate/hook
    timeout: 30
    headers: {X: "yes", Y: no, Z: on}
    query_params: {a: [x, "y"], n: ~}
`);
    expect(parsed).toEqual({
      ok: true,
      action: {
        name: 'Quality gate 2.0_x-y',
        on: new Map([
          ['pre-merge', ['main', 'release-*']],
          ['post-commit', []],
        ]),
        hooks: [
          {
            id: 'gate',
            type: 'webhook',
            condition: 'failure()',
            properties: new Map<string, unknown>([
              ['url', 'http://gate/hook'],
              ['timeout', 30],
              [
                'headers',
                new Map([
                  ['X', 'yes'],
                  ['Y', 'no'],
                  ['Z', 'on'],
                ]),
              ],
              [
                'query_params',
                new Map<string, unknown>([
                  ['a', ['x', 'y']],
                  ['n', null],
                ]),
              ],
            ]),
          },
        ],
      },
    });
  });

  it('looks at the first document only, also when the second is broken', () => {
    expect(parseActionFile(`${valid(HOOK)}---\nname: [`)).toMatchObject({ ok: true, action: { name: 'Gate' } });
  });

  it('takes a misspelt branches for all branches', () => {
    const parsed = parseActionFile('name: Gate\non:\n  pre-merge:\n    branchs: [main]\n');
    expect(parsed.ok && parsed.action.on.get('pre-merge')).toEqual([]);
  });

  it('takes numbers and truth values where text is wanted', () => {
    const parsed = parseActionFile(
      `name: 55\non: {pre-merge: {branches: [1.50]}}\nhooks: [{id: aa, type: lua, if: true, properties: {script: x}}]`,
    );
    expect(parsed).toMatchObject({ ok: true, action: { name: '55', hooks: [{ condition: 'true' }] } });
    expect(parsed.ok && parsed.action.on.get('pre-merge')).toEqual(['1.50']);
  });

  it('follows anchors and merged keys', () => {
    const parsed = parseActionFile(
      valid('hooks:\n- &h\n  id: aa\n  type: webhook\n  properties: {url: u}\n- <<: *h\n  id: bb\n'),
    );
    expect(parsed).toMatchObject({ ok: true, action: { hooks: [{ id: 'aa' }, { id: 'bb', type: 'webhook' }] } });
  });

  it.each([
    // What lakeFS says (recordings 20b and 23, and its own tests).
    ['nothing', '', "'name' is required: invalid action"],
    ['no name', 'on: {pre-merge: }', "'name' is required: invalid action"],
    ['a name of one letter', 'name: x\non: {pre-merge: }', "'name' is invalid: invalid action"],
    ['a name with a slash', 'name: a/b\non: {pre-merge: }', "'name' is invalid: invalid action"],
    ['a name that starts with a dash', 'name: "-ab"\non: {pre-merge: }', "'name' is invalid: invalid action"],
    ['no event', 'name: Gate', "'on' is required: invalid action"],
    ['an unknown event', 'name: Gate\non: {pre-marge: }', "event 'pre-marge' is not supported: invalid action"],
    [
      'branches for a tag',
      'name: Gate\non: {pre-create-tag: {branches: [main]}}',
      "'branches' is not supported in tag event types. invalid event parameter",
    ],
    ['a hook without an id', valid('hooks: [{type: webhook}]'), 'hook[0] missing ID: invalid action'],
    ['a hook id of one letter', valid('hooks: [{id: x, type: webhook}]'), 'hook[0] missing ID: invalid action'],
    ['a hook id with a space', valid('hooks: [{id: a b, type: webhook}]'), 'hook[0] missing ID: invalid action'],
    ['the same hook id twice', valid(`${HOOK}- id: gate\n`), "hook[1] duplicate ID 'gate': invalid action"],
    ['an unknown type', valid('hooks: [{id: gate, type: web}]'), "hook[0] type 'gate' unknown: invalid action"],
    [
      'no properties',
      valid('hooks: [{id: gate, type: webhook}]'),
      "hook[0] type 'webhook': missing hook properties: invalid action",
    ],
    [
      'no url',
      valid('hooks: [{id: gate, type: webhook, properties: {}}]'),
      "hook[0] type 'webhook': 'url' must be supplied in properties: invalid action",
    ],
    [
      'no script',
      valid('hooks: [{id: gate, type: lua, properties: {url: u}}]'),
      "hook[0] type 'lua': 'script' or 'script_path' must be supplied in properties: invalid action",
    ],
  ])('refuses %s', (_, content, message) => {
    expect(parseActionFile(content)).toEqual({ ok: false, message });
  });

  it.each([
    // What yaml.v3, which lakeFS reads with, says of the same text.
    ['not yaml', 'line 1: cannot unmarshal !!str `not yaml` into actions.Action'],
    ['a long line of text', 'line 1: cannot unmarshal !!str `a long ...` into actions.Action'],
    ['- a', 'line 1: cannot unmarshal !!seq into actions.Action'],
    ['name: [a]', 'line 1: cannot unmarshal !!seq into string'],
    ['on: [pre-merge]', 'line 1: cannot unmarshal !!seq into map[graveler.EventType]*actions.ActionOn'],
    ['on:\n  pre-merge: main', 'line 2: cannot unmarshal !!str `main` into actions.ActionOn'],
    ['on:\n  pre-merge:\n    branches: main', 'line 3: cannot unmarshal !!str `main` into []string'],
    ['hooks: {}', 'line 1: cannot unmarshal !!map into []actions.ActionHook'],
    ['hooks: 5', 'line 1: cannot unmarshal !!int `5` into []actions.ActionHook'],
    ['hooks: true', 'line 1: cannot unmarshal !!bool `true` into []actions.ActionHook'],
    ['hooks: 1.5', 'line 1: cannot unmarshal !!float `1.5` into []actions.ActionHook'],
    [
      'hooks:\n- id: [1]\n  type: {}\n  properties: x',
      'line 2: cannot unmarshal !!seq into string\n  line 3: cannot unmarshal !!map into actions.HookType\n' +
        '  line 4: cannot unmarshal !!str `x` into actions.Properties',
    ],
    ['name: a\nname: b', 'line 2: mapping key "name" already defined at line 1'],
    ['name: &a x\non: *a', 'line 1: cannot unmarshal !!str `x` into map[graveler.EventType]*actions.ActionOn'],
  ])('refuses what has another shape: %s', (content, misfits) => {
    expect(parseActionFile(content)).toEqual({ ok: false, message: `yaml: unmarshal errors:\n  ${misfits}` });
  });

  it.each([
    ['name: *x', "yaml: unknown anchor 'x' referenced"],
    [
      'name: Gate\non: {pre-merge: }\nhooks: [{id: aa, type: webhook, properties: {url: *x}}]',
      "yaml: unknown anchor 'x' referenced",
    ],
    ['hooks: &a [*a]', "yaml: anchor 'a' value contains itself"],
    ['&a\nname: Gate\n<<: *a', "yaml: anchor 'a' value contains itself"],
  ])('refuses an alias that leads nowhere: %s', (content, message) => {
    expect(parseActionFile(content)).toEqual({ ok: false, message });
  });

  it('refuses what is no YAML, with the line', () => {
    expect(parseActionFile('name: a\n name: b')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^yaml: line [12]: mapping values are not allowed in this context$/),
    });
    expect(parseActionFile('name: [a')).toMatchObject({ ok: false, message: expect.stringMatching(/^yaml: line 1: /) });
  });
});
