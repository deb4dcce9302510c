import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import type { FailingRowsReader } from '../../../src/gate/failing-rows-ports.ts';
import type { DecisionStore } from '../../../src/gate/record-ports.ts';
import type { CheckMerges } from '../../../src/gate/recorded-checks.ts';
import { apiArea } from '../../../src/server/console/api/api-area.ts';
import type { Area } from '../../../src/server/console/console-app.ts';
import { healthRoutes } from '../../../src/server/console/health/health-routes.ts';
import { createReadiness, type Probe } from '../../../src/server/console/health/readiness.ts';
import type { AccessRule } from '../../../src/server/console/pages/access.ts';
import { startConsoleServer } from '../../../src/server/console/start-console-server.ts';
import { createLogger } from '../../../src/server/create-logger.ts';

export const TOKEN = 'console-token-0123456789';

export interface TestConsole {
  readonly url: string;
  readonly areas: readonly Area[];
  readonly store: DecisionStore;
  readonly logged: readonly string[];
  /** With the token, unless the headers say otherwise. */
  get(path: string, init?: RequestInit): Promise<Response>;
  ask(question: unknown, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface TestConsoleOptions {
  readonly tokens?: readonly string[];
  readonly rules?: readonly AccessRule[];
  readonly failingRows?: FailingRowsReader;
  readonly checks?: CheckMerges;
  readonly probes?: readonly Probe[];
  readonly phase?: 'starting' | 'serving' | 'stopping';
  readonly silenceMs?: number;
}

/** A console on a free port over real records; its checks and probes are the test's. */
export async function serveConsole(options: TestConsoleOptions = {}): Promise<TestConsole> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-console-'));
  const store = openStore(join(directory, 'decisions.db'));
  const logged: string[] = [];
  const log = createLogger({ level: 'debug', destination: { write: (line) => void logged.push(line) } });
  const areas: readonly Area[] = [
    {
      routes: healthRoutes({
        readiness: createReadiness(options.probes ?? [], () => performance.now()),
        phase: () => options.phase ?? 'serving',
        metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
      }),
    },
    apiArea({
      tokens: options.tokens ?? [TOKEN],
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      ...(options.failingRows === undefined ? {} : { failingRows: { reader: options.failingRows, log } }),
      store,
      checks: options.checks ?? { check: () => Promise.reject(new TypeError('no checks in this test')) },
      checkDeadlineMs: 20_000,
      engine: { sluice: '0.1.0', duckdb: 'duckdb v1' },
      url: null,
      reportSchema: JSON.parse(readFileSync(new URL('../../../schemas/report.schema.json', import.meta.url), 'utf8')),
    }),
  ];
  const server = await startConsoleServer({ host: '127.0.0.1', port: 0 }, areas, log, options.silenceMs);
  const get: TestConsole['get'] = (path, init = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { Authorization: `Bearer ${TOKEN}`, ...init.headers } });
  return {
    url: server.url,
    areas,
    store,
    logged,
    get,
    ask: (question, { headers, ...init } = {}) =>
      get('/api/v1/checks', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof question === 'string' ? question : JSON.stringify(question),
        ...init,
      }),
    close: async () => {
      await server.stop();
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
