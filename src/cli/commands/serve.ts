import { type Command, optionValue } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Answer the hooks of lakeFS: the gate itself.',
  usage: '[--config FILE]',
  details: [
    'Settings come from sluice.yaml and from SLUICE_... variables, which win.',
    'SIGTERM and Ctrl-C let running merges end, then stop; a second one stops at once.',
  ],
  options: [CONFIG_OPTION],
  examples: [
    { line: 'sluice serve', does: 'With ./sluice.yaml, if there is one, and the environment.' },
    { line: 'sluice serve --config /etc/sluice/sluice.yaml', does: 'With this file.' },
  ],
  run: async (input, context) => {
    const services = await context.services();
    await services.serve({ config: optionValue(input, 'config') }, context.signal);
    return { kind: 'done' };
  },
};
