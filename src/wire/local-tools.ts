/** What runs on the user's own machine: one engine process, half the memory at most, nothing kept. */
import { tmpdir } from 'node:os';
import { createDuckDbEngine } from '../adapters/engine/engine.ts';
import { createLocalFiles } from '../adapters/local/local-files.ts';
import { createTextFiles } from '../adapters/text/make-plain.ts';
import { createWorkspace } from '../adapters/workspace/run-directories.ts';
import { thisMachine } from '../config/machine.ts';
import type { LocalCheckDeps } from '../gate/check-local.ts';
import { packageVersion } from './version.ts';

export const GIBIBYTE = 1024 ** 3;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Lends the tools to the work, and ends the engine when it is over. */
export async function withLocalTools<T>(work: (tools: LocalCheckDeps) => Promise<T>): Promise<T> {
  const { memoryBytes, processors } = thisMachine();
  const engine = createDuckDbEngine({
    threads: processors,
    memoryLimit: Math.min(4 * GIBIBYTE, Math.floor(memoryBytes / 2)),
    maxTempBytes: 64 * GIBIBYTE,
    spares: 1,
  });
  try {
    return await work({
      engine,
      text: createTextFiles({ maxPlainBytes: 256 * GIBIBYTE }),
      files: createLocalFiles(),
      workspace: createWorkspace(tmpdir(), 'sluice-'),
      version: packageVersion(),
      elapsed: () => performance.now(),
    });
  } finally {
    await engine.close();
  }
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
