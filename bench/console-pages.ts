/**
 * How long the console takes to show its pages over many decisions, and for how long it keeps the event loop, which also
 * answers lakeFS, from everything else meanwhile; and what a decision costs on the disk.
 *
 *   tsx bench/console-pages.ts [DECISIONS]      5,000 decisions of 20 tables each
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openStore } from '../src/adapters/store/open-store.ts';
import { readContracts } from '../src/gate/load-contracts.ts';
import { pagesRouter } from '../src/server/console/pages/pages-area.ts';
import { startConsoleServer } from '../src/server/console/start-console-server.ts';
import { largeReport } from '../test/server/console/pages/large-report.ts';

const TOKEN = 'bench-token-0123456789';
const DECISIONS = Number(process.argv[2] ?? 5_000);
const TABLES = 20;
const ROUNDS = 5;
const BAR_MS = 50;
const START = Date.parse('2026-08-01T00:00:00.000Z');
const STEP_MS = 5 * 60_000;

function fill(store: ReturnType<typeof openStore>): { readonly reportBytes: number } {
  let reportBytes = 0;
  for (let index = 0; index < DECISIONS; index += 1) {
    const id = `01d${String(index).padStart(8, '0')}`;
    const at = START + index * STEP_MS;
    const receivedAt = new Date(at).toISOString();
    const report = JSON.stringify(largeReport(TABLES, index));
    reportBytes += report.length;
    const state = index % 3 === 0 ? 'rejected' : 'approved';
    const status = state === 'approved' ? 200 : 422;
    const subject = { repository: `lake-${index % 4}`, branch: 'main', source: `etl-${index}`, committer: 'etl-bot' };
    const begun = { id, state: 'running', replayOf: null, key: null, origin: 'hook', ...subject } as const;
    const open = { status: null, decidedAt: null, report: null, landed: null } as const;
    store.begin({ ...begun, mergeCommit: 'c'.repeat(64), receivedAt, ...open });
    const decidedAt = new Date(at + 2_000).toISOString();
    store.finish(id, { state, replayOf: null, key: null, status, decidedAt, report });
  }
  return { reportBytes };
}

async function serve(store: ReturnType<typeof openStore>) {
  const pages = pagesRouter({
    store,
    contracts: { kind: 'directory', load: async () => ({ ...readContracts([], {}), place: null }) },
    progress: { of: () => null },
    readiness: async () => [],
    phase: () => 'serving',
    stateParts: async () => [],
    engine: { sluice: '0', duckdb: '0' },
    now: () => START + DECISIONS * STEP_MS,
    access: { tokens: [TOKEN], rules: [], userHeader: null, proxies: [] },
    secure: false,
  });
  const quiet = { debug: () => {}, info: () => {}, error: console.error };
  return startConsoleServer({ host: '127.0.0.1', port: 0 }, [], quiet, undefined, pages);
}

const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-console-'));
try {
  const path = join(directory, 'decisions.db');
  const store = openStore(path);
  const { reportBytes } = fill(store);
  const server = await serve(store);
  const login = await fetch(`${server.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ token: TOKEN }),
    redirect: 'manual',
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const newest = `01d${String(DECISIONS - 1).padStart(8, '0')}`;
  const middle = `01d${String(Math.floor(DECISIONS / 2)).padStart(8, '0')}`;
  const paths = [
    '/',
    '/decisions',
    `/decisions?before=${middle}`,
    '/decisions?state=undecided',
    '/decisions?table=table_7',
    '/tables',
    '/table?repository=lake-1&branch=main&name=table_7',
    `/decisions/${newest}`,
    '/health',
  ];
  let worst = 0;
  for (const path of paths) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const times: number[] = [];
    const before = process.cpuUsage();
    let size = 0;
    let status = 0;
    delay.enable();
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = performance.now();
      const answer = await fetch(`${server.url}${path}`, { headers: { cookie } });
      size = (await answer.text()).length;
      status = answer.status;
      times.push(performance.now() - from);
    }
    delay.disable();
    const used = process.cpuUsage(before);
    const cpu = (used.user + used.system) / 1e3 / ROUNDS;
    const block = delay.max / 1e6;
    // The page of a decision has its one report to read and to show whole.
    if (!path.endsWith(newest)) worst = Math.max(worst, block);
    const median = times.toSorted((left, right) => left - right)[Math.floor(ROUNDS / 2)] ?? 0;
    const first = times[0] ?? 0;
    console.log(
      `${String(status)} ${path.padEnd(55)} first ${first.toFixed(1)} ms, median ${median.toFixed(1)} ms, CPU ${cpu.toFixed(1)} ms, longest block ${block.toFixed(1)} ms, ${Math.round(size / 1024)} kB`,
    );
  }
  await server.stop();
  store.close();
  const file = statSync(path).size;
  console.log(
    `${DECISIONS} decisions: reports of ${Math.round(reportBytes / DECISIONS)} bytes each, ${Math.round(file / DECISIONS)} bytes on the disk each, ${Math.round(file / 1e6)} MB`,
  );
  console.log(
    worst <= BAR_MS
      ? `ok: no page but the report's blocks beyond ${BAR_MS} ms`
      : `SLOW: a block of ${worst.toFixed(0)} ms`,
  );
  process.exitCode = worst <= BAR_MS ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
