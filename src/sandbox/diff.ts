import { comparePaths, type Entry, sameIdentity, type Tree } from './tree.ts';

export interface Difference {
  readonly type: 'added' | 'removed' | 'changed' | 'conflict';
  readonly path: string;
  /** Of the right side; of the removed entry for `removed`. */
  readonly entry: Entry;
}

/** two_dot: what the right tree has that the left has not, by identity (never by physical address). */
export function diffTrees(left: Tree, right: Tree): readonly Difference[] {
  const found: Difference[] = [];
  for (const entry of right.entries) {
    const old = left.byPath.get(entry.path);
    if (old === undefined) found.push({ type: 'added', path: entry.path, entry });
    else if (!sameIdentity(old, entry)) found.push({ type: 'changed', path: entry.path, entry });
  }
  for (const entry of left.entries) {
    if (!right.byPath.has(entry.path)) found.push({ type: 'removed', path: entry.path, entry });
  }
  return found.sort((a, b) => comparePaths(a.path, b.path));
}

/** three_dot: what the source changed since the merge base, `conflict` where the destination changed it otherwise. */
export function diffSinceBase(base: Tree, source: Tree, destination: Tree): readonly Difference[] {
  const theirs = new Map(diffTrees(base, destination).map((difference) => [difference.path, difference]));
  return diffTrees(base, source).flatMap((ours) => {
    const their = theirs.get(ours.path);
    if (their === undefined) return [ours];
    const bothRemoved = ours.type === 'removed' && their.type === 'removed';
    const same = ours.type !== 'removed' && their.type !== 'removed' && sameIdentity(ours.entry, their.entry);
    return bothRemoved || same ? [] : [{ ...ours, type: 'conflict' as const }];
  });
}

/** What a branch has staged against its commit. A removed entry is shown with size 0, as lakeFS does. */
export function diffStaged(committed: Tree, changes: ReadonlyMap<string, Entry | null>): readonly Difference[] {
  const found = [...changes].flatMap(([path, entry]): Difference[] => {
    const old = committed.byPath.get(path);
    if (entry === null) return old === undefined ? [] : [{ type: 'removed', path, entry: { ...old, sizeBytes: 0 } }];
    if (old === undefined) return [{ type: 'added', path, entry }];
    return sameIdentity(old, entry) ? [] : [{ type: 'changed', path, entry }];
  });
  return found.sort((a, b) => comparePaths(a.path, b.path));
}
