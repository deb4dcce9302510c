import type { HookEvent } from '../../core/event/hook-event.ts';
import { pickedCommit, revertedRef } from '../../core/event/replayed-commit.ts';
import { type Problem, SluiceError } from '../../core/problem.ts';
import type { Commit } from '../ports.ts';
import { type Preview, type PreviewOutcome, previewEvent } from '../preview.ts';
import { configured } from './by-configuration.ts';
import {
  type EventDeps,
  type EventRule,
  type Question,
  question,
  type ReplayKind,
  type Ruling,
  unpreviewable,
} from './event-rule.ts';

/**
 * lakeFS names the commit that is picked in metadata that no client can write, so what is judged is what lands, but for
 * the parent of a merge commit: lakeFS does not tell which one was asked for, and every possible result must be good.
 */
export const preCherryPick: EventRule = {
  answer: configured,
  look: (event, deps, signal) => judgeReplay('cherry-pick', event, pickedCommit(event), deps, signal),
};

/**
 * lakeFS names the commit that is reverted in the message alone, and a client may write a message of its own. Another
 * message than lakeFS's is not believed; one that names another commit is found by post-revert, when it is too late to
 * stop it. Who cannot live with that sets `events.pre-revert: deny` and merges the way back from a branch.
 */
export const preRevert: EventRule = {
  answer: configured,
  look: (event, deps, signal) => judgeReplay('revert', event, revertedRef(event), deps, signal),
};

async function judgeReplay(
  kind: ReplayKind,
  event: HookEvent,
  ref: string | null,
  deps: EventDeps,
  signal: AbortSignal,
): Promise<Ruling | Question> {
  const { repository, branch = '' } = event;
  const commit = ref === null ? null : await found(deps.lake.resolve(repository, findable(ref), signal));
  if (ref === null || commit === null) return unpreviewable(event, deps.policy, 'lakeFS does not name the commit');
  if (!isMeant(ref, commit)) return unpreviewable(event, deps.policy, IMPOSTOR);
  const { parents } = commit;
  const numbers = parents.length > 1 ? parents.map((_, index) => index + 1) : [null];
  const outcomes: PreviewOutcome[] = [];
  // One after another: each makes a branch.
  for (const parentNumber of numbers) {
    outcomes.push(
      await deps.lake.preview({ kind, repository, branch, ref: findable(commit.id), parentNumber }, signal),
    );
  }
  // What lakeFS's arithmetic refuses here it refuses there too; for another refusal it may have another reason.
  const refused = outcomes.find(({ kind: end }) => end === 'refused' || end === 'hook-refused');
  const previews = outcomes.flatMap((outcome) => (outcome.kind === 'previewed' ? [outcome.preview] : []));
  if (refused !== undefined || previews.length === 0) {
    return unpreviewable(event, deps.policy, wordsOf(refused ?? outcomes[0]));
  }
  const again = await found(deps.lake.resolve(repository, findable(ref), signal));
  const isOther = again?.id !== commit.id || previews.some((preview) => !isOf(kind, commit, preview));
  if (isOther) return unpreviewable(event, deps.policy, IMPOSTOR);
  const remarks = parents.length > 1 ? [everyParent(kind, previews.length)] : [];
  return question(
    previews.map((preview) => subjectOf(event, ref, preview, deps)),
    remarks,
  );
}

/**
 * While lakeFS does a cherry-pick it does not find the picked commit by its whole id, if that has metadata (every merge
 * has): it writes the origin into its cached copy, whose content address then is another. By the beginning of the id it
 * does, because it then looks past the cache.
 */
function findable(ref: string): string {
  return /^[0-9a-f]{64}$/.test(ref) ? ref.slice(0, -1) : ref;
}

const IMPOSTOR = "a branch or a tag is called like the beginning of the commit's id";

/** lakeFS looks for branches and tags before it looks for the beginning of an id, and anybody can make a branch. */
function isMeant(ref: string, commit: Commit): boolean {
  return findable(ref) === ref || commit.id === ref;
}

/** lakeFS writes into a cherry-pick which commit it is of, and no client can write over that. */
function isOf(kind: ReplayKind, { id }: Commit, { commit }: Preview): boolean {
  return kind === 'revert' || commit.metadata['cherry-pick-origin'] === id;
}

/** Null for what is no ref, or leads nowhere: a client's own message may say anything. */
async function found(resolving: Promise<Commit>): Promise<Commit | null> {
  try {
    return await resolving;
  } catch (error) {
    const code = error instanceof SluiceError ? error.problem.code : '';
    if (code === 'lakefs-not-found' || code === 'lakefs-bad-id') return null;
    throw error;
  }
}

/** The result as a merge: same base, same tree, same branch, same user. */
function subjectOf(event: HookEvent, ref: string, preview: Preview, { clock }: EventDeps): HookEvent {
  const { repository, branch = '', committer } = event;
  const { committer: _, ...subject } = previewEvent(
    preview,
    { repository, branch, source: ref, committer: '' },
    clock.now(),
  );
  return committer === undefined ? subject : { ...subject, committer };
}

function wordsOf(outcome: PreviewOutcome | undefined): string {
  if (outcome === undefined || outcome.kind === 'previewed') return 'lakeFS computed nothing';
  return `lakeFS says: ${outcome.message.replace(/\s+/g, ' ').trim().slice(0, 200)}`;
}

function everyParent(kind: ReplayKind, results: number): Problem {
  return {
    code: 'parent-unknown',
    level: 'warning',
    message: `The commit is a merge, and lakeFS does not tell by which parent the ${kind} goes: of its possible results ${results} can be computed, and each was judged.`,
  };
}
