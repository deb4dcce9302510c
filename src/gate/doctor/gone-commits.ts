import { SluiceError } from '../../core/problem.ts';
import type { Landed } from '../record-ports.ts';
import type { RepositoryReader } from '../repository-ports.ts';
import type { BranchDecision } from './judged-commits.ts';

/** Landings of one branch that are looked for in its history, newest first. */
const MOST_LANDED = 50;

export interface GoneCommitsRequest {
  readonly repository: string;
  readonly reader: Pick<RepositoryReader, 'commonAncestor'>;
}

/**
 * What has landed on a branch as it was judged and is not in the branch's history any more. lakeFS is asked about what is
 * not among the commits that were seen there, as a commit that was merged again is in the history of another parent.
 *
 * @param decisions about the branch, newest first
 * @param seen commits of the branch along first parents, its head first
 */
export async function goneCommits(
  decisions: readonly BranchDecision[],
  seen: readonly string[],
  { repository, reader }: GoneCommitsRequest,
  signal: AbortSignal,
): Promise<readonly Landed[]> {
  const [head] = seen;
  if (head === undefined) return [];
  const landed = decisions.flatMap(({ landed: one }) => (one?.same === true ? [one] : [])).slice(0, MOST_LANDED);
  const missed = landed.filter(({ commit }) => !seen.includes(commit));
  const ancestors = await Promise.all(
    missed.map(({ commit }) => ancestorOf(commit, head, { repository, reader }, signal)),
  );
  return missed.filter(({ commit }, index) => ancestors[index] !== commit);
}

/** Null as well when lakeFS does not know the commit: an older copy of the repository was restored. */
async function ancestorOf(
  commit: string,
  head: string,
  { repository, reader }: GoneCommitsRequest,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return await reader.commonAncestor(repository, commit, head, signal);
  } catch (cause) {
    if (cause instanceof SluiceError && cause.problem.code === 'lakefs-not-found') return null;
    throw cause;
  }
}
