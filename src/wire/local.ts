/** What the commands that need no lake are made of. */
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { readNamedContracts } from '../adapters/contracts/named-paths.ts';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { createLocalFiles } from '../adapters/local/local-files.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import type { LintedContract, LocalCheck, OnProgress } from '../cli/services.ts';
import type { Report } from '../core/report/report.ts';
import { checkLocal } from '../gate/check-local.ts';
import { readContracts } from '../gate/load-contracts.ts';
import { namedDocuments } from './named-documents.ts';
import { packageVersion } from './version.ts';

const GIBIBYTE = 1024 ** 3;

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs `sluice check`: one engine process for one run, half the machine's memory at most. */
export async function runLocalCheck(
  request: LocalCheck,
  onProgress: OnProgress,
  { env, cwd, signal }: { readonly env: Environment; readonly cwd: string; readonly signal: AbortSignal },
): Promise<Report> {
  const engine = createDuckDbEngine({
    threads: availableParallelism(),
    memoryLimit: Math.min(4 * GIBIBYTE, Math.floor(totalmem() / 2)),
    maxTempBytes: 64 * GIBIBYTE,
    spares: 1,
  });
  try {
    const documents = await namedDocuments(request.contracts, cwd, signal);
    return await checkLocal(
      {
        documents,
        data: resolve(cwd, request.data),
        base: request.base === null ? null : resolve(cwd, request.base),
        shown: { data: request.data, base: request.base },
        now: request.now,
        variables: withoutSecrets(env),
        onProgress: (stage) => onProgress({ stage }),
      },
      {
        engine,
        text: createTextFiles({ maxPlainBytes: 256 * GIBIBYTE }),
        files: createLocalFiles(),
        workspace: createWorkspace(tmpdir(), 'sluice-'),
        version: packageVersion(),
        elapsed: () => performance.now(),
      },
      signal,
    );
  } finally {
    await engine.close();
  }
}

/** Reads and lints contracts as a merge would, without data. */
export async function lintContracts(
  paths: readonly string[],
  { env, cwd, signal }: { readonly env: Environment; readonly cwd: string; readonly signal: AbortSignal },
): Promise<readonly LintedContract[]> {
  const named = await readNamedContracts(paths, cwd, signal);
  return named.map((one) => {
    if (one.kind === 'unreadable') return { file: one.file, problems: [one.problem], readable: false };
    const { problems } = readContracts([one.document], withoutSecrets(env));
    return { file: one.document.file, problems, readable: true };
  });
}

/** `${NAME}` of a contract on the user's own machine: the environment, but none of Sluice's own settings. */
export function withoutSecrets(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || (name.startsWith('SLUICE_') && !name.startsWith('SLUICE_VAR_'))
        ? []
        : [[name.replace(/^SLUICE_VAR_/, ''), value] as const],
    ),
  );
}
