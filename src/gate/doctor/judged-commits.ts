import type { Decision } from '../record-ports.ts';
import type { RepositoryReader } from '../repository-ports.ts';
import { named, type Told } from './finding.ts';
import { goneCommits } from './gone-commits.ts';
import type { DecisionRecords } from './ports.ts';

/** Commits of one branch that are looked at, newest first. */
const MOST_COMMITS = 200;

export interface JudgedCommitsRequest {
  readonly repository: string;
  readonly governed: readonly string[];
  readonly reader: Pick<RepositoryReader, 'resolve' | 'commonAncestor'>;
  readonly records: DecisionRecords | null;
}

/**
 * Whether somebody moved a governed branch past the gate: lakeFS asks nobody about a hard reset, about a restored
 * repository, or about a merge from a branch without the action file. Every commit of a governed branch since its first
 * decision must be one that was approved, and what has landed there must be there still. A commit that Sluice approved
 * before it was there (pre-commit, pre-cherry-pick, pre-revert) is known by what its post-event told.
 */
export async function judgedCommits(request: JudgedCommitsRequest, signal: AbortSignal): Promise<Told> {
  const { governed, records } = request;
  if (records === null) return { level: 'warn', detail: 'not compared: no records on this machine', fix: WHERE };
  const looked = await Promise.all(governed.map((branch) => examine(branch, request, records, signal)));
  const unjudged = looked.flatMap((one) => one.unjudged);
  const gone = looked.flatMap((one) => one.gone);
  const commits = looked.reduce((sum, one) => sum + one.commits, 0);
  if (unjudged.length + gone.length > 0) return faultOf(unjudged, gone, commits);
  const undecided = looked.filter(({ isNew }) => isNew).map(({ branch }) => branch);
  if (undecided.length === governed.length) {
    return { level: 'ok', detail: `nothing to compare yet: no decision about ${named(undecided)}` };
  }
  return { level: 'ok', detail: `${commits} since the first decision, each approved (${records.where})` };
}

function faultOf(unjudged: readonly string[], gone: readonly string[], commits: number): Told {
  const were = (of: readonly string[]): string => (of.length === 1 ? 'was' : 'were');
  const found = [
    ...(unjudged.length === 0
      ? []
      : [
          {
            detail: `${unjudged.length} of ${commits} since the first decision ${were(unjudged)} approved by nobody: ${named(unjudged, 3)}`,
            fix: 'Look at them (lakectl show commit).',
          },
        ]),
    ...(gone.length === 0
      ? []
      : [
          {
            detail: `${gone.length} that landed ${were(gone)} taken away again, which no rule saw: ${named(gone, 3)}`,
            fix: 'Merge the newest of them again (lakectl merge lakefs://REPO/COMMIT lakefs://REPO/BRANCH).',
          },
        ]),
  ];
  return {
    level: 'fail',
    detail: found.map(({ detail }) => detail).join('; '),
    fix: [
      ...found.map(({ fix }) => fix),
      'Keep fs:RevertBranch (hard reset) from writers.',
      ...(unjudged.length === 0 ? [] : ['Keep the action file on every branch.']),
    ].join(' '),
    items: [...unjudged, ...gone],
  };
}

const WHERE = 'Run it where the server runs, or give --server URL.';

interface Examined {
  readonly branch: string;
  /** No decision about it so far. */
  readonly isNew: boolean;
  readonly commits: number;
  /** `main 1a2b3c4d5e6f (by alice)` */
  readonly unjudged: readonly string[];
  /** `main 1a2b3c4d5e6f (landed 2026-08-22T10:20:00.000Z)`: commits that are not in its history any more. */
  readonly gone: readonly string[];
}

async function examine(
  branch: string,
  request: JudgedCommitsRequest,
  records: DecisionRecords,
  signal: AbortSignal,
): Promise<Examined> {
  const { repository, reader } = request;
  // Before the branch is read: what lands in between would be missed there.
  const decisions = await records.ofBranch(repository, branch, signal);
  const first = decisions.at(-1);
  if (first === undefined) return { branch, isNew: true, commits: 0, unjudged: [], gone: [] };
  const approved = new Set(decisions.flatMap(approvedCommits));
  // lakeFS's clock gives whole seconds and need not be ours.
  const since = Math.floor(Date.parse(first.receivedAt) / 1000) - CLOCKS_APART_S;
  const unjudged: string[] = [];
  const seen: string[] = [];
  let commits = 0;
  let next: string | undefined = branch;
  while (next !== undefined && commits < MOST_COMMITS) {
    const commit: Awaited<ReturnType<RepositoryReader['resolve']>> = await reader.resolve(repository, next, signal);
    seen.push(commit.id);
    // What lies before the first decision is older than the gate, also when its parents are newer by their clock.
    if (commit.creationDate < since) break;
    if (!approved.has(commit.id)) {
      if (isBefore(commit.id, first, decisions)) break;
      unjudged.push(`${branch} ${commit.id.slice(0, 12)} (by ${commit.committer})`);
    }
    commits += 1;
    next = commit.parents[0];
  }
  const gone = await goneCommits(decisions, seen, request, signal);
  const told = gone.map(({ commit, at }) => `${branch} ${commit.slice(0, 12)} (landed ${at})`);
  return { branch, isNew: false, commits, unjudged, gone: told };
}

const CLOCKS_APART_S = 1;

/** The head that the first decision was made about: whatever is at or before it is older than the gate. */
function isBefore(commitId: string, first: BranchDecision, decisions: readonly BranchDecision[]): boolean {
  const bases = decisions
    .filter(({ receivedAt }) => receivedAt === first.receivedAt)
    .map(({ key }) => key?.destinationCommit);
  return bases.includes(commitId);
}

/** What a decision says of a commit that is on its branch now. */
export type BranchDecision = Pick<
  Decision,
  'state' | 'origin' | 'event' | 'mergeCommit' | 'landed' | 'receivedAt' | 'key'
>;

function approvedCommits({ state, origin, event, mergeCommit, landed }: BranchDecision): readonly string[] {
  if (state !== 'approved' || origin !== 'hook') return [];
  const merged = (event ?? 'pre-merge') === 'pre-merge' ? [mergeCommit] : [];
  return landed?.same === true ? [...merged, landed.commit] : merged;
}
