import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/store/open-store.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { program } from '../support/programs.ts';
import { PAYLOAD, TOKEN } from './running-server.ts';

const script = program('test/server/child-server.ts');
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-killed-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('kill -9', () => {
  it('leaves every caller with an error or a durable decision, thirty times', { timeout: 120_000 }, async () => {
    let approvals = 0;
    let errors = 0;
    let abandoned = 0;
    for (let round = 0; round < 30; round += 1) {
      const child = await startChild(3);
      const answers: Promise<Answer>[] = [];
      const wanted = Math.floor(Math.random() * 6);
      let arrived = 0;
      while (arrived < wanted || answers.length < 2) {
        const answer = deliver(child.url, commitOf(round, answers.length));
        answers.push(answer);
        void answer.then(() => {
          arrived += 1;
        });
        await sleep(Math.random() * 6);
      }
      await sleep(Math.random() * 6);
      child.process.kill('SIGKILL');
      const results = await Promise.all(answers);
      await child.closed;
      const rows = records();
      expect(rows.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(results.length);
      for (const { status, id } of results) {
        if (status !== 200) continue;
        expect(rows.find((row) => row.id === id)).toMatchObject({ state: 'approved', status: 200 });
      }
      approvals += results.filter(({ status }) => status === 200).length;
      errors += results.filter(({ status }) => status === 0).length;
      abandoned += rows.filter(({ state }) => state === 'running').length;
    }
    const last = await startChild(0);
    expect(records().filter(({ state }) => state === 'running')).toEqual([]);
    expect(records().filter(({ state }) => state === 'abandoned')).toHaveLength(abandoned);
    last.process.kill('SIGKILL');
    // Kills that hit nothing would prove nothing.
    expect({ approvals, errors, abandoned }).toEqual({
      approvals: expect.toSatisfy((count: number) => count > 30),
      errors: expect.toSatisfy((count: number) => count > 0),
      abandoned: expect.toSatisfy((count: number) => count > 0),
    });
  });
});

describe('SIGTERM', () => {
  it('answers and records everything, then ends with 0', async () => {
    const child = await startChild(700);
    const answers = Array.from({ length: 6 }, (_, number) => deliver(child.url, commitOf(0, number)));
    while (records().length < 6) await sleep(5);
    child.process.kill('SIGTERM');
    const results = await Promise.all(answers);
    await child.closed;
    expect(child.process.exitCode).toBe(0);
    // Four run at once; the other two were waiting.
    expect(results.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 503, 503]);
    const rows = new Map(records().map((row) => [row.id, row.status]));
    for (const { id, status } of results) expect(rows.get(id)).toBe(status);
  });

  it('does not wait for a run longer than the grace time', async () => {
    const child = await startChild(60_000);
    const answer = deliver(child.url, commitOf(0, 0));
    while (records().length < 1) await sleep(5);
    child.process.kill('SIGTERM');
    expect((await answer).status).toBe(503);
    await child.closed;
    expect(records()).toMatchObject([{ state: 'undecided', status: 503 }]);
  });
});

interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  readonly closed: Promise<unknown>;
}

async function startChild(millisecondsPerRun: number): Promise<Child> {
  const child = spawn(process.execPath, [script, directory, String(millisecondsPerRun)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const [url] = (await Promise.race([once(child.stdout, 'data'), closed])) as [Buffer | number];
  if (!Buffer.isBuffer(url)) throw new Error(`The server ended with ${url}.`);
  return { process: child, url: url.toString().trim(), closed };
}

interface Answer {
  /** 0 when the connection broke. */
  readonly status: number;
  readonly id: string;
}

/** Judges as lakeFS does: by the status line, whatever becomes of the body. */
async function deliver(url: string, commit: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ ...PAYLOAD, commit_id: commit }),
    });
    await response.text().catch(() => '');
    return { status: response.status, id: response.headers.get('x-sluice-decision') ?? '' };
  } catch {
    return { status: 0, id: '' };
  }
}

function commitOf(round: number, number: number): string {
  return (round * 1_000 + number).toString(16).padStart(64, '0');
}

function records(): readonly Decision[] {
  const store = openStore(join(directory, 'decisions.db'), { readonly: true });
  const rows = store.list({ limit: 100_000 });
  store.close();
  return rows;
}
