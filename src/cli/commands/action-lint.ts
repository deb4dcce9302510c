import { count, plural } from '../../core/check/words.ts';
import { formatProblem } from '../../core/problem.ts';
import { escapeAllText } from '../../core/report/escape-text.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';
import type { Ending } from '../exit-code.ts';
import type { LintedActions } from '../services.ts';

export const actionLint: Command = {
  name: 'action lint',
  summary: 'Say what lakeFS would refuse, or silently ignore, in action files.',
  usage: 'FILE...|REPO [--branch BRANCH] [--format text|json]',
  details: [
    'FILE is an action file, or a folder that is to become _lakefs_actions/. What is no file on this machine is a',
    'repository, whose _lakefs_actions/ is read at its default branch. One bad file there stops every commit and merge.',
    'Stricter than `lakectl actions validate`: names, ids, events, timeouts, environment prefixes, stray files.',
    'Exit status: 0 clean or warnings only, 1 errors, 2 could not read.',
  ],
  options: [
    { name: 'branch', value: 'BRANCH', help: 'Branch, tag or commit of the repository; default: its default branch.' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json.' },
    CONFIG_OPTION,
  ],
  positional: { name: 'FILE|REPO', many: true },
  examples: [
    { line: 'sluice action lint _lakefs_actions/', does: 'A folder before it is uploaded.' },
    { line: 'sluice action lint lake --branch etl', does: 'What the branch etl of the repository lake has.' },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const services = await context.services();
  const request = {
    targets: input.positionals,
    branch: optionValue(input, 'branch'),
    config: optionValue(input, 'config'),
  };
  const linted = await services.lintActions(request, context.signal);
  const warnings = linted.problems.filter(({ level }) => level === 'warning').length;
  const errors = linted.problems.length - warnings;
  if (optionValue(input, 'format') === 'json') {
    context.stdout.write(`${JSON.stringify({ errors, warnings, ...linted }, null, 2)}\n`);
  } else {
    context.stdout.write(lintText(linted, errors, warnings));
  }
  return { kind: 'linted', errors, unreadable: 0 };
}

function lintText({ files, problems }: LintedActions, errors: number, warnings: number): string {
  const lines = problems.map((problem) => `${formatProblem(escapeAllText(problem))}\n`);
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  if (counts.length > 0) return `${lines.join('')}\n${counts.join(', ')} in ${plural(files.length, 'action file')}\n`;
  if (files.length === 0) return 'There is no action file: lakeFS asks nobody.\n';
  return files.length === 1 ? 'The action file is fine.\n' : `All ${count(files.length)} action files are fine.\n`;
}
