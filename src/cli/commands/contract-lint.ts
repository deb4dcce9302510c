import { count, plural } from '../../core/check/words.ts';
import { formatProblem, SluiceError } from '../../core/problem.ts';
import { escapeAllText } from '../../core/report/escape-text.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import type { Ending } from '../exit-code.ts';
import type { LintedContract } from '../services.ts';

export const contractLint: Command = {
  name: 'contract lint',
  summary: 'Say everything that is wrong with contract files, each with its line.',
  usage: 'FILE... [--format text|json]',
  details: [
    'FILE is a contract, or a folder whose contracts are all read.',
    'Exit status: 0 clean or warnings only, 1 errors, 2 a file cannot be read.',
  ],
  options: [{ name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json.' }],
  positional: { name: 'FILE', many: true },
  examples: [
    { line: 'sluice contract lint contracts/', does: 'Every contract in the folder.' },
    { line: 'sluice contract lint orders.odcs.yaml --format json', does: 'One contract, for an editor or a script.' },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const services = await context.services();
  const contracts = await services.lintContracts(input.positionals, context.signal);
  if (contracts.length === 0) {
    const message = `There is no contract in ${input.positionals.join(', ')}.`;
    throw new SluiceError({ code: 'no-contracts', message, hint: 'Contracts are files that end in .yaml or .yml.' });
  }
  const problems = contracts.flatMap((contract) => contract.problems);
  const warnings = problems.filter(({ level }) => level === 'warning').length;
  const errors = problems.length - warnings;
  if (optionValue(input, 'format') === 'json') {
    context.stdout.write(`${JSON.stringify({ errors, warnings, files: contracts }, null, 2)}\n`);
  } else {
    context.stdout.write(lintText(contracts, errors, warnings));
  }
  return { kind: 'linted', errors, unreadable: contracts.filter(({ readable }) => !readable).length };
}

/** `file:line:column: error[code]: message`, as compilers write it and editors read it. */
function lintText(contracts: readonly LintedContract[], errors: number, warnings: number): string {
  const problems = contracts.flatMap((contract) =>
    contract.problems.map((problem) => ({ file: contract.file, ...problem })),
  );
  const lines = problems.map((problem) => `${formatProblem(escapeAllText(problem))}\n`);
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  const files = plural(contracts.length, 'contract');
  if (counts.length > 0) return `${lines.join('')}\n${counts.join(', ')} in ${files}\n`;
  return contracts.length === 1 ? 'The contract is fine.\n' : `All ${count(contracts.length)} contracts are fine.\n`;
}
