import { readLakectlConfig } from '../adapters/lakectl/lakectl-config.ts';
import type { WithConfig } from '../cli/services.ts';
import { type ClientConfig, loadClientConfig } from '../config.ts';
import { invalidConfig } from './invalid-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of a command that works from any machine with keys of lakeFS. Where it names no server, lakectl's
 * own server and keys are used. The gate does without them: a server must not work with a person's keys by accident.
 * Rejects with all its problems.
 */
export async function readClientConfig(
  { config: file }: WithConfig,
  env: Environment,
  cwd: string,
): Promise<ClientConfig> {
  const fallback = { lakefs: () => readLakectlConfig(env) ?? undefined };
  const loaded = loadClientConfig({ env, cwd, fallback, ...(file === null ? {} : { file }) });
  if (loaded.kind === 'invalid') throw invalidConfig(loaded.problems);
  return loaded.config;
}
