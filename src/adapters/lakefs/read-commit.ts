import type { Commit } from '../../gate/ports.ts';
import { type CommitAnswer, commitAnswer, commitLog } from './answers.ts';
import type { LakefsClient } from './client.ts';
import { commitSegment, inRepository, refSegment } from './endpoint.ts';
import { badAnswer } from './failure.ts';

/** The commit with exactly this id. */
export async function readCommit(
  client: LakefsClient,
  repository: string,
  commitId: string,
  signal: AbortSignal,
): Promise<Commit> {
  const what = `the commit ${shortId(commitId)} of ${repository}`;
  const segments = [...inRepository(repository), 'commits', commitSegment(commitId)];
  const answer = await client.json({ segments, what }, commitAnswer, signal);
  if (answer.id !== commitId) throw badAnswer({ what, base: client.base }, `it describes ${shortId(answer.id)}`);
  return toCommit(answer);
}

/** The commit that a ref means now: of all calls, only the log takes a ref and tells its commit. */
export async function resolveRef(
  client: LakefsClient,
  repository: string,
  ref: string,
  signal: AbortSignal,
): Promise<Commit> {
  if (isCommitId(ref)) return readCommit(client, repository, ref, signal);
  const [newest] = await readLog(client, { repository, ref, amount: 1 }, signal);
  if (newest !== undefined) return toCommit(newest);
  throw badAnswer({ what: `${ref} of ${repository}`, base: client.base }, 'its log is empty');
}

/** The newest commits of a ref along first parents. */
export async function readLog(
  client: LakefsClient,
  { repository, ref, amount }: { readonly repository: string; readonly ref: string; readonly amount: number },
  signal: AbortSignal,
): Promise<readonly CommitAnswer[]> {
  const call = {
    segments: [...inRepository(repository), 'refs', refSegment(ref), 'commits'],
    query: { amount: String(amount), limit: 'true', first_parent: 'true' },
    what: `${ref} of ${repository}`,
  };
  return (await client.json(call, commitLog, signal)).results;
}

export function toCommit(answer: CommitAnswer): Commit {
  return {
    id: answer.id,
    parents: answer.parents,
    metaRangeId: answer.meta_range_id,
    creationDate: answer.creation_date,
    committer: answer.committer,
    metadata: answer.metadata ?? {},
  };
}

/** A ref for people: only commit ids are cut. */
export function shortId(ref: string): string {
  return isCommitId(ref) ? ref.slice(0, 12) : ref;
}

function isCommitId(ref: string): boolean {
  return /^[0-9a-f]{64}$/.test(ref);
}
