/** What `sluice doctor` is made of. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { createDiskProbe } from '../adapters/host/disk-probe.ts';
import { createHttpProbe } from '../adapters/host/http-probe.ts';
import { createProtectionReader } from '../adapters/lakefs/branch-protection.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { createRemoteDecisions } from '../adapters/sluice-server/remote-decisions.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import type { DoctorRequest, OnProgress } from '../cli/services.ts';
import { type ClientConfig, type Config, loadConfig } from '../config.ts';
import { type Diagnosis, runDoctor } from '../gate/doctor/doctor.ts';
import type { DoctorDeps } from '../gate/doctor/examination.ts';
import type { DecisionRecords } from '../gate/doctor/ports.ts';
import type { DecisionFilter, DecisionOutline } from '../gate/record-ports.ts';
import { readClientConfig } from './client-config.ts';
import { useClientDirectory } from './client-workspace.ts';
import { contractVariables } from './contract-variables.ts';
import { type ClientLake, useClientLake } from './merge-checker.ts';
import { scratchOwner } from './scratch-owner.ts';
import { serverAccess } from './server-access.ts';
import { storePath } from './store-path.ts';

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** One engine session that opens and is asked two questions. */
const ENGINE_BYTES = 512 * 2 ** 20;

/** Examines one repository, or all that the keys see. */
export async function examine(request: DoctorRequest, world: World): Promise<Diagnosis> {
  const { env, cwd, signal } = world;
  const config = await readClientConfig(request, env, cwd);
  const full = loadConfig({ env, cwd, ...(request.config === null ? {} : { file: request.config }) });
  const hook = full.kind === 'config' ? full.config.hook : null;
  const records = recordsOf(request, { config, hook }, world);
  return useClientLake(config, (lake) =>
    useClientDirectory(scratchOwner(), (directory) =>
      withDeps({ config, hook, lake, records, directory, world }, (deps) =>
        runDoctor(request.repository, deps, signal),
      ),
    ),
  );
}

interface Parts {
  readonly config: ClientConfig;
  /** Null where the server's settings are not on this machine. */
  readonly hook: Config['hook'] | null;
  readonly lake: ClientLake;
  readonly records: DecisionRecords | null;
  readonly directory: string;
  readonly world: World;
}

async function withDeps<T>(parts: Parts, work: (deps: DoctorDeps) => Promise<T>): Promise<T> {
  const { config, hook, lake, records, directory, world } = parts;
  const base = lakefsBase(config.lakefs.url);
  const { accessKeyId } = config.lakefs;
  const keys = { accessKeyId, secretAccessKey: config.lakefs.secretAccessKey.reveal() };
  const cacheDirectory = join(directory, 'cache');
  const objects = createObjectReader({ endpoint: base, ...keys, cacheDirectory, cacheBytes: 0 });
  const protection = createProtectionReader({ url: base, ...keys });
  const engine = createDuckDbEngine({ threads: 1, memoryLimit: ENGINE_BYTES, maxTempBytes: ENGINE_BYTES, spares: 0 });
  try {
    return await work({
      ...lake,
      owner: scratchOwner(),
      objects,
      engine,
      protection,
      workspace: createWorkspace(join(directory, 'runs')),
      contracts: contractsOf(config, lake),
      http: createHttpProbe(base),
      disk: createDiskProbe(),
      records,
      variables: contractVariables(world.env),
      settings: { ...config, lakefsUrl: base, hook },
      forbiddenFile: fileURLToPath(new URL('../../package.json', import.meta.url)),
      nonce: () => randomBytes(6).toString('hex'),
      onProgress: (stage) => world.onProgress({ stage }),
    });
  } finally {
    objects.close();
    await Promise.all([engine.close(), protection.close()]);
  }
}

function contractsOf({ contracts }: ClientConfig, { lake }: ClientLake): DoctorDeps['contracts'] {
  if (contracts === null) return null;
  return contracts.kind === 'directory'
    ? createDirectorySource(contracts.path)
    : createRepositorySource(lake, contracts.prefix);
}

/** Those of the server that was named, else what this machine has. */
function recordsOf(
  { server, config: file }: DoctorRequest,
  { config, hook }: Pick<Parts, 'config' | 'hook'>,
  { env, cwd }: World,
): DecisionRecords | null {
  if (server !== null) return createRemoteDecisions(serverAccess(server, file, { env, cwd }));
  const path = storePath(config.stateDir);
  // A server makes its records when it starts: where there are none, this is not the place where it runs.
  if (!existsSync(path)) return null;
  return { ...localRecords(config.stateDir), certain: hook !== null };
}

function localRecords(stateDir: string): DecisionRecords {
  const list = async (filter: DecisionFilter): Promise<readonly DecisionOutline[]> => {
    const store = openStore(storePath(stateDir), { readonly: true });
    try {
      return store.outlines(filter);
    } finally {
      store.close();
    }
  };
  return {
    where: `the records in ${stateDir}`,
    certain: true,
    ofMergeCommit: (repository, mergeCommit) => list({ repository, mergeCommit, limit: 100 }),
    ofBranch: (repository, branch) => list({ repository, branch, limit: 500 }),
  };
}
