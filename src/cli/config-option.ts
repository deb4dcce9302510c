import type { Option } from './command.ts';

export const CONFIG_OPTION: Option = {
  name: 'config',
  value: 'FILE',
  help: 'Configuration file; default: SLUICE_CONFIG, else ./sluice.yaml where there is one.',
};

export const RECORDS_OPTION: Option = {
  name: 'server',
  value: 'URL',
  help: 'Records of this running Sluice; needs SLUICE_CONSOLE_TOKEN. Default: those here.',
};
