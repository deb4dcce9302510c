import type { HookEvent } from '../core/event/hook-event.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { mergeRefusal } from './merge-refusal.ts';
import { type PreviewDeps, previewEvent, previewMerge } from './preview.ts';
import type { MergeQuestion } from './recorded-checks.ts';
import type { RepositoryReader } from './repository-ports.ts';
import { removeLeftovers } from './scratch-branches.ts';

export interface PoseDeps extends PreviewDeps {
  readonly reader: PreviewDeps['reader'] & Pick<RepositoryReader, 'uncommitted'>;
}

/** The question as lakeFS would ask it. */
export interface PosedMerge {
  /** Without a commit when lakeFS would not merge. */
  readonly event: HookEvent;
  /** Why lakeFS would not merge; null when it would ask the gate. */
  readonly refusal: Problem | null;
  /** What the asker may not know, true at this moment. */
  readonly warnings: readonly Problem[];
}

/**
 * Makes the merge on a scratch branch, and from it the event that the real merge would cause. Rejects with
 * `lakefs-not-found` or `destination-not-a-branch` when there is no such merge, and when lakeFS cannot be asked.
 */
export async function poseMerge(question: MergeQuestion, deps: PoseDeps, signal: AbortSignal): Promise<PosedMerge> {
  const { repository, source, destination } = question;
  // What cannot be removed now is for the next run; the question matters more.
  await removeLeftovers(repository, deps, signal).catch(() => undefined);
  signal.throwIfAborted();
  const committer = await deps.reader.currentUser(signal);
  const warnings = await findWarnings(question, deps.reader, signal);
  const outcome = await previewMerge(question, deps, signal);
  const about = { repository, branch: destination, source, committer };
  if (outcome.kind === 'previewed') {
    return { event: previewEvent(outcome.preview, about, deps.owner.now()), refusal: null, warnings };
  }
  const now = new Date(deps.owner.now()).toISOString();
  const event: HookEvent = {
    eventType: 'pre-merge',
    eventTime: `${now.slice(0, 19)}Z`,
    actionName: 'sluice',
    hookId: 'check',
    repository,
    branch: destination,
    committer,
    commitMetadata: {},
    mergeSource: source,
  };
  return { event, refusal: mergeRefusal(outcome, question), warnings };
}

/** The report with what was noticed beside the merge result; the verdict is not touched. */
export function withWarnings(report: Report, warnings: readonly Problem[]): Report {
  return warnings.length === 0 ? report : { ...report, problems: [...report.problems, ...warnings] };
}

async function findWarnings(
  { repository, source, destination }: MergeQuestion,
  reader: PoseDeps['reader'],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  if (!(await isBranch(repository, destination, reader, signal))) throw notABranch(repository, destination);
  const fromBranch = await isBranch(repository, source, reader, signal);
  const [staged, dirty] = await Promise.all([
    fromBranch ? reader.uncommitted(repository, source, signal) : [],
    reader.uncommitted(repository, destination, signal),
  ]);
  return [
    ...(staged.length === 0 ? [] : [uncommittedSource(source)]),
    ...(dirty.length === 0 ? [] : [uncommittedDestination(destination)]),
  ];
}

async function isBranch(
  repository: string,
  name: string,
  reader: PoseDeps['reader'],
  signal: AbortSignal,
): Promise<boolean> {
  return (await reader.branches(repository, name, signal)).some(({ id }) => id === name);
}

function uncommittedSource(source: string): Problem {
  return {
    code: 'source-uncommitted',
    level: 'warning',
    message: `${source} has changes that are not committed; they are not part of the merge and were not checked`,
    hint: 'commit them first, if they are meant',
  };
}

function uncommittedDestination(destination: string): Problem {
  return {
    code: 'destination-uncommitted',
    level: 'warning',
    message: `${destination} has changes that are not committed; lakeFS refuses merges into it until they are gone`,
    hint: `commit or reset ${destination}`,
  };
}

function notABranch(repository: string, destination: string): SluiceError {
  return new SluiceError({
    code: 'destination-not-a-branch',
    message: `${repository} has no branch ${destination}, so nothing can be merged into it.`,
    hint: 'Write REPO SOURCE DEST: what is merged comes before where it goes.',
  });
}
