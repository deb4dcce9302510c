import { assertSealedClean, branchOf } from './branches.ts';
import { afterwards, before, type Happening } from './events.ts';
import type { Call } from './lake.ts';
import { LakeError, withContext } from './lake-error.ts';
import { commitAt } from './refs.ts';

const BRANCH_ID = /^\w[-\w]*$/;
const TAG_ID = /^[^\s/~^:?*[\\]+$/;
const BRANCH_RULE = 'branch id must consist of letters, digits, underscores and dashes, and cannot start with a dash';

export interface NewBranch {
  readonly name: string;
  /** A ref. */
  readonly source: string;
  readonly hidden: boolean;
}

/** @returns the commit the new branch points to */
export async function createBranch(call: Call, { name, source, hidden }: NewBranch): Promise<string> {
  if (!BRANCH_ID.test(name)) {
    throw new LakeError('invalid', `argument branch: branch id: invalid value: validation error: ${BRANCH_RULE}`);
  }
  const commitId = sourceCommit(call, source);
  const { branches, hidden: hiddenNames } = call.repository;
  if (branches.has(name)) throw new LakeError('exists', 'branch already exists: not unique');
  const event = { branchId: name, sourceRef: source, commitId };
  await before(call, { type: 'pre-create-branch', ...event });
  if (branches.has(name)) throw new LakeError('exists', 'branch already exists: not unique');
  branches.set(name, { commitId, staging: new Map(), sealed: [] });
  if (hidden) hiddenNames.add(name);
  afterwards(call, { type: 'post-create-branch', ...event });
  return commitId;
}

export async function deleteBranch(call: Call, name: string): Promise<void> {
  const { repository } = call;
  if (name === repository.defaultBranch) throw new LakeError('forbidden', 'cannot delete repository default branch');
  const event = { branchId: name, sourceRef: branchOf(repository, name).commitId };
  await before(call, { type: 'pre-delete-branch', ...event });
  repository.branches.delete(name);
  repository.hidden.delete(name);
  afterwards(call, { type: 'post-delete-branch', ...event });
}

/** No hook is asked, as in lakeFS. */
export function hardReset({ repository }: Call, name: string, ref: string): void {
  const branch = branchOf(repository, name);
  assertSealedClean(repository, name, branch);
  repository.branches.set(name, { ...branch, commitId: commitAt(repository, ref).id });
}

/** @returns the tagged commit; any commit will do, dangling ones too */
export async function createTag(call: Call, tag: string, ref: string): Promise<string> {
  if (!TAG_ID.test(tag)) throw new LakeError('invalid', 'argument tagID: tag id: invalid value: validation error');
  const commitId = commitAt(call.repository, ref).id;
  const { tags } = call.repository;
  if (tags.has(tag)) throw new LakeError('exists', 'tag already exists: not unique');
  await before(call, tagEvent('pre-create-tag', tag, commitId));
  tags.set(tag, commitId);
  afterwards(call, tagEvent('post-create-tag', tag, commitId));
  return commitId;
}

export async function deleteTag(call: Call, tag: string): Promise<void> {
  const { tags } = call.repository;
  const commitId = tags.get(tag);
  if (commitId === undefined) throw new LakeError('not-found', 'tag not found');
  await before(call, tagEvent('pre-delete-tag', tag, commitId));
  tags.delete(tag);
  afterwards(call, tagEvent('post-delete-tag', tag, commitId));
}

function tagEvent(type: Happening['type'], tagId: string, commitId: string): Happening {
  return { type, tagId, sourceRef: commitId, commitId };
}

function sourceCommit(call: Call, source: string): string {
  try {
    return commitAt(call.repository, source).id;
  } catch (error) {
    throw withContext(`source reference '${source}'`, error);
  }
}
