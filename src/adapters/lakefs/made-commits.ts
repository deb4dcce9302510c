import { SluiceError } from '../../core/problem.ts';
import type { Commit } from '../../gate/ports.ts';
import type { ChangeOutcome } from '../../gate/repository-ports.ts';
import { commitAnswer, mergeAnswer } from './answers.ts';
import { checkedJson, type LakefsClient } from './client.ts';
import { badAnswer } from './failure.ts';
import { readLog, resolveRef } from './read-commit.ts';

/** Commits that others may put on top of a revert until its id is asked for. */
const LOG_LENGTH = 100;

interface Described {
  readonly what: string;
}

export function commitIdOf({ base }: LakefsClient, { what }: Described, body: Buffer): string {
  return checkedJson({ what, base }, body, commitAnswer).id;
}

export function mergeIdOf({ base }: LakefsClient, { what }: Described, body: Buffer): string {
  return checkedJson({ what, base }, body, mergeAnswer).reference;
}

/** lakeFS answers a revert with nothing, so its commit is looked for in the branch's log, by lakeFS's own message. */
export async function revertIdOf(
  client: LakefsClient,
  request: Described & { readonly repository: string; readonly branch: string; readonly ref: string },
  signal: AbortSignal,
): Promise<string> {
  const { repository, branch, ref, what } = request;
  const log = await readLog(client, { repository, ref: branch, amount: LOG_LENGTH }, signal);
  const made = log.find(({ message }) => message === `Revert ${ref}`);
  if (made !== undefined) return made.id;
  throw badAnswer({ what, base: client.base }, 'it was done, but the branch has no such commit');
}

/** The commit to pick, or lakeFS's refusal when there is none. */
export async function pickedCommit(
  client: LakefsClient,
  repository: string,
  ref: string,
  signal: AbortSignal,
): Promise<{ readonly kind: 'found'; readonly commit: Commit } | Extract<ChangeOutcome, { readonly kind: 'refused' }>> {
  try {
    return { kind: 'found', commit: await resolveRef(client, repository, ref, signal) };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.problem.code !== 'lakefs-not-found') throw error;
    return { kind: 'refused', status: 404, message: error.problem.message };
  }
}
