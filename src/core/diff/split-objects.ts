/**
 * Which objects have to be read. Rows of an object that both versions hold cancel out: as bags, the difference of the
 * tables is the difference of what is left (docs/diff.md has the proof).
 */

import { contradictingFolders } from '../change/partition.ts';

/** An object of one version. Equal identities stand for equal bytes. */
export interface VersionedObject {
  readonly path: string;
  readonly identity: string;
  /** Values of `name=value` folders, which are part of every row. */
  readonly partition: Readonly<Record<string, string | null>>;
}

export interface ObjectSplit<T> {
  /** On both sides, as the merge side has them; those under a new path too. */
  readonly shared: readonly T[];
  /** Only in the base, or with other bytes there. */
  readonly base: readonly T[];
  readonly merge: readonly T[];
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/** Pairs the objects of both versions one to one: first by path, then by bytes, partition and kind of file. */
export function splitObjects<T extends VersionedObject>(base: readonly T[], merge: readonly T[]): ObjectSplit<T> {
  const before = new Map(base.map((object) => [object.path, object]));
  const isShared = (object: T): boolean => before.get(object.path)?.identity === object.identity;
  const inPlace = merge.filter(isShared);
  const kept = new Set(inPlace.map((object) => object.path));
  const left = base.filter((object) => !kept.has(object.path));
  const right = merge.filter((object) => !kept.has(object.path));
  const pairs = pairEqual(left, right);
  const [gone, come] = [new Set(pairs.map((pair) => pair.from)), new Set(pairs.map((pair) => pair.to))];
  return {
    shared: [...inPlace, ...come],
    base: left.filter((object) => !gone.has(object)),
    merge: right.filter((object) => !come.has(object)),
    renamed: pairs.map(({ from, to }) => ({ from: from.path, to: to.path })),
  };
}

function pairEqual<T extends VersionedObject>(
  left: readonly T[],
  right: readonly T[],
): readonly { readonly from: T; readonly to: T }[] {
  const waiting = new Map<string, T[]>();
  for (const object of left) {
    const key = contentKey(object);
    waiting.set(key, [...(waiting.get(key) ?? []), object]);
  }
  return right.flatMap((to) => {
    const from = waiting.get(contentKey(to))?.shift();
    return from === undefined ? [] : [{ from, to }];
  });
}

/**
 * Rows depend on the bytes, the partition folders, and the format and compression that the name tells. Where folders
 * contradict one another nobody knows the rows, so such an object is the same under its own path alone.
 */
function contentKey({ path, identity, partition }: VersionedObject): string {
  const folders = Object.entries(partition).sort(([one], [other]) => (one < other ? -1 : 1));
  const ending = /(\.[a-z0-9]+){0,2}$/i.exec(path)?.[0] ?? '';
  const own = contradictingFolders(path).length > 0 ? path : '';
  return JSON.stringify([identity, folders, ending.toLowerCase(), own]);
}
