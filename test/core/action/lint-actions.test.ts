/** Each case was played on lakeFS 1.84 on 2026-11-22; the comment beside a group says what the server did. */
import { describe, expect, it } from 'vitest';
import { type ActionText, callsSluice, lintActions } from '../../../src/core/action/lint-actions.ts';

const PATH = '_lakefs_actions/x.yaml';
const head = 'name: Gate\non:\n  pre-merge:\n    branches: [main]\n';
const webhook = (more = '', url = 'http://gate:8744/ok') =>
  `${head}hooks:\n- id: gate\n  type: webhook\n  properties:\n    url: ${url}\n${more}`;
const hook = (line: string) => webhook().replace('type: webhook', `type: webhook\n  ${line}`);
const ours = (more: string) => webhook(more, 'http://gate:8750/hooks/lakefs');
const TOKEN = '    headers: {Authorization: "Bearer {{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"}\n';

function findings(text: string, path = PATH): readonly string[] {
  return lintActions([{ path, text }]).map(
    ({ line, column, level, code }) => `${line}:${column} ${level ?? 'error'} ${code}`,
  );
}

describe('lintActions', () => {
  it.each([
    ['a plain one', webhook()],
    [
      'aliases and merge keys',
      `${head}hooks:\n- &h {id: aa, type: webhook, properties: {url: "http://a/b"}}\n- {<<: *h, id: bb}\n`,
    ],
    ['a byte order mark and CRLF', `\uFEFF${webhook().replaceAll('\n', '\r\n')}`],
    ['texts that only look like others', webhook('    query_params: {a: yes, b: "5", c: [x, "1"], d: !!str 5}\n')],
    ['filled in with two blanks behind', webhook('    headers: {X: "{{ ENV.LAKEFSACTION_A  }}"}\n')],
    ['a fraction of a minute', webhook('    timeout: .5m\n')],
    ['conditions', hook('if: success() or failure()')],
    ['an event of tags', webhook().replace('hooks:', '  pre-create-tag:\nhooks:')],
    ['classes and escapes', webhook().replace('[main]', '["rel-[0-9]*", "[^x]\\\\-y"]')],
    ['a Lua script', `${head}hooks: [{id: ll, type: lua, properties: {script: x, args: {a: "{{ ENV.LAKEFS_X }}"}}}]\n`],
  ])('lets pass what lakeFS runs as it is written: %s', (_, text) => {
    expect(findings(text)).toEqual([]);
  });

  it.each([
    // 500 (or 404) for every commit.
    ['nothing', '', ['1:1 error action-empty']],
    ['comments alone', '# x\n', ['1:1 error action-empty']],
    ['a text', 'hello', ['1:1 error action-shape']],
    ['no name', webhook().replace('name: Gate\n', ''), ['1:1 error action-name-missing']],
    ['a name of one letter', webhook().replace('Gate', 'G'), ['1:7 error action-name-invalid']],
    ['a name with an umlaut', webhook().replace('Gate', 'Gäte'), ['1:7 error action-name-invalid']],
    ['a name that is a list', webhook().replace('Gate', '[Gate]'), ['1:7 error action-shape']],
    ['a key twice', `name: Gate\n${webhook()}`, ['2:1 error action-key-repeated']],
    ['a property twice', webhook('    timeout: 5m\n    timeout: 4m\n'), ['11:5 error action-key-repeated']],
    [
      'no event',
      'name: Gate\non:\nhooks: [{id: aa, type: lua, properties: {script: x}}]',
      ['2:1 error action-event-missing'],
    ],
    ['an unknown event', webhook().replace('pre-merge', 'pre-marge'), ['3:3 error action-event-unknown']],
    ['an event in capitals', webhook().replace('pre-merge', 'Pre-Merge'), ['3:3 error action-event-unknown']],
    ['branches of tags', webhook().replace('pre-merge', 'pre-create-tag'), ['4:5 error action-event-branches']],
    ['branches as a text', webhook().replace('[main]', 'main'), ['4:15 error action-shape']],
    ['an id of one letter', webhook().replace('id: gate', 'id: g'), ['6:7 error hook-id-invalid']],
    ['an id that starts with a digit', webhook().replace('id: gate', 'id: 12'), ['6:7 error hook-id-invalid']],
    ['no id', webhook().replace('id: gate\n  type', 'type'), ['6:3 error hook-id-invalid']],
    ['an id twice', `${webhook()}- {id: gate, type: lua, properties: {script: x}}\n`, ['10:8 error hook-id-repeated']],
    ['a type in capitals', webhook().replace('webhook', 'Webhook'), ['7:9 error hook-type-unknown']],
    ['no url', `${head}hooks: [{id: aa, type: webhook, properties: {}}]`, ['5:45 error hook-property-missing']],
    ['no properties', `${head}hooks: [{id: aa, type: webhook}]`, ['5:9 error hook-property-missing']],
    [
      'a reference without quotes',
      webhook('    headers:\n      X: {{ ENV.A }}\n'),
      ['11:11 error action-key-not-text'],
    ],
    ['an alias to nowhere', webhook().replace('[main]', '*b'), ['4:15 error action-syntax']],
    ['an alias into itself', 'hooks: &a [*a]', ['1:12 error action-syntax']],
    ['a control character', webhook().replace('Gate', '"Ga\x01te"'), ['1:10 error action-not-text']],
    ['bytes that are no UTF-8', webhook().replace('Gate', 'G\uFFFDte'), ['1:8 error action-not-text']],
    [
      'a question mark in brackets without quotes',
      webhook().replace('[main]', '[rel-?]'),
      ['4:16 error action-syntax'],
    ],
    ['an empty key', webhook('    : x\n'), ['10:1 error action-key-not-text']],
    ['a line separator', webhook().replace('Gate', 'Ga\u2028te'), ['1:9 error action-not-text']],
    ['brackets without end', 'name: [a', ['1:9 error action-syntax']],
    ['a hundred brackets', `name: ${'['.repeat(100)}`, ['1:38 error action-syntax']],
  ])('refuses what stops every commit: %s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it.each([
    // 500 or 412 whenever the event comes, and nothing before that says so.
    ['a bracket left open', webhook().replace('[main]', '["ma[in"]'), ['4:16 error action-glob-invalid']],
    ['an empty class', webhook().replace('[main]', '["zz[]"]'), ['4:16 error action-glob-invalid']],
    ['a backslash at the end', webhook().replace('[main]', "['a\\']"), ['4:16 error action-glob-invalid']],
    ['a timeout without unit', webhook('    timeout: "90"\n'), ['10:14 error hook-timeout-invalid']],
    ['a timeout in words', webhook('    timeout: five minutes\n'), ['10:14 error hook-timeout-invalid']],
    ['a number as parameter', webhook('    query_params: {n: 5}\n'), ['10:23 error hook-property-type']],
    ['a number with underscores', webhook('    query_params: {n: 1_000}\n'), ['10:23 error hook-property-type']],
    ['a date as parameter', webhook('    query_params: {n: 2026-01-01}\n'), ['10:23 error hook-property-type']],
    ['a number in a list', webhook('    query_params: {n: [a, 1]}\n'), ['10:27 error hook-property-type']],
    ['a number as name', webhook('    query_params: {1: a}\n'), ['10:20 error hook-property-type']],
    ['parameters left empty', webhook('    query_params:\n'), ['10:5 error hook-property-type']],
    ['headers left empty', webhook('    headers:\n'), ['10:5 error hook-property-type']],
    ['a truth value as header', webhook('    headers: {X: true}\n'), ['10:18 error hook-property-type']],
    ['a blank in a header name', webhook('    headers: {"X Y": a}\n'), ['10:15 error hook-header-invalid']],
    ['a header of two lines', webhook('    headers: {X: "a\\nb"}\n'), ['10:18 error hook-header-invalid']],
    ['an address without scheme', webhook('', 'localhost:8744/ok'), ['9:10 error hook-url-invalid']],
    ['an empty address', webhook('', '""'), ['9:10 error hook-url-invalid']],
    ['an address that is a number', webhook('', '5'), ['9:10 error hook-property-type']],
    ['an address to fill in', webhook('', '"{{ ENV.LAKEFSACTION_URL }}"'), ['9:10 error hook-env-literal']],
    ['a misspelt condition', hook('if: sucess()'), ['8:7 error hook-if-invalid']],
    ['a condition without parentheses', hook('if: success'), ['8:7 error hook-if-invalid']],
    ['a condition left open', hook('if: "success("'), ['8:7 error hook-if-invalid']],
    [
      'Lua scripts left empty',
      `${head}hooks: [{id: ll, type: lua, properties: {script: ""}}]`,
      ['5:50 error hook-property-type'],
    ],
    [
      'an Airflow password left empty',
      `${head}hooks: [{id: aa, type: airflow, properties: {url: u, dag_id: d, username: u, password: ""}}]`,
      ['5:88 error hook-property-type'],
    ],
  ])('refuses what fails when the hook is called: %s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it.each([
    // 200, and not what was written.
    ['branchs', webhook().replace('branches', 'branchs'), ['4:5 error action-key-unknown']],
    ['tags of an event', webhook().replace('branches: [main]', 'paths: [a]'), ['4:5 error action-key-unknown']],
    ['header', webhook('    header: {X: a}\n'), ['10:5 error action-key-unknown']],
    ['a timeout one level too high', hook('timeout: 5m'), ['8:3 error action-key-unknown']],
    ['a branch left empty', webhook().replace('[main]', '[~]'), ['4:16 error action-branches-empty']],
    ['braces', webhook().replace('[main]', '["{main,dev}"]'), ['4:16 error action-glob-never']],
    ['a slash', webhook().replace('[main]', '[release/*]'), ['4:16 error action-glob-never']],
    ['an integer timeout', webhook('    timeout: 30\n'), ['10:14 error hook-timeout-ignored']],
    ['a wrong prefix', webhook('    headers: {X: "{{ ENV.LAKEFSACTIONS_A }}"}\n'), ['10:18 error hook-env-prefix']],
    ['no prefix', webhook('    headers: {X: "{{ENV.A}}"}\n'), ['10:18 error hook-env-prefix']],
    ['two blanks', webhook('    headers: {X: "{{  ENV.LAKEFSACTION_A }}"}\n'), ['10:18 error hook-env-literal']],
    ['small letters', webhook('    headers: {X: "{{ env.LAKEFSACTION_A }}"}\n'), ['10:18 error hook-env-literal']],
    ['a shell variable', webhook('    headers: {X: "${LAKEFSACTION_A}"}\n'), ['10:18 error hook-env-literal']],
    ['a second document', `${webhook()}---\nname: Two\n`, ['10:1 error action-several-documents']],
  ])('refuses what lakeFS silently takes for something else: %s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it.each([
    ['a key of nothing', `version: 3\n${webhook()}`, 'action-key-unknown', '1:1 warning'],
    ['no hooks', head, 'action-hooks-none', '1:1 warning'],
    ['a hook that never runs', hook('if: false'), 'hook-if-never', '8:7 warning'],
    ['a first hook after a failure', hook('if: not success()'), 'hook-if-never', '8:7 warning'],
    ['no timeout at all', webhook('    timeout: 0s\n'), 'hook-timeout-none', '10:14 warning'],
    ['a secret in the address', webhook('    query_params: {api-key: abc}\n'), 'hook-secret-in-query', '10:20 warning'],
    ['a literal token', webhook('    headers: {Authorization: Bearer abc}\n'), 'hook-secret-literal', '10:30 warning'],
    ['a user in the address', webhook('', 'http://u:p@gate:80/ok'), 'hook-secret-literal', '9:10 warning'],
    ['a home page', webhook('', 'http://gate:8744/'), 'hook-url-suspicious', '9:10 warning'],
    ['a redirect to https', webhook('', 'http://gate.example.com/hook'), 'hook-url-suspicious', '9:10 warning'],
  ])('warns about style in files of others: %s', (_, text, code, place) => {
    expect(findings(text)).toEqual([`${place} ${code}`]);
  });

  it.each([
    ['no token', '    query_params: {deadline: 4m50s}\n    timeout: 5m\n', ['9:5 error hook-token-missing']],
    [
      'a late deadline',
      `    timeout: 5m\n    query_params: {deadline: 5m}\n${TOKEN}`,
      ['11:30 error hook-deadline-late'],
    ],
    [
      'a deadline above the default timeout',
      `    query_params: {deadline: 2m}\n${TOKEN}`,
      ['9:5 warning hook-timeout-missing', '10:30 error hook-deadline-late'],
    ],
    [
      'a deadline that is none',
      `    timeout: 5m\n    query_params: {deadline: soon}\n${TOKEN}`,
      ['11:30 error hook-deadline-invalid'],
    ],
    ['no deadline', `    timeout: 5m\n${TOKEN}`, ['9:5 warning hook-deadline-missing']],
    [
      'a literal token',
      '    timeout: 5m\n    query_params: {deadline: 4m}\n    headers: {authorization: Bearer abcdef}\n',
      ['12:30 error hook-secret-literal'],
    ],
    ['no end', `    timeout: 0s\n    query_params: {deadline: 4m}\n${TOKEN}`, ['10:14 error hook-timeout-none']],
  ])('is strict with an action that calls Sluice: %s', (_, more, expected) => {
    expect(findings(ours(more))).toEqual(expected);
  });

  it('wants pre-merge in a file of ours', () => {
    const text = ours(`    timeout: 5m\n    query_params: {deadline: 4m}\n${TOKEN}`).replace('pre-merge', 'pre-commit');
    expect(findings(text)).toEqual(['2:1 error action-event-missing']);
    expect(callsSluice(text)).toBe(true);
    expect(callsSluice(webhook())).toBe(false);
  });

  it('judges the folder: strays, sub-folders, names that two files share', () => {
    const files: readonly ActionText[] = [
      { path: '_lakefs_actions/', text: '' },
      { path: '_lakefs_actions/.gitkeep', text: '' },
      { path: '_lakefs_actions/README.md', text: '# Title\n\ntext\n' },
      { path: '_lakefs_actions/a.yaml', text: webhook() },
      { path: '_lakefs_actions/a.yaml.bak', text: webhook() },
      { path: '_lakefs_actions/sub/b.yaml', text: webhook() },
    ];
    expect(lintActions(files).map(({ file, level, code }) => [file?.slice(16), level ?? 'error', code])).toEqual([
      ['', 'error', 'action-stray-file'],
      ['.gitkeep', 'error', 'action-stray-file'],
      ['README.md', 'error', 'action-stray-file'],
      ['a.yaml.bak', 'warning', 'action-stray-file'],
      ['a.yaml.bak', 'error', 'action-name-repeated'],
      ['sub/b.yaml', 'error', 'action-stray-folder'],
    ]);
  });

  it('tells the nearest word', () => {
    const [problem] = lintActions([{ path: PATH, text: webhook().replace('pre-merge', 'pre-marge') }]);
    expect(problem).toMatchObject({ file: PATH, hint: 'Did you mean `pre-merge`?' });
  });

  it('is quick with aliases of aliases', () => {
    const levels = Array.from(
      { length: 25 },
      (_, index) => `  a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`,
    );
    const text = `${head}hooks:\n- id: ll\n  type: lua\n  properties:\n    script: x\n    args:\n      a: {b: 1}\n`;
    const started = process.cpuUsage();
    lintActions([{ path: PATH, text: `x:\n  a0: &a0 [b, b]\n${levels.join('')}${text.replace('{b: 1}', '*a25')}` }]);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
  });
});
