import { formatProblem, type Problem, SluiceError } from '../core/problem.ts';
import { escapeAllText } from '../core/report/escape-text.ts';
import type { Output } from './command.ts';

/** `error[code]: message`, the help below; text of strangers made inert. */
export function printProblems(problems: readonly Problem[], stderr: Output): void {
  for (const problem of problems) stderr.write(`${formatProblem(escapeAllText(problem))}\n`);
}

/**
 * Says what went wrong, without a stack: it tells a user nothing. An error that is none of ours is a defect of Sluice;
 * its stack comes with `NODE_DEBUG=sluice`.
 */
export function printError(error: unknown, stderr: Output, env: Readonly<Record<string, string | undefined>>): void {
  if (error instanceof SluiceError) {
    printProblems(problemsOf(error), stderr);
    return;
  }
  const message = error instanceof Error && error.message !== '' ? error.message : String(error);
  const hint = 'This should not have happened. NODE_DEBUG=sluice shows where it did; please report it.';
  printProblems([{ code: 'unexpected', message, hint }], stderr);
  if ((env['NODE_DEBUG'] ?? '').split(',').includes('sluice') && error instanceof Error) {
    stderr.write(`${error.stack ?? ''}\n`);
  }
}

function problemsOf(error: SluiceError): readonly Problem[] {
  const several = error.cause instanceof AggregateError ? error.cause.errors : [];
  const ours = several.filter((one) => one instanceof SluiceError).flatMap(problemsOf);
  return ours.length > 0 ? ours : [error.problem];
}
