/** `sluice demo --on REPO`: what it leaves on a lake is gated, and ends as it says. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LakeUser, lakeUser } from '../../src/wire/demo/lake-user.ts';
import { demoOnLake } from '../../src/wire/demo/on-lake.ts';
import { type Gate, gateEnvironment, lakefs, scratch, sharedGate } from './harness.ts';

const signal = new AbortController().signal;

function newName(): string {
  return `demo-${randomBytes(6).toString('hex')}`;
}

async function prepare(repository: string, gate: Gate | null): Promise<string> {
  const { SLUICE_LAKEFS_URL, SLUICE_LAKEFS_ACCESS_KEY_ID, SLUICE_LAKEFS_SECRET_ACCESS_KEY } = await gateEnvironment({
    contracts: 'repository',
  });
  let printed = '';
  const request = { config: null, repository, storage: null, hookUrl: gate?.url ?? null, lakectl: 'docker lakectl' };
  const print = (text: string) => {
    printed += text;
  };
  const env = { SLUICE_LAKEFS_URL, SLUICE_LAKEFS_ACCESS_KEY_ID, SLUICE_LAKEFS_SECRET_ACCESS_KEY };
  await demoOnLake(request, print, { env, cwd: scratch('cwd'), signal });
  return printed;
}

/** The two sides of each merge that the text tells to try. */
function mergesIn(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/^ {2}docker lakectl merge lakefs:\/\/\S+\/(\S+) lakefs:\/\/\S+\/(\S+)$/gm)].map(
    ([, from = '', into = '']) => [from, into] as const,
  );
}

describe('sluice demo --on', () => {
  const repository = newName();
  let gate: Gate;
  let user: LakeUser;
  let told: string;

  beforeAll(async () => {
    gate = await sharedGate({ contracts: 'repository', settings: { SLUICE_RULE_CHANGERS: 'quickstart' } });
    user = lakeUser(await lakefs(), repository, signal);
    told = await prepare(repository, gate);
  });

  it('tells two merges, of which the first is let through and the second is not', async () => {
    const [good, bad] = mergesIn(told);
    expect(await user.merge(...(good ?? ['', '']))).toMatchObject({ kind: 'merged' });
    const blocked = await user.merge(...(bad ?? ['', '']));
    expect(blocked).toMatchObject({ kind: 'blocked', status: 412 });
    const report = await user.hookAnswer(blocked.run);
    expect(report).toContain('REJECTED  main <- march-damaged');
    expect(report).toContain('412 of 20,200 rows break the key');
  });

  it('can be run again, also after the merges, and changes nothing', async () => {
    const before = await user.paths('main');
    expect(await prepare(repository, gate)).toBe(told);
    expect(await user.paths('main')).toEqual(before);
  });

  it('goes on where a run was killed: data uploaded but not committed', async () => {
    const half = newName();
    const other = lakeUser(await lakefs(), half, signal);
    await other.createRepository();
    await other.upload('main', 'airports/airports.csv', 'half');
    expect(mergesIn(await prepare(half, gate))).toHaveLength(2);
    expect(await other.has('main', 'airports/airports.csv')).toBe(true);
  });

  it('leaves a repository with data of its own alone', async () => {
    const foreign = newName();
    const owner = lakeUser(await lakefs(), foreign, signal);
    await owner.createRepository();
    await owner.upload('main', 'salaries/2026.csv', 'id\n1\n');
    await expect(prepare(foreign, gate)).rejects.toMatchObject({ problem: { code: 'demo-repository-in-use' } });
    expect(await owner.paths('main')).toEqual(['salaries/2026.csv']);
  });

  it('says what lakeFS said when it may not make the repository', async () => {
    await expect(prepare('No-Such-Name', gate)).rejects.toMatchObject({
      problem: { code: 'demo-lake-refused', message: expect.stringMatching(/answered 4\d\d/) },
    });
  });
});
