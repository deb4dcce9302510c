import type { DiffEntry, ObjectEntry } from './object.ts';

/** What a merge does to one object's bytes. */
export interface ObjectChange {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** False when the bytes changed though no diff shows it: a forged checksum hides them. */
  readonly seenByDiff: boolean;
}

/**
 * Compares two listings by path, physical address, size and checksum, and says which changes the diff does not show.
 * A change of user metadata alone leaves all three equal and is none.
 *
 * @param before objects at the destination head, in any order
 * @param after objects at the merge commit under the same prefixes
 */
export function compareListings(
  before: readonly ObjectEntry[],
  after: readonly ObjectEntry[],
  diff: readonly DiffEntry[],
): readonly ObjectChange[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const paths = new Set(after.map((entry) => entry.path));
  const shown = new Set(diff.map((entry) => entry.path));
  const added = after.flatMap((entry): readonly ObjectChange[] => {
    const previous = old.get(entry.path);
    if (previous !== undefined && sameBytes(previous, entry)) return [];
    return [
      { path: entry.path, kind: previous === undefined ? 'added' : 'changed', seenByDiff: shown.has(entry.path) },
    ];
  });
  const removed = before
    .filter((entry) => !paths.has(entry.path))
    .map((entry): ObjectChange => ({ path: entry.path, kind: 'removed', seenByDiff: shown.has(entry.path) }));
  return [...added, ...removed];
}

function sameBytes(left: ObjectEntry, right: ObjectEntry): boolean {
  return (
    left.physicalAddress === right.physicalAddress &&
    left.sizeBytes === right.sizeBytes &&
    left.checksum === right.checksum
  );
}

/**
 * Paths about which two answers of one server contradict each other, so that neither can be trusted: the diff says
 * added or removed and the listings do not, or an object is gone from the listing and the diff does not know of it.
 * Bytes can hide from the diff; a missing object cannot, and taking it for removed would leave it unread.
 *
 * @param prefixes what the listings cover
 */
export function contradictions(
  diff: readonly DiffEntry[],
  changes: readonly ObjectChange[],
  prefixes: readonly string[],
): readonly string[] {
  const changed = new Map(changes.map((change) => [change.path, change.kind]));
  const denied = diff
    .filter((entry) => prefixes.some((prefix) => entry.path.startsWith(prefix)))
    .filter((entry) => (entry.type === 'added' || entry.type === 'removed') && changed.get(entry.path) !== entry.type);
  const lost = changes.filter((change) => change.kind === 'removed' && !change.seenByDiff);
  return [...denied, ...lost].map(({ path }) => path);
}
