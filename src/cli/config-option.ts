import type { Option } from './command.ts';

export const CONFIG_OPTION: Option = {
  name: 'config',
  value: 'FILE',
  help: 'Configuration file; default: SLUICE_CONFIG, else ./sluice.yaml where there is one.',
};
