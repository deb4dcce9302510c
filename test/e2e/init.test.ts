/** The gate installs itself: `sluice init` against a lakeFS whose merges ask a running Sluice. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createServices } from '../../src/wire.ts';
import { type Outcome, sluice } from '../cli/world.ts';
import { HOOK_TOKEN, lakefs, startGate } from './harness.ts';
import { createRepository } from './lake-user.ts';
import { CONTRACTS, csv, FILES, ORDERS } from './shop.ts';

async function init(hookUrl: string, ...args: readonly string[]): Promise<Outcome> {
  const lake = await lakefs();
  const env = {
    SLUICE_LAKEFS_URL: lake.url,
    SLUICE_LAKEFS_ACCESS_KEY_ID: lake.accessKeyId,
    SLUICE_LAKEFS_SECRET_ACCESS_KEY: lake.secretAccessKey,
    SLUICE_HOOK_TOKEN: HOOK_TOKEN,
  };
  const cwd = tmpdir();
  return sluice(['init', ...args, '--hook-url', hookUrl], { services: createServices(env, cwd), env, cwd });
}

describe('sluice init on a lake that asks a running Sluice', () => {
  it('installs once; a later change of the rule needs somebody who may change rules', async () => {
    const gate = await startGate({ contracts: CONTRACTS });
    const user = await createRepository(await lakefs(), `init-${randomBytes(6).toString('hex')}`);
    await user.branch('etl');
    const first = await init(gate.url, user.repository, '--apply', '--into-open-branches');
    expect(first).toMatchObject({ code: 0 });
    expect(gate.decisions(user.repository).length).toBeGreaterThan(1);

    for (const [path, body] of Object.entries(FILES)) await user.put('etl', path, body);
    await user.put('etl', ORDERS, csv('id,customer_id,amount', '10,1,-5'));
    await user.commit('etl');
    const merge = await user.merge('etl');
    expect([merge.status, merge.hook?.status]).toEqual([412, 422]);

    const changed = await init(gate.url, user.repository, '--apply', '--timeout', '4m');
    expect(changed).toMatchObject({ code: 2 });
    expect(changed.stderr).toMatch(/lakeFS was answered 403.*\n.*SLUICE_RULE_CHANGERS=quickstart/);

    const settings = { SLUICE_RULE_CHANGERS: 'quickstart' };
    const trusting = await startGate({ contracts: CONTRACTS, settings });
    const moved = await init(trusting.url, user.repository, '--apply', '--timeout', '4m');
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stdout).toMatch(/^installed /);
  }, 60_000);
});
