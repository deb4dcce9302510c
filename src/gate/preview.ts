import type { HookEvent } from '../core/event/hook-event.ts';
import { SluiceError } from '../core/problem.ts';
import type { Commit, Lake } from './ports.ts';
import type {
  ChangeOutcome,
  MergeRequest,
  ReplayRequest,
  RepositoryReader,
  RepositoryWriter,
} from './repository-ports.ts';
import { type ScratchDeps, withScratchBranch } from './scratch-branches.ts';

export interface PreviewDeps extends ScratchDeps {
  readonly lake: Pick<Lake, 'commit'>;
  readonly reader: Pick<RepositoryReader, 'branches' | 'resolve' | 'currentUser'>;
  readonly writer: Pick<RepositoryWriter, 'createBranch' | 'deleteBranch' | 'merge' | 'cherryPick' | 'revert'>;
}

/** What lakeFS would make of a change, as a commit that no branch points to once the preview is over. */
export interface Preview {
  /** `parents[0]` is the destination's head the preview was computed on. */
  readonly commit: Commit;
  /** The destination's head, pinned before the preview. */
  readonly destination: Commit;
}

/** The preview's commit, or why lakeFS would not make one. */
export type PreviewOutcome =
  | { readonly kind: 'previewed'; readonly preview: Preview }
  | Exclude<ChangeOutcome, { readonly kind: 'done' }>;

/**
 * Computes a merge on a scratch branch that starts at the destination's head: same base, same sides, therefore the
 * same tree as the real merge. The commit stays readable after the branch is gone, as that of a rejected merge does.
 */
export async function previewMerge(
  request: MergeRequest,
  deps: PreviewDeps,
  signal: AbortSignal,
): Promise<PreviewOutcome> {
  const { repository } = request;
  const [source, destination] = await Promise.all([
    deps.reader.resolve(repository, request.source, signal),
    deps.reader.resolve(repository, request.destination, signal),
  ]);
  return onScratch(repository, destination, deps, signal, (branch) =>
    deps.writer.merge({ ...request, source: source.id, destination: branch }, signal),
  );
}

/** Computes a cherry-pick or a revert on a scratch branch that starts at the branch's head. */
export async function previewReplay(
  request: ReplayRequest & { readonly kind: 'cherry-pick' | 'revert' },
  deps: PreviewDeps,
  signal: AbortSignal,
): Promise<PreviewOutcome> {
  const { kind, ...replay } = request;
  const destination = await deps.reader.resolve(replay.repository, replay.branch, signal);
  return onScratch(replay.repository, destination, deps, signal, (branch) =>
    kind === 'cherry-pick'
      ? deps.writer.cherryPick({ ...replay, branch }, signal)
      : deps.writer.revert({ ...replay, branch, allowEmpty: false }, signal),
  );
}

/** The event that lakeFS would send for the real merge, as far as a judge needs it. */
export function previewEvent(
  { commit, destination }: Preview,
  about: { readonly repository: string; readonly branch: string; readonly source: string; readonly committer: string },
  now: number,
): HookEvent {
  return {
    eventType: 'pre-merge',
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    actionName: 'sluice',
    hookId: 'check',
    repository: about.repository,
    branch: about.branch,
    sourceRef: commit.parents[1] ?? destination.id,
    commitId: commit.id,
    committer: about.committer,
    commitMetadata: {},
    mergeSource: about.source,
  };
}

async function onScratch(
  repository: string,
  destination: Commit,
  deps: PreviewDeps,
  signal: AbortSignal,
  change: (branch: string) => Promise<ChangeOutcome>,
): Promise<PreviewOutcome> {
  const outcome = await withScratchBranch(
    { repository, purpose: 'preview', sourceRef: destination.id },
    deps,
    change,
    signal,
  );
  if (outcome.kind !== 'done') return outcome;
  const commit = await deps.lake.commit(repository, outcome.commitId, signal);
  if (commit.parents[0] !== destination.id) throw misplaced(commit.id);
  return { kind: 'previewed', preview: { commit, destination } };
}

function misplaced(commitId: string): SluiceError {
  return new SluiceError({
    code: 'preview-misplaced',
    message: `The preview ${commitId.slice(0, 12)} was not computed on the head of its destination.`,
    hint: 'Somebody else wrote to the scratch branch; try again.',
  });
}
