import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import { createLakefsLake } from '../adapters/lakefs/lake.ts';
import { createPullRequests } from '../adapters/lakefs/pull-requests.ts';
import { createRepositoryReader } from '../adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter } from '../adapters/lakefs/repository-writer.ts';
import { createGateMetrics, type GateMetrics } from '../adapters/metrics/gate-metrics.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace, removeLeftovers } from '../adapters/workspace/run-directories.ts';
import type { Config } from '../config.ts';
import type { Report } from '../core/report/report.ts';
import { decisionUrl } from '../core/report/report-url.ts';
import { toText } from '../core/report/to-text.ts';
import { type AnnouncerDeps, createAnnouncer } from '../gate/announce.ts';
import { decisionId } from '../gate/decision-id.ts';
import type { RecordDependencies } from '../gate/delivery-record.ts';
import { withCanaryContract } from '../gate/doctor/canary-contract.ts';
import type { EventLake } from '../gate/events/event-rule.ts';
import { recordedApprovals } from '../gate/judge-base.ts';
import { landedTree } from '../gate/landed-tree.ts';
import { createContractReader } from '../gate/load-contracts.ts';
import type { GateObserver } from '../gate/observer.ts';
import { type PreviewDeps, previewReplay } from '../gate/preview.ts';
import type { PullRequests } from '../gate/pull-request-ports.ts';
import { rulePolicy } from '../gate/read-rule-changes.ts';
import { createRecordedChecks } from '../gate/record-checks.ts';
import { createMergeJudge, type GatePolicy } from '../gate/run-gate.ts';
import { logStages, type StageLog } from '../server/log-stages.ts';
import { createRunProgress } from '../server/run-progress.ts';
import { startHookServer } from '../server/start-hook-server.ts';
import { contractVariables } from './contract-variables.ts';
import { openConsole } from './open-console.ts';
import { openFailingRows } from './open-failing-rows.ts';
import { readinessProbes } from './readiness-probes.ts';
import { openRecords } from './records-upkeep.ts';
import { scratchOwner } from './scratch-owner.ts';
import { packageVersion } from './version.ts';

/** Largest text report lakeFS is given: its log keeps it for good. */
const MAX_TEXT_BYTES = 32_768;

type GateLog = StageLog & AnnouncerDeps['log'];

export interface RunningGate {
  /** Where lakeFS posts, path included. */
  readonly url: string;
  /** `http://127.0.0.1:8751` */
  readonly consoleUrl: string;
  /** Answers what is open, stops the engine, closes the records. */
  stop(): Promise<void>;
}

/**
 * Builds the gate from its configuration and starts to listen. Opens in the order in which things are needed and
 * closes in the reverse one, also when a later step fails.
 */
export async function openGate(
  config: Config,
  log: GateLog,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunningGate> {
  const version = packageVersion();
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const closers: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const store = openRecords(config.stateDir, log, closers);
    const runs = join(config.stateDir, 'runs');
    await removeLeftovers(runs);
    const parts = openParts(config, log, { gate: () => metrics, closers });
    const { engine, lake, reader, writer, objects } = parts;
    const workspace = createWorkspace(runs);
    const metrics = createGateMetrics({
      build: { sluice: version, duckdb: engine.version },
      readings: () => {
        const { running, waiting } = hook.deliveries.load();
        return { queueLength: waiting, runsActive: running, cacheBytes: objects.cachedBytes() };
      },
    });
    const progress = createRunProgress(logStages(log, metrics.observer), Date.now);
    const observer = announcing(progress.observer, parts.pulls, { config, log, metrics, closers });
    const gatePolicy = gatePolicyOf(config, environment);
    const approvals = recordedApprovals(store);
    const failingRows = await openFailingRows(config, closers);
    const judging = { ...parts, ...failingRows.gate, workspace, version, observer, elapsed, approvals };
    const judge = createMergeJudge(judging, gatePolicy);
    const versions = { sluice: version, duckdb: engine.version };
    const records = recordKeeping({ store, log, observer, engine: versions, replayForMs: config.replayForMs });
    const preview = { lake, reader, writer, owner: scratchOwner() };
    const hook = await startHookServer({
      ...records,
      config,
      judge,
      lake: eventLake(parts, preview, gatePolicy),
      renderText: (report) => hookText(report, config.console.url),
      onRefused: metrics.hookRefused,
    });
    let phase: 'starting' | 'serving' | 'stopping' = 'starting';
    let stopConsole: () => Promise<void> = async () => {};
    // The console tells that the gate is stopping while the hook's deliveries end.
    closers.push(() => stopConsole());
    closers.push(() => hook.stop());
    closers.push(() => {
      phase = 'stopping';
    });
    const console = await openConsole({
      config,
      log,
      store,
      metrics,
      checks: createRecordedChecks({
        preview,
        deliveries: hook.deliveries,
        records,
      }),
      probes: readinessProbes({ reader, engine, workspace, store, stateDir: config.stateDir }),
      phase: () => phase,
      engine: records.engine,
      progress,
      failingRows: failingRows.reader,
      contracts: { source: parts.contracts, reader, variables: gatePolicy.variables },
    });
    stopConsole = console.stop;
    phase = 'serving';
    return { url: hook.url, consoleUrl: console.url, stop: closeAll };
  } catch (cause) {
    await closeAll();
    throw cause;
  }
}

/** Milliseconds of a clock that nobody sets. */
function elapsed(): number {
  return performance.now();
}

/** How deliveries and checks come into the records. */
function recordKeeping(given: Omit<RecordDependencies, 'clock' | 'newId'>): RecordDependencies {
  const clock = { now: Date.now };
  return { ...given, clock, newId: () => decisionId(clock.now(), randomBytes) };
}

/** What lakeFS keeps in the log of the run, for good and for many eyes: rows are in the report alone. */
function hookText(report: Report, consoleUrl: string | null): string {
  const reportUrl = report.scope.kind === 'merge' ? decisionUrl(consoleUrl, report.scope.decisionId) : null;
  return toText(report, { maxBytes: MAX_TEXT_BYTES, values: false, ...(reportUrl === null ? {} : { reportUrl }) });
}

/** The observer, and pull requests that are told of decisions. What was begun is ended before lakeFS's clients close. */
function announcing(
  observer: GateObserver,
  pulls: PullRequests,
  gate: {
    readonly config: Config;
    readonly log: GateLog;
    readonly metrics: GateMetrics;
    readonly closers: (() => unknown)[];
  },
): GateObserver {
  const { config, log, metrics, closers } = gate;
  if (config.pullRequests === 'off') return observer;
  const announcer = createAnnouncer({ pulls, log, count: metrics.pullRequests, consoleUrl: config.console.url });
  closers.push(() => announcer.stop());
  return {
    ...observer,
    decided: (decision, durationMs) => {
      observer.decided(decision, durationMs);
      announcer.announce(decision);
    },
  };
}

function gatePolicyOf(config: Config, environment: Readonly<Record<string, string | undefined>>): GatePolicy {
  const { uncovered, limits } = config;
  return { uncovered, limits, variables: contractVariables(environment), rules: rulePolicy(config) };
}

/** What the rules of events ask of the adapters. */
function eventLake(
  { lake, reader, contracts }: ReturnType<typeof openParts>,
  preview: PreviewDeps,
  { variables, rules }: Pick<GatePolicy, 'variables' | 'rules'>,
): EventLake {
  const landing = { lake, contracts, readContracts: createContractReader(variables), rulePrefixes: rules.prefixes };
  return {
    commit: lake.commit,
    resolve: reader.resolve,
    uncommitted: reader.uncommitted,
    defaultBranch: async (repository, signal) => (await reader.repository(repository, signal)).defaultBranch,
    preview: (request, signal) => previewReplay(request, preview, signal),
    treeOf: (decision, commit, signal) => landedTree(decision, commit, landing, signal),
  };
}

/** The adapters of one gate; each adds what closes it. */
function openParts(
  config: Config,
  log: StageLog,
  { gate, closers }: { readonly gate: () => GateMetrics; readonly closers: (() => unknown)[] },
) {
  const engine = createDuckDbEngine({
    threads: config.limits.threads,
    memoryLimit: config.limits.memoryBytes,
    maxTempBytes: config.limits.tempBytes,
    // A run takes one for its checks and one for its diffs.
    spares: config.maxConcurrentRuns + 1,
    onNotice: (notice) => log.info({ notice }, 'engine'),
    onDied: () => gate().engineDied(),
  });
  closers.push(() => engine.close());
  const credentials = {
    accessKeyId: config.lakefs.accessKeyId,
    secretAccessKey: config.lakefs.secretAccessKey.reveal(),
  };
  const otherSecrets = [...config.hook.tokens, ...config.console.tokens].map((token) => token.reveal());
  const api = { url: config.lakefs.url, ...credentials, otherSecrets };
  const lake = createLakefsLake(api);
  closers.push(() => lake.close());
  const reader = createRepositoryReader(api);
  closers.push(() => reader.close());
  const writer = createRepositoryWriter(api);
  closers.push(() => writer.close());
  const pulls = createPullRequests(api);
  closers.push(() => pulls.close());
  const objects = createObjectReader({
    endpoint: lakefsBase(config.lakefs.url),
    ...credentials,
    cacheDirectory: join(config.stateDir, 'cache'),
    cacheBytes: config.cacheBytes,
    maxRequestBytes: config.limits.bytes,
    onCacheRequest: (result) => gate().cacheRequest(result),
  });
  closers.push(() => objects.close());
  const contracts = withCanaryContract(
    config.contracts.kind === 'directory'
      ? createDirectorySource(config.contracts.path)
      : createRepositorySource(lake, config.contracts.prefix, reader),
  );
  const text = createTextFiles({ maxPlainBytes: config.limits.bytes });
  return { engine, lake, reader, writer, pulls, objects, contracts, text };
}
