import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fakeJudge } from '../gate/fake-judge.ts';
import { PAYLOAD, type RunningServer, runServer, TOKEN } from './running-server.ts';

const DELIVERIES = 200;

/**
 * A judge without work: what is left is HTTP, the report and two durable rows. The aim is below 5 ms with an idle disk;
 * the disk's own time, measured in the same seconds, is taken out of what is asserted, because other tests use it too.
 */
it('costs a few milliseconds per delivery beside the judge', async () => {
  const server = await runServer(fakeJudge({ metaRange: ({ commitId }) => commitId ?? '' }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await deliver(server, agent, 50, 1_000);
  const syncs = quantiles(syncTimes());
  const times = quantiles(await deliver(server, agent, DELIVERIES, 0));
  agent.destroy();
  await server.dispose();
  console.log(
    `delivery p50 ${times.p50.toFixed(2)} ms, p95 ${times.p95.toFixed(2)} ms; one fsync ${syncs.p50.toFixed(2)} ms`,
  );
  expect(times.p50 - 2 * syncs.p50).toBeLessThan(10);
});

/** Milliseconds of each of so many deliveries, one after the other, each a question of its own. */
async function deliver(server: RunningServer, agent: Agent, count: number, first: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = first; number < first + count; number += 1) {
    const started = performance.now();
    const status = await post(server.url, agent, { ...PAYLOAD, commit_id: number.toString(16).padStart(64, '0') });
    times.push(performance.now() - started);
    expect(status).toBe(200);
  }
  return times;
}

function post(url: string, agent: Agent, payload: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(payload);
    const headers = {
      Authorization: `Bearer ${TOKEN}`,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    };
    request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
  });
}

function syncTimes(): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fsync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const times = Array.from({ length: DELIVERIES }, () => {
    writeSync(file, Buffer.alloc(8_192));
    const started = performance.now();
    fsyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return times;
}

function quantiles(times: readonly number[]): { readonly p50: number; readonly p95: number } {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
