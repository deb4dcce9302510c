import { sha256Hex } from './ids.ts';

/** One object as a commit or a staging area knows it. */
export interface Entry {
  readonly path: string;
  /** `local:///data/lakefs/block/<repository>/data/...`; a linked object keeps what its client named. */
  readonly physicalAddress: string;
  /** True for an address that a client linked: lakeFS shows it in an odd form (see `shownAddress`). */
  readonly linked: boolean;
  /** Claimed, not computed, when the object was linked. */
  readonly checksum: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every object of one commit, in path order. */
export interface Tree {
  /** Content address (lakeFS: meta range id); empty for a repository's first commit. */
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly byPath: ReadonlyMap<string, Entry>;
}

export const EMPTY_TREE: Tree = { id: '', entries: [], byPath: new Map() };

/** Builds a tree; `entries` may come in any order and holds each path once. */
export function treeOf(entries: Iterable<Entry>): Tree {
  const sorted = [...entries].sort((a, b) => comparePaths(a.path, b.path));
  return { id: treeId(sorted), entries: sorted, byPath: new Map(sorted.map((entry) => [entry.path, entry])) };
}

/**
 * What lakeFS compares when it asks whether an object changed: size, checksum, user metadata and content type. The
 * physical address is left out, and that is the hole of recordings 40 to 42: a client may claim any checksum.
 */
export function sameIdentity(a: Entry, b: Entry): boolean {
  return (
    a.sizeBytes === b.sizeBytes &&
    a.checksum === b.checksum &&
    a.contentType === b.contentType &&
    JSON.stringify(sortedRecord(a.metadata)) === JSON.stringify(sortedRecord(b.metadata))
  );
}

/** The tree after staged changes; null removes. A change with the identity of what is there keeps the old entry. */
export function applyChanges(tree: Tree, changes: ReadonlyMap<string, Entry | null>): Tree | 'unchanged' {
  const next = new Map(tree.byPath);
  let changed = false;
  for (const [path, entry] of changes) {
    const old = tree.byPath.get(path);
    if (entry === null) {
      changed = next.delete(path) || changed;
    } else if (old === undefined || !sameIdentity(old, entry)) {
      next.set(path, entry);
      changed = true;
    }
  }
  return changed ? treeOf(next.values()) : 'unchanged';
}

/** Byte order of the UTF-8 text, which is lakeFS's order; it differs from JavaScript's above U+FFFF. */
export function comparePaths(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** A record with its keys in order: Go writes maps so. */
export function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => comparePaths(a, b)));
}

/** Unlike identity, the content address of a tree covers everything, physical addresses and times included. */
function treeId(sorted: readonly Entry[]): string {
  return sha256Hex(
    ...sorted.map((entry) => `${JSON.stringify({ ...entry, metadata: sortedRecord(entry.metadata) })}\n`),
  );
}

/** Surrogates stand for code points above every other UTF-16 unit. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
