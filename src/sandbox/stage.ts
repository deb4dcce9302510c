import { branchOf, uncommitted } from './branches.ts';
import { md5Hex, sortableId } from './ids.ts';
import { type Lake, type Repository, treeOfCommit } from './lake.ts';
import { assertUnprotected } from './protection.ts';
import type { Entry } from './tree.ts';

const BLOCK_ROOT = '/data/lakefs/block';
const PARTITION = sortableId();
const WRITE_REFUSED = 'cannot write to protected branch';

export interface NewObject {
  readonly path: string;
  readonly bytes: Buffer;
  /** Absent: the MD5 of the bytes. A multipart upload brings its own. */
  readonly checksum?: string;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes the bytes to a new address (lakeFS never overwrites one) and stages the object on the branch. */
export function stageObject(lake: Lake, repository: Repository, branch: string, object: NewObject): Entry {
  const physicalAddress = newAddress(repository);
  lake.blobs.set(physicalAddress, object.bytes);
  return stageEntry(repository, branch, {
    path: object.path,
    physicalAddress,
    linked: false,
    checksum: object.checksum ?? md5Hex(object.bytes),
    sizeBytes: object.bytes.length,
    modifiedAt: Date.now(),
    contentType: object.contentType ?? 'application/octet-stream',
    metadata: object.metadata,
  });
}

/** Stages an entry as it is: copies, and links whose checksum and size a client claims. */
export function stageEntry(repository: Repository, branch: string, entry: Entry): Entry {
  assertUnprotected(repository, branch, WRITE_REFUSED);
  branchOf(repository, branch).staging.set(entry.path, entry);
  return entry;
}

/** Removes an object from the branch; lakeFS answers the same whether there was one or not. */
export function stageRemoval(repository: Repository, branch: string, path: string): void {
  assertUnprotected(repository, branch, WRITE_REFUSED);
  const { commitId, staging, sealed } = branchOf(repository, branch);
  const known = treeOfCommit(repository, commitId).byPath.has(path) || sealed.some((closed) => closed.has(path));
  if (known) staging.set(path, null);
  else staging.delete(path);
}

/** Drops what is staged: everything, one object, or everything under a prefix. */
export function resetStaged(repository: Repository, name: string, concerns: (path: string) => boolean): void {
  assertUnprotected(repository, name, WRITE_REFUSED);
  const branch = branchOf(repository, name);
  const kept = [...uncommitted(branch)].filter(([path]) => !concerns(path));
  repository.branches.set(name, { commitId: branch.commitId, staging: new Map(kept), sealed: [] });
}

/** An address of the form lakeFS's local block store uses. */
export function newAddress(repository: Repository): string {
  const namespace = repository.storageNamespace.replace(/^local:\/\//, '');
  return `local://${BLOCK_ROOT}/${namespace}/data/${PARTITION}/${sortableId()}`;
}

/** lakeFS's local block store shows a linked address below its root once more (recordings 41 and 42). */
export function shownAddress(entry: Entry): string {
  return entry.linked ? entry.physicalAddress.replace(/^local:\/\//, `local://${BLOCK_ROOT}`) : entry.physicalAddress;
}
