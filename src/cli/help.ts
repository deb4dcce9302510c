import type { Command } from './command.ts';

/** The list of commands. `program` is how this one was called. */
export function generalHelp(commands: readonly Command[], program: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return lines([
    'Sluice decides whether a lakeFS merge may happen: it checks the merge result against data contracts.',
    '',
    `Usage: ${program} <command> [options]`,
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
export function commandHelp(command: Command, program: string): string {
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
    ...usageLines(command, program),
    '',
    ...(command.details.length > 0 ? [...command.details, ''] : []),
    'Options:',
    ...options.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Examples:',
    ...command.examples.flatMap(({ line, does }) => [`  ${line.replace(/^sluice(?= )/, program)}`, `      ${does}`]),
  ]);
}

/** `Usage: sluice check ...`, a line for each way to call the command. */
export function usageLines({ name, usage = '', forms }: Command, program: string): readonly string[] {
  const usages = forms?.map((form) => form.usage) ?? [usage];
  return usages.map((rest, index) => `${index === 0 ? 'Usage:' : '      '} ${program} ${name} ${rest}`.trimEnd());
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
