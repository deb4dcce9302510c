import type { DemoRequest, Services, WithConfig } from './cli/services.ts';
import type { Config } from './config.ts';
import { SluiceError } from './core/problem.ts';
import { invalidConfig } from './wire/invalid-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Puts the adapters behind the commands. Each command loads only what it needs: `--help` must not wait for DuckDB. */
export function createServices(env: Environment, cwd: string): Services {
  return {
    checkLocal: async (request, onProgress, signal) => {
      const { runLocalCheck } = await import('./wire/local.ts');
      return runLocalCheck(request, onProgress, { env, cwd, signal });
    },
    diffLocal: async (request, onProgress, signal) => {
      const { runLocalDiff } = await import('./wire/diff.ts');
      return runLocalDiff(request, onProgress, { env, cwd, signal });
    },
    diffRefs: async (request, onProgress, signal) => {
      const { runRefDiff } = await import('./wire/diff-refs.ts');
      return runRefDiff(request, { env, cwd, onProgress, signal });
    },
    checkMerge: async (request, onProgress, signal) => {
      const { runMergeCheck } = await import('./wire/check-merge.ts');
      return runMergeCheck(request, { env, cwd, onProgress, signal });
    },
    merge: async (order, onProgress, signal) => {
      const { runGatedMerge } = await import('./wire/check-merge.ts');
      return runGatedMerge(order, { env, cwd, onProgress, signal });
    },
    lintContracts: async (paths, signal) => {
      const { lintContracts } = await import('./wire/local.ts');
      return lintContracts(paths, { env, cwd, signal });
    },
    lintActions: async (request, signal) => {
      const { runActionLint } = await import('./wire/install.ts');
      return runActionLint(request, { env, cwd, signal });
    },
    init: async (request, onProgress, signal) => {
      const { runInit } = await import('./wire/install.ts');
      return runInit(request, onProgress, { env, cwd, signal });
    },
    serve: (request, signal) => serve(request, env, cwd, signal),
    decisions: async (request, signal) => {
      const { listRecorded } = await import('./wire/records.ts');
      return listRecorded(request, { env, cwd, signal });
    },
    findDecisions: async (request, signal) => {
      const { findRecorded } = await import('./wire/records.ts');
      return findRecorded(request, { env, cwd, signal });
    },
    serverReport: async (request, signal) => {
      const { reportOfServer } = await import('./wire/records.ts');
      return reportOfServer(request, { env, cwd, signal });
    },
    failingRows: async (request, signal) => {
      const { failingRowsOf } = await import('./wire/kept-failing-rows.ts');
      return failingRowsOf(request, { env, cwd, signal });
    },
    consoleUrl: async (request) => {
      const { consoleUrlOf } = await import('./wire/records.ts');
      return consoleUrlOf(request, { env, cwd });
    },
    doctor: async (request, onProgress, signal) => {
      const { examine } = await import('./wire/doctor.ts');
      return examine(request, { env, cwd, onProgress, signal });
    },
    demo: (request, signal) => playDemo(request, env, cwd, signal),
  };
}

async function serve(request: WithConfig, env: Environment, cwd: string, signal: AbortSignal): Promise<void> {
  const config = await readConfig(request, env, cwd);
  const [{ createLogger }, { openGate }] = await Promise.all([
    import('./server/create-logger.ts'),
    import('./wire/open-gate.ts'),
  ]);
  const gate = await openGate(config, createLogger({ level: config.logLevel, secrets: secretsOf(config) }), env);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await gate.stop();
}

/** What no line of the log may hold. */
function secretsOf({ lakefs, hook, console }: Config): readonly string[] {
  return [lakefs.secretAccessKey, ...hook.tokens, ...console.tokens].map((one) => one.reveal());
}

async function readConfig({ config: file }: WithConfig, env: Environment, cwd: string): Promise<Config> {
  const { loadConfig } = await import('./config.ts');
  const loaded = loadConfig({ env, cwd, ...(file === null ? {} : { file }) });
  if (loaded.kind === 'config') return loaded.config;
  throw invalidConfig(loaded.problems);
}

async function playDemo(request: DemoRequest, env: Environment, cwd: string, signal: AbortSignal): Promise<void> {
  const { on, keep, color, print } = request;
  if (on !== null) {
    const { demoOnLake } = await import('./wire/demo/on-lake.ts');
    return demoOnLake(on, print, { env, cwd, signal });
  }
  const { runDemo } = await import('./wire/demo/run-demo.ts');
  const code = await runDemo({ keep, isTTY: color, signal, stdout: { write: print } });
  if (code === 0 || signal.aborted) return;
  throw new SluiceError({
    code: 'demo-unexpected',
    message: 'a merge of the demo did not end as it should',
    hint: 'the summary above says which one; please report it',
  });
}
