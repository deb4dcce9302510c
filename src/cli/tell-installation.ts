import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
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
  printProblems(plan.problems, stderr);
  if (hasErrors(plan.problems)) {
    stderr.write(`\nNothing was written: mend ${plan.repository}'s action files first (on ${plan.defaultBranch}).\n`);
    return { kind: 'linted', errors: 1, unreadable: 0 };
  }
  showFile(installation, request, context);
  const placements = [...(placed === null ? [] : [{ branch: plan.defaultBranch, placement: placed }]), ...into];
  for (const { branch, placement } of placements) tellPlacement(branch, placement, plan, context);
  const refused = placements.some(({ placement }) => placement.kind === 'refused');
  if (request.into === 'open' && into.length === 0 && !refused) {
    stdout.write(`every open branch of ${plan.repository} has the file\n`);
  }
  const lines = [...branchLines(branches, plan, request), ...(refused ? [] : nextCommands(plan, request, branches))];
  for (const line of lines) stderr.write(`${line}\n`);
  return refused ? { kind: 'broken' } : { kind: 'done' };
}

/** The file, when nothing more was asked for; else how it differs from what is there, and what to know about it. */
function showFile({ plan, placed, notes }: Installation, request: InitRequest, { stdout, stderr }: Context): void {
  const showsOnly = !request.apply && request.into.length === 0;
  if (showsOnly) stdout.write(plan.text);
  const isNew = showsOnly || (placed !== null && placed.kind !== 'already');
  if (!isNew) return;
  if (plan.previous !== null && plan.previous !== plan.text) stderr.write(`${changes(plan)}\n`);
  for (const note of notes) stderr.write(`note: ${note}\n`);
}

function changes({ path, previous, text }: InstallPlan): string {
  const patch = createTwoFilesPatch(path, path, previous ?? '', text, '', '', {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  });
  // What is installed may be anybody's. Blanks in front of a line and the tab before a label are the patch's own.
  const inert = patch.split('\n').map((line) => (/^ *[ -~]*$/.test(line) ? line : escapeText(line)));
  return inert.join('\n').trimEnd();
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
    `  lakectl branch-protect add lakefs://${repository} ${defaultBranch}    closes direct writes and commits, which a gate alone cannot`,
    `  sluice doctor ${repository}          proves that the gate is on`,
    ...(installed ? [`  sluice check ${repository} ${branch} ${defaultBranch}    says what the gate would say`] : []),
  ];
}
