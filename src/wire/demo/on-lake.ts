import type { DemoLake } from '../../cli/services.ts';
import { readClientConfig } from '../client-config.ts';
import { demoAction } from './demo-action.ts';
import { lakeUser } from './lake-user.ts';
import { prepareLake } from './prepare-lake.ts';

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Runs `sluice demo --on`: makes a repository of the configured lakeFS ready for two merges. */
export async function demoOnLake(
  request: DemoLake,
  print: (text: string) => void,
  { env, cwd, signal }: Surroundings,
): Promise<void> {
  const { lakefs } = await readClientConfig(request, env, cwd);
  const lake = { ...lakefs, secretAccessKey: lakefs.secretAccessKey.reveal() };
  const installGate = async (): Promise<void> => {
    const user = lakeUser(lake, request.repository, signal);
    const path = '_lakefs_actions/sluice.yaml';
    if (await user.has('main', path)) return;
    await user.upload('main', path, demoAction(request.hookUrl ?? 'http://127.0.0.1:8750/hooks/lakefs'));
    await user.commit('main', 'The gate');
  };
  await prepareLake({ ...request, lake, installGate, print }, signal);
}
