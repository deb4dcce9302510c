import {
  type ActionSettings,
  actionFile,
  eventsOfVersion,
  OUR_ACTION_PATH,
  OUR_EVENTS,
} from '../core/action/action-file.ts';
import { type ActionText, callsSluice, lintActions } from '../core/action/lint-actions.ts';
import { hasErrors, type Problem, SluiceError } from '../core/problem.ts';
import { installRefusal } from './install-refusal.ts';
import { readActions } from './read-actions.ts';
import type { ChangeOutcome, RepositoryReader } from './repository-ports.ts';
import { withScratchBranch } from './scratch-branches.ts';
import { refusedBySettings, type TrialDeps, tryHook } from './try-hook.ts';

export interface InstallRequest extends Omit<ActionSettings, 'branches' | 'events'> {
  readonly repository: string;
  /** Null: the repository's default branch. */
  readonly branches: readonly string[] | null;
}

export interface InstallDeps extends TrialDeps {
  readonly reader: TrialDeps['reader'] &
    Pick<RepositoryReader, 'version' | 'repository' | 'resolve' | 'listAt' | 'readAt' | 'uncommitted'>;
  /** Of Sluice, for the commit's metadata. */
  readonly version: string;
}

/** What would be written, and what stands in its way. Nothing has been changed yet. */
export interface InstallPlan {
  readonly repository: string;
  readonly defaultBranch: string;
  readonly path: string;
  readonly text: string;
  /** What the default branch has there, committed; null when there is nothing. */
  readonly previous: string | null;
  /** Findings about the whole folder as it would be; with an error nothing may be written. */
  readonly problems: readonly Problem[];
  /** Events left out because the lakeFS server is too old to know them. */
  readonly unknownEvents: readonly string[];
  /** What the file was written from. */
  readonly settings: ActionSettings;
}

/**
 * Writes the action file in memory and judges the default branch's folder with it. Rejects with `init-read-only` and
 * `init-file-taken`, and as {@link RepositoryReader} does.
 */
export async function planInstall(
  { repository, branches, ...settings }: InstallRequest,
  { reader }: InstallDeps,
  signal: AbortSignal,
): Promise<InstallPlan> {
  const [facts, version] = await Promise.all([reader.repository(repository, signal), reader.version(signal)]);
  if (facts.readOnly) throw readOnly(repository);
  const head = await reader.resolve(repository, facts.defaultBranch, signal);
  const files = await readActions(reader, repository, head.id, signal);
  const previous = files.find(({ path }) => path === OUR_ACTION_PATH)?.text ?? null;
  if (previous !== null && !callsSluice(previous)) throw fileTaken(repository);
  const events = eventsOfVersion(version);
  const complete = { ...settings, branches: branches ?? [facts.defaultBranch], events };
  const text = actionFile(complete);
  return {
    repository,
    defaultBranch: facts.defaultBranch,
    path: OUR_ACTION_PATH,
    text,
    previous,
    problems: lintActions(withFile(files, OUR_ACTION_PATH, text)),
    unknownEvents: OUR_EVENTS.filter((event) => !events.includes(event)),
    settings: complete,
  };
}

/** How putting the file onto one branch ended. */
export type Placement =
  | { readonly kind: 'placed'; readonly commitId: string }
  | { readonly kind: 'already' }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

export interface PlaceRequest {
  readonly repository: string;
  readonly branch: string;
  readonly text: string;
  /** Where lakeFS will call Sluice, for what to do about a refusal. */
  readonly hookUrl: string;
  /** Whether Sluice answers is tried first with these; absent for a file that is in use already. */
  readonly trial?: ActionSettings;
}

/**
 * Puts the action file onto a branch: commits it on a scratch branch that starts at the branch's head, and merges that.
 * A commit on the branch itself would take the data along that somebody has staged there, and a protected branch
 * refuses it; a file that lakeFS refuses after all stops the scratch branch and nobody else.
 */
export async function placeAction(request: PlaceRequest, deps: InstallDeps, signal: AbortSignal): Promise<Placement> {
  const { repository, branch, text } = request;
  const { reader } = deps;
  const head = await reader.resolve(repository, branch, signal);
  const files = await readActions(reader, repository, head.id, signal);
  if (files.some((file) => file.path === OUR_ACTION_PATH && file.text === text)) return { kind: 'already' };
  const problems = lintActions(withFile(files, OUR_ACTION_PATH, text));
  if (hasErrors(problems)) return { kind: 'refused', problems };
  const staged = await reader.uncommitted(repository, branch, signal);
  if (staged.length > 0) return { kind: 'refused', problems: [dirty(request, staged.length)] };
  const trial = request.trial ?? null;
  const found =
    trial === null ? null : await tryHook({ repository, branch, headId: head.id, settings: trial }, deps, signal);
  if (found !== null) return { kind: 'refused', problems: [found] };
  const outcome = await commitAndMerge(request, head.id, deps, signal).catch(refusedBySettings);
  if (outcome.kind === 'done') return { kind: 'placed', commitId: outcome.commitId };
  if (outcome.kind === 'no-changes') return { kind: 'already' };
  const user = await reader.currentUser(signal).catch(() => null);
  return { kind: 'refused', problems: [installRefusal(outcome, { ...request, user })] };
}

async function commitAndMerge(
  { repository, branch, text }: PlaceRequest,
  headId: string,
  deps: InstallDeps,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const { writer } = deps;
  const note = {
    message: `Install Sluice's action file on ${branch}`,
    metadata: { 'sluice.install': OUR_ACTION_PATH, 'sluice.version': deps.version },
  };
  return withScratchBranch(
    { repository, purpose: 'install', sourceRef: headId },
    deps,
    async (scratch) => {
      const bytes = new TextEncoder().encode(text);
      await writer.upload({ repository, branch: scratch, path: OUR_ACTION_PATH, bytes }, signal);
      const committed = await writer.commit({ repository, branch: scratch, ...note }, signal);
      if (committed.kind !== 'done') return committed;
      return writer.merge({ repository, source: scratch, destination: branch, ...note }, signal);
    },
    signal,
  );
}

function withFile(files: readonly ActionText[], path: string, text: string): readonly ActionText[] {
  return [...files.filter((file) => file.path !== path), { path, text }];
}

function readOnly(repository: string): SluiceError {
  return new SluiceError({
    code: 'init-read-only',
    message: `The repository ${repository} is read-only: lakeFS runs no hooks in it, and nothing can be merged.`,
  });
}

function fileTaken(repository: string): SluiceError {
  return new SluiceError({
    code: 'init-file-taken',
    message: `${OUR_ACTION_PATH} of ${repository} is an action that does not call Sluice; it is not overwritten.`,
    hint: 'Rename that file (within the same folder), commit, and run sluice init again.',
  });
}

function dirty({ repository, branch }: PlaceRequest, count: number): Problem {
  return {
    code: 'init-dirty',
    message: `${branch} of ${repository} has ${count} uncommitted ${count === 1 ? 'change' : 'changes'}; lakeFS merges nothing into it until they are gone.`,
    hint: `Commit them, or drop them with \`lakectl branch reset lakefs://${repository}/${branch}\`; then run sluice init again.`,
  };
}
