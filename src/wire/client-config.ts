import type { WithConfig } from '../cli/services.ts';
import { type ClientConfig, loadClientConfig } from '../config.ts';
import { invalidConfig } from './invalid-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of a command that works from any machine with keys of lakeFS. Rejects with all its problems. */
export async function readClientConfig(
  { config: file }: WithConfig,
  env: Environment,
  cwd: string,
): Promise<ClientConfig> {
  const loaded = loadClientConfig({ env, cwd, ...(file === null ? {} : { file }) });
  if (loaded.kind === 'invalid') throw invalidConfig(loaded.problems);
  return loaded.config;
}
