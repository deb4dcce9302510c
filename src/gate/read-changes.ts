import { compareListings, contradictions, type ObjectChange } from '../core/change/change-set.ts';
import type { DiffEntry, ObjectEntry } from '../core/change/object.ts';
import { isDataObject } from '../core/contract/match-tables.ts';
import { SluiceError } from '../core/problem.ts';
import type { Commit, Lake } from './ports.ts';

export interface Changes {
  /** Changes of bytes under the governed prefixes. */
  readonly objects: readonly ObjectChange[];
  /** Every object under the governed prefixes at the merge commit. */
  readonly after: readonly ObjectEntry[];
  /** Changed data objects that the predicate does not know as governed. */
  uncovered(isGoverned: (path: string) => boolean): readonly string[];
}

export interface ChangesRequest {
  readonly repository: string;
  readonly merge: Commit;
  readonly destination: Commit;
  readonly prefixes: readonly string[];
}

/**
 * What changed, from two sources: the two_dot diff, and the listings of both commits under every governed prefix. The
 * diff alone can be fooled by a client-supplied checksum; the listings show the physical address, which no client can
 * choose freely.
 */
export async function readChanges(request: ChangesRequest, lake: Lake, signal: AbortSignal): Promise<Changes> {
  const { repository, merge, destination, prefixes } = request;
  const [diff, before, after] = await Promise.all([
    lake.diff(repository, destination.id, merge.id, signal),
    listAll(lake, repository, destination.id, prefixes, signal),
    listAll(lake, repository, merge.id, prefixes, signal),
  ]);
  const objects = compareListings(before, after, diff);
  refuseContradiction(diff, objects, prefixes);
  return { objects, after, uncovered: (isGoverned) => uncoveredPaths(diff, objects, isGoverned) };
}

async function listAll(
  lake: Lake,
  repository: string,
  commitId: string,
  prefixes: readonly string[],
  signal: AbortSignal,
): Promise<readonly ObjectEntry[]> {
  const listings = await Promise.all(prefixes.map((prefix) => lake.list(repository, commitId, prefix, signal)));
  return listings.flat();
}

function refuseContradiction(
  diff: readonly DiffEntry[],
  objects: readonly ObjectChange[],
  prefixes: readonly string[],
): void {
  const conflict = diff.find((entry) => entry.type === 'conflict')?.path;
  const [path = conflict] = contradictions(diff, objects, prefixes);
  if (path === undefined) return;
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
