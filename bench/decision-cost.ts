/**
 * What Sluice itself adds to a merge: the time of a decision that governs no changed table, without the time that
 * lakeFS takes to answer; and for how long it keeps its event loop from other merges while it runs a full check.
 *
 *   tsx bench/decision-cost.ts            300 decisions, then a check of 2 million rows
 *
 * lakeFS is the stand-in, in a process of its own. Both ends of an interval are seen from inside the server: from the
 * request's headers to the answer's last byte, minus the time in which at least one call to lakeFS was under way.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadConfig } from '../src/config.ts';
import { actionFile, TOKEN_VARIABLE } from '../src/core/action/action-file.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/start.ts';
import { openGate, type RunningGate } from '../src/wire/open-gate.ts';
import { createRepository, type LakeUser } from '../test/e2e/lake-user.ts';

const TOKEN = 'bench-token-0123456789';
const DECISIONS = 300;
const WARM_UP = 50;
const ROWS = 2_000_000;
const BAR_MS = 5;
const LOOP_BAR_MS = 50;

type Server = Pick<Sandbox, 'url' | 'accessKeyId' | 'secretAccessKey'>;
type Interval = readonly [from: number, to: number];

/** How often every table stands in the contract directory: what is known of many contracts is parsed once. */
function contractOf(table: string): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: ${table}
version: 1.0.0
status: active
servers:
  - {server: lake, type: s3, location: 's3://*/main/tables/{model}/'}
schema:
  - name: ${table}
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: customer_id, logicalType: integer, required: true}
      - {name: status, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [new, paid]}, mustBe: 0}]}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 10000}}
      - {name: sku, logicalType: string, logicalTypeOptions: {pattern: '^SKU-[0-9]{6}$'}}
      - {name: day, logicalType: date}
`;
}

/** Calls to lakeFS under way, and deliveries, as the process itself sees them. */
function watchIntervals() {
  const open = new Map<object, number>();
  const calls: Interval[] = [];
  const deliveries: Interval[] = [];
  const end = (key: object, list: Interval[]) => {
    const from = open.get(key);
    if (from !== undefined) list.push([from, performance.now()]);
    open.delete(key);
  };
  type Call = { readonly request: object };
  type Delivery = { readonly request: IncomingMessage };
  subscribe('undici:request:create', (message) => open.set((message as Call).request, performance.now()));
  subscribe('undici:request:trailers', (message) => end((message as Call).request, calls));
  subscribe('http.server.request.start', (message) => open.set((message as Delivery).request, performance.now()));
  subscribe('http.server.response.finish', (message) => end((message as Delivery).request, deliveries));
  return { calls, deliveries };
}

/** Length of an interval that none of the calls covers, in milliseconds. */
function ownTime([from, to]: Interval, calls: readonly Interval[]): number {
  let covered = 0;
  let end = from;
  for (const [start, stop] of calls.filter((call) => call[0] >= from && call[1] <= to).sort((a, b) => a[0] - b[0])) {
    covered += Math.max(0, stop - Math.max(start, end));
    end = Math.max(end, stop);
  }
  return to - from - covered;
}

async function startLakefs(): Promise<{ readonly server: Server; readonly process: ChildProcess }> {
  const child = fork(import.meta.filename, ['lakefs'], { execArgv: process.execArgv });
  const [server] = (await once(child, 'message')) as [Server];
  return { server, process: child };
}

async function startSluice(server: Server, contracts: number): Promise<{ gate: RunningGate; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-contracts-'));
  for (let index = 0; index < contracts; index += 1) {
    const table = index === 0 ? 'orders' : `other_${index}`;
    writeFileSync(join(folder, `${table}.odcs.yaml`), contractOf(table));
  }
  const env = {
    SLUICE_LAKEFS_URL: server.url,
    SLUICE_LAKEFS_ACCESS_KEY_ID: server.accessKeyId,
    SLUICE_LAKEFS_SECRET_ACCESS_KEY: server.secretAccessKey,
    SLUICE_HOOK_TOKEN: TOKEN,
    SLUICE_HOOK_LISTEN: '127.0.0.1:0',
    SLUICE_CONSOLE_LISTEN: '127.0.0.1:0',
    SLUICE_STATE_DIR: directory,
    SLUICE_CONTRACTS: folder,
    SLUICE_UNCOVERED: 'allow',
    SLUICE_LIMIT_MEMORY: '2GiB',
  };
  const loaded = loadConfig({ env, cwd: directory });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const gate = await openGate(
    loaded.config,
    { debug: () => {}, info: () => {}, warn: console.warn, error: console.error },
    {},
  );
  const close = async () => {
    await gate.stop();
    for (const path of [directory, folder]) rmSync(path, { recursive: true, force: true });
  };
  return { gate, close };
}

async function gatedRepository(server: Server, gate: RunningGate): Promise<LakeUser> {
  const lake = await createRepository(server, `bench-${randomUUID().slice(0, 8)}`);
  const settings = { branches: ['main'], hookUrl: gate.url, timeoutMs: 300_000, tokenVariable: TOKEN_VARIABLE };
  await lake.put('main', '_lakefs_actions/sluice.yaml', actionFile({ ...settings, events: ['pre-merge'] }));
  await lake.commit('main', 'first');
  return lake;
}

/** Data as Sluice likes it least: half of it Parquet, half of it CSV, which goes through this process byte by byte. */
async function halves(): Promise<{ readonly parquet: Uint8Array; readonly csv: Uint8Array }> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-data-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (from: number) => `SELECT range + ${from} AS id, range % 1000 AS customer_id,
    ['new', 'paid'][1 + (range % 2)] AS status, (range % 1000000) / 100 AS amount,
    'SKU-' || lpad((hash(range) % 1000000)::VARCHAR, 6, '0') AS sku,
    DATE '2026-01-01' + (range % 365)::INT AS day FROM range(${ROWS / 2})`;
  await connection.run(`COPY (${rows(0)}) TO '${directory}/p' (FORMAT parquet)`);
  await connection.run(`COPY (${rows(ROWS / 2)}) TO '${directory}/c' (FORMAT csv, HEADER)`);
  connection.closeSync();
  instance.closeSync();
  const data = { parquet: readFileSync(join(directory, 'p')), csv: readFileSync(join(directory, 'c')) };
  rmSync(directory, { recursive: true, force: true });
  return data;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** p50 and p95 of what is there after the warm-up. */
function spread(values: readonly number[]): { readonly p50: number; readonly p95: number } {
  const sorted = values.slice(WARM_UP).sort((left, right) => left - right);
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
}

function show(name: string, { p50, p95 }: { readonly p50: number; readonly p95: number }, bar = ''): void {
  console.log(
    `${name.padEnd(44)} p50 ${p50.toFixed(2).padStart(7)} ms   p95 ${p95.toFixed(2).padStart(7)} ms   ${bar}`,
  );
}

async function measureDecisions(server: Server, contracts: number): Promise<void> {
  const { gate, close } = await startSluice(server, contracts);
  const lake = await gatedRepository(server, gate);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  watched.calls.length = 0;
  watched.deliveries.length = 0;
  for (let index = 0; index < DECISIONS + WARM_UP; index += 1) {
    await lake.branch(`etl-${index}`, { [`notes/${index}.txt`]: 'not governed' });
    const { status } = await lake.merge(`etl-${index}`);
    if (status !== 200) throw new Error(`merge ${index}: ${status}`);
  }
  delay.disable();
  console.log(`\n${DECISIONS} decisions that govern no changed table, ${contracts} contracts`);
  show('delivery, with lakeFS', spread(watched.deliveries.map(([from, to]) => to - from)));
  const own = spread(watched.deliveries.map((delivery) => ownTime(delivery, watched.calls)));
  show("Sluice's own time", own, `${own.p50 < BAR_MS ? 'below' : 'ABOVE'} ${BAR_MS} ms`);
  console.log(
    `first decision, own time                     ${ownTime(watched.deliveries[0] ?? [0, 0], watched.calls).toFixed(2)} ms`,
  );
  console.log(`longest stop of the event loop (all of it)   ${(delay.max / 1e6).toFixed(1)} ms`);
  await close();
}

async function measureCheck(server: Server): Promise<void> {
  const { gate, close } = await startSluice(server, 1);
  const lake = await gatedRepository(server, gate);
  const { parquet, csv } = await halves();
  for (const [name, data] of [
    ['Parquet', { 'tables/orders/a.parquet': parquet }],
    ['CSV', { 'tables/orders/b.csv': csv }],
  ] as const) {
    await lake.branch(name.toLowerCase(), data);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const from = performance.now();
    const { status, hook } = await lake.merge(name.toLowerCase());
    const took = performance.now() - from;
    delay.disable();
    if (status !== 200) throw new Error(hook?.body ?? String(status));
    const most = delay.max / 1e6;
    const bar = `${most < LOOP_BAR_MS ? 'below' : 'ABOVE'} ${LOOP_BAR_MS} ms`;
    console.log(
      `\nfull check, ${(ROWS / 2).toLocaleString('en')} rows of ${name} added (${(took / 1_000).toFixed(1)} s)`,
    );
    console.log(`longest stop of the event loop               ${most.toFixed(1)} ms   ${bar}`);
  }
  await close();
}

if (process.argv[2] === 'lakefs') {
  const { url, accessKeyId, secretAccessKey } = await startSandbox({ env: { LAKEFSACTION_SLUICE_TOKEN: TOKEN } });
  process.send?.({ url, accessKeyId, secretAccessKey });
  process.once('disconnect', () => process.exit());
}
const watched = watchIntervals();
if (process.argv[2] !== 'lakefs') {
  const lakefs = await startLakefs();
  await measureDecisions(lakefs.server, 1);
  await measureDecisions(lakefs.server, 50);
  await measureCheck(lakefs.server);
  lakefs.process.disconnect();
}
