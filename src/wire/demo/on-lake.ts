import type { DemoLake, InitRequest } from '../../cli/services.ts';
import { TOKEN_VARIABLE } from '../../core/action/action-file.ts';
import { SluiceError } from '../../core/problem.ts';
import { readClientConfig } from '../client-config.ts';
import { runInit } from '../install.ts';
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
  surroundings: Surroundings,
): Promise<void> {
  const { lakefs } = await readClientConfig(request, surroundings.env, surroundings.cwd);
  const lake = { ...lakefs, secretAccessKey: lakefs.secretAccessKey.reveal() };
  const installGate = () => install(request, surroundings);
  await prepareLake({ ...request, lake, installGate, print }, surroundings.signal);
}

/** As `sluice init REPO --apply` does. */
async function install({ repository, hookUrl, config }: DemoLake, surroundings: Surroundings): Promise<void> {
  const order: InitRequest = {
    repository,
    hookUrl,
    config,
    branches: null,
    timeoutMs: 300_000,
    tokenVariable: TOKEN_VARIABLE,
    apply: true,
    into: [],
  };
  const { plan, placed } = await runInit(order, () => {}, surroundings);
  const refusal = placed === null ? plan.problems : placed.kind === 'refused' ? placed.problems : [];
  const errors = refusal.map((problem) => new SluiceError(problem));
  const [first] = errors;
  if (first !== undefined) throw new SluiceError(first.problem, { cause: new AggregateError(errors) });
}
