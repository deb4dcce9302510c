import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSession } from '../../../src/gate/ports.ts';
import { engineProcesses, NEVER, refusal, run, runAuthored, temporaryFolder, testEngine, until } from './harness.ts';

const STATEMENT_MS = 300;
const GRACE_MS = 300;

const engine = testEngine({ statementTimeoutMs: STATEMENT_MS, graceMs: GRACE_MS, spares: 1 });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => {
  await engine.close();
  expect(await until(() => engineProcesses().length === 0, 2_000)).toBe(true);
  await folder.remove();
});

async function openSession(): Promise<EngineSession> {
  const path = join(folder.path, 'x.csv');
  await writeFile(path, 'a\n1\n');
  return engine.open({ inputFiles: [path], stagedFiles: [], runDirectory: folder.path }, NEVER);
}

describe('a statement that would not end', () => {
  it.each([
    ['a cross join', 'SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7'],
    ['an endless recursion', 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r'],
    ['an endless aggregate', 'SELECT sum(range) AS n FROM range(1000000000000)'],
  ])('%s is interrupted, and the session goes on', async (_what, sql) => {
    const session = await openSession();
    const began = performance.now();
    expect(await refusal(runAuthored(session, sql))).toMatchObject({ code: 'engine-deadline' });
    expect(performance.now() - began).toBeLessThan(STATEMENT_MS + GRACE_MS + 1_000);
    expect(await run(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await session.close();
  });

  it('and cannot be interrupted loses its process', async () => {
    const session = await openSession();
    const running = engineProcesses();
    const sql = `SELECT levenshtein(repeat('a', 300000), repeat('b', 300000)) AS n`;
    const began = performance.now();
    expect(await refusal(runAuthored(session, sql))).toMatchObject({ code: 'engine-deadline' });
    expect(performance.now() - began).toBeLessThan(STATEMENT_MS + GRACE_MS + 1_500);
    expect(await until(() => engineProcesses().length < running.length, 1_000)).toBe(true);
    expect(await refusal(run(session, 'SELECT 1'))).toMatchObject({ code: 'engine-died' });
    await session.close();
  });
});

describe('a statement that wants too much memory', () => {
  const patient = testEngine();
  let session: EngineSession;

  beforeAll(async () => {
    session = await patient.open({ inputFiles: [], stagedFiles: [], runDirectory: folder.path }, NEVER);
    return () => patient.close();
  });

  it.each([
    ['a list', 'SELECT len(range(200000000)) AS n'],
    ['a text', `SELECT length(repeat('x', 2000000000)) AS n`],
    ['an aggregate', 'SELECT len(list(range)) AS n FROM range(1000000000)'],
  ])('%s is refused by the limit, not by the kernel', async (_what, sql) => {
    const { code } = await refusal(runAuthored(session, sql));
    expect(code).toBe('engine-memory');
    expect(await run(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('spills no more than it may', async () => {
    const tight = testEngine({ memoryLimit: 64 * 1024 ** 2, maxTempBytes: 16 * 1024 ** 2 });
    const small = await tight.open({ inputFiles: [], stagedFiles: [], runDirectory: folder.path }, NEVER);
    const sql = 'SELECT count(DISTINCT hash(range)) AS n FROM range(20000000)';
    expect(await refusal(run(small, sql))).toMatchObject({ code: 'engine-memory' });
    await tight.close();
  });
});

describe('the caller', () => {
  it('stops a running statement by its signal', async () => {
    const session = await openSession();
    const controller = new AbortController();
    const asked = session.query(
      { sql: 'SELECT sum(range) FROM range(1000000000000)', parameters: [] },
      controller.signal,
    );
    setTimeout(() => controller.abort(new Error('client gone')), 50);
    expect(await refusal(asked)).toMatchObject({ code: 'engine-aborted' });
    expect(await run(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await session.close();
  });

  it('whose time is up gets the deadline as reason', async () => {
    const session = await openSession();
    const asked = session.query(
      { sql: 'SELECT sum(range) FROM range(1000000000000)', parameters: [] },
      AbortSignal.timeout(50),
    );
    expect(await refusal(asked)).toMatchObject({ code: 'engine-deadline' });
    await session.close();
  });

  it('with a signal that is already aborted starts nothing', async () => {
    const session = await openSession();
    const asked = session.query({ sql: 'CREATE TABLE made AS SELECT 1', parameters: [] }, AbortSignal.abort());
    expect(await refusal(asked)).toMatchObject({ code: 'engine-aborted' });
    expect(await refusal(run(session, 'FROM made'))).toMatchObject({ code: 'engine-query' });
    await session.close();
  });

  it('may give up while the engine opens, and leaves nothing behind', async () => {
    const before = engineProcesses().length;
    const request = { inputFiles: [], stagedFiles: [], runDirectory: folder.path };
    expect(await refusal(engine.open(request, AbortSignal.abort()))).toMatchObject({ code: 'engine-aborted' });
    expect(await until(() => engineProcesses().length <= before, 2_000)).toBe(true);
  });
});
