import { SluiceError } from '../core/problem.ts';
import { type Input, type Option, optionValue } from './command.ts';
import { CONFIG_OPTION } from './config-option.ts';
import type { MergeCheck } from './services.ts';

/** The arguments that name a merge. */
export const MERGE_ARGUMENTS = ['REPO', 'SOURCE', 'DEST'] as const;

/** What every question about a merge takes, beside its contracts. */
export const MERGE_OPTIONS: readonly Option[] = [
  {
    name: 'strategy',
    value: 'STRATEGY',
    choices: ['source-wins', 'dest-wins'],
    help: 'Which side wins where both changed an object; default: neither, a conflict.',
  },
  { name: 'squash', help: 'Merge as one commit without the history of SOURCE.' },
  {
    name: 'server',
    value: 'URL',
    help: 'Let this running Sluice judge; needs SLUICE_CONSOLE_TOKEN. Default: this machine.',
  },
  CONFIG_OPTION,
];

/** Reads what {@link MERGE_ARGUMENTS} and {@link MERGE_OPTIONS} were given. */
export function mergeCheckOf(input: Input): MergeCheck {
  const [repository = '', source = '', destination = ''] = input.positionals;
  const contracts = input.options.get('contract') ?? [];
  const server = optionValue(input, 'server');
  if (server !== null && contracts.length > 0) throw contractsOfServer();
  return {
    repository,
    source,
    destination,
    strategy: optionValue(input, 'strategy') as MergeCheck['strategy'],
    squash: input.options.has('squash'),
    contracts,
    server,
    config: optionValue(input, 'config'),
  };
}

function contractsOfServer(): SluiceError {
  return new SluiceError({
    code: 'option-misplaced',
    message: '--contract does not go with --server: a server judges by its own contracts.',
    hint: 'Leave one of them out.',
  });
}
