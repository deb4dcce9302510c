/** What `sluice check` and `sluice merge` are made of when they judge on this machine. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import { createLakefsLake, type LakefsLake } from '../adapters/lakefs/lake.ts';
import { createRepositoryReader } from '../adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter } from '../adapters/lakefs/repository-writer.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import type { OnProgress } from '../cli/services.ts';
import type { ClientConfig } from '../config.ts';
import type { ContractDocument } from '../core/contract/contract.ts';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { checkMerge } from '../gate/check-merge.ts';
import { decisionId } from '../gate/decision-id.ts';
import { type GateStage, NO_OBSERVER } from '../gate/observer.ts';
import type { ContractSource } from '../gate/ports.ts';
import { rulePolicy } from '../gate/read-rule-changes.ts';
import type { MergeQuestion } from '../gate/recorded-checks.ts';
import type { RepositoryReader, RepositoryWriter } from '../gate/repository-ports.ts';
import { createMergeJudge } from '../gate/run-gate.ts';
import { useClientDirectory } from './client-workspace.ts';
import { contractVariables } from './contract-variables.ts';
import { scratchOwner } from './scratch-owner.ts';
import { packageVersion } from './version.ts';

/** The lake of a client's configuration. */
export interface ClientLake {
  readonly lake: LakefsLake;
  readonly reader: RepositoryReader;
  readonly writer: RepositoryWriter;
}

/** Works with the lake and closes its connections, however the work ends. */
export async function useClientLake<T>(
  { lakefs }: Pick<ClientConfig, 'lakefs'>,
  work: (lake: ClientLake) => Promise<T>,
): Promise<T> {
  const options = credentialsOf(lakefs);
  const lake = createLakefsLake(options);
  const reader = createRepositoryReader(options);
  const writer = createRepositoryWriter(options);
  try {
    return await work({ lake, reader, writer });
  } finally {
    await Promise.all([lake.close(), reader.close(), writer.close()]);
  }
}

export interface LocalJudging {
  readonly config: ClientConfig;
  /** Contracts that the user named; null: those of the configuration. */
  readonly documents: readonly ContractDocument[] | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: OnProgress;
}

/** Judges a merge with an engine of its own; what it writes is gone when it ends. */
export function judgeHere(
  question: MergeQuestion,
  { lake, reader, writer }: ClientLake,
  { config, documents, env, onProgress }: LocalJudging,
  signal: AbortSignal,
): Promise<Report> {
  const contracts = contractSource(config, documents, lake);
  const owner = scratchOwner();
  const version = packageVersion();
  return useClientDirectory(owner, async (directory) => {
    const closers: (() => unknown)[] = [];
    try {
      const { threads, memoryBytes, tempBytes, bytes } = config.limits;
      const engine = createDuckDbEngine({ threads, memoryLimit: memoryBytes, maxTempBytes: tempBytes, spares: 1 });
      closers.push(() => engine.close());
      const objects = createObjectReader({
        endpoint: lakefsBase(config.lakefs.url),
        ...keysOf(config.lakefs),
        cacheDirectory: join(directory, 'cache'),
        cacheBytes: 0,
        maxRequestBytes: bytes,
      });
      closers.push(() => objects.close());
      const judge = createMergeJudge(
        {
          lake,
          reader,
          contracts,
          objects,
          engine,
          text: createTextFiles({ maxPlainBytes: bytes }),
          workspace: createWorkspace(join(directory, 'runs')),
          version,
          elapsed: () => performance.now(),
          observer: {
            ...NO_OBSERVER,
            stage: (name, work) => {
              onProgress({ stage: STAGES[name] });
              return work();
            },
          },
        },
        { ...config, variables: contractVariables(env), rules: rulePolicy(config) },
      );
      return await checkMerge(
        question,
        {
          lake,
          reader,
          writer,
          owner,
          judge,
          policy: config,
          newId: () => decisionId(Date.now(), randomBytes),
          engine: { sluice: version, duckdb: engine.version },
          elapsed: () => performance.now(),
          onStage: (stage) => onProgress({ stage }),
        },
        signal,
      );
    } finally {
      for (const close of closers.toReversed()) await close();
    }
  });
}

const STAGES: Readonly<Record<GateStage, string>> = {
  commits: 'reading the commits',
  contracts: 'reading the contracts',
  changes: 'looking for what changes',
  fetch: 'reading objects',
  checks: 'checking',
  record: 'recording',
};

function contractSource(
  { contracts }: ClientConfig,
  documents: readonly ContractDocument[] | null,
  lake: LakefsLake,
): ContractSource {
  if (documents !== null) return { load: async () => documents };
  if (contracts === null) {
    throw new SluiceError({
      code: 'contracts-not-given',
      message: 'Nothing says which contracts the merge is to be checked against.',
      hint:
        'Give --contract FILE..., set SLUICE_CONTRACTS to their folder or to `repository` (contracts/ of the ' +
        'destination commit), or let a running Sluice judge with --server URL.',
    });
  }
  return contracts.kind === 'directory'
    ? createDirectorySource(contracts.path)
    : createRepositorySource(lake, contracts.prefix);
}

function credentialsOf(lakefs: ClientConfig['lakefs']) {
  return { url: lakefs.url, ...keysOf(lakefs) };
}

function keysOf({ accessKeyId, secretAccessKey }: ClientConfig['lakefs']) {
  return { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
}
