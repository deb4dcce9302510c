import { processContext } from '../../src/cli/process-context.ts';
import { run } from '../../src/cli/run.ts';
import { SluiceError } from '../../src/core/problem.ts';

/** The command line over a check that only a signal ends; says on standard error when it has begun. */
const refuse = () => Promise.reject(new Error('not here'));
const services = async () => ({
  checkLocal: (_request: unknown, _onProgress: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      const alive = setInterval(() => {}, 1_000);
      signal.addEventListener('abort', () => {
        clearInterval(alive);
        reject(new SluiceError({ code: 'aborted', message: 'The check was stopped.' }));
      });
      process.stderr.write('begun\n');
    }),
  diffLocal: refuse,
  diffRefs: refuse,
  checkMerge: refuse,
  merge: refuse,
  lintContracts: refuse,
  lintActions: refuse,
  init: refuse,
  serve: refuse,
  decisions: refuse,
  findDecisions: refuse,
  failingRows: refuse,
  serverReport: refuse,
  consoleUrl: refuse,
  doctor: refuse,
  demo: refuse,
});

process.exitCode = await run(process.argv.slice(2), processContext(services));
