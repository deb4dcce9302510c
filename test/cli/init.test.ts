/** `sluice init` and `sluice action lint` as a user calls them, on a stand-in for lakeFS and real files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.ts';
import { createServices } from '../../src/wire.ts';
import { createRepository } from '../e2e/lake-user.ts';
import { type Outcome, sluice } from './world.ts';

const server = createServer((_, response) => {
  response.writeHead(200, { 'Content-Length': '3', 'X-Sluice-Decision': '01j8zk3v9q6t4w2x0y5a7b8c9d' });
  response.end('ok\n');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const port = (server.address() as AddressInfo).port;
const lake = await startSandbox({ env: { LAKEFSACTION_SLUICE_TOKEN: 'token-of-sixteen-and-more' } });
const cwd = mkdtempSync(join(tmpdir(), 'sluice-init-'));

afterAll(async () => {
  await lake.close();
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});

const env = {
  SLUICE_LAKEFS_URL: lake.url,
  SLUICE_LAKEFS_ACCESS_KEY_ID: lake.accessKeyId,
  SLUICE_LAKEFS_SECRET_ACCESS_KEY: lake.secretAccessKey,
  SLUICE_HOOK_LISTEN: `127.0.0.1:${port}`,
};

function run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const world = { ...env, ...more };
  return sluice(args, { services: createServices(world, cwd), env: world, cwd });
}

function write(path: string, text: string): string {
  const file = join(cwd, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return path;
}

const GOOD =
  'name: Mine\non: {pre-merge: {branches: [main]}}\nhooks:\n- {id: aa, type: webhook, properties: {url: "http://a:1/b"}}\n';

describe('sluice init', () => {
  it('shows the file on standard output, and nothing else there', async () => {
    const user = await createRepository(lake, 'shown');
    await user.branch('etl', { 'a.csv': 'id\n1\n' });
    const { code, stdout, stderr } = await run(['init', 'shown']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^# Sluice as the gate.*\n {2}pre-merge: \{ branches: \[main\] \}\n.*LAKEFSACTION_SLUICE_TOKEN \}\}"\n$/s,
    );
    expect(stdout).toContain(`url: http://127.0.0.1:${port}/hooks/lakefs\n`);
    expect(stderr).toMatch(
      /note: .*one machine.*--hook-url.*LAKEFSACTION_SLUICE_TOKEN.*1 open branch would merge into main without any check.*\n {2}etl\n.*sluice init shown --apply.*sluice doctor shown/s,
    );
  });

  it('takes branches from the settings, and options win', async () => {
    await createRepository(lake, 'settings');
    const governed = { SLUICE_GOVERNED_BRANCHES: 'main,release-*' };
    expect((await run(['init', 'settings'], governed)).stdout).toContain(
      'pre-merge: { branches: [main, "release-*"] }',
    );
    const options = [
      '--branch',
      'prod',
      'main',
      '--timeout',
      '90s',
      '--hook-url',
      'https://sluice.example.com',
      '--token-env',
      'LAKEFSACTION_X',
    ];
    const { stdout } = await run(['init', 'settings', ...options], governed);
    expect(stdout).toMatch(
      /branches: \[prod, main\].*url: https:\/\/sluice.example.com\/hooks\/lakefs\n.*timeout: 90s|1m30s/s,
    );
    expect(stdout).toContain('timeout: 1m30s\n');
    expect(stdout).toContain('deadline: 1m20s\n');
    expect(stdout).toContain('{{ ENV.LAKEFSACTION_X }}');
  });

  it('installs, everywhere, says so a second time, and shows what an update changes', async () => {
    const user = await createRepository(lake, 'installed');
    await user.branch('etl', { 'a.csv': 'id\n1\n' });
    const first = await run(['init', 'installed', '--apply', '--into-open-branches']);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(
      /^installed {2}_lakefs_actions\/sluice.yaml on main of installed \(commit \w{12}\)\ninstalled {2}.* on etl of installed \(commit \w{12}\)\n$/,
    );
    expect(first.stderr).toContain('sluice check installed etl main');
    const second = await run(['init', 'installed', '--apply', '--into-open-branches']);
    expect(second.stdout).toBe(
      'already installed  _lakefs_actions/sluice.yaml on main of installed\nevery open branch of installed has the file\n',
    );
    const third = await run(['init', 'installed', '--timeout', '4m']);
    expect(third.stderr).toMatch(/^-\s+timeout: 5m\n\+\s+timeout: 4m\n/m);
  });

  it('writes nothing to a repository with a faulty action, and says where it is', async () => {
    const user = await createRepository(lake, 'faulty');
    await user.put('main', '_lakefs_actions/x.yaml', GOOD.replace('branches', 'branchs'));
    await user.commit('main');
    const { code, stdout, stderr } = await run(['init', 'faulty', '--apply']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^_lakefs_actions\/x.yaml:2:18: error\[action-key-unknown\].*\n.*Did you mean `branches`\?\n\nNothing was written/,
    );
  });

  it('tells what keeps it from being installed', async () => {
    await createRepository(lake, 'refused');
    const { code, stdout, stderr } = await run(['init', 'refused', '--apply', '--hook-url', 'http://127.0.0.1:1']);
    expect([code, stdout]).toEqual([2, 'not installed  _lakefs_actions/sluice.yaml on main of refused\n']);
    expect(stderr).toContain('error[init-hook-refused]: Nothing was changed: lakeFS could not ask Sluice');
  });

  it.each([
    [['--timeout', '90'], {}, 'init-timeout'],
    [['--timeout', '2h'], {}, 'init-timeout'],
    [['--token-env', 'SLUICE_TOKEN'], {}, 'init-token-name'],
    [['--hook-url', 'sluice:8750'], {}, 'init-hook-url'],
    [['--hook-url', 'http://user:geheim@sluice'], {}, 'init-hook-url'],
    [[], { SLUICE_HOOK_LISTEN: '0.0.0.0:8750' }, 'init-hook-url'],
    [['--into', 'etl'], {}, 'init-not-installed'],
  ])('refuses %j %j', async (options, more, code) => {
    await createRepository(lake, 'options').catch(() => undefined);
    const outcome = await run(['init', 'options', ...options], more);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(`error[${code}]`);
    expect(outcome.stderr).not.toContain('geheim');
  });
});

describe('sluice action lint', () => {
  it('says that files are fine', async () => {
    const file = write('fine/a.yaml', GOOD);
    expect(await run(['action', 'lint', file])).toEqual({ code: 0, stdout: 'The action file is fine.\n', stderr: '' });
  });

  it('reads a folder with all that is below it', async () => {
    write('folder/a.yaml', GOOD);
    write('folder/b.yaml', GOOD.replace('pre-merge', 'pre-marge'));
    write('folder/old/c.yaml', GOOD);
    const { code, stdout } = await run(['action', 'lint', 'folder']);
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('folder/'))).toEqual([
      'folder/b.yaml:1:7: error[action-name-repeated]: `folder/a.yaml` has the name `Mine` too; lakeFS refuses every commit and merge over it.',
      'folder/b.yaml:2:6: error[action-event-unknown]: lakeFS knows no event `pre-marge`, and refuses every commit and merge over it.',
      'folder/old/c.yaml:1:1: error[action-stray-folder]: There is a folder below _lakefs_actions/, over which lakeFS refuses every commit and merge.',
    ]);
    expect(stdout).toMatch(/\n\n3 errors in 3 action files\n$/);
  });

  it('reads a repository, at the default branch or another', async () => {
    const user = await createRepository(lake, 'linted');
    expect((await run(['action', 'lint', 'linted'])).stdout).toBe('There is no action file: lakeFS asks nobody.\n');
    await user.branch('etl', {
      '_lakefs_actions/x.yaml': GOOD.replace('"http://a:1/b"', '"http://a:1/b", timeout: 30'),
    });
    expect(await run(['action', 'lint', 'linted', '--branch', 'etl'])).toMatchObject({ code: 1 });
    const { code, stdout } = await run(['action', 'lint', 'linted', '--branch', 'etl', '--format', 'json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      {
        errors: 1,
        warnings: 0,
        files: ['_lakefs_actions/x.yaml'],
        problems: [{ code: 'hook-timeout-ignored', line: 4 }],
      },
    ]);
  });

  it('tells what it cannot read', async () => {
    for (const target of ['no/such.yaml', 'no-such-repository']) {
      const { code, stdout, stderr } = await run(['action', 'lint', target]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^error\[(?:action-unreadable|lakefs-not-found)\]/);
    }
  });
});
