/** `sluice report` and `sluice decisions` of a server, from a machine that has a console token and nothing else. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createServices } from '../../src/wire.ts';
import { sluice } from '../cli/world.ts';
import { gatedLake, sharedGate } from './harness.ts';
import { CONTRACTS, csv, FILES, ORDERS } from './shop.ts';

const TOKEN = 'console-token-of-a-test-0123456789';
const GATE = { contracts: CONTRACTS, settings: { SLUICE_CONSOLE_TOKEN: TOKEN } };

async function run(...args: readonly string[]) {
  const env = { SLUICE_CONSOLE_TOKEN: TOKEN };
  return sluice(args, { services: createServices(env, tmpdir()), env, cwd: tmpdir() });
}

describe('a laptop', () => {
  it('reads what the gate decided, by id and by merge commit, with a link', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { [ORDERS]: csv('id,customer_id,amount', '10,1,-5') });
    const { hook } = await lake.merge('etl');
    const [decision] = gate.decisions(lake.repository);
    const { id = '', mergeCommit = '', report = '' } = decision ?? {};
    const server = ['--server', gate.consoleUrl];

    const listed = await run('decisions', '--repository', lake.repository, '--format', 'json', ...server);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id, mergeCommit, state: 'rejected', status: 422 }]);
    for (const reference of [id, id.slice(0, 20), mergeCommit, mergeCommit.slice(0, 12)]) {
      expect(await run('report', reference, '--format', 'json', ...server)).toEqual({
        code: 0,
        stdout: report,
        stderr: '',
      });
    }
    const { stdout } = await run('report', id, ...server);
    const link = `  report    ${gate.consoleUrl}/decisions/${id}\n`;
    expect(stdout).toContain(link);
    expect(stdout.replace(link, '')).toBe(hook?.body);

    const checked = await run('check', lake.repository, 'etl', 'main', ...server);
    expect(checked.stdout).toMatch(new RegExp(`\n  report    ${gate.consoleUrl}/decisions/\\w{26}\n`));
  });

  it('is told what it may not read, or what is not there', async () => {
    const gate = await sharedGate(GATE);
    const server = ['--server', gate.consoleUrl];
    expect((await run('report', '0'.repeat(26), ...server)).stderr).toContain('error[decision-not-found]');
    const wrong = { SLUICE_CONSOLE_TOKEN: 'another-token-of-a-test-0123456789' };
    const refused = await sluice(['decisions', ...server], { services: createServices(wrong, tmpdir()), env: wrong });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('error[server-refused]');
    const none = await sluice(['decisions', ...server], { services: createServices({}, tmpdir()) });
    expect(none.stderr).toContain('error[server-token-missing]');
  });
});
