import { createTwoFilesPatch } from 'diff';
import { hasErrors } from '../core/problem.ts';
import { escapeText } from '../core/report/escape-text.ts';
import type { InstallPlan, Placement } from '../gate/install-gate.ts';
import type { OpenBranch } from '../gate/ungated-branches.ts';
import type { Context } from './command.ts';
import type { Ending } from './exit-code.ts';
import { printProblems } from './print-problems.ts';
import type { InitRequest, Installation } from './services.ts';

/** Nobody reads more lines of branches at once. */
const MOST_BRANCHES = 20;

/**
 * Shows an installation: the file itself (without --apply) or what was done on standard output, everything else on
 * standard error, so that `sluice init lake > sluice.yaml` works.
 */
export function tellInstallation(installation: Installation, request: InitRequest, context: Context): Ending {
  const { plan, placed, branches, into } = installation;
  const { stdout, stderr } = context;
  const write = (line: string) => stderr.write(`${line}\n`);
  printProblems(plan.problems, stderr);
  if (hasErrors(plan.problems)) {
    write(`\nNothing was written: mend ${plan.repository}'s action files first (on ${plan.defaultBranch}).`);
    return { kind: 'linted', errors: 1, unreadable: 0 };
  }
  if (!request.apply && into.length === 0) stdout.write(plan.text);
  if (plan.previous !== null && plan.previous !== plan.text && (request.apply || placed === null)) {
    write(changes(plan));
  }
  for (const note of installation.notes) write(`note: ${note}`);
  if (placed !== null) tellPlacement(plan.defaultBranch, placed, plan, context);
  for (const { branch, placement } of into) tellPlacement(branch, placement, plan, context);
  const refused = [placed, ...into.map(({ placement }) => placement)].some((one) => one?.kind === 'refused');
  for (const line of branchLines(branches, plan, request)) write(line);
  if (!refused) for (const line of nextCommands(plan, request, branches)) write(line);
  return refused ? { kind: 'broken' } : { kind: 'done' };
}

function changes({ path, previous, text }: InstallPlan): string {
  return escapeText(createTwoFilesPatch(path, path, previous ?? '', text, 'installed', 'new', { context: 2 }));
}

function tellPlacement(branch: string, placement: Placement, plan: InstallPlan, { stdout, stderr }: Context): void {
  const where = `${plan.path} on ${branch} of ${plan.repository}`;
  switch (placement.kind) {
    case 'placed':
      stdout.write(`installed  ${where} (commit ${placement.commitId.slice(0, 12)})\n`);
      break;
    case 'already':
      stdout.write(`already installed  ${where}\n`);
      break;
    case 'refused':
      stdout.write(`not installed  ${where}\n`);
      printProblems(placement.problems, stderr);
  }
}

function branchLines(
  branches: readonly OpenBranch[],
  { defaultBranch }: InstallPlan,
  { into }: InitRequest,
): readonly string[] {
  const ungated = branches.filter(({ gate }) => gate === 'none').map(({ id }) => id);
  const other = branches.filter(({ gate }) => gate === 'other').map(({ id }) => id);
  const all = into === 'open' ? '' : '; --into-open-branches puts the file onto them';
  return [
    ...(ungated.length === 0
      ? []
      : [
          `\n${openBranches(ungated.length)} would merge into ${defaultBranch} without any check${all}:`,
          ...listed(ungated),
        ]),
    ...(other.length === 0
      ? []
      : [`\n${openBranches(other.length)} with another version of the file, gated by that:`, ...listed(other)]),
  ];
}

function openBranches(count: number): string {
  return `${count} open ${count === 1 ? 'branch' : 'branches'}`;
}

function listed(names: readonly string[]): readonly string[] {
  const more = names.length - MOST_BRANCHES;
  return [...names.slice(0, MOST_BRANCHES).map((name) => `  ${name}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

function nextCommands(
  { repository, defaultBranch, previous, text }: InstallPlan,
  { apply, into }: InitRequest,
  branches: readonly OpenBranch[],
): readonly string[] {
  const installed = apply || previous === text || into.length > 0;
  const [branch = 'BRANCH'] = branches.map(({ id }) => id);
  return [
    '\nNext:',
    ...(installed ? [] : [`  sluice init ${repository} --apply    installs it (with the same options)`]),
    `  sluice doctor ${repository}          proves that the gate is on`,
    ...(installed ? [`  sluice check ${repository} ${branch} ${defaultBranch}    says what the gate would say`] : []),
  ];
}
