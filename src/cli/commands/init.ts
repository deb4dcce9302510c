import { OUR_ACTION_PATH, TOKEN_VARIABLE } from '../../core/action/action-file.ts';
import { parseGoDuration } from '../../core/action/duration.ts';
import { SluiceError } from '../../core/problem.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';
import type { Ending } from '../exit-code.ts';
import { startProgressLine } from '../progress-line.ts';
import type { InitRequest, Installation } from '../services.ts';
import { tellInstallation } from '../tell-installation.ts';

export const init: Command = {
  name: 'init',
  summary: 'Write the action file that makes lakeFS ask Sluice, and install it.',
  usage: 'REPO [--hook-url URL] [--branch BRANCH...] [--timeout 5m] [--apply] [--into-open-branches]',
  details: [
    `Prints ${OUR_ACTION_PATH} as this server's settings make it. --apply puts it onto the default branch`,
    'by a merge, which a running Sluice is asked about, so that nothing is installed that does not work. Branches without',
    'the file merge without any check; they are listed, and --into or --into-open-branches puts the file onto them too.',
    'Nothing is written to a repository whose actions `sluice action lint` finds fault with.',
    'Exit status: 0 done, 1 the repository has faulty action files, 2 refused or bad use.',
  ],
  options: [
    { name: 'hook-url', value: 'URL', help: 'Where lakeFS reaches Sluice; default: SLUICE_HOOK_LISTEN.' },
    {
      name: 'branch',
      value: 'BRANCH...',
      many: true,
      help: 'Branches (or globs) to gate; default: SLUICE_GOVERNED_BRANCHES, else the default branch.',
    },
    { name: 'timeout', value: 'TIME', help: 'How long lakeFS waits for an answer; default: 5m.' },
    { name: 'token-env', value: 'NAME', help: `Variable of the lakeFS server; default: ${TOKEN_VARIABLE}.` },
    { name: 'apply', help: 'Install the file on the default branch.' },
    { name: 'into', value: 'BRANCH...', many: true, help: 'Put the installed file onto these branches too.' },
    { name: 'into-open-branches', help: 'Put the installed file onto every open branch.' },
    CONFIG_OPTION,
  ],
  positional: { name: 'REPO' },
  examples: [
    { line: 'sluice init lake', does: 'Shows the file and the branches that would merge ungated.' },
    {
      line: 'sluice init lake --hook-url http://sluice:8750 --apply --into-open-branches',
      does: 'Installs it everywhere.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const request = requestOf(input);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let installation: Installation;
  try {
    installation = await services.init(request, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  return tellInstallation(installation, request, context);
}

function requestOf(input: Input): InitRequest {
  const into = input.options.get('into') ?? [];
  return {
    repository: input.positionals[0] ?? '',
    hookUrl: optionValue(input, 'hook-url'),
    branches: input.options.get('branch') ?? null,
    timeoutMs: timeoutOf(optionValue(input, 'timeout') ?? '5m'),
    tokenVariable: tokenVariableOf(optionValue(input, 'token-env') ?? TOKEN_VARIABLE),
    apply: input.options.has('apply'),
    into: input.options.has('into-open-branches') ? 'open' : into,
    config: optionValue(input, 'config'),
  };
}

/** Below it no margin is left for the deadline; above it no merge is worth waiting for. */
const [LEAST_MS, MOST_MS] = [6_000, 3_600_000];

function timeoutOf(text: string): number {
  const milliseconds = parseGoDuration(text);
  if (milliseconds !== undefined && milliseconds >= LEAST_MS && milliseconds <= MOST_MS) {
    return Math.floor(milliseconds / 1_000) * 1_000;
  }
  throw new SluiceError({
    code: 'init-timeout',
    message: `--timeout cannot be \`${text}\`.`,
    hint: 'Write a time with a unit, from 6s to 1h: 90s, 5m, 14m30s.',
  });
}

function tokenVariableOf(name: string): string {
  if (/^LAKEFSACTION_\w+$/.test(name)) return name;
  throw new SluiceError({
    code: 'init-token-name',
    message: `--token-env cannot be \`${name}\`: lakeFS fills in only variables that begin with LAKEFSACTION_.`,
    hint: `The default is ${TOKEN_VARIABLE}.`,
  });
}
