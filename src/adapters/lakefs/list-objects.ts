import type { DiffEntry, ObjectEntry } from '../../core/change/object.ts';
import type { BranchEntry } from '../../gate/repository-ports.ts';
import { type DiffAnswer, diffPage, type ObjectAnswer, objectPage } from './answers.ts';
import type { LakefsClient } from './client.ts';
import { inRepository } from './endpoint.ts';
import type { Call } from './exchange.ts';
import { badAnswer } from './failure.ts';
import { allPages } from './pages.ts';
import { shortId } from './read-commit.ts';

/** Entries of one listing or diff that are taken into memory unless told otherwise. */
export const MAX_ENTRIES = 1_000_000;

interface ListRequest {
  readonly repository: string;
  /** A path segment that was checked. */
  readonly ref: string;
  readonly prefix: string;
  readonly maxEntries: number;
}

/** Every object under the prefix. */
export async function listObjects(
  client: LakefsClient,
  request: ListRequest,
  signal: AbortSignal,
): Promise<readonly ObjectEntry[]> {
  return (await listAnswers(client, request, signal)).map(toObjectEntry);
}

/** Every object under the prefix with the time at which it was written. */
export async function listBranch(
  client: LakefsClient,
  request: ListRequest,
  signal: AbortSignal,
): Promise<readonly BranchEntry[]> {
  const answers = await listAnswers(client, request, signal);
  return answers.map((answer) => ({ ...toObjectEntry(answer), modifiedAt: answer.mtime ?? 0 }));
}

async function listAnswers(
  client: LakefsClient,
  request: ListRequest,
  signal: AbortSignal,
): Promise<readonly ObjectAnswer[]> {
  const { repository, ref, prefix, maxEntries } = request;
  const call = {
    segments: [...inRepository(repository), 'refs', ref, 'objects', 'ls'],
    // User metadata may be large and decides nothing here.
    query: { prefix, user_metadata: 'false' },
    what: `the objects ${prefix === '' ? '' : `under ${prefix} `}at ${shortId(ref)} in ${repository}`,
  };
  const answers = await allPages(client, { call, check: objectPage, keyOf: pathOf, maxEntries }, signal);
  if (answers.some(({ path }) => !path.startsWith(prefix))) {
    throw badAnswer({ what: call.what, base: client.base }, 'it lists paths outside the prefix');
  }
  return answers;
}

/** Every entry of a diff, whichever call it comes from. */
export async function readDiff(
  client: LakefsClient,
  call: Call,
  maxEntries: number,
  signal: AbortSignal,
): Promise<readonly DiffEntry[]> {
  const answers = await allPages(client, { call, check: diffPage, keyOf: pathOf, maxEntries }, signal);
  return answers.map(toDiffEntry);
}

/** The call for an object's bytes. `ref` is a path segment that was checked. */
export function objectCall(repository: string, ref: string, path: string): Call {
  return {
    segments: [...inRepository(repository), 'refs', ref, 'objects'],
    query: { path },
    what: `the object ${path} at ${shortId(ref)} in ${repository}`,
  };
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}

function toObjectEntry(answer: ObjectAnswer): ObjectEntry {
  return {
    path: answer.path,
    physicalAddress: answer.physical_address,
    checksum: answer.checksum,
    sizeBytes: answer.size_bytes,
  };
}

function toDiffEntry(answer: DiffAnswer): DiffEntry {
  return { type: answer.type, path: answer.path, sizeBytes: answer.size_bytes ?? null };
}
