import type { Command } from '../command.ts';
import { packageFile } from '../package-files.ts';

const SCHEMAS = ['contract', 'report', 'diff'] as const;

export const schema: Command = {
  name: 'schema',
  summary: 'Print the JSON Schema of contracts or reports.',
  usage: SCHEMAS.join('|'),
  details: ['Editors complete and check contracts with it; scripts check reports.'],
  options: [],
  positional: { name: 'SCHEMA', choices: SCHEMAS },
  examples: [
    { line: 'sluice schema contract > contract.schema.json', does: 'For the YAML language server of your editor.' },
    { line: 'sluice schema report', does: 'What `sluice check --format json` prints.' },
  ],
  run: async (input, context) => {
    context.stdout.write(await packageFile(`schemas/${input.positionals[0]}.schema.json`));
    return { kind: 'done' };
  },
};
