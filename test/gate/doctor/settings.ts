import { type Config, loadConfig } from '../../../src/config.ts';
import type { KnownSettings } from '../../../src/gate/doctor/examination.ts';

/** A server with every default. */
export function settings(over: Partial<KnownSettings> = {}): KnownSettings {
  const env = {
    SLUICE_LAKEFS_URL: 'http://lakefs:8000',
    SLUICE_LAKEFS_ACCESS_KEY_ID: 'key',
    SLUICE_LAKEFS_SECRET_ACCESS_KEY: 'secret',
    SLUICE_HOOK_TOKEN: 'a-token-of-this-test',
    SLUICE_CONTRACTS: 'repository',
  };
  const loaded = loadConfig({ env, cwd: '/' });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const config: Config = loaded.config;
  return { ...config, lakefsUrl: config.lakefs.url, ...over };
}
