/**
 * How long a full check takes, against the best hand-written DuckDB statements for the same sixteen checks that believe
 * no Parquet statistics either: one statement per check, and all in one scan; the faster of the two is the bar.
 *
 *   npm run bench            1 million and 10 million rows
 *   npm run bench -- 1       only 1 million
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DISTRUST_STATISTICS } from '../src/adapters/engine/database.ts';
import { createDuckDbEngine } from '../src/adapters/engine/engine.ts';
import { createLocalFiles } from '../src/adapters/local/local-files.ts';
import { createTextFiles } from '../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../src/adapters/workspace/run-directories.ts';
import { checkLocal } from '../src/gate/check-local.ts';

const ROWS_PER_FILE = 1_000_000;
const RUNS = 5;
const EMAIL = '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$';
const SKU = '^SKU-[0-9]{6}$';
const root = join(tmpdir(), 'sluice-bench');

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: bench
version: 1.0.0
status: active
schema:
  - name: orders
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
      - {type: sql, query: 'SELECT avg(amount) FROM {object}', mustBeBetween: [0, 10000]}
      - {type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'updated_at >= created_at'}}
      - {type: custom, engine: sluice, implementation: {check: freshness, column: created_at, max: 100000, unit: d}}
    properties:
      - {name: order_id, logicalType: integer, required: true, unique: true}
      - {name: customer_id, logicalType: integer, required: true}
      - name: email
        logicalType: string
        logicalTypeOptions: {pattern: '${EMAIL}'}
        quality: [{metric: nullValues, mustBeLessThan: 5, unit: percent}]
      - {name: sku, logicalType: string, logicalTypeOptions: {pattern: '${SKU}'}}
      - name: status
        quality: [{metric: invalidValues, arguments: {validValues: [new, paid, shipped, returned]}, mustBe: 0}]
      - name: currency
        quality: [{metric: invalidValues, arguments: {validValues: [USD, EUR, GBP]}, mustBe: 0}]
      - {name: country, logicalType: string, logicalTypeOptions: {minLength: 2, maxLength: 2}}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 10000}}
      - {name: quantity, logicalType: integer, logicalTypeOptions: {minimum: 1, maximum: 100}}
      - {name: discount, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 1}}
      - {name: created_at, logicalType: timestamp}
      - {name: updated_at, logicalType: timestamp}
      - {name: note}
`;

function makeRows(from: number): string {
  return `SELECT range + ${from} AS order_id, (hash(range) % 500000)::BIGINT AS customer_id,
    CASE WHEN range % 97 = 0 THEN NULL ELSE 'user' || (hash(range + 1) % 9000000) || '@example' || (range % 50) || '.com' END AS email,
    'SKU-' || lpad((hash(range + 2) % 1000000)::VARCHAR, 6, '0') AS sku,
    ['new', 'paid', 'shipped', 'returned'][1 + (hash(range + 3) % 4)::INT] AS status,
    ['USD', 'EUR', 'GBP'][1 + (hash(range + 4) % 3)::INT] AS currency,
    ['DE', 'FR', 'US', 'GB', 'IT'][1 + (hash(range + 5) % 5)::INT] AS country,
    ((hash(range + 6) % 1000000) / 100)::DECIMAL(10, 2) AS amount, 1 + (hash(range + 7) % 100)::INT AS quantity,
    (hash(range + 8) % 1000) / 1000.0::DOUBLE AS discount,
    TIMESTAMP '2026-01-01' + to_seconds(range + ${from}) AS created_at,
    TIMESTAMP '2026-01-01' + to_seconds(range + ${from} + (hash(range + 9) % 5000)::BIGINT) AS updated_at,
    'note ' || (hash(range + 10) % 1000) AS note FROM range(${ROWS_PER_FILE})`;
}

async function makeData(files: number): Promise<string> {
  const folder = join(root, `orders-${files}`);
  mkdirSync(join(folder, 'orders'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB' });
  const connection = await instance.connect();
  for (let index = 0; index < files; index += 1) {
    const path = join(folder, 'orders', `part-${index}.parquet`);
    if (!existsSync(path))
      await connection.run(`COPY (${makeRows(index * ROWS_PER_FILE)}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
  }
  connection.closeSync();
  instance.closeSync();
  return folder;
}

/** The statements somebody who knows DuckDB well would write, optimizers that trust footers off. */
async function handWritten(folder: string): Promise<{ separate: number; fused: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run(`SET disabled_optimizers = '${DISTRUST_STATISTICS}'`);
  await connection.run('SET preserve_insertion_order = false');
  await connection.run(`CREATE VIEW o AS SELECT * FROM read_parquet('${folder}/orders/*.parquet')`);
  const bad: readonly string[] = [
    'order_id IS NULL',
    'customer_id IS NULL',
    'email IS NULL',
    `NOT regexp_matches(email, '${EMAIL}')`,
    `NOT regexp_matches(sku, '${SKU}')`,
    "status NOT IN ('new', 'paid', 'shipped', 'returned')",
    "currency NOT IN ('USD', 'EUR', 'GBP')",
    'length(country) <> 2',
    'amount < 0 OR amount > 10000',
    'quantity < 1 OR quantity > 100',
    'isnan(discount) OR discount < 0 OR discount > 1',
    'updated_at < created_at',
  ];
  const unique = async (): Promise<void> => {
    const [bounds] = (
      await connection.runAndReadAll('SELECT min(order_id) AS low, max(order_id) AS high FROM o')
    ).getRowObjectsJson();
    await connection.runAndReadAll(
      `SELECT bit_count(bitstring_agg(order_id, ${bounds?.['low']}, ${bounds?.['high']})) FROM o`,
    );
  };
  const separate = await timed(async () => {
    await connection.runAndReadAll('SELECT count(*) FROM o');
    for (const predicate of bad) await connection.runAndReadAll(`SELECT count(*) FROM o WHERE ${predicate}`);
    await connection.runAndReadAll('SELECT avg(amount) FROM o');
    await connection.runAndReadAll('SELECT max(created_at) FROM o');
    await unique();
  });
  const fused = await timed(async () => {
    const counts = bad.map((predicate) => `count(*) FILTER (${predicate})`).join(', ');
    await connection.runAndReadAll(`SELECT count(*), ${counts}, avg(amount), max(created_at) FROM o`);
    await unique();
  });
  connection.closeSync();
  instance.closeSync();
  return { separate, fused };
}

async function sluice(folder: string): Promise<number> {
  const engine = createDuckDbEngine({ threads: 2, memoryLimit: 1_000_000_000, maxTempBytes: 8_000_000_000, spares: 1 });
  const document = {
    file: 'bench.odcs.yaml',
    text: CONTRACT,
    digest: createHash('sha256').update(CONTRACT).digest('hex'),
  };
  const deps = {
    engine,
    text: createTextFiles({ maxPlainBytes: 1e11 }),
    files: createLocalFiles(),
    workspace: createWorkspace(join(root, 'runs')),
    version: 'bench',
    elapsed: () => performance.now(),
  };
  const run = async (): Promise<void> => {
    const report = await checkLocal(
      { documents: [document], data: folder, base: null, now: Date.now(), variables: {} },
      deps,
      new AbortController().signal,
    );
    if (report.verdict !== 'approved')
      throw new Error(`the bench data is good, the verdict was ${report.verdict}: ${report.reasons.join('; ')}`);
  };
  const milliseconds = await timed(run);
  await engine.close();
  return milliseconds;
}

/** Median of the runs after one that is not counted; a pause lets a warm spare start, as between two merges. */
async function timed(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    const started = performance.now();
    await work();
    if (run > 0) times.push(performance.now() - started);
  }
  return times.sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10];
for (const files of sizes) {
  const folder = await makeData(files);
  const hand = await handWritten(folder);
  const own = await sluice(folder);
  const best = Math.min(hand.separate, hand.fused);
  const shown = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  console.log(
    `${files}M rows, 16 checks: Sluice ${shown(own)}; by hand ${shown(hand.separate)} separate, ${shown(hand.fused)} fused; ratio ${(own / best).toFixed(2)}`,
  );
}
