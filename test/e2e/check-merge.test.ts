/** `sluice check REPO SOURCE DEST` and `sluice merge`, held against the merges that they are about. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { SCRATCH_PREFIX } from '../../src/gate/scratch-branches.ts';
import { createServices } from '../../src/wire.ts';
import { type Outcome, sluice } from '../cli/world.ts';
import { program } from '../support/programs.ts';
import { gatedLake, gateEnvironment, lakefs, lastReport, scratch, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, CUSTOMERS, csv, FILES, ORDERS, SHOP } from './shop.ts';

const TOKEN = 'console-token-of-a-test-0123456789';
const GATE = { contracts: CONTRACTS, settings: { SLUICE_CONSOLE_TOKEN: TOKEN } };

const GOOD = { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') };
const BAD = { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,9,-1') };

/** What a laptop has: keys of lakeFS, contracts, and no hook. */
async function laptop(settings: Record<string, string> = {}): Promise<Record<string, string>> {
  const {
    SLUICE_HOOK_TOKEN: _token,
    SLUICE_STATE_DIR: _state,
    ...env
  } = await gateEnvironment({ contracts: CONTRACTS });
  return { ...env, SLUICE_CONSOLE_LISTEN: '127.0.0.1:1', ...settings };
}

async function run(args: readonly string[], env: Record<string, string>, cwd = tmpdir()): Promise<Outcome> {
  return sluice(args, { services: createServices(env, cwd), env, cwd });
}

async function check(lake: LakeUser, source: string, ...more: readonly string[]) {
  const { code, stdout, stderr } = await run(
    ['check', lake.repository, source, 'main', '--format', 'json', ...more],
    await laptop(),
  );
  if (stdout === '') throw new Error(stderr);
  return { code, stderr, report: JSON.parse(stdout) as Report };
}

async function scratchBranches(lake: LakeUser): Promise<readonly string[]> {
  const { results } = await lake.json('GET', `/branches?prefix=${SCRATCH_PREFIX}&show_hidden=true`);
  return (results as readonly { readonly id: string }[]).map(({ id }) => id);
}

/** The action file with a line that nobody may add. */
async function ownRules(lake: LakeUser) {
  const path = '_lakefs_actions/sluice.yaml';
  return { [path]: `${await lake.read('main', path)}# mine\n` };
}

/** Without what belongs to one delivery: its id, the try's commit, its time. */
function comparable({ scope, durationMs: _time, ...rest }: Report) {
  const {
    decisionId: _id,
    mergeCommit: _commit,
    ...lasting
  } = scope.kind === 'merge' ? scope : { decisionId: '', mergeCommit: '' };
  return { ...rest, scope: lasting };
}

describe('a check from a laptop', () => {
  it.each([
    ['good data', GOOD, 0, 'approved'],
    ['bad data', BAD, 1, 'rejected'],
    ['a parent that goes', { [CUSTOMERS]: csv('id,email', '1,ada@example.org') }, 1, 'rejected'],
    ['objects under no contract', { 'notes.txt': 'x' }, 0, 'approved'],
    ['a change of the rules', 'rules', 1, 'rejected'],
    ['bytes that are no CSV', { [ORDERS]: '\u0000\u0001"' }, 1, 'rejected'],
  ] as const)('%s: the report of the real merge', async (_name, changes, code, verdict) => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', changes === 'rules' ? await ownRules(lake) : changes);
    const head = await lake.head('main');
    const before = await check(lake, 'etl');
    expect(before).toMatchObject({ code, stderr: '', report: { verdict } });
    expect(await lake.head('main')).toBe(head);
    expect(await scratchBranches(lake)).toEqual([]);
    expect(gate.decisions(lake.repository)).toEqual([]);

    const merged = await lake.merge('etl');
    expect(merged.status).toBe(verdict === 'approved' ? 200 : 412);
    expect(comparable(before.report)).toEqual(comparable(lastReport(gate, lake.repository)));
  });

  it('judges both sides together: each is fine, and the merge is not', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('left', { [CUSTOMERS]: csv('id,email', '1,ada@example.org', '2,ben@example.org') });
    await lake.branch('right', GOOD);
    expect(await check(lake, 'left')).toMatchObject({ code: 0 });
    expect(await check(lake, 'right')).toMatchObject({ code: 0 });
    expect(await lake.merge('left')).toMatchObject({ status: 200 });
    const both = await check(lake, 'right');
    expect(both).toMatchObject({ code: 1, report: { verdict: 'rejected' } });
    expect(await lake.merge('right')).toMatchObject({ status: 412 });
    expect(comparable(both.report)).toEqual(comparable(lastReport(gate, lake.repository)));
  });

  it('says what lakeFS would refuse, and warns of what is not committed', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { [ORDERS]: csv('id,customer_id,amount', '10,1,1') });
    await lake.branch('same');
    await lake.put('main', ORDERS, csv('id,customer_id,amount', '10,1,2'));
    await lake.put('etl', 'notes.txt', 'x');
    const early = await check(lake, 'etl');
    const warnings = ['source-uncommitted', 'destination-uncommitted'];
    expect(early.report.problems.map(({ code }) => code)).toEqual(warnings);
    expect(early).toMatchObject({ code: 0 });
    await lake.commit('main');
    expect(await check(lake, 'etl')).toMatchObject({ code: 2, report: { problems: [{ code: 'merge-conflict' }, {}] } });
    expect(await check(lake, 'etl', '--strategy', 'source-wins')).toMatchObject({ code: 0 });
    expect(await check(lake, 'same')).toMatchObject({ code: 2, report: { problems: [{ code: 'merge-no-changes' }] } });
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('takes contracts by name, by the repository, or says what to do', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': SHOP } });
    await lake.branch('etl', BAD);
    const cwd = scratch('cwd');
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine/shop.odcs.yaml'), SHOP.replace('version: 1.0.0', 'version: 1.1.0'));
    const ask = ['check', lake.repository, 'etl', 'main'];
    const { SLUICE_CONTRACTS: _contracts, ...keys } = await laptop();

    const named = await run([...ask, '--contract', 'mine/shop.odcs.yaml'], keys, cwd);
    expect(named).toMatchObject({ code: 1, stdout: expect.stringContaining('mine/shop.odcs.yaml') });
    const kept = await run(ask, { ...keys, SLUICE_CONTRACTS: 'repository' });
    expect(kept).toMatchObject({ code: 1, stdout: expect.stringContaining('contracts/shop.odcs.yaml:') });
    expect(await run(ask, keys)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/error\[contracts-not-given\].*\n.*--contract.*SLUICE_CONTRACTS.*--server/),
    });
    expect(await run(['check', lake.repository, 'gone', 'main'], await laptop())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error[lakefs-not-found]'),
    });
  });
});

describe('a check by the server', () => {
  it('is recorded, and the real merge is answered from the record without reading an object', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', GOOD);
    const args = ['check', lake.repository, 'etl', 'main', '--server', gate.consoleUrl, '--format', 'json'];
    // A token is all that the asker has.
    const asked = await run(args, { SLUICE_CONSOLE_TOKEN: TOKEN });
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    const [decision] = gate.decisions(lake.repository);
    expect(decision).toMatchObject({ origin: 'check', state: 'approved', branch: 'main', source: 'etl' });
    expect(JSON.parse(asked.stdout)).toEqual(JSON.parse(decision?.report ?? ''));

    const { wire } = await lakefs();
    const seen = wire.requests.length;
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    const [, hook] = gate.decisions(lake.repository);
    expect(hook).toMatchObject({ origin: 'hook', state: 'approved', replayOf: decision?.id });
    const objects = wire.requests.slice(seen).filter(({ path }) => path.startsWith(`/${lake.repository}/`));
    expect(objects).toEqual([]);
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('gives every verdict, and records also what lakeFS would refuse', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('bad', BAD);
    await lake.branch('same');
    const ask = (source: string, env: Record<string, string>) =>
      run(['check', lake.repository, source, 'main', '--server', gate.consoleUrl], env);
    const token = { SLUICE_CONSOLE_TOKEN: TOKEN };
    expect(await ask('bad', token)).toMatchObject({ code: 1, stdout: expect.stringContaining('REJECTED') });
    expect(await ask('same', token)).toMatchObject({ code: 2, stdout: expect.stringContaining('merge-no-changes') });
    expect(gate.decisions(lake.repository)).toMatchObject([{ state: 'rejected' }, { state: 'undecided', key: null }]);
    expect(await ask('gone', token)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('lakefs-not-found'),
    });
    const stranger = { SLUICE_CONSOLE_TOKEN: 'another-token-0123456789012345' };
    expect(await ask('bad', stranger)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('server-refused'),
    });
  });
});

describe('sluice merge', () => {
  const commitOf = (lake: LakeUser, id: string) => lake.json('GET', `/commits/${id}`);

  it('merges what was approved, and the commit says by what', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', GOOD);
    const args = ['merge', lake.repository, 'etl', 'main', '--meta', 'run=7', '--message', 'nightly load'];
    const { code, stdout, stderr } = await run(args, await laptop());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const head = await lake.head('main');
    expect(stdout).toMatch(
      new RegExp(`^\\nAPPROVED .*\\nmerged lakefs://${lake.repository}/${head} into main\\n$`, 's'),
    );
    const { message, metadata } = await commitOf(lake, head);
    expect(message).toBe('nightly load');
    expect(metadata).toMatchObject({
      run: '7',
      'sluice.verdict': 'approved',
      'sluice.decision': expect.stringMatching(/^[0-9a-z]{26}$/),
      'sluice.contracts': 'shop@1.0.0',
      'sluice.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(Object.keys(metadata as object).filter((key) => key.startsWith('::lakefs::'))).toEqual([]);
    // The gate in lakeFS has judged for itself.
    expect(gate.decisions(lake.repository)).toMatchObject([{ origin: 'hook', state: 'approved', replayOf: null }]);
  });

  it('by the server: the hook knows the fresh decision, and the commit links to it', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', GOOD);
    const env = { ...(await laptop()), SLUICE_CONSOLE_TOKEN: TOKEN };
    const { code } = await run(['merge', lake.repository, 'etl', 'main', '--server', gate.consoleUrl], env);
    expect(code).toBe(0);
    const [checked, hook] = gate.decisions(lake.repository);
    expect(hook).toMatchObject({ origin: 'hook', replayOf: checked?.id });
    const { metadata } = await commitOf(lake, await lake.head('main'));
    expect(metadata).toMatchObject({
      'sluice.decision': checked?.id,
      '::lakefs::Sluice::url[url:ui]': `${gate.consoleUrl}/decisions/${checked?.id}`,
    });
  });

  it('does not merge what is rejected or undecided, and shows why', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', BAD);
    await lake.branch('same');
    const head = await lake.head('main');
    const env = await laptop();
    expect(await run(['merge', lake.repository, 'etl', 'main'], env)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('REJECTED'),
    });
    expect(await run(['merge', lake.repository, 'same', 'main'], env)).toMatchObject({ code: 2 });
    expect(await lake.head('main')).toBe(head);
    expect(gate.decisions(lake.repository)).toEqual([]);
  });

  it('tells when the gate in lakeFS says no after all', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', BAD);
    const cwd = scratch('lenient');
    writeFileSync(join(cwd, 'lenient.odcs.yaml'), SHOP.slice(0, SHOP.indexOf('  - name: orders')));
    const lenient = ['merge', lake.repository, 'etl', 'main', '--contract', 'lenient.odcs.yaml'];
    const head = await lake.head('main');
    const outcome = await run(lenient, await laptop(), cwd);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('APPROVED'),
      stderr: expect.stringMatching(
        /error\[merge-hook-refused\].*\n.*lakectl actions runs describe lakefs:\/\/\S+ \w+/,
      ),
    });
    expect(outcome.stdout).not.toContain('merged ');
    expect(await lake.head('main')).toBe(head);
  });
});

describe('a check that is ended', () => {
  /** `sluice check`, a process of its own. */
  async function start(lake: LakeUser) {
    const child = spawn(process.execPath, [program('src/main.ts'), 'check', lake.repository, 'etl', 'main'], {
      env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...(await laptop()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => output.push(text.toString()));
    const closed = once(child, 'close') as Promise<[number | null, string | null]>;
    return {
      pid: child.pid ?? 0,
      kill: (signal: NodeJS.Signals) => child.kill(signal),
      hasEnded: () => child.exitCode !== null,
      closed,
      output,
    };
  }

  const directoriesOf = (pid: number) =>
    readdirSync(tmpdir()).filter((name) => name.includes(`-${pid}-`) && name.startsWith('sluice-client-'));

  /** Moments of a check, by the request that it hangs on. */
  const MOMENTS = {
    'while the scratch branch is made': ({ method, path }: Call) => method === 'POST' && path.endsWith('/branches'),
    'while it merges there': ({ method, path }: Call) => method === 'POST' && path.includes('/merge/sluice-scratch-'),
    'while the scratch branch is deleted': ({ method, path }: Call) =>
      method === 'DELETE' && path.includes('sluice-scratch-'),
    'while it reads objects': ({ path }: Call, lake: LakeUser) => path.startsWith(`/${lake.repository}/`),
  };
  interface Call {
    readonly method: string;
    readonly path: string;
  }

  async function hangingCheck(moment: (call: Call, lake: LakeUser) => boolean) {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', GOOD);
    const { wire } = await lakefs();
    const at = (call: Call) => moment(call, lake);
    const seen = wire.requests.length;
    wire.faults.order({ when: at, fault: { kind: 'hang' }, times: 99 });
    const child = await start(lake);
    while (!wire.requests.slice(seen).some(at)) {
      if (child.hasEnded()) throw new Error(child.output.join(''));
      await sleep(5);
    }
    return { lake, child, wire };
  }

  it.each(Object.entries(MOMENTS))('by kill -9 %s: the next check removes what is left', async (_name, moment) => {
    const { lake, child, wire } = await hangingCheck(moment);
    child.kill('SIGKILL');
    await child.closed;
    wire.faults.clear();
    const left = await scratchBranches(lake);
    expect(left.length).toBeLessThanOrEqual(1);
    expect(await check(lake, 'etl')).toMatchObject({ code: 0 });
    expect(await scratchBranches(lake)).toEqual([]);
    expect(directoriesOf(child.pid)).toEqual([]);
  });

  it.each([
    ['SIGINT', MOMENTS['while it merges there']],
    ['SIGTERM', MOMENTS['while it reads objects']],
  ] as const)('by %s: exit 130, nothing is left and nothing is printed', async (signal, moment) => {
    const { lake, child, wire } = await hangingCheck(moment);
    child.kill(signal);
    expect((await child.closed)[0]).toBe(130);
    expect(child.output.join('')).toBe('');
    expect(await scratchBranches(lake)).toEqual([]);
    expect(directoriesOf(child.pid)).toEqual([]);
    wire.faults.clear();
  });
});
