import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { createLocalFiles } from '../adapters/local/local-files.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import type { LocalDiff, OnProgress } from '../cli/services.ts';
import type { DiffReport } from '../core/diff/diff-report.ts';
import { diffLocal } from '../gate/diff-local.ts';
import { withoutSecrets } from './local.ts';
import { namedDocuments } from './named-documents.ts';
import { packageVersion } from './version.ts';

const GIBIBYTE = 1024 ** 3;

/** What a diff may spend while somebody waits for it. A hundred million rows take a minute or two; above that one key in so many is compared. */
export const DIFF_LIMITS = { exactRows: 100_000_000, profileBytes: GIBIBYTE };

/** Runs `sluice diff` on local files: one engine process, half the machine's memory at most. */
export async function runLocalDiff(
  request: LocalDiff,
  onProgress: OnProgress,
  {
    env,
    cwd,
    signal,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string; readonly signal: AbortSignal },
): Promise<DiffReport> {
  const engine = createDuckDbEngine({
    threads: availableParallelism(),
    memoryLimit: Math.min(4 * GIBIBYTE, Math.floor(totalmem() / 2)),
    maxTempBytes: 64 * GIBIBYTE,
    spares: 1,
  });
  const { contracts, base, data, ...asked } = request;
  try {
    return await diffLocal(
      {
        ...asked,
        documents: await namedDocuments(contracts, cwd, signal),
        base: resolve(cwd, base),
        data: resolve(cwd, data),
        shown: { base, data },
        limits: DIFF_LIMITS,
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
