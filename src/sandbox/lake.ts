import type { Commit } from './commits.ts';
import { commitOf } from './commits.ts';
import type { HookRunner } from './hooks-port.ts';
import { LakeError } from './lake-error.ts';
import { EMPTY_TREE, type Entry, type Tree } from './tree.ts';

/** Staged changes by path; null is a tombstone. */
type Staging = Map<string, Entry | null>;

/**
 * A branch record is replaced, never changed: whoever computed a new one compares the old by identity before setting
 * it (lakeFS's compare-and-swap). Staging maps are written in place, so staging an object moves no branch.
 */
export interface Branch {
  readonly commitId: string;
  readonly staging: Staging;
  /** Staging areas that a commit or merge has closed, newest first. */
  readonly sealed: readonly Staging[];
}

export interface PullRequest {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: 'open' | 'closed' | 'merged';
  readonly author: string;
  readonly sourceBranch: string;
  readonly destinationBranch: string;
  /** RFC 3339. */
  readonly creationDate: string;
  readonly closedDate?: string;
  readonly mergedCommitId?: string;
}

export interface MultipartUpload {
  readonly id: string;
  readonly path: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly md5: string }>;
}

export interface Repository {
  readonly id: string;
  readonly storageNamespace: string;
  readonly defaultBranch: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly branches: Map<string, Branch>;
  /** Names of branches that a listing leaves out unless asked for them. */
  readonly hidden: Set<string>;
  readonly tags: Map<string, string>;
  readonly commits: Map<string, Commit>;
  /**
   * Commits that lakeFS no longer finds by their id: a cherry-pick writes its origin into the cached metadata of the
   * picked commit (when it has any), whose content address then is another. lakeFS's cache forgets it after ten minutes.
   */
  readonly misfiled: Set<string>;
  /** By content address. Dangling commits and their trees stay, as in lakeFS. */
  readonly trees: Map<string, Tree>;
  readonly pulls: Map<string, PullRequest>;
  readonly uploads: Map<string, MultipartUpload>;
  /** Patterns of protected branches; see protection.ts for why there are two. */
  readonly protection: { rules: readonly string[]; cached: { rules: readonly string[]; until: number } | null };
}

/** Everything the stand-in knows: all in memory, gone with the process. */
export interface Lake {
  readonly repositories: Map<string, Repository>;
  /** Object bytes by physical address. */
  readonly blobs: Map<string, Buffer>;
  readonly hooks: HookRunner;
  /** Name of the only user. */
  readonly user: string;
  /** First pause after a lost compare-and-swap; lakeFS waits about half a second. */
  readonly retryDelayMs: number;
  /** Post-events under way. */
  readonly background: Set<Promise<unknown>>;
  /** Aborts when the stand-in closes. */
  readonly closing: AbortSignal;
}

/** One request's view of the lake. */
export interface Call {
  readonly lake: Lake;
  readonly repository: Repository;
  /** Aborts when the client goes away or the stand-in closes. */
  readonly signal: AbortSignal;
}

const REPOSITORY_ID = /^[a-z0-9][a-z0-9-]{2,62}$/;

/** @throws LakeError when the name is taken or unfit */
export function createRepository(
  lake: Lake,
  fields: { readonly id: string; readonly storageNamespace: string; readonly defaultBranch: string },
): Repository {
  if (!REPOSITORY_ID.test(fields.id)) throw new LakeError('invalid', `repository id: invalid value: validation error`);
  if (lake.repositories.has(fields.id)) throw new LakeError('exists', 'error creating repository: not unique');
  const createdAt = Date.now();
  const first = commitOf({
    parents: [],
    generation: 1,
    committer: '',
    message: 'Repository created',
    creationDate: Math.floor(createdAt / 1000),
    metaRangeId: EMPTY_TREE.id,
    metadata: {},
  });
  const repository: Repository = {
    ...fields,
    createdAt,
    branches: new Map([[fields.defaultBranch, { commitId: first.id, staging: new Map(), sealed: [] }]]),
    hidden: new Set(),
    misfiled: new Set(),
    tags: new Map(),
    commits: new Map([[first.id, first]]),
    trees: new Map([[EMPTY_TREE.id, EMPTY_TREE]]),
    pulls: new Map(),
    uploads: new Map(),
    protection: { rules: [], cached: null },
  };
  lake.repositories.set(fields.id, repository);
  return repository;
}

export function repositoryOf(lake: Lake, id: string): Repository {
  const repository = lake.repositories.get(id);
  if (repository === undefined) throw new LakeError('not-found', 'repository not found');
  return repository;
}

/** A commit by its whole id or an unambiguous prefix. */
export function commitById(repository: Repository, id: string): Commit {
  if (repository.misfiled.has(id)) throw new LakeError('not-found', 'commit not found');
  const exact = repository.commits.get(id);
  if (exact !== undefined) return exact;
  const matching = id.length < 2 ? [] : [...repository.commits.values()].filter((commit) => commit.id.startsWith(id));
  const [only, another] = matching;
  if (only === undefined || another !== undefined) throw new LakeError('not-found', 'commit not found');
  return only;
}

export function treeOfCommit(repository: Repository, commitId: string): Tree {
  const tree = repository.trees.get(repository.commits.get(commitId)?.metaRangeId ?? 'no such commit');
  if (tree === undefined) throw new LakeError('not-found', 'commit not found');
  return tree;
}

/** Stores a commit and its tree; nothing points to it yet (a rejected merge leaves it so). */
export function addCommit(repository: Repository, tree: Tree, fields: Omit<Commit, 'id' | 'metaRangeId'>): Commit {
  const commit = commitOf({ ...fields, metaRangeId: tree.id });
  repository.trees.set(tree.id, tree);
  repository.commits.set(commit.id, commit);
  return commit;
}
