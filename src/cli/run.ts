import { suggestion } from '../core/contract/nearest-word.ts';
import type { Problem } from '../core/problem.ts';
import type { Command, Context } from './command.ts';
import { COMMANDS } from './commands.ts';
import { type Ending, type ExitCode, exitCodeOf } from './exit-code.ts';
import { commandHelp, generalHelp, usageLines } from './help.ts';
import { packageVersion } from './package-files.ts';
import { parseInput } from './parse-input.ts';
import { printError, printProblems } from './print-problems.ts';

/** Runs the command line (without the program's name). Never rejects: what went wrong is on standard error. */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  return exitCodeOf(await settle(args, context));
}

async function settle(args: readonly string[], context: Context): Promise<Ending> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (context.signal.aborted) return { kind: 'interrupted' };
    printError(error, context.stderr, context.env);
    return { kind: 'broken' };
  }
}

async function dispatch(args: readonly string[], context: Context): Promise<Ending> {
  const [first] = args;
  if (first === '--version') {
    context.stdout.write(`${await packageVersion()}\n`);
    return { kind: 'done' };
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return first === 'help' && args.length > 1 ? dispatch([...args.slice(1), '--help'], context) : help(first, context);
  }
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word));
  if (command === undefined) return unknownCommand(args, context);
  return runCommand(command, args.slice(command.name.split(' ').length), context);
}

/** A call without a command is bad use: a script whose variable came out empty must not look like an approval. */
function help(word: string | undefined, { program, stdout, stderr }: Context): Ending {
  (word === undefined ? stderr : stdout).write(generalHelp(COMMANDS, program));
  return { kind: word === undefined ? 'broken' : 'done' };
}

async function runCommand(command: Command, args: readonly string[], context: Context): Promise<Ending> {
  const { program } = context;
  const parsed = parseInput(command, args);
  switch (parsed.kind) {
    case 'help':
      context.stdout.write(commandHelp(command, program));
      return { kind: 'done' };
    case 'wrong':
      return badUse(
        parsed.problems,
        usageLines(command, program).join('\n'),
        `${program} ${command.name} --help`,
        context,
      );
    case 'input':
      return command.run(parsed.input, context);
  }
}

function unknownCommand(args: readonly string[], context: Context): Ending {
  const [first = '', second] = args;
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  const words = second === undefined || second.startsWith('-') ? first : `${first} ${second}`;
  const typed = group.length > 0 ? words : first;
  const kind = first.startsWith('-') ? 'option' : 'command';
  const names = group.length > 0 ? group.map(({ name }) => name) : COMMANDS.map(({ name }) => name);
  const problem = {
    code: `unknown-${kind}`,
    message: `There is no ${kind} \`${typed}\`.`,
    hint: suggestion(typed, kind === 'option' ? ['--help', '--version'] : names, 'Known'),
  };
  return badUse([problem], `Usage: ${context.program} <command> [options]`, `${context.program} --help`, context);
}

function badUse(problems: readonly Problem[], usage: string, more: string, { stderr }: Context): Ending {
  printProblems(problems, stderr);
  stderr.write(`\n${usage}\nMore: ${more}\n`);
  return { kind: 'broken' };
}
