import type { Lake } from '../../gate/ports.ts';
import { branchAnswer, repositoryAnswer } from './answers.ts';
import { type LakefsOptions, openClient } from './client.ts';
import { branchSegment, commitSegment, inRepository } from './endpoint.ts';
import { listObjects, MAX_ENTRIES, objectCall, readDiff } from './list-objects.ts';
import { readCommit, shortId } from './read-commit.ts';

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
  const maxEntries = options.maxEntries ?? MAX_ENTRIES;
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
        what: `the difference of ${shortId(left)} and ${shortId(right)} in ${repository}`,
      };
      return readDiff(client, call, maxEntries, signal);
    },
    async list(repository, commitId, prefix, signal) {
      return listObjects(client, { repository, ref: commitSegment(commitId), prefix, maxEntries }, signal);
    },
    async storageNamespace(repository, signal) {
      const call = { segments: inRepository(repository), what: `the repository ${repository}` };
      const answer = await client.json(call, repositoryAnswer, signal);
      return answer.storage_namespace;
    },
    async readObject({ repository, commitId, path, maxBytes }, signal) {
      return client.bytes(objectCall(repository, commitSegment(commitId), path), maxBytes, signal);
    },
    close: () => client.close(),
  };
}
