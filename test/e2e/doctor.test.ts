/** `sluice doctor` against a whole lake: each fault is put in, and the line that tells it is seen. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/gate/doctor/doctor.ts';
import type { FindingId } from '../../src/gate/doctor/finding.ts';
import { examine } from '../../src/wire/doctor.ts';
import { type Gate, gatedLake, gateEnvironment, lakefs, scratch, sharedGate } from './harness.ts';
import { createRepository, type LakeUser } from './lake-user.ts';
import { CONTRACTS, FILES, SHOP } from './shop.ts';

const ACTION = '_lakefs_actions/sluice.yaml';
const MAIN = join(import.meta.dirname, '../../src/main.ts');
const OPTIONS = { contracts: CONTRACTS, stateDir: scratch('state') };
let gate: Gate;

beforeAll(async () => {
  gate = await sharedGate(OPTIONS);
});

async function doctor(
  repository: string | null,
  settings: Readonly<Record<string, string>> = {},
  without: readonly string[] = [],
): Promise<Diagnosis> {
  const all = await gateEnvironment({ ...OPTIONS, settings });
  const env = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
  return examine(
    { repository, server: null, config: null },
    { env, cwd: tmpdir(), onProgress: () => {}, signal: AbortSignal.timeout(60_000) },
  );
}

const told = ({ findings }: Diagnosis, id: FindingId): string => {
  const found = findings.find((one) => one.id === id);
  return `${found?.level}: ${found?.detail}`;
};

async function scratchBranches(lake: LakeUser): Promise<readonly string[]> {
  const { results } = await lake.json('GET', '/branches?show_hidden=true&prefix=sluice-scratch-');
  return (results as readonly { readonly id: string }[]).map(({ id }) => id);
}

describe('a healthy gate', () => {
  it('has nothing that failed, and its canary proves it', async () => {
    const lake = await gatedLake(gate, { files: FILES });
    const diagnosis = await doctor(lake.repository);
    const odd = diagnosis.findings.filter(({ level }) => level !== 'ok').map(({ id, level }) => `${level} ${id}`);
    // The stand-in has no version, these tests gate merges alone, and where the tests run may be a container.
    const expected = ['warn lakefs-version', 'warn action-events', 'warn branch-protection', 'warn state-disk'];
    expect(odd.filter((one) => !expected.includes(one))).toEqual([]);
    expect(diagnosis.verdict).toBe('ok');
    expect(told(diagnosis, 'canary-blocks')).toMatch(/^ok: refused with 412, by decision \w+ for its data$/);
    expect(await scratchBranches(lake)).toEqual([]);
  });
});

describe('a lake with holes', () => {
  let lake: LakeUser;
  let diagnosis: Diagnosis;

  /** Everything that one repository can have wrong at once. */
  beforeAll(async () => {
    const { url, ...keys } = await lakefs();
    lake = await createRepository({ url, ...keys }, `holes-${process.pid}-${Date.now()}`);
    await lake.put('main', 'readme.txt', 'before the gate');
    await lake.commit('main');
    await lake.branch('older-than-the-gate');
    await lake.branch('prod');
    const text = (await (await gatedLake(gate)).read('main', ACTION))
      .replace('timeout: 5m', 'timeout: 300')
      .replace('ENV.LAKEFSACTION_SLUICE_TOKEN }}"', 'ENV.SLUICE_TOKEN }}"');
    await lake.put('main', ACTION, text);
    await lake.commit('main');
    await lake.branch('sluice-scratch-canary-otherhost-1-1000-x');
    const { wire } = await lakefs();
    const ofProbe = (path: string) => path.startsWith(`/${lake.repository}/`) && path.endsWith('probe.txt');
    const refused = { kind: 'status', status: 403 } as const;
    wire.faults.order({ when: ({ side, path }) => side === 'gateway' && ofProbe(path), fault: refused, times: 9 });
    diagnosis = await doctor(lake.repository, {
      SLUICE_GOVERNED_BRANCHES: 'main,prod',
      SLUICE_CONTRACTS: contractsOf({ 'shop.odcs.yaml': SHOP.replace('s3://*/', 's3://elsewhere/') }),
    });
    wire.faults.clear();
  });

  it.each<readonly [FindingId, RegExp]>([
    ['gateway-signed', /^fail: .*refused Sluice's credentials/],
    ['gateway-unsigned', /^ok: status 200 and a web page/],
    ['leftovers', /^ok: 1 of a killed run was removed: sluice-scratch-canary-otherhost-1-1000-x$/],
    ['contracts', /^warn: none of 1 governs an object/],
    ['action-valid', /^fail: _lakefs_actions\/sluice\.yaml:\d+:\d+: error/],
    ['action-token', /^fail: .* names SLUICE_TOKEN, which lakeFS sends as nothing/],
    ['action-timeouts', /^fail: .*lakeFS waits 1m and Sluice 4m50s/],
    ['action-branches', /^fail: governed, but not named under pre-merge: prod/],
    ['open-branches', /^fail: 3 of 3 would merge ungated: .*older-than-the-gate \(no action file of Sluice\)/],
    ['branch-protection', /^warn: data can be written and committed past every merge on main, prod/],
    ['canary-blocks', /^fail: .*the token was refused \(401\)/],
  ])('%s', (id, line) => {
    expect(told(diagnosis, id)).toMatch(line);
  });

  it('has failed', async () => {
    expect(diagnosis.verdict).toBe('fail');
    expect(await scratchBranches(lake)).toEqual([]);
  });
});

describe('a repository', () => {
  it('without an action file', async () => {
    const { url, ...keys } = await lakefs();
    const bare = await createRepository({ url, ...keys }, `bare-${process.pid}-${Date.now()}`);
    const diagnosis = await doctor(bare.repository, { SLUICE_CONTRACTS: contractsOf({ 'x.odcs.yaml': 'kind: x\n' }) });
    expect(told(diagnosis, 'action-file')).toMatch(/^fail: no webhook under _lakefs_actions\/ on main/);
    expect(told(diagnosis, 'canary-blocks')).toBe('unknown: not tried: there is no hook to prove');
    expect(told(diagnosis, 'contracts')).toMatch(/^fail: \d+ errors?, and nothing is approved while there is one/);
  });

  it('that is not there, on a machine whose state directory is a file', async () => {
    const diagnosis = await doctor('no-such-repository', { SLUICE_STATE_DIR: MAIN });
    expect(told(diagnosis, 'repository')).toMatch(/^fail: .*no-such-repository/);
    expect(diagnosis.findings.at(-1)?.id).toBe('repository');
    expect(told(diagnosis, 'state-directory')).toBe(`fail: ${MAIN} is no directory.`);
    expect(told(diagnosis, 'state-disk')).toMatch(/^unknown/);
  });

  it('that is read-only, of a lakeFS that is too old, without the settings of the server', async () => {
    const lake = await gatedLake(gate);
    const { wire } = await lakefs();
    const lie = (at: string, from: RegExp, to: string) =>
      wire.faults.order({
        when: ({ path }) => path === at,
        fault: {
          kind: 'edit',
          edit: (reply) => {
            const body = Buffer.from(reply.body.toString().replace(from, to));
            return { ...reply, body, contentLength: body.length };
          },
        },
      });
    lie(`/repositories/${lake.repository}`, /"read_only": ?false/, '"read_only":true');
    lie('/config', /"version": ?"[^"]*"/, '"version":"1.20.0"');
    const diagnosis = await doctor(lake.repository, {}, ['SLUICE_HOOK_TOKEN', 'SLUICE_CONTRACTS']);
    wire.faults.clear();
    expect(told(diagnosis, 'repository')).toBe('fail: it is read-only; lakeFS skips all hooks there without a word');
    expect(told(diagnosis, 'permissions')).toBe('unknown: not tried: the repository is read-only');
    expect(told(diagnosis, 'lakefs-version')).toMatch(/^fail: 1\.20\.0 does not tell the hook/);
    expect(told(diagnosis, 'server-settings')).toMatch(/^warn: not on this machine/);
    expect(told(diagnosis, 'contracts')).toMatch(/^warn: this machine was not told/);
    expect(diagnosis.findings.map(({ id }) => id)).not.toContain('state-disk');
  });
});

describe('lakeFS', () => {
  it('that does not know the keys', async () => {
    const diagnosis = await doctor('lake', { SLUICE_LAKEFS_SECRET_ACCESS_KEY: 'wrong-secret' });
    expect(told(diagnosis, 'credentials')).toMatch(/^fail: /);
    expect(told(diagnosis, 'repository')).toMatch(/^unknown: not looked at/);
    expect(JSON.stringify(diagnosis)).not.toContain('wrong-secret');
  });

  it('that does not answer', async () => {
    const diagnosis = await doctor(null, { SLUICE_LAKEFS_URL: 'http://127.0.0.1:9' });
    expect(told(diagnosis, 'lakefs-reachable')).toBe('fail: http://127.0.0.1:9 does not answer (ECONNREFUSED).');
    expect(told(diagnosis, 'repositories')).toMatch(/^unknown/);
    expect(diagnosis.verdict).toBe('fail');
  });
});

function contractsOf(files: Readonly<Record<string, string>>): string {
  const directory = scratch('contracts');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}
