/** `sluice diff` of two refs of a lakeFS repository. */
import { join } from 'node:path';
import { createDirectorySource } from '../adapters/contracts/directory-source.ts';
import { createRepositorySource } from '../adapters/contracts/repository-source.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { lakefsBase } from '../adapters/lakefs/endpoint.ts';
import type { LakefsLake } from '../adapters/lakefs/lake.ts';
import { createObjectParts } from '../adapters/objects/object-parts.ts';
import { createObjectReader } from '../adapters/objects/object-reader.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import type { OnProgress, RefDiff } from '../cli/services.ts';
import type { ClientConfig } from '../config.ts';
import type { DiffReport } from '../core/diff/diff-report.ts';
import { diffRefs } from '../gate/diff-refs.ts';
import type { ContractSource } from '../gate/ports.ts';
import { readClientConfig } from './client-config.ts';
import { useClientDirectory } from './client-workspace.ts';
import { contractVariables } from './contract-variables.ts';
import { DIFF_LIMITS } from './diff.ts';
import { type ClientLake, useClientLake } from './merge-checker.ts';
import { namedDocuments } from './named-documents.ts';
import { scratchOwner } from './scratch-owner.ts';
import { packageVersion } from './version.ts';

/** Of a table; above it, only footers and keys of the objects that did not change are read. */
const UNCHANGED_BYTES = 32 * 1024 ** 2;

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Compares on this machine; what it writes is gone when it ends, and nothing is written to the lake. */
export async function runRefDiff(request: RefDiff, world: World): Promise<DiffReport> {
  const config = await readClientConfig(request, world.env, world.cwd);
  return useClientLake(config, (client) =>
    useClientDirectory(scratchOwner(), (directory) => compareIn(directory, request, { ...world, config, client })),
  );
}

async function compareIn(
  directory: string,
  request: RefDiff,
  {
    config,
    client,
    env,
    cwd,
    onProgress,
    signal,
  }: World & { readonly config: ClientConfig; readonly client: ClientLake },
): Promise<DiffReport> {
  const { lakefs, limits } = config;
  const closers: (() => unknown)[] = [];
  try {
    const { threads, memoryBytes, tempBytes, bytes, objects: objectCount } = limits;
    const engine = createDuckDbEngine({ threads, memoryLimit: memoryBytes, maxTempBytes: tempBytes, spares: 1 });
    closers.push(() => engine.close());
    const gateway = {
      endpoint: lakefsBase(lakefs.url),
      accessKeyId: lakefs.accessKeyId,
      secretAccessKey: lakefs.secretAccessKey.reveal(),
    };
    const objects = createObjectReader({
      ...gateway,
      cacheDirectory: join(directory, 'cache'),
      cacheBytes: 0,
      maxRequestBytes: bytes,
    });
    closers.push(() => objects.close());
    const parts = createObjectParts(gateway);
    closers.push(() => parts.close());
    const { config: _file, contracts, ...asked } = request;
    const documents = contracts.length === 0 ? null : await namedDocuments(contracts, cwd, signal);
    return await diffRefs(
      {
        ...asked,
        limits: DIFF_LIMITS,
        fetchLimits: { objects: objectCount, bytes, unchangedBytes: UNCHANGED_BYTES },
        variables: contractVariables(env),
        onProgress,
      },
      {
        lake: client.lake,
        reader: client.reader,
        contracts: documents === null ? configured(config, client.lake) : { load: async () => documents },
        objects,
        parts,
        engine,
        text: createTextFiles({ maxPlainBytes: bytes }),
        workspace: createWorkspace(join(directory, 'runs')),
        version: packageVersion(),
        elapsed: () => performance.now(),
      },
      signal,
    );
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function configured({ contracts }: ClientConfig, lake: LakefsLake): ContractSource | null {
  if (contracts === null) return null;
  return contracts.kind === 'directory'
    ? createDirectorySource(contracts.path)
    : createRepositorySource(lake, contracts.prefix);
}
