import { sha256Hex } from './ids.ts';
import { LakeError } from './lake-error.ts';
import { sortedRecord } from './tree.ts';

export interface Commit {
  /** 64 hex digits over everything below but the generation, as in lakeFS: equal commits of one second are one. */
  readonly id: string;
  readonly parents: readonly string[];
  readonly generation: number;
  readonly committer: string;
  readonly message: string;
  /** Seconds since 1970. */
  readonly creationDate: number;
  readonly metaRangeId: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Commits = ReadonlyMap<string, Commit>;

export function commitOf(fields: Omit<Commit, 'id'>): Commit {
  const { parents, committer, message, creationDate, metaRangeId } = fields;
  const metadata = sortedRecord(fields.metadata);
  const id = sha256Hex(JSON.stringify([committer, message, metaRangeId, creationDate, metadata, parents]));
  return { ...fields, metadata, id };
}

/** Ancestors including the commit itself, later generations first: lakeFS's log. */
export function history(commits: Commits, from: string, firstParentOnly: boolean): readonly Commit[] {
  const seen = new Map<string, Commit>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const commit = commits.get(id);
    if (commit === undefined || seen.has(id)) continue;
    seen.set(id, commit);
    open.push(...(firstParentOnly ? commit.parents.slice(0, 1) : commit.parents));
  }
  return [...seen.values()].sort((a, b) => b.generation - a.generation || b.creationDate - a.creationDate);
}

/** The common ancestor of the highest generation. @throws LakeError when the histories share nothing */
export function mergeBase(commits: Commits, a: string, b: string): Commit {
  const ancestors = new Set(history(commits, a, false).map((commit) => commit.id));
  const base = history(commits, b, false).find((commit) => ancestors.has(commit.id));
  if (base === undefined) throw new LakeError('broken', 'find merge base: no merge base');
  return base;
}
