import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { program } from '../support/programs.ts';
import { decisionsOf, type GateOptions, gatedLake, gateEnvironment, lakefs, scratch, startGate } from './harness.ts';
import { CONTRACTS, csv, FILES } from './shop.ts';

/** `sluice serve`, a process of its own. */
async function serve(options: GateOptions & { readonly stateDir: string }) {
  const server = spawn(process.execPath, [program('src/main.ts'), 'serve'], {
    env: { PATH: process.env['PATH'], ...(await gateEnvironment(options)) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(server, 'close');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    const [, url] = /"url":"([^"]+)"/.exec(line) ?? [];
    if (url !== undefined) return { url, kill: (signal: NodeJS.Signals) => server.kill(signal), closed };
  }
  throw new Error(`the server did not come up: ${said.join('\n')}`);
}

const runDirectories = (stateDir: string) => {
  const runs = join(stateDir, 'runs');
  return existsSync(runs) ? readdirSync(runs) : [];
};

describe('a server that ends while it judges a merge', () => {
  it('kill -9: nothing is merged, and the delivery is abandoned after the restart', async () => {
    const stateDir = scratch('state');
    const server = await serve({ contracts: CONTRACTS, stateDir });
    const lake = await gatedLake(server, { files: FILES });
    const base = await lake.head('main');
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const { wire } = await lakefs();
    const ofObjects = (path: string) => path.startsWith(`/${lake.repository}/`);
    wire.faults.order({ when: ({ path }) => ofObjects(path), fault: { kind: 'hang' }, times: 99 });
    const merging = lake.merge('etl');
    while (!wire.requests.some(({ path }) => ofObjects(path))) await sleep(5);
    expect(decisionsOf(stateDir, lake.repository)).toMatchObject([{ state: 'running', status: null, report: null }]);
    server.kill('SIGKILL');
    await server.closed;
    wire.faults.clear();

    const merged = await merging;
    expect(merged).toMatchObject({ status: 412, commit: null, hook: null });
    expect(await lake.head('main')).toBe(base);
    expect(runDirectories(stateDir)).toHaveLength(1);

    await startGate({ contracts: CONTRACTS, stateDir });
    expect(decisionsOf(stateDir, lake.repository)).toMatchObject([{ state: 'abandoned', status: null, report: null }]);
    expect(runDirectories(stateDir)).toEqual([]);
  });

  it('SIGTERM: the merge under way is answered first', async () => {
    const stateDir = scratch('state');
    const server = await serve({ contracts: CONTRACTS, stateDir });
    const lake = await gatedLake(server, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const { wire } = await lakefs();
    const ofObjects = (path: string) => path.startsWith(`/${lake.repository}/`);
    wire.faults.order({ when: ({ path }) => ofObjects(path), fault: { kind: 'delay', milliseconds: 300 } });
    const merging = lake.merge('etl');
    while (!wire.requests.some(({ path }) => ofObjects(path))) await sleep(5);
    server.kill('SIGTERM');
    expect(await merging).toMatchObject({ status: 200, hook: { status: 200 } });
    await server.closed;
    expect(decisionsOf(stateDir, lake.repository)).toMatchObject([{ state: 'approved', status: 200 }]);
    expect(runDirectories(stateDir)).toEqual([]);
  });
});

describe('a client that leaves', () => {
  it('ends the run at once, undecided', async () => {
    const gate = await startGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    const base = await lake.head('main');
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const { wire, url, accessKeyId, secretAccessKey } = await lakefs();
    const ofObjects = (path: string) => path.startsWith(`/${lake.repository}/`);
    wire.faults.order({ when: ({ path }) => ofObjects(path), fault: { kind: 'hang' }, times: 99 });
    const client = new AbortController();
    const authorization = `Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`;
    const merging = fetch(`${url}/api/v1/repositories/${lake.repository}/refs/etl/merge/main`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{}',
      signal: client.signal,
    });
    while (!wire.requests.some(({ path }) => ofObjects(path))) await sleep(5);
    client.abort();
    await expect(merging).rejects.toThrow('abort');
    while (gate.decisions(lake.repository)[0]?.state === 'running') await sleep(5);
    const [decision] = gate.decisions(lake.repository);
    expect(decision).toMatchObject({ state: 'undecided', status: 503 });
    expect(JSON.parse(decision?.report ?? '')).toMatchObject({ problems: [{ code: 'caller-gone' }] });
    while (gate.runDirectories().length > 0) await sleep(5);
    expect(await lake.head('main')).toBe(base);
    wire.faults.clear();
  });
});
