import type { Command } from './command.ts';
import { actionLint } from './commands/action-lint.ts';
import { check } from './commands/check.ts';
import { contractLint } from './commands/contract-lint.ts';
import { decisions } from './commands/decisions.ts';
import { demo } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { init } from './commands/init.ts';
import { merge } from './commands/merge.ts';
import { report } from './commands/report.ts';
import { schema } from './commands/schema.ts';
import { serve } from './commands/serve.ts';

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
  check,
  merge,
  contractLint,
  diff,
  init,
  actionLint,
  serve,
  doctor,
  decisions,
  report,
  schema,
  demo,
];
