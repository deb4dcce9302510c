import type { Command } from './command.ts';

/** The list of commands. */
export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return lines([
    'Sluice decides whether a lakeFS merge may happen: it checks the merge result against data contracts.',
    '',
    'Usage: sluice <command> [options]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options:',
    '  --help     Show help; also after a command.',
    '  --version  Show the version.',
    '',
    'Exit status: 0 approved or done, 1 rejected, 2 could not decide or bad use.',
  ]);
}

/** Everything about one command. */
export function commandHelp(command: Command): string {
  const options = [
    ...command.options.map(({ name, value, help, required }) => ({
      left: `--${name}${value === undefined ? '' : ` ${value}`}`,
      help: required === true ? `${help} Required.` : help,
    })),
    { left: '--help', help: 'Show this help.' },
  ];
  const width = Math.max(...options.map(({ left }) => left.length));
  return lines([
    command.summary,
    '',
    `Usage: ${usageLine(command)}`,
    '',
    ...(command.details.length > 0 ? [...command.details, ''] : []),
    'Options:',
    ...options.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Examples:',
    ...command.examples.flatMap(({ line, does }) => [`  ${line}`, `      ${does}`]),
  ]);
}

export function usageLine({ name, usage }: Command): string {
  return `sluice ${name} ${usage}`.trimEnd();
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
