import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseByteSize } from '../src/config/byte-size.ts';
import { parseGoDuration } from '../src/config/go-duration.ts';
import { parseListen, parseServerUrl } from '../src/config/network.ts';
import { SETTINGS } from '../src/config/settings.ts';
import schema from '../src/config.schema.json' with { type: 'json' };
import { type Config, loadConfig, loadStateDir } from '../src/config.ts';
import { HOOK_EVENTS } from '../src/core/event/hook-event.ts';

const TOKEN = 'canary-token-0123456789';
const KEY = 'canary-secret-key';
const ENV = {
  SLUICE_LAKEFS_URL: 'http://127.0.0.1:8000',
  SLUICE_LAKEFS_ACCESS_KEY_ID: 'AKIA',
  SLUICE_LAKEFS_SECRET_ACCESS_KEY: KEY,
  SLUICE_HOOK_TOKEN: TOKEN,
  SLUICE_CONTRACTS: 'contracts',
};

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function load(env: Record<string, string>, yaml?: string) {
  if (yaml !== undefined) writeFileSync(join(cwd, 'sluice.yaml'), yaml);
  return loadConfig({ env, cwd });
}

function config(env: Record<string, string> = {}, yaml?: string): Config {
  const loaded = load({ ...ENV, ...env }, yaml);
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

function problems(env: Record<string, string>, yaml?: string) {
  const loaded = load(env, yaml);
  if (loaded.kind === 'config') throw new Error('accepted');
  return loaded.problems;
}

describe('loadConfig', () => {
  it('needs five settings and has a default for everything else', () => {
    expect(config()).toMatchObject({
      lakefs: { url: 'http://127.0.0.1:8000', accessKeyId: 'AKIA' },
      hook: { listen: { host: '127.0.0.1', port: 8750 }, defaultDeadlineMs: 50_000, maxDeadlineMs: 870_000 },
      console: { listen: { host: '127.0.0.1', port: 8751 } },
      stateDir: join(cwd, '.sluice'),
      contracts: { kind: 'directory', path: join(cwd, 'contracts') },
      uncovered: 'warn',
      withoutMergeResult: 'block',
      governedBranches: ['*'],
      events: { 'pre-commit': 'judge', import: 'deny', 'pre-cherry-pick': 'judge', 'post-merge': 'allow' },
      queueLength: 100,
      limits: { objects: 100_000, bytes: 200 * 2 ** 30 },
      logLevel: 'info',
    });
  });

  it('has an answer to every event but pre-merge', () => {
    expect(Object.keys(config().events).sort()).toEqual(
      [...HOOK_EVENTS.filter((event) => event !== 'pre-merge'), 'import'].sort(),
    );
  });

  it('shares the machine among the runs', () => {
    const { maxConcurrentRuns, limits } = config({ SLUICE_CONCURRENT_RUNS: '4' });
    expect(maxConcurrentRuns).toBe(4);
    expect(limits.memoryBytes).toBeGreaterThanOrEqual(2 ** 29);
    expect(limits.tempBytes).toBe(2 * limits.memoryBytes);
  });

  it('reads the file, and the environment wins', () => {
    const yaml = 'uncovered: block\nlogLevel: debug\nevents:\n  pre-commit: allow\nhook:\n  deadline: 4m50s\n';
    const read = config({ SLUICE_UNCOVERED: 'allow', SLUICE_EVENTS: 'pre-revert=deny, post-merge=allow' }, yaml);
    expect(read).toMatchObject({ uncovered: 'allow', logLevel: 'debug', hook: { defaultDeadlineMs: 290_000 } });
    expect(read.events).toMatchObject({ 'pre-commit': 'allow', 'pre-revert': 'deny', 'pre-cherry-pick': 'judge' });
  });

  it('keeps paths of the file relative to the file and paths of the environment relative to the working directory', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'sluice-config-'));
    const file = join(elsewhere, 'gate.yaml');
    writeFileSync(file, 'stateDir: state\n');
    const loaded = loadConfig({ env: { ...ENV, SLUICE_CONFIG: file }, cwd });
    expect(loaded).toMatchObject({
      config: { stateDir: join(elsewhere, 'state'), contracts: { path: join(cwd, 'contracts') } },
    });
    rmSync(elsewhere, { recursive: true });
  });

  it('takes contracts from the repository by name', () => {
    const read = config({ SLUICE_CONTRACTS: 'repository', SLUICE_CONTRACTS_PATH: 'quality/contracts/' });
    expect(read.contracts).toEqual({ kind: 'repository', prefix: 'quality/contracts/' });
  });

  it('keeps failing rows within bounds, for nobody who is not named', () => {
    const yaml = 'console:\n  access:\n    - { user: ana, repositories: ["shop-*"] }\n';
    expect(config({}, yaml)).toMatchObject({
      failingRows: { maxRows: 10_000, maxBytes: 2 ** 30, keepMs: 30 * 86_400_000 },
      console: { access: [{ user: 'ana', rows: [] }] },
    });
    const env = { SLUICE_FAILING_ROWS_MAX_ROWS: '0', SLUICE_FAILING_ROWS_MAX_BYTES: '5MB' };
    const read = config(env, `${yaml.replace(' }', ', rows: ["shop-1"] }')}failingRows:\n  keepDays: 2\n`);
    expect(read).toMatchObject({
      failingRows: { maxRows: 0, maxBytes: 5_000_000, keepMs: 2 * 86_400_000 },
      console: { access: [{ rows: ['shop-1'] }] },
    });
  });

  it('takes several tokens while one replaces another', () => {
    const second = 'another-token-9876543210';
    const read = config({ SLUICE_HOOK_TOKEN: ` ${TOKEN} ,${second}\n` });
    expect(read.hook.tokens.map((token) => token.reveal())).toEqual([TOKEN, second]);
  });

  it('never shows a secret, however it is printed', () => {
    const read = config();
    expect(read.lakefs.secretAccessKey.reveal()).toBe(KEY);
    const shown = [
      JSON.stringify(read),
      inspect(read, { depth: 9, showHidden: true }),
      `${read.lakefs.secretAccessKey}`,
    ];
    expect(shown.join('\n')).not.toContain('canary');
    expect(JSON.stringify(read)).toContain('[secret]');
  });

  it('is frozen to the bottom', () => {
    const read = config();
    expect(() => Object.assign(read.limits, { threads: 9 })).toThrow(TypeError);
    expect(Object.isFrozen(read.hook.tokens) && Object.isFrozen(read.events)).toBe(true);
  });

  it('tells all that is missing at once, with the variable to set', () => {
    expect(problems({}).map(({ code, hint }) => [code, hint])).toEqual([
      ['config-missing', 'Set SLUICE_CONTRACTS, or contracts in sluice.yaml.'],
      ['config-missing', 'Set SLUICE_LAKEFS_URL, or lakefs.url in sluice.yaml.'],
      ['config-missing', 'Set SLUICE_LAKEFS_ACCESS_KEY_ID, or lakefs.accessKeyId in sluice.yaml.'],
      ['config-missing', 'Set SLUICE_LAKEFS_SECRET_ACCESS_KEY, or lakefs.secretAccessKey in sluice.yaml.'],
      ['config-missing', 'Set SLUICE_HOOK_TOKEN, or hook.token in sluice.yaml.'],
    ]);
  });

  it('points at the line of a mistyped key and suggests the right one', () => {
    const found = problems(ENV, 'uncovered: warn\nhook:\n  deadlin: 50s\ngovernedBranch: [main]\n');
    expect(found).toContainEqual(
      expect.objectContaining({ file: 'sluice.yaml', line: 3, column: 12, hint: 'Did you mean `deadline`?' }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ code: 'config-unknown-key', line: 4, hint: 'Did you mean `governedBranches`?' }),
    );
  });

  it('refuses a mistyped variable, which would leave a policy at its default', () => {
    expect(problems({ ...ENV, SLUICE_UNCOVERD: 'block' })).toEqual([
      {
        code: 'config-unknown-variable',
        message: 'The environment variable SLUICE_UNCOVERD is no setting of Sluice.',
        hint: 'Did you mean SLUICE_UNCOVERED?',
      },
    ]);
  });

  it('is not stopped by what Kubernetes adds for a service called sluice, nor by variables for contracts and tests', () => {
    const links = {
      SLUICE_SERVICE_HOST: '10.0.0.1',
      SLUICE_SERVICE_PORT: '8750',
      SLUICE_SERVICE_PORT_HOOK: '8750',
      SLUICE_PORT: 'tcp://10.0.0.1:8750',
      SLUICE_PORT_8750_TCP: 'tcp://10.0.0.1:8750',
      SLUICE_PORT_8750_TCP_ADDR: '10.0.0.1',
      SLUICE_HOOK_SERVICE_HOST: '10.0.0.2',
      SLUICE_TEST_LAKEFS_URL: 'http://x',
      SLUICE_VAR_REGION: 'eu',
    };
    expect(config(links).uncovered).toBe('warn');
  });

  it.each([
    ['SLUICE_HOOK_TOKEN', 'short-canary'],
    ['SLUICE_HOOK_TOKEN', 'canary with spaces in it'],
    ['SLUICE_HOOK_TOKEN', ',,,'],
    ['SLUICE_LAKEFS_URL', 'http://user:canary@lake'],
    ['SLUICE_LAKEFS_URL', 'ftp://lake'],
    ['SLUICE_LAKEFS_URL', 'lake:8000'],
    ['SLUICE_HOOK_LISTEN', '8750'],
    ['SLUICE_HOOK_LISTEN', '127.0.0.1:99999'],
    ['SLUICE_HOOK_DEADLINE', '90'],
    ['SLUICE_UNCOVERED', 'Warn'],
    ['SLUICE_EVENTS', 'pre-commit=maybe'],
    ['SLUICE_EVENTS', 'pre-merge=allow'],
    ['SLUICE_CONCURRENT_RUNS', '0'],
    ['SLUICE_CONCURRENT_RUNS', '2.5'],
    ['SLUICE_LIMIT_MEMORY', '4 gigs'],
    ['SLUICE_LIMIT_OBJECTS', '-1'],
    ['SLUICE_CONTRACTS_PATH', '/absolute/'],
    ['SLUICE_CONTRACTS_PATH', 'a/../../b/'],
  ])('refuses %s=%s without repeating the value', (name, value) => {
    const found = problems({ ...ENV, [name]: value });
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('canary');
    expect(JSON.stringify(found)).toMatch(/config-(invalid|unknown-key)/);
  });

  it.each([
    ['a duplicate key', 'uncovered: warn\nuncovered: allow\n', 'config-yaml'],
    ['an alias', 'hook: &h\n  deadline: 50s\nconsole: *h\n', 'config-yaml'],
    ['no YAML at all', 'uncovered: [warn\n', 'config-yaml'],
    ['a list', '- a\n', 'config-invalid'],
    ['an empty section', 'hook:\n', 'config-invalid'],
    ['a prototype', '__proto__:\n  uncovered: allow\n', 'config-unknown-key'],
  ])('refuses a file that is %s', (_, yaml, code) => {
    const { SLUICE_HOOK_TOKEN: token, ...env } = ENV;
    expect(problems(code === 'config-invalid' ? env : { ...env, SLUICE_HOOK_TOKEN: token }, yaml)).toContainEqual(
      expect.objectContaining({ code, file: 'sluice.yaml' }),
    );
  });

  it('refuses a named file that is not there and accepts that none is named', () => {
    expect(loadConfig({ file: 'gone.yaml', env: ENV, cwd })).toMatchObject({
      kind: 'invalid',
      problems: [{ code: 'config-unreadable' }],
    });
    expect(loadConfig({ env: ENV, cwd }).kind).toBe('config');
  });
});

describe('loadStateDir', () => {
  it('needs neither keys nor token', () => {
    expect(loadStateDir({ env: {}, cwd })).toBe(join(cwd, '.sluice'));
    expect(loadStateDir({ env: { XDG_STATE_HOME: '/var/state' }, cwd })).toBe('/var/state/sluice');
    expect(loadStateDir({ env: { SLUICE_STATE_DIR: '/srv/sluice' }, cwd })).toBe('/srv/sluice');
  });
});

describe('settings', () => {
  it('name places that the schema knows', () => {
    const sections = schema.properties as Record<string, { properties?: Record<string, unknown> }>;
    const unknown = SETTINGS.filter(({ path: [section = '', key] }) => {
      const found = sections[section];
      return found === undefined || (key !== undefined && found.properties?.[key] === undefined);
    });
    expect(unknown).toEqual([]);
  });
});

describe('texts of the configuration', () => {
  it.each([
    ['50s', 50_000],
    ['4m50s', 290_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['90', undefined],
    ['0s', undefined],
    ['-5s', undefined],
    ['5 s', undefined],
    ['1d', undefined],
    ['s', undefined],
    ['', undefined],
    ['1e9s', undefined],
    ['9999999999999999999999999999999999h', undefined],
  ])('duration %j is %j ms', (text, expected) => expect(parseGoDuration(text)).toBe(expected));

  it.each([
    ['4GB', 4e9],
    ['4GiB', 4 * 2 ** 30],
    ['512 MiB', 2 ** 29],
    ['1.5kB', 1500],
    ['1024', 1024],
    ['0', undefined],
    ['1PB', undefined],
    ['1constructor', undefined],
    ['999999999999TB', undefined],
    ['-1GB', undefined],
  ])('size %j is %j bytes', (text, expected) => expect(parseByteSize(text)).toBe(expected));

  it.each([
    ['127.0.0.1:8750', { host: '127.0.0.1', port: 8750 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['0.0.0.0:65536', undefined],
    ['::1:80', undefined],
  ])('listen %j', (text, expected) => expect(parseListen(text)).toEqual(expected));

  it.each([
    ['https://lake.example/api/v1/', 'https://lake.example'],
    ['http://lake:8000/', 'http://lake:8000'],
    ['https://example.com/lake', 'https://example.com/lake'],
    ['https://example.com/?a=b', undefined],
  ])('address %j', (text, expected) => expect(parseServerUrl(text)).toBe(expected));
});
