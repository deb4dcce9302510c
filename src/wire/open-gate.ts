import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import { createLakefsLake } from '../adapters/lakefs/lake.ts';
import { createRepositoryReader } from '../adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter } from '../adapters/lakefs/repository-writer.ts';
import { createGateMetrics, type GateMetrics } from '../adapters/metrics/gate-metrics.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace, removeLeftovers } from '../adapters/workspace/run-directories.ts';
import type { Config } from '../config.ts';
import { toText } from '../core/report/to-text.ts';
import { decisionId } from '../gate/decision-id.ts';
import { withCanaryContract } from '../gate/doctor/canary-contract.ts';
import type { EventLake } from '../gate/events/event-rule.ts';
import { landedTree } from '../gate/landed-tree.ts';
import { createContractReader } from '../gate/load-contracts.ts';
import { type PreviewDeps, previewReplay } from '../gate/preview.ts';
import { rulePolicy } from '../gate/read-rule-changes.ts';
import { createRecordedChecks } from '../gate/record-checks.ts';
import { createMergeJudge, type GatePolicy } from '../gate/run-gate.ts';
import { logStages, type StageLog } from '../server/log-stages.ts';
import { startHookServer } from '../server/start-hook-server.ts';
import { contractVariables } from './contract-variables.ts';
import { openConsole } from './open-console.ts';
import { readinessProbes } from './readiness-probes.ts';
import { scratchOwner } from './scratch-owner.ts';
import { storePath } from './store-path.ts';
import { packageVersion } from './version.ts';

/** Largest text report lakeFS is given: its log keeps it for good. */
const MAX_TEXT_BYTES = 32_768;

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
  log: StageLog,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunningGate> {
  const version = packageVersion();
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const closers: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const store = openStore(storePath(config.stateDir));
    closers.push(() => store.close());
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
    const observer = logStages(log, metrics.observer);
    const gatePolicy = gatePolicyOf(config, environment);
    const judge = createMergeJudge({ ...parts, workspace, version, observer, elapsed }, gatePolicy);
    const clock = { now: Date.now };
    const records = {
      store,
      clock,
      log,
      observer,
      engine: { sluice: version, duckdb: engine.version },
      newId: () => decisionId(clock.now(), randomBytes),
    };
    const preview = { lake, reader, writer, owner: scratchOwner() };
    const hook = await startHookServer({
      ...records,
      config,
      judge,
      lake: eventLake(parts, preview, gatePolicy),
      renderText: (report) => toText(report, { maxBytes: MAX_TEXT_BYTES }),
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
        records: { ...records, replayForMs: config.replayForMs },
      }),
      probes: readinessProbes({ reader, engine, workspace, store, stateDir: config.stateDir }),
      phase: () => phase,
      engine: records.engine,
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
    spares: config.maxConcurrentRuns,
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
      : createRepositorySource(lake, config.contracts.prefix),
  );
  const text = createTextFiles({ maxPlainBytes: config.limits.bytes });
  return { engine, lake, reader, writer, objects, contracts, text };
}
