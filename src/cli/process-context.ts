import { basename } from 'node:path';
import type { Context, Output } from './command.ts';

/** This process as commands see it; Ctrl-C and SIGTERM abort its signal, a second one ends the process at once. */
export function processContext(services: Context['services']): Context {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  return {
    program: programName(process.argv[1] ?? ''),
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    signal: stopping.signal,
    now: Date.now,
    services,
  };
}

/** lakectl runs `lakectl-sluice`, a second name of the same program, for `lakectl sluice`. */
function programName(path: string): string {
  return basename(path) === 'lakectl-sluice' ? 'lakectl sluice' : 'sluice';
}

/**
 * A reader that went away (`| head`) is no failure: the rest is written for nobody. Any other failure to write means
 * that the report was not delivered, which must not look like an approval.
 */
function outputTo(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream !== process.stderr) {
      process.stderr.write(`error[output-failed]: Cannot write the output (${error.code ?? error.message}).\n`);
    }
    process.exit(2);
  });
  return { isTerminal: stream.isTTY === true, write: (text) => void stream.write(text) };
}
