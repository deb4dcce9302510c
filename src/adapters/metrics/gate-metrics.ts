import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ANNOUNCEMENTS, type Announcement } from '../../gate/announce.ts';
import { type GateObserver, timed } from '../../gate/observer.ts';

/** What is read when somebody asks for the metrics, rather than counted as it happens. */
export interface MetricReadings {
  readonly queueLength: number;
  readonly runsActive: number;
  readonly cacheBytes: number;
}

/** How the cache answered: the bytes were there, were not there, or are of a kind that is read anew each time. */
export type CacheResult = 'hit' | 'miss' | 'bypass';

export interface GateMetrics {
  readonly observer: GateObserver;
  cacheRequest(result: CacheResult): void;
  pullRequests(result: Announcement): void;
  /** A call of the hook port that was no delivery: a wrong token, say. */
  hookRefused(status: number): void;
  /** An engine process ended that nobody had ended. */
  engineDied(): void;
  /** Prometheus's text format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface MetricsOptions {
  readonly build: { readonly sluice: string; readonly duckdb: string };
  readonly readings: () => MetricReadings;
}

/** A decision that repeats an earlier one takes milliseconds; hooks may wait for a quarter of an hour. */
const DECISION_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
const STAGE_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/**
 * The metrics of one gate, in a registry of its own. Every label is a word of a list that is known beforehand:
 * repositories and branches are none, because anyone who may make a branch could make the series grow without end.
 */
export function createGateMetrics({ build, readings }: MetricsOptions): GateMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counted = createCounters(registry);
  addReadings(registry, readings);
  const info = new Gauge({
    name: 'sluice_build_info',
    help: 'Always 1; the versions are its labels.',
    labelNames: ['sluice', 'duckdb'],
    registers: [registry],
  });
  info.set({ sluice: build.sluice, duckdb: build.duckdb }, 1);
  return {
    observer: createObserver(counted),
    cacheRequest: (result) => counted.cacheRequests.inc({ result }),
    pullRequests: (result) => counted.pullRequests.inc({ result }),
    hookRefused: (status) => counted.hookRefused.inc({ status: String(status) }),
    engineDied: () => counted.engineRestarts.inc(),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

type Counters = ReturnType<typeof createCounters>;

function createCounters(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter<Label>({ name, help, labelNames: [...labelNames], registers });
  const cacheRequests = counter('sluice_cache_requests_total', 'Objects looked for in the cache.', ['result']);
  for (const result of ['hit', 'miss', 'bypass'] as const) cacheRequests.inc({ result }, 0);
  const pullRequests = counter('sluice_pull_requests_total', 'Reports for the pull requests of merges.', ['result']);
  for (const result of ANNOUNCEMENTS) pullRequests.inc({ result }, 0);
  return {
    decisions: counter('sluice_decisions_total', 'Deliveries and checks that were decided.', [
      'origin',
      'event',
      'verdict',
      'status',
    ]),
    decisionSeconds: new Histogram({
      name: 'sluice_decision_duration_seconds',
      help: 'From the arrival of a delivery to its decision on disk.',
      labelNames: ['verdict'],
      buckets: DECISION_SECONDS,
      registers,
    }),
    stageSeconds: new Histogram({
      name: 'sluice_stage_duration_seconds',
      help: 'The parts of a decision.',
      labelNames: ['stage'],
      buckets: STAGE_SECONDS,
      registers,
    }),
    readBytes: counter('sluice_read_bytes_total', 'Bytes of objects that runs were given, from lakeFS or the cache.'),
    readObjects: counter('sluice_read_objects_total', 'Objects that runs were given, from lakeFS or the cache.'),
    rows: counter('sluice_rows_total', 'Rows of tables that were scanned.'),
    ungated: counter(
      'sluice_ungated_commits_total',
      'Commits that reached a governed branch without a decision, or with another tree than the one that was judged.',
    ),
    engineRestarts: counter('sluice_engine_restarts_total', 'Engine processes that ended before they were told to.'),
    cacheRequests,
    pullRequests,
    hookRefused: counter('sluice_hook_refused_total', 'Calls of the hook port that were no delivery.', ['status']),
  };
}

function createObserver(counted: Counters): GateObserver {
  return {
    stage: (stage, work) => timed(work, (ms) => counted.stageSeconds.observe({ stage }, ms / 1000)),
    read: (objects, bytes) => {
      counted.readObjects.inc(objects);
      counted.readBytes.inc(bytes);
    },
    rows: (count) => counted.rows.inc(Number(count)),
    received: () => {},
    decided: ({ origin, event = 'pre-merge', state, status }, ms) => {
      counted.decisions.inc({ origin, event, verdict: state, status: String(status) });
      // The clock of the day may have been set back meanwhile.
      counted.decisionSeconds.observe({ verdict: state }, Math.max(0, ms) / 1000);
    },
    landed: (same) => {
      if (!same) counted.ungated.inc();
    },
  };
}

function addReadings(registry: Registry, readings: () => MetricReadings): void {
  const gauge = (name: string, help: string, value: (now: MetricReadings) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(readings()));
      },
    });
  gauge('sluice_queue_length', 'Merges that wait for a free run.', ({ queueLength }) => queueLength);
  gauge('sluice_runs_active', 'Merges whose data is being read.', ({ runsActive }) => runsActive);
  gauge('sluice_cache_bytes', 'Bytes of objects kept in the cache.', ({ cacheBytes }) => cacheBytes);
}
