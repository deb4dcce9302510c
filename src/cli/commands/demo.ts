import { SluiceError } from '../../core/problem.ts';
import { type Command, type Input, optionValue, wantsColor } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';
import type { DemoLake } from '../services.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Watch real merges being gated, on a stand-in for lakeFS or on your own.',
  usage: '[--keep] | --on REPO [--hook-url URL] [--storage URI] [--lakectl COMMAND]',
  details: [
    'Without options it needs nothing but this package: no lakeFS, no Docker, no network.',
    '--on makes REPO on the lakeFS that is configured, with flights, their contract and the gate on main, and two',
    'branches to merge, one good and one damaged. The gate must run, with SLUICE_CONTRACTS=repository, and with your',
    'lakeFS user among SLUICE_RULE_CHANGERS: it is asked about its own installation.',
    'A run that was stopped can be repeated; a repository with data of its own is left alone.',
  ],
  options: [
    { name: 'keep', help: 'Leave it running at the end, to try things on it.' },
    { name: 'on', value: 'REPO', help: 'Fill this repository of a real lakeFS instead.' },
    {
      name: 'hook-url',
      value: 'URL',
      help: 'Where lakeFS reaches Sluice; default: SLUICE_HOOK_LISTEN.',
    },
    { name: 'storage', value: 'URI', help: 'Storage namespace of the repository; default: local://REPO.' },
    { name: 'lakectl', value: 'COMMAND', help: 'How lakectl is called in what is printed; default: lakectl.' },
    CONFIG_OPTION,
  ],
  examples: [
    { line: 'sluice demo', does: 'Seven merges: what is let through, what is not, and why.' },
    { line: 'sluice demo --keep', does: 'The same, and then it is yours.' },
    { line: 'sluice demo --on air-travel', does: 'A gated repository on your own lakeFS, and two merges to try.' },
  ],
  run: async (input, context) => {
    const on = lakeOf(input);
    const services = await context.services();
    const request = {
      on,
      keep: input.options.has('keep'),
      color: wantsColor(context.stdout, context.env),
      print: context.stdout.write,
    };
    await services.demo(request, context.signal);
    return { kind: 'done' };
  },
};

function lakeOf(input: Input): DemoLake | null {
  const repository = optionValue(input, 'on');
  if (repository === null) {
    const [stray] = ['hook-url', 'storage', 'lakectl', 'config'].filter((name) => input.options.has(name));
    if (stray === undefined) return null;
    throw useless(`--${stray} is only for --on.`);
  }
  if (input.options.has('keep')) throw useless('--keep is not for --on: nothing is started.');
  return {
    config: optionValue(input, 'config'),
    repository,
    storage: optionValue(input, 'storage'),
    hookUrl: optionValue(input, 'hook-url'),
    lakectl: optionValue(input, 'lakectl') ?? 'lakectl',
  };
}

function useless(message: string): SluiceError {
  return new SluiceError({ code: 'option-misplaced', message, hint: 'Leave it out, or see sluice demo --help.' });
}
