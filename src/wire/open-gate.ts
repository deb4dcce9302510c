import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import { createLakefsLake } from '../adapters/lakefs/lake.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace, removeLeftovers } from '../adapters/workspace/run-directories.ts';
import type { Config } from '../config.ts';
import { toText } from '../core/report/to-text.ts';
import { decisionId } from '../gate/decision-id.ts';
import type { DeliveryLog } from '../gate/delivery-record.ts';
import { withCanaryContract } from '../gate/doctor/canary-contract.ts';
import { createMergeJudge } from '../gate/run-gate.ts';
import { startHookServer } from '../server/start-hook-server.ts';
import { contractVariables } from './contract-variables.ts';
import { storePath } from './store-path.ts';
import { packageVersion } from './version.ts';

/** Largest text report lakeFS is given: its log keeps it for good. */
const MAX_TEXT_BYTES = 32_768;

export interface RunningGate {
  /** Where lakeFS posts, path included. */
  readonly url: string;
  /** Answers what is open, stops the engine, closes the records. */
  stop(): Promise<void>;
}

/**
 * Builds the gate from its configuration and starts to listen. Opens in the order in which things are needed and
 * closes in the reverse one, also when a later step fails.
 */
export async function openGate(
  config: Config,
  log: DeliveryLog,
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
    const engine = createDuckDbEngine({
      threads: config.limits.threads,
      memoryLimit: config.limits.memoryBytes,
      maxTempBytes: config.limits.tempBytes,
      spares: config.maxConcurrentRuns,
      onNotice: (notice) => log.info({ notice }, 'engine'),
    });
    closers.push(() => engine.close());
    const credentials = {
      accessKeyId: config.lakefs.accessKeyId,
      secretAccessKey: config.lakefs.secretAccessKey.reveal(),
    };
    const lake = createLakefsLake({ url: config.lakefs.url, ...credentials });
    closers.push(() => lake.close());
    const objects = createObjectReader({
      endpoint: lakefsBase(config.lakefs.url),
      ...credentials,
      cacheDirectory: join(config.stateDir, 'cache'),
      cacheBytes: config.cacheBytes,
      maxRequestBytes: config.limits.bytes,
    });
    closers.push(() => objects.close());
    const contracts = withCanaryContract(
      config.contracts.kind === 'directory'
        ? createDirectorySource(config.contracts.path)
        : createRepositorySource(lake, config.contracts.prefix),
    );
    const text = createTextFiles({ maxPlainBytes: config.limits.bytes });
    const judge = createMergeJudge(
      {
        lake,
        contracts,
        objects,
        engine,
        text,
        workspace: createWorkspace(runs),
        version,
        elapsed: () => performance.now(),
      },
      { uncovered: config.uncovered, limits: config.limits, variables: contractVariables(environment) },
    );
    const clock = { now: () => Date.now() };
    const server = await startHookServer({
      config,
      store,
      clock,
      log,
      judge,
      engine: { sluice: version, duckdb: engine.version },
      newId: () => decisionId(clock.now(), randomBytes),
      renderText: (report) => toText(report, { maxBytes: MAX_TEXT_BYTES }),
    });
    closers.push(() => server.stop());
    return { url: server.url, stop: closeAll };
  } catch (cause) {
    await closeAll();
    throw cause;
  }
}
