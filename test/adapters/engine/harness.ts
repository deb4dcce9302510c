import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createDuckDbEngine, type DuckDbEngineOptions } from '../../../src/adapters/engine/engine.ts';
import { SluiceError } from '../../../src/core/problem.ts';
import type { SqlValue } from '../../../src/core/sql.ts';
import type { EngineSession, QueryEngine, Row } from '../../../src/gate/ports.ts';

export const NEVER = new AbortController().signal;
export const LYING = resolve(import.meta.dirname, '../../fixtures/lying');
const MIB = 1024 ** 2;

/** An engine small enough for tests. */
export function testEngine(options: Partial<DuckDbEngineOptions> = {}): QueryEngine {
  return createDuckDbEngine({
    threads: 2,
    memoryLimit: 256 * MIB,
    maxTempBytes: 256 * MIB,
    statementTimeoutMs: 20_000,
    spares: 0,
    ...options,
  });
}

/** A folder of its own below the system's, and what removes it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'sluice-engine-')));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Copies fixtures into a run directory under server-made names. */
export async function place(runDirectory: string, fixtures: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(
    fixtures.map(async (fixture, index) => {
      const path = join(runDirectory, `${String(index).padStart(6, '0')}.parquet`);
      await copyFile(join(LYING, fixture), path);
      return path;
    }),
  );
}

/**
 * Writes a Parquet file of 5 row groups whose `amount` is 500 to 900 by the statistics of each group, and -9 in one row
 * of the last. A reader that has seen 500 has no reason to look there.
 */
export async function writeLateLie(path: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`COPY (
      SELECT i + 1000000 AS id, CASE i WHEN 9000 THEN 555 ELSE [500, 900, 600 + i % 100][least(i % 2048, 2) + 1] END::BIGINT AS amount
      FROM range(10240) t(i)
    ) TO '${path}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 2048, DICTIONARY_SIZE_LIMIT 1)`);
  connection.closeSync();
  const bytes = await readFile(path);
  const honest = Buffer.alloc(8);
  honest.writeBigInt64LE(555n);
  bytes.writeBigInt64LE(-9n, bytes.indexOf(honest));
  await writeFile(path, bytes);
}

/** Writes a Parquet file whose footer gives a decimal the precision -1; DuckDB invalidates itself when it reads it. */
export async function writePoison(path: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`COPY (SELECT 1::DECIMAL(18, 2) AS d) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  const bytes = await readFile(path);
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  // Thrift writes 18 as 36 and -1 as 1 (zigzag).
  bytes.writeUInt8(1, bytes.indexOf(36, footer));
  await writeFile(path, bytes);
}

/** Runs a statement of our own. */
export function run(
  session: EngineSession,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<readonly Row[]> {
  return session.query({ sql, parameters }, NEVER);
}

/** Runs an author's statement over the table `orders`. */
export function runAuthored(session: EngineSession, sql: string, maxRows = 20): Promise<readonly Row[]> {
  return session.authoredQuery({ sql, relations: ['orders'], maxRows }, NEVER);
}

/** The code and message a promise rejects with; fails when it does not reject with one of ours. */
export async function refusal(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SluiceError) return error.problem;
    throw error;
  }
  throw new Error('expected a refusal, got an answer');
}

/** Process ids of engine processes that `parent` started and that still run. */
export function engineProcesses(parent: number = process.pid): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isEngineOf(pid, parent));
}

function isEngineOf(pid: number, parent: number): boolean {
  try {
    const [state, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return state !== 'Z' && Number(ppid) === parent && command.includes('/adapters/engine/child.');
  } catch {
    return false;
  }
}

/** Waits until the condition holds, at most `ms`. */
export async function until(condition: () => boolean, ms: number): Promise<boolean> {
  const end = Date.now() + ms;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return condition();
}
