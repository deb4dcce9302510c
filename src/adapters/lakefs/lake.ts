import type { DiffEntry, ObjectEntry } from '../../core/change/object.ts';
import type { Commit, Lake } from '../../gate/ports.ts';
import {
  branchAnswer,
  commitAnswer,
  type DiffAnswer,
  diffPage,
  type ObjectAnswer,
  objectPage,
  repositoryAnswer,
} from './answers.ts';
import { type LakefsClient, type LakefsOptions, openClient } from './client.ts';
import { branchSegment, commitSegment, repositorySegment } from './endpoint.ts';
import { badAnswer } from './failure.ts';
import { allPages } from './pages.ts';

/** The lake, and the little more that other adapters are given by the composition root. */
export interface LakefsLake extends Lake {
  /** A small object's bytes over the REST API (contracts); `lakefs-bad-answer` above `maxBytes`. */
  readObject(
    request: {
      readonly repository: string;
      readonly commitId: string;
      readonly path: string;
      readonly maxBytes: number;
    },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface LakeOptions extends LakefsOptions {
  /** Entries of one diff or listing that are still taken into memory. Default 1,000,000. */
  readonly maxEntries?: number;
}

/** lakeFS by its REST API. Repository and commit ids are checked before they enter a URL (`lakefs-bad-id`). */
export function createLakefsLake(options: LakeOptions): LakefsLake {
  const client = openClient(options);
  const maxEntries = options.maxEntries ?? 1_000_000;
  return {
    commit: (repository, commitId, signal) => readCommit(client, repository, commitId, signal),
    async branchHead(repository, branch, signal) {
      const segments = [...inRepository(repository), 'branches', branchSegment(branch)];
      const { commit_id } = await client.json(
        { segments, what: `the branch ${branch} of ${repository}` },
        branchAnswer,
        signal,
      );
      return readCommit(client, repository, commit_id, signal);
    },
    async diff(repository, left, right, signal) {
      const call = {
        segments: [...inRepository(repository), 'refs', commitSegment(left), 'diff', commitSegment(right)],
        query: { type: 'two_dot' },
        what: `the difference of ${short(left)} and ${short(right)} in ${repository}`,
      };
      return (await allPages(client, call, diffPage, maxEntries, signal)).map(toDiffEntry);
    },
    list: (repository, commitId, prefix, signal) =>
      listObjects(client, { repository, commitId, prefix, maxEntries }, signal),
    async storageNamespace(repository, signal) {
      const call = { segments: inRepository(repository), what: `the repository ${repository}` };
      const answer = await client.json(call, repositoryAnswer, signal);
      return answer.storage_namespace;
    },
    async readObject({ repository, commitId, path, maxBytes }, signal) {
      const call = {
        segments: [...inRepository(repository), 'refs', commitSegment(commitId), 'objects'],
        query: { path },
        what: `the object ${path} at ${short(commitId)} in ${repository}`,
      };
      return client.bytes(call, maxBytes, signal);
    },
    close: () => client.close(),
  };
}

async function readCommit(
  client: LakefsClient,
  repository: string,
  commitId: string,
  signal: AbortSignal,
): Promise<Commit> {
  const what = `the commit ${short(commitId)} of ${repository}`;
  const segments = [...inRepository(repository), 'commits', commitSegment(commitId)];
  const answer = await client.json({ segments, what }, commitAnswer, signal);
  if (answer.id !== commitId) throw badAnswer({ what, base: client.base }, `it describes ${short(answer.id)}`);
  return {
    id: answer.id,
    parents: answer.parents,
    metaRangeId: answer.meta_range_id,
    creationDate: answer.creation_date,
    committer: answer.committer,
    metadata: answer.metadata ?? {},
  };
}

async function listObjects(
  client: LakefsClient,
  request: {
    readonly repository: string;
    readonly commitId: string;
    readonly prefix: string;
    readonly maxEntries: number;
  },
  signal: AbortSignal,
): Promise<readonly ObjectEntry[]> {
  const { repository, commitId, prefix } = request;
  const call = {
    segments: [...inRepository(repository), 'refs', commitSegment(commitId), 'objects', 'ls'],
    // User metadata may be large and decides nothing here.
    query: { prefix, user_metadata: 'false' },
    what: `the objects ${prefix === '' ? '' : `under ${prefix} `}at ${short(commitId)} in ${repository}`,
  };
  const answers = await allPages(client, call, objectPage, request.maxEntries, signal);
  if (answers.some(({ path }) => !path.startsWith(prefix))) {
    throw badAnswer({ what: call.what, base: client.base }, 'it lists paths outside the prefix');
  }
  return answers.map(toObjectEntry);
}

function inRepository(repository: string): readonly string[] {
  return ['repositories', repositorySegment(repository)];
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

function short(id: string): string {
  return id.slice(0, 12);
}
