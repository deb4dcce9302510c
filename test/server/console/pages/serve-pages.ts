/** The console's pages on a free port, over decisions that the test names. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import type { FailingRowsReader } from '../../../../src/gate/failing-rows-ports.ts';
import { readContracts } from '../../../../src/gate/load-contracts.ts';
import type { Decision, DecisionStore } from '../../../../src/gate/record-ports.ts';
import type { ProbeResult } from '../../../../src/server/console/health/readiness.ts';
import type { AccessRule } from '../../../../src/server/console/pages/access.ts';
import { pagesRouter } from '../../../../src/server/console/pages/pages-area.ts';
import type { ContractsInForce } from '../../../../src/server/console/pages/views.ts';
import { startConsoleServer } from '../../../../src/server/console/start-console-server.ts';
import { createLogger } from '../../../../src/server/create-logger.ts';
import { DIFFED } from '../../../core/report/diffs.ts';
import { APPROVED, REJECTED, UNDECIDED } from '../../../core/report/reports.ts';

export const TOKEN = 'console-token-0123456789';
export const NOW = Date.parse('2026-08-22T12:00:00.000Z');

let made = 0;

export function decision(overrides: Partial<Decision> = {}): Decision {
  made += 1;
  return {
    id: `01d${String(made).padStart(6, '0')}`,
    state: 'rejected',
    replayOf: null,
    key: null,
    event: 'pre-merge',
    origin: 'hook',
    repository: 'lake',
    branch: 'main',
    source: 'etl',
    mergeCommit: 'c'.repeat(64),
    committer: 'etl-bot',
    status: 422,
    receivedAt: new Date(NOW - 60_000 * (1_000 - made)).toISOString(),
    decidedAt: new Date(NOW - 60_000 * (1_000 - made) + 2_000).toISOString(),
    report: JSON.stringify(REJECTED),
    landed: null,
    ...overrides,
  };
}

/** A few of each kind, oldest first. */
export function someDecisions(): readonly Decision[] {
  return [
    decision({ state: 'approved', status: 200, report: JSON.stringify(DIFFED) }),
    decision(),
    decision({ state: 'undecided', status: 503, report: JSON.stringify(UNDECIDED) }),
    decision({ state: 'abandoned', status: null, report: null }),
    decision({
      state: 'approved',
      status: 200,
      report: JSON.stringify(APPROVED),
      landed: { commit: 'd'.repeat(64), at: '2026-08-22T11:00:00.000Z', same: true },
    }),
    decision({ repository: 'secret-lake', source: 'hidden' }),
    decision({ state: 'running', status: null, decidedAt: null, report: null }),
  ];
}

export interface PagesOptions {
  readonly tokens?: readonly string[];
  readonly rules?: readonly AccessRule[];
  readonly userHeader?: string | null;
  readonly proxies?: readonly string[];
  readonly decisions?: readonly Decision[];
  readonly failingRows?: FailingRowsReader;
  /** What the page about health asks. */
  readonly readiness?: () => Promise<readonly ProbeResult[]>;
  /** Default: those of a directory. */
  readonly contracts?: ContractsInForce;
  /** Lines of the log from level info. */
  readonly logged?: string[];
}

export async function servePages(options: PagesOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-pages-'));
  const store = openStore(join(directory, 'decisions.db'));
  for (const one of options.decisions ?? someDecisions()) record(store, one);
  const file = 'contracts/flights.odcs.yaml';
  const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
  const contracts = readContracts([{ file, text, digest: 'a'.repeat(64) }], {});
  const level = options.logged === undefined ? 'error' : 'info';
  const log = createLogger({ level, destination: { write: (line) => void options.logged?.push(line) } });
  const pages = pagesRouter({
    ...(options.failingRows === undefined ? {} : { failingRows: { reader: options.failingRows, log } }),
    store,
    contracts: options.contracts ?? { kind: 'directory', load: async () => ({ ...contracts, place: null }) },
    progress: { of: () => ({ stage: 'checks', since: NOW - 4_000, objects: 3, bytes: 1_500_000 }) },
    readiness: options.readiness ?? (async () => [{ name: 'lakefs', ok: true, detail: 'lakeFS 1.84', durationMs: 3 }]),
    phase: () => 'serving',
    stateParts: async () => [{ name: 'decisions.db', bytes: 120_000 }],
    engine: { sluice: '0.1.0', duckdb: 'duckdb v1.5.6' },
    now: () => NOW,
    access: {
      tokens: options.tokens ?? [TOKEN],
      rules: options.rules ?? [],
      userHeader: options.userHeader ?? null,
      proxies: options.proxies ?? [],
    },
    secure: false,
  });
  const server = await startConsoleServer({ host: '127.0.0.1', port: 0 }, [], log, undefined, pages);
  const stop = async () => {
    await server.stop();
    store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

/** As a server would have written it. */
function record(store: DecisionStore, one: Decision): void {
  store.begin({ ...one, state: 'running', replayOf: null, key: null, status: null, decidedAt: null, report: null });
  if (one.state === 'running') return;
  store.finish(one.id, one);
  if (one.landed !== null) store.land(one.id, one.landed);
}
