import { LakeError } from './lake-error.ts';
import { comparePaths, type Entry, sameIdentity, type Tree, treeOf } from './tree.ts';

export type MergeStrategy = 'default' | 'dest-wins' | 'source-wins';

export interface MergeInput {
  readonly base: Tree;
  readonly source: Tree;
  readonly destination: Tree;
  readonly strategy: MergeStrategy;
  /** allow_empty or force: a source that changed nothing is merged all the same. */
  readonly allowEmpty: boolean;
}

/**
 * lakeFS's three-way merge. Two of its habits matter to a gate: a destination that has not moved takes the source's
 * tree whole, and an entry of equal identity on both sides is taken from the source. Either way bytes arrive under a
 * forged checksum that no diff shows (recordings 41 and 42).
 *
 * @throws LakeError `no changes` (400) or `conflict found` (409)
 */
export function mergeTrees(input: MergeInput): Tree {
  const { base, source, destination } = input;
  if (source.id === base.id && !input.allowEmpty) throw new LakeError('invalid', 'no changes');
  if (destination.id === base.id) return source;
  if (source.id === base.id || source.id === destination.id) return destination;
  const merged = allPaths(source, destination).flatMap((path) => {
    const entry = mergeEntry(
      base.byPath.get(path),
      source.byPath.get(path),
      destination.byPath.get(path),
      input.strategy,
    );
    return entry === undefined ? [] : [entry];
  });
  return treeOf(merged);
}

function allPaths(a: Tree, b: Tree): readonly string[] {
  return [...new Set([...a.byPath.keys(), ...b.byPath.keys()])].sort(comparePaths);
}

function mergeEntry(
  base: Entry | undefined,
  source: Entry | undefined,
  destination: Entry | undefined,
  strategy: MergeStrategy,
): Entry | undefined {
  if (source !== undefined && destination !== undefined && sameIdentity(source, destination)) return source;
  if (unchanged(base, source)) return destination;
  if (unchanged(base, destination)) return source;
  if (strategy === 'dest-wins') return destination;
  if (strategy === 'source-wins') return source;
  throw new LakeError('conflict', 'conflict found');
}

function unchanged(base: Entry | undefined, side: Entry | undefined): boolean {
  if (base === undefined || side === undefined) return base === side;
  return sameIdentity(base, side);
}
