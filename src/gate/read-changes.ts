import { compareListings, contradictions, type ObjectChange } from '../core/change/change-set.ts';
import type { DiffEntry, ObjectEntry } from '../core/change/object.ts';
import { isDataObject } from '../core/contract/match-tables.ts';
import { SluiceError } from '../core/problem.ts';
import { branchChanged } from './branch-changed.ts';
import { type JudgedTree, listCommit } from './judged-tree.ts';
import type { Commit, Lake } from './ports.ts';
import type { RepositoryReader } from './repository-ports.ts';

export interface Changes {
  /** Changes of bytes under the governed prefixes. */
  readonly objects: readonly ObjectChange[];
  /** Every object under the governed prefixes at the head of the branch. */
  readonly before: readonly ObjectEntry[];
  /** Every object under the governed prefixes as the change would leave them. */
  readonly after: readonly ObjectEntry[];
  /** Paths anywhere in the repository that the diff says the change adds or changes. */
  readonly brought: readonly string[];
  /** Changed data objects that the predicate does not know as governed. */
  uncovered(isGoverned: (path: string) => boolean): readonly string[];
}

export interface ChangesRequest {
  readonly repository: string;
  readonly tree: JudgedTree;
  /** The head of the branch that is changed. */
  readonly destination: Commit;
  readonly prefixes: readonly string[];
}

export interface ChangesDeps {
  readonly lake: Pick<Lake, 'diff' | 'list'>;
  readonly reader: Pick<RepositoryReader, 'uncommitted'>;
}

/**
 * What changed, from two sources: a diff (two_dot, or what is uncommitted), and the listings of both sides under every
 * governed prefix. The diff alone can be fooled by a client-supplied checksum; the listings show the physical address,
 * which no client can choose freely.
 */
export async function readChanges(request: ChangesRequest, deps: ChangesDeps, signal: AbortSignal): Promise<Changes> {
  const { repository, tree, destination, prefixes } = request;
  const { lake, reader } = deps;
  const list = (commitId: string) => listCommit(lake, { repository, commitId, prefixes }, signal);
  const under = ({ path }: ObjectEntry) => prefixes.some((prefix) => path.startsWith(prefix));
  const [diff, before, after] = await Promise.all([
    tree.kind === 'commit'
      ? lake.diff(repository, destination.id, tree.commit.id, signal)
      : reader.uncommitted(repository, tree.branch, signal),
    list(destination.id),
    tree.kind === 'commit' ? list(tree.commit.id) : tree.entries.filter(under),
  ]);
  const objects = compareListings(before, after, diff);
  refuseContradiction(diff, objects, request);
  const brought = diff.filter(({ type }) => type !== 'removed').map(({ path }) => path);
  return { objects, before, after, brought, uncovered: (isGoverned) => uncoveredPaths(diff, objects, isGoverned) };
}

function refuseContradiction(
  diff: readonly DiffEntry[],
  objects: readonly ObjectChange[],
  { prefixes, tree }: ChangesRequest,
): void {
  const conflict = diff.find((entry) => entry.type === 'conflict')?.path;
  const [path = conflict] = contradictions(diff, objects, prefixes);
  if (path === undefined) return;
  if (tree.kind === 'branch') throw branchChanged(tree.branch, path);
  throw new SluiceError({
    code: 'changes-contradict',
    message: `lakeFS's diff and its listings say different things about ${path}`,
    hint: 'merge again; if it stays so, look at the lakeFS server',
  });
}

/** Objects of lakeFS's own folders and of writers (`_SUCCESS`) are no data. */
function uncoveredPaths(
  diff: readonly DiffEntry[],
  objects: readonly ObjectChange[],
  isGoverned: (path: string) => boolean,
): readonly string[] {
  const paths = new Set([...diff.map((entry) => entry.path), ...objects.map((change) => change.path)]);
  return [...paths].filter((path) => isDataObject(path) && !isGoverned(path)).sort();
}
