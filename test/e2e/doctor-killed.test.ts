import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/gate/doctor/doctor.ts';
import { program } from '../support/programs.ts';
import { gatedLake, gateEnvironment, lakefs, scratch, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, FILES } from './shop.ts';

const OPTIONS = { contracts: CONTRACTS, stateDir: scratch('state') };

/** `sluice doctor`, a process of its own. */
async function startDoctor(repository: string) {
  const child = spawn(process.execPath, [program('src/main.ts'), 'doctor', repository, '--json'], {
    env: { PATH: process.env['PATH'], ...(await gateEnvironment(OPTIONS)) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const written: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => written.push(text));
  return { child, closed: once(child, 'close'), output: () => written.join('') };
}

async function scratchBranches(lake: LakeUser): Promise<readonly string[]> {
  const { results } = await lake.json('GET', '/branches?show_hidden=true&prefix=sluice-scratch-');
  return (results as readonly { readonly id: string }[]).map(({ id }) => id);
}

/** Requests of the doctor after which it is killed: the first that is so, or a later one. */
const MOMENTS = [
  { what: 'it tries its rights', method: 'POST', path: /\/branches\/sluice-scratch-[^/]+\/commits$/, nth: 1 },
  { what: 'the canary has its two branches', method: 'POST', path: /\/branches$/, nth: 3 },
  { what: 'the canary is merged', method: 'POST', path: /\/merge\/sluice-scratch-/, nth: 1 },
] as const;

describe('a doctor that is killed', () => {
  it('at any moment leaves nothing but scratch branches, which the next run removes', async () => {
    await sharedGate(OPTIONS);
    const lake = await gatedLake(await sharedGate(OPTIONS), { files: FILES });
    const head = await lake.head('main');
    const { wire } = await lakefs();
    // One after another: each removes what the one before it left.
    for (const { what, method, path, nth } of MOMENTS) {
      const from = wire.requests.length;
      const { child, closed } = await startDoctor(lake.repository);
      const seen = () =>
        wire.requests
          .slice(from)
          .filter((one) => one.method === method && path.test(one.path) && one.path.includes(lake.repository));
      while (seen().length < nth && child.exitCode === null) await sleep(2);
      child.kill('SIGKILL');
      await closed;
      expect((await scratchBranches(lake)).length, what).toBeGreaterThan(0);
    }
    expect(await lake.head('main')).toBe(head);

    const next = await startDoctor(lake.repository);
    await next.closed;
    const { findings, verdict } = JSON.parse(next.output()) as Diagnosis;
    expect(findings.find(({ id }) => id === 'leftovers')?.detail).toMatch(
      /of (a killed run was|killed runs were) removed: sluice-scratch-/,
    );
    expect(findings.find(({ id }) => id === 'canary-blocks')).toMatchObject({ level: 'ok', fix: null });
    expect([verdict, next.child.exitCode]).toEqual(['ok', 0]);
    expect(await scratchBranches(lake)).toEqual([]);
    expect(await lake.head('main')).toBe(head);
  }, 60_000);
});
