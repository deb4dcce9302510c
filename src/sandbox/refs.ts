import { branchOf, uncommitted } from './branches.ts';
import type { Commit } from './commits.ts';
import { type Repository, treeOfCommit } from './lake.ts';
import { LakeError } from './lake-error.ts';
import { listPage, overlay } from './listing.ts';
import type { Entry } from './tree.ts';

/** What a reader sees at a ref: a commit, or a branch with its staged objects. */
export interface View {
  /** In path order. */
  readonly entries: readonly Entry[];
  get(path: string): Entry | undefined;
}

interface Resolved {
  readonly commitId: string;
  /** Set when the ref names a branch as such: then staged objects belong to it. */
  readonly branch: string | null;
}

const INVALID_REF = 'ref: invalid value: validation error';

/**
 * Commit id, branch, tag, prefix of a commit id, in that order; then any of `~n` and `^n`, or one `@` behind a branch
 * (committed only).
 *
 * @throws LakeError `not found`, or 400 for what is no ref
 */
function resolveRef(repository: Repository, ref: string): Resolved {
  const [base = '', ...steps] = ref.match(/(?:^|[~^@$])[^~^@$]*/g) ?? [];
  if (base === '' || /^[~^@$]/.test(base)) throw new LakeError('invalid', INVALID_REF);
  for (const step of steps) {
    if (/^[@$]./.test(step)) throw new LakeError('invalid', INVALID_REF);
    if (/^[~^]\d*\D/.test(step)) throw new LakeError('invalid', `could not parse modifier ${step}: ${INVALID_REF}`);
  }
  const resolved = resolveBase(repository, base);
  if (steps.length === 0) return resolved;
  if (steps.includes('@') && (steps.length > 1 || resolved.branch === null)) {
    throw new LakeError('invalid', INVALID_REF);
  }
  return { commitId: steps.reduce((id, step) => follow(repository, id, step), resolved.commitId), branch: null };
}

/** The commit behind a ref, staged objects left out. */
export function commitAt(repository: Repository, ref: string): Commit {
  const { commitId } = resolveRef(repository, ref);
  const commit = repository.commits.get(commitId);
  if (commit === undefined) throw new LakeError('not-found', 'commit not found');
  return commit;
}

export function viewAt(repository: Repository, ref: string): View {
  const { commitId, branch } = resolveRef(repository, ref);
  const tree = treeOfCommit(repository, commitId);
  const changes = branch === null ? new Map<string, Entry | null>() : uncommitted(branchOf(repository, branch));
  return {
    entries: overlay(tree.entries, changes),
    get: (path) => (changes.has(path) ? (changes.get(path) ?? undefined) : tree.byPath.get(path)),
  };
}

/** @throws LakeError `not found` for an unknown ref or path */
export function entryAt(repository: Repository, ref: string, path: string): Entry {
  const { commitId, branch } = resolveRef(repository, ref);
  const changes = branch === null ? null : uncommitted(branchOf(repository, branch));
  const staged = changes?.get(path);
  const entry = staged === undefined ? treeOfCommit(repository, commitId).byPath.get(path) : staged;
  if (entry === undefined || entry === null) throw new LakeError('not-found', 'not found');
  return entry;
}

/** Everything directly under a folder: objects, and sub-folders by name. */
export function folderAt(repository: Repository, ref: string, folder: string): readonly (Entry | string)[] {
  const view = viewAt(repository, ref);
  const request = { prefix: folder, delimiter: '/', after: '', amount: Number.POSITIVE_INFINITY };
  return listPage(view.entries, request).results.map((listed) =>
    listed.kind === 'object' ? listed.value : listed.path,
  );
}

function resolveBase(repository: Repository, base: string): Resolved {
  if (repository.misfiled.has(base)) throw new LakeError('not-found', 'commit not found');
  if (repository.commits.has(base)) return { commitId: base, branch: null };
  const branch = repository.branches.get(base);
  if (branch !== undefined) return { commitId: branch.commitId, branch: base };
  const tagged = repository.tags.get(base);
  if (tagged !== undefined) return { commitId: tagged, branch: null };
  const matching = /^[0-9a-f]{2,}$/.test(base)
    ? [...repository.commits.keys()].filter((id) => id.startsWith(base))
    : [];
  const [only, another] = matching;
  if (only === undefined || another !== undefined) throw new LakeError('not-found', 'not found');
  return { commitId: only, branch: null };
}

function follow(repository: Repository, commitId: string, step: string): string {
  if (step === '@') return commitId;
  // The stand-in knows no view of staged objects alone.
  if (step === '$') throw new LakeError('invalid', `${INVALID_REF}: should point to a commit`);
  const count = step.length === 1 ? 1 : Number(step.slice(1));
  if (step.startsWith('^')) {
    if (count === 0) return commitId;
    return parentOf(repository, commitId, count) ?? refuse('invalid', INVALID_REF);
  }
  return Array.from({ length: count }).reduce<string>(
    (id) => parentOf(repository, id, 1) ?? refuse('not-found', 'not found'),
    commitId,
  );
}

function parentOf(repository: Repository, commitId: string, number: number): string | undefined {
  return repository.commits.get(commitId)?.parents[number - 1];
}

function refuse(kind: 'invalid' | 'not-found', message: string): never {
  throw new LakeError(kind, message);
}
