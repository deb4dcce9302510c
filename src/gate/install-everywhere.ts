import { hasErrors, SluiceError } from '../core/problem.ts';
import {
  type InstallDeps,
  type InstallPlan,
  type InstallRequest,
  type Placement,
  type PlaceRequest,
  placeAction,
  planInstall,
} from './install-gate.ts';
import { type OpenBranch, openBranches } from './ungated-branches.ts';

export interface EverywhereRequest extends InstallRequest {
  readonly apply: boolean;
  /** Branches that get the installed file too, or every open one. */
  readonly into: readonly string[] | 'open';
}

export interface Installed {
  readonly plan: InstallPlan;
  readonly placed: Placement | null;
  readonly into: readonly { readonly branch: string; readonly placement: Placement }[];
  readonly branches: readonly OpenBranch[];
}

/**
 * Plans, puts the file onto the default branch when asked to, then onto other branches one after the other. Each of
 * them gets the file that the default branch has, and nothing else of it. Rejects with `init-not-installed` when
 * branches are to get a file that the default branch does not have.
 */
export async function installEverywhere(
  { apply, into: wanted, ...request }: EverywhereRequest,
  deps: InstallDeps & { readonly onStage: (stage: string) => void },
  signal: AbortSignal,
): Promise<Installed> {
  deps.onStage('reading the repository');
  const plan = await planInstall(request, deps, signal);
  if (hasErrors(plan.problems)) return { plan, placed: null, into: [], branches: [] };
  const { repository, defaultBranch } = plan;
  const place = (branch: string, text: string, more: Pick<PlaceRequest, 'trial'> = {}) => {
    deps.onStage(`installing on ${branch}`);
    return placeAction({ repository, branch, text, hookUrl: request.hookUrl, ...more }, deps, signal);
  };
  const placed = apply ? await place(defaultBranch, plan.text, { trial: plan.settings }) : null;
  // What the default branch has now.
  const text = apply && placed?.kind !== 'refused' ? plan.text : plan.previous;
  if (!apply && text === null && wanted.length > 0) throw notInstalled(plan);
  const look = () => {
    deps.onStage('reading the branches');
    return openBranches({ repository, defaultBranch, text: text ?? plan.text }, deps.reader, signal);
  };
  const branches = await look();
  if (placed?.kind === 'refused' || text === null) return { plan, placed, into: [], branches };
  const open = branches.filter(({ gate }) => gate !== 'same').map(({ id }) => id);
  const targets = wanted === 'open' ? open : wanted.filter((branch) => branch !== defaultBranch);
  const into: { readonly branch: string; readonly placement: Placement }[] = [];
  for (const branch of targets) into.push({ branch, placement: await place(branch, text) });
  return { plan, placed, into, branches: into.length > 0 ? await look() : branches };
}

function notInstalled({ repository, defaultBranch, path }: InstallPlan): SluiceError {
  return new SluiceError({
    code: 'init-not-installed',
    message: `${defaultBranch} of ${repository} has no ${path} yet that other branches could get.`,
    hint: 'Add --apply.',
  });
}
