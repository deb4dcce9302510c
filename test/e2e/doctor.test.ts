import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/gate/doctor/doctor.ts';
import type { Finding, FindingId } from '../../src/gate/doctor/finding.ts';
import { examine } from '../../src/wire/doctor.ts';
import { type Gate, gatedLake, gateEnvironment, lakefs, scratch, sharedGate } from './harness.ts';
import { CONTRACTS, FILES } from './shop.ts';

const OPTIONS = { contracts: CONTRACTS, stateDir: scratch('state') };
const gateHere = (): Promise<Gate> => sharedGate(OPTIONS);

async function doctor(repository: string | null, settings: Readonly<Record<string, string>> = {}): Promise<Diagnosis> {
  const env = await gateEnvironment({ ...OPTIONS, settings });
  return examine(
    { repository, server: null, config: null },
    { env, cwd: tmpdir(), onProgress: () => {}, signal: AbortSignal.timeout(60_000) },
  );
}

describe('a healthy gate', () => {
  it('has nothing that failed, and its canary proves it', async () => {
    const lake = await gatedLake(await gateHere(), { files: FILES });
    const { findings, verdict } = await doctor(lake.repository);
    console.log(findings.map((f) => `${f.level} ${f.id} ${f.detail} | ${f.fix}`).join('\n'));
    expect(verdict).toBe('ok');
  });
});
