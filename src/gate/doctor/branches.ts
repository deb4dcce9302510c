import picomatch from 'picomatch';
import type { Branch } from '../repository-ports.ts';
import { scratchPurpose } from '../scratch-branches.ts';
import { asks } from './action.ts';
import type { ActionFolders } from './action-folder.ts';
import { protectsBranch } from './branch-pattern.ts';
import { named, type Told } from './finding.ts';
import { type GateHook, gateHooksOf } from './gate-hooks.ts';

/**
 * The governed branches that exist. The setting's default, `*`, means every branch that calls: then it is the action
 * file that says which, and the default branch must be among them.
 */
export function governedBranches(
  branches: readonly Branch[],
  {
    globs,
    hooks,
    defaultBranch,
  }: { readonly globs: readonly string[]; readonly hooks: readonly GateHook[]; readonly defaultBranch: string },
): readonly string[] {
  const ids = openBranches(branches).map(({ id }) => id);
  if (!globs.includes('*')) {
    const governed = picomatch([...globs], { dot: true });
    return ids.filter((id) => governed(id));
  }
  const listed = hooks.filter(({ events }) => (events.get('pre-merge') ?? []).length > 0);
  return ids.filter((id) => id === defaultBranch || listed.some((hook) => asks(hook, 'pre-merge', id)));
}

/** All but our own. */
export function openBranches(branches: readonly Branch[]): readonly Branch[] {
  return branches.filter(({ id }) => scratchPurpose(id) === null);
}

/** lakeFS takes the action file from the source of a merge: each branch carries its own gate, or none. */
export async function ungatedBranches(
  {
    branches,
    governed,
    hooks,
    folders,
    repository,
  }: {
    readonly branches: readonly Branch[];
    readonly governed: readonly string[];
    /** Of the default branch. */
    readonly hooks: readonly GateHook[];
    readonly folders: ActionFolders;
    readonly repository: string;
  },
  signal: AbortSignal,
): Promise<Told> {
  const open = openBranches(branches);
  const urls = new Set(hooks.map(({ url }) => url));
  const sources = open.flatMap(({ id, commitId }) => {
    const destinations = governed.filter((branch) => branch !== id);
    return destinations.length === 0 ? [] : [{ id, commitId, destinations }];
  });
  const looked = await Promise.all(
    sources.map(async ({ id, commitId, destinations }) => {
      const own = gateHooksOf(await folders.at(commitId, signal));
      return { id, why: whyUngated(own, destinations, urls) };
    }),
  );
  const ungated = looked.flatMap(({ id, why }) => (why === null ? [] : [`${id} (${why})`]));
  if (sources.length === 0) return { level: 'ok', detail: `none beside ${named(governed)}` };
  if (ungated.length === 0) return { level: 'ok', detail: `${sources.length}, and each of them would be gated` };
  return {
    level: 'fail',
    detail: `${ungated.length} of ${sources.length} would merge ungated: ${named(ungated)}`,
    fix: `sluice init ${repository} --apply --into-open-branches brings the action file to them.`,
    items: ungated,
  };
}

/** Why a merge from a branch with these hooks into one of the destinations would not ask our gate; null when it would. */
export function whyUngated(
  own: readonly GateHook[],
  destinations: readonly string[],
  urls: ReadonlySet<string>,
): string | null {
  if (own.length === 0) return 'no action file of Sluice';
  const open = destinations.find((branch) => !own.some((hook) => asks(hook, 'pre-merge', branch)));
  if (open !== undefined) return `its action file does not name ${open}`;
  const elsewhere = destinations.some(
    (branch) => !own.some((hook) => asks(hook, 'pre-merge', branch) && urls.has(hook.url)),
  );
  return elsewhere && urls.size > 0 ? `its action file calls ${own[0]?.url}` : null;
}

/** Direct writes and commits pass no merge: lakeFS's own protection stops them, or pre-commit asks us. */
export function protection(patterns: readonly string[], governed: readonly string[], hooks: readonly GateHook[]): Told {
  const unprotected = governed.filter((branch) => !protectsBranch(patterns, branch));
  if (unprotected.length === 0) return { level: 'ok', detail: 'lakeFS takes no direct write to a governed branch' };
  const isAsked = unprotected.every((branch) => hooks.some((hook) => asks(hook, 'pre-commit', branch)));
  // lakeFS reads the actions of a commit from what is staged: whoever stages their deletion is not asked about.
  const detail = isAsked
    ? `${named(unprotected, 5)} ${unprotected.length === 1 ? 'takes' : 'take'} direct writes; a commit that takes the action file away with it asks nobody`
    : `data can be written and committed past every merge on ${named(unprotected)}`;
  return {
    level: 'warn',
    detail,
    fix: 'Protect the branch in lakeFS: Settings, Branches of the repository, or lakectl branch-protect add.',
    items: unprotected,
  };
}
