/**
 * What a diff of few changed objects costs beside a full join of both versions: 12 million rows in 60 objects, four of
 * them changed (rows updated, deleted and moved between two of them, one object added).
 *
 *     npx tsx bench/diff-cost.ts
 *
 * Exits with 1 when a count differs or the diff takes more than a tenth of the join's time.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createDuckDbEngine } from '../src/adapters/engine/engine.ts';
import { createTextFiles } from '../src/adapters/text/make-plain.ts';
import type { TableDiff } from '../src/core/diff/table-diff.ts';
import { compile, join as joined, sql, value } from '../src/core/sql.ts';
import type { DiffObject } from '../src/gate/diff-objects.ts';
import { diffTables } from '../src/gate/diff-tables.ts';
import { tableWithoutContract } from '../src/gate/table-without-contract.ts';

const OBJECTS = 60;
const ROWS_PER_OBJECT = 200_000;
const TIMES = 5;
const COLUMNS = ['customer', 'amount', 'price', 'note', 'day', 'status', 'sku'];

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const engine = createDuckDbEngine({
  threads: availableParallelism(),
  memoryLimit: 2 * 1024 ** 3,
  maxTempBytes: 20 * 1024 ** 3,
  spares: 1,
});

interface Version {
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
}

async function makeData(): Promise<Version> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const write = async (name: string, select: string): Promise<DiffObject> => {
    const localPath = join(folder, name);
    await connection.run(`COPY (${select}) TO '${localPath}' (FORMAT parquet)`);
    return {
      path: name.replace(/^.*?-/, ''),
      localPath,
      sizeBytes: statSync(localPath).size,
      partition: {},
      identity: name,
    };
  };
  const rows = (from: number, to: number): string => `SELECT i AS id, (i * 7919) % 1000003 AS customer,
    CAST((i % 100000) / 100.0 AS DECIMAL(10,2)) AS amount, (i % 9973) * 1.5 AS price,
    CASE WHEN i % 50 <> 0 THEN 'note ' || (i % 1000) END AS note, DATE '2026-01-01' + CAST(i % 365 AS INTEGER) AS day,
    ['new','paid','sent'][1 + i % 3] AS status, md5(CAST(i AS VARCHAR)) AS sku FROM range(${from}, ${to}) AS t(i)`;
  const base: DiffObject[] = [];
  for (let index = 0; index < OBJECTS; index += 1) {
    base.push(await write(`base-${index}.parquet`, rows(index * ROWS_PER_OBJECT, (index + 1) * ROWS_PER_OBJECT)));
  }
  const update = `SELECT * REPLACE (CASE WHEN id % 50 = 1 THEN amount + 1 ELSE amount END AS amount,
    CASE WHEN id % 1000 = 7 THEN NULL ELSE note END AS note)`;
  // Objects 10 and 11 swap rows, 30 loses some, one is new.
  const merge = [...base];
  merge[10] = await write('merge-10.parquet', `${update} FROM (${rows(2_000_000, 2_400_000)}) WHERE id % 2 = 0`);
  merge[11] = await write('merge-11.parquet', `${update} FROM (${rows(2_000_000, 2_400_000)}) WHERE id % 2 = 1`);
  merge[30] = await write('merge-30.parquet', `${update} FROM (${rows(6_000_000, 6_200_000)}) WHERE id % 50 <> 3`);
  merge.push(await write('merge-60.parquet', rows(12_000_000, 12_200_000)));
  connection.closeSync();
  return { base, merge };
}

/** The same question asked of all objects, in plain SQL and the same engine. */
async function fullJoin({ base, merge }: Version): Promise<Readonly<Record<string, number>>> {
  const side = (objects: readonly DiffObject[]) =>
    sql`(SELECT true AS one, * FROM read_parquet(CAST(${value(objects.map((one) => one.localPath))} AS VARCHAR[])))`;
  const differs = (name: string) => ({ text: [`a.${name} IS DISTINCT FROM b.${name}`], values: [] });
  const counts = COLUMNS.map((name) => ({
    text: [`count(*) FILTER (a.one AND b.one AND a.${name} IS DISTINCT FROM b.${name}) AS ${name}`],
    values: [],
  }));
  const query =
    compile(sql`SELECT count(*) FILTER (a.one IS NULL) AS inserted, count(*) FILTER (b.one IS NULL) AS deleted,
      count(*) FILTER (a.one AND b.one AND (${joined(COLUMNS.map(differs), ' OR ')})) AS updated, ${joined(counts, ', ')}
    FROM ${side(base)} AS a FULL JOIN ${side(merge)} AS b ON a.id = b.id`);
  const signal = AbortSignal.timeout(600_000);
  const inputFiles = [...new Set([...base, ...merge].map((one) => one.localPath))];
  const session = await engine.open({ inputFiles, stagedFiles: [], runDirectory: folder }, signal);
  const [row = {}] = await session.query(query, signal);
  await session.close();
  return Object.fromEntries(Object.entries(row).map(([name, number]) => [name, Number(number)]));
}

const TABLE = tableWithoutContract('orders', []);

async function changedObjects({ base, merge }: Version): Promise<TableDiff> {
  const [outcome] = await diffTables(
    {
      tables: [
        { table: TABLE, fromData: true, key: ['id'], tolerance: {}, show: { columns: [], limit: 0 }, base, merge },
      ],
      runDirectory: folder,
      limits: { exactRows: 100_000_000, profileBytes: 0 },
    },
    { engine, text: createTextFiles({ maxPlainBytes: 1 }) },
    AbortSignal.timeout(600_000),
  );
  if (outcome === undefined || 'problem' in outcome) throw new Error(JSON.stringify(outcome));
  return outcome.diff;
}

function countsOf(diff: TableDiff): Readonly<Record<string, number>> {
  const changed = new Map(diff.columns.map((column) => [column.name, column.changed]));
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, changed.get(name) ?? 0]));
  return { inserted: diff.inserted, deleted: diff.deleted, updated: diff.updated, ...columns };
}

interface Measured<T> {
  readonly ms: number;
  readonly result: T;
}

async function measure<T>(work: () => Promise<T>, best: Measured<T> | null): Promise<Measured<T>> {
  // Time for the next engine process to get warm.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  return best !== null && best.ms < ms ? best : { ms, result };
}

mkdirSync(folder, { recursive: true });
try {
  const version = await makeData();
  let few: Measured<TableDiff> | null = null;
  let all: Measured<Readonly<Record<string, number>>> | null = null;
  // Turn by turn, so that other work on the machine meets both.
  for (let time = 0; time < TIMES; time += 1) {
    few = await measure(() => changedObjects(version), few);
    all = await measure(() => fullJoin(version), all);
  }
  if (few === null || all === null) throw new Error('nothing was measured');
  const [found, expected] = [JSON.stringify(countsOf(few.result)), JSON.stringify(all.result)];
  const share = (100 * few.ms) / all.ms;
  const { moved, unchanged, objects } = few.result;
  console.log(`full join of all objects   ${all.ms.toFixed(0)} ms   ${expected}`);
  console.log(`diff of changed objects    ${few.ms.toFixed(0)} ms   ${found}`);
  console.log(
    `${share.toFixed(1)} % of the time; ${objects.read} of ${objects.of} objects read, ${moved} rows moved, ${unchanged} unchanged`,
  );
  if (found !== expected || share > 10) process.exitCode = 1;
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
