import { readFileSync } from 'node:fs';
import type { GateMetrics } from '../adapters/metrics/gate-metrics.ts';
import type { Config } from '../config.ts';
import type { Report } from '../core/report/report.ts';
import type { FailingRowsReader } from '../gate/failing-rows-ports.ts';
import type { DecisionStore } from '../gate/record-ports.ts';
import type { CheckMerges } from '../gate/recorded-checks.ts';
import type { TableRecords } from '../gate/table-records.ts';
import { apiArea } from '../server/console/api/api-area.ts';
import type { ConsoleLog } from '../server/console/console-app.ts';
import { type HealthDependencies, healthRoutes } from '../server/console/health/health-routes.ts';
import { createReadiness, type Probe } from '../server/console/health/readiness.ts';
import type { AccessRule } from '../server/console/pages/access.ts';
import { pagesRouter } from '../server/console/pages/pages-area.ts';
import { type ConsoleServer, startConsoleServer } from '../server/console/start-console-server.ts';
import type { RunProgress } from '../server/run-progress.ts';
import { type ContractsInForceParts, contractsInForce } from './contracts-in-force.ts';
import { statePartsOf } from './records-upkeep.ts';

export interface ConsoleParts {
  readonly config: Config;
  readonly log: ConsoleLog;
  readonly store: DecisionStore & TableRecords;
  readonly checks: CheckMerges;
  readonly probes: readonly Probe[];
  readonly metrics: Pick<GateMetrics, 'render'>;
  readonly phase: HealthDependencies['phase'];
  readonly engine: Report['engine'];
  readonly progress: Pick<RunProgress, 'of'>;
  readonly failingRows: FailingRowsReader;
  /** What the pages about contracts read. */
  readonly contracts: ContractsInForceParts;
}

/** Starts the console port. Its stop resolves when no check is under way any more. Throws `listen-failed`. */
export async function openConsole(parts: ConsoleParts): Promise<ConsoleServer> {
  const { config, log, store, probes, metrics, phase, engine } = parts;
  const { checks, drained } = drainable(parts.checks);
  const readiness = createReadiness(probes, () => performance.now());
  const failingRows = { reader: parts.failingRows, log };
  const rules = accessRules(config);
  const api = apiArea({
    tokens: config.console.tokens.map((token) => token.reveal()),
    rules,
    failingRows,
    store,
    checks,
    checkDeadlineMs: config.hook.maxDeadlineMs,
    engine,
    url: config.console.url,
    reportSchema: reportSchema(),
  });
  const health = { routes: healthRoutes({ readiness, phase, metrics: () => metrics.render() }) };
  const { tokens, userHeader, proxies, url } = config.console;
  const pages = pagesRouter({
    failingRows,
    store,
    contracts: contractsInForce(config.contracts.kind, parts.contracts),
    progress: parts.progress,
    readiness,
    phase,
    stateParts: statePartsOf(config.stateDir),
    engine,
    now: Date.now,
    access: {
      tokens: tokens.map((token) => token.reveal()),
      rules,
      userHeader,
      proxies,
    },
    secure: url?.startsWith('https:') ?? false,
  });
  const server = await startConsoleServer(config.console.listen, [health, api], log, undefined, pages);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await drained();
    },
  };
}

function accessRules({ console: { access } }: Config): readonly AccessRule[] {
  return access.map(({ token, user, repositories, rows }) => ({
    ...(token === null ? {} : { token: token.reveal() }),
    ...(user === null ? {} : { user }),
    repositories,
    rows,
  }));
}

/** A check whose caller is gone still removes its scratch branch; lakeFS must be reachable until then. */
function drainable(inner: CheckMerges): { readonly checks: CheckMerges; readonly drained: () => Promise<void> } {
  const open = new Set<Promise<unknown>>();
  return {
    checks: {
      check: async (question, signal) => {
        const work = inner.check(question, signal);
        open.add(work);
        try {
          return await work;
        } finally {
          open.delete(work);
        }
      },
    },
    drained: async () => {
      while (open.size > 0) await Promise.allSettled(open);
    },
  };
}

/** The schema that ships beside `dist` and `src` alike. */
function reportSchema(): Readonly<Record<string, unknown>> {
  const text = readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
