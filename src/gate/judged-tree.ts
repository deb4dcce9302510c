import { createHash } from 'node:crypto';
import type { ObjectEntry } from '../core/change/object.ts';
import type { Contract } from '../core/contract/contract.ts';
import { governedPrefixes } from '../core/contract/match-tables.ts';
import type { Commit, Lake } from './ports.ts';
import type { BranchEntry, RepositoryReader } from './repository-ports.ts';

/** What a change would make of its branch: a commit that is there already, or the branch before its commit is. */
export type JudgedTree =
  | { readonly kind: 'commit'; readonly commit: Commit }
  | {
      readonly kind: 'branch';
      readonly branch: string;
      /** Everything under {@link JudgedTree.prefixes} as it was listed before anything was read. */
      readonly entries: readonly BranchEntry[];
      readonly prefixes: readonly string[];
      /** Seconds since 1970: what was written later cannot be part of the commit. */
      readonly closedAt: number;
    };

/** The prefixes that decide about a commit of a branch: those of governed tables, and those of rules. */
export function decisivePrefixes(
  contracts: readonly Contract[],
  rulePrefixes: readonly string[],
  repository: string,
  branch: string,
): readonly string[] {
  const all = [...new Set([...governedPrefixes(contracts, repository, branch), ...rulePrefixes])].sort();
  return all.filter((prefix) => !all.some((other) => other !== prefix && prefix.startsWith(other)));
}

/**
 * Stands for a tree where lakeFS gives no content address: what is listed under the decisive prefixes, by path, address,
 * checksum and size. The commit that follows has the same digest, unless it is not what was judged.
 */
export function listingDigest(entries: readonly ObjectEntry[]): string {
  const lines = entries
    .map(({ path, physicalAddress, checksum, sizeBytes }) =>
      JSON.stringify([path, physicalAddress, checksum, sizeBytes]),
    )
    .sort();
  return `${LISTING}${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
}

const LISTING = 'listing:';

/** True for the tree of a decision that has no content address of lakeFS's. */
export function isListing(tree: string): boolean {
  return tree.startsWith(LISTING);
}

/** The entries at a commit under the prefixes, in the order of the prefixes. */
export async function listCommit(
  lake: Pick<Lake, 'list'>,
  at: { readonly repository: string; readonly commitId: string; readonly prefixes: readonly string[] },
  signal: AbortSignal,
): Promise<readonly ObjectEntry[]> {
  const { repository, commitId, prefixes } = at;
  const listings = await Promise.all(prefixes.map((prefix) => lake.list(repository, commitId, prefix, signal)));
  return listings.flat();
}

/** The entries of a branch, uncommitted ones too, under the prefixes. */
export async function listBranch(
  reader: Pick<RepositoryReader, 'listAt'>,
  at: { readonly repository: string; readonly branch: string; readonly prefixes: readonly string[] },
  signal: AbortSignal,
): Promise<readonly BranchEntry[]> {
  const { repository, branch, prefixes } = at;
  const listings = await Promise.all(prefixes.map((prefix) => reader.listAt(repository, branch, prefix, signal)));
  return listings.flat();
}

/** The first path, in path order, whose entry is not the same in both listings. */
export function firstDifference(left: readonly ObjectEntry[], right: readonly ObjectEntry[]): string | null {
  const digests = new Map(right.map((entry) => [entry.path, listingDigest([entry])]));
  const other = left.filter((entry) => digests.get(entry.path) !== listingDigest([entry])).map(({ path }) => path);
  const known = new Set(left.map(({ path }) => path));
  const added = right.filter(({ path }) => !known.has(path)).map(({ path }) => path);
  return [...other, ...added].sort()[0] ?? null;
}

/** Milliseconds since 1970: what "now" is to a check, the same whenever the tree is judged. */
export function timeOf(tree: JudgedTree): number {
  return (tree.kind === 'commit' ? tree.commit.creationDate : tree.closedAt) * 1000;
}
