import type { RepositoryFacts, RepositoryReader } from '../../gate/repository-ports.ts';
import {
  branchPage,
  commonAncestorAnswer,
  configAnswer,
  type RepositoryAnswer,
  repositoryAnswer,
  repositoryPage,
  userAnswer,
} from './answers.ts';
import { type LakefsClient, openClient } from './client.ts';
import { branchSegment, commitSegment, inRepository, refSegment } from './endpoint.ts';
import type { LakeOptions } from './lake.ts';
import { listBranch, MAX_ENTRIES, objectCall, readDiff } from './list-objects.ts';
import { allPages } from './pages.ts';
import { resolveRef, shortId } from './read-commit.ts';
import { readActionRuns, readHookOutput, readHookRuns } from './read-runs.ts';

/**
 * Reads branches, refs and runs of actions. Names are checked before they enter a URL (`lakefs-bad-id`); rejects with
 * the `lakefs-...` codes of failure.ts. The caller closes it.
 *
 * Throws `lakefs-bad-url`.
 */
export function createRepositoryReader(options: LakeOptions): RepositoryReader & { close(): Promise<void> } {
  const client = openClient(options);
  const maxEntries = options.maxEntries ?? MAX_ENTRIES;
  return {
    ...readsOfServer(client, maxEntries),
    ...readsOfRefs(client, maxEntries),
    actionRuns: (repository, commitId, signal) => readActionRuns(client, { repository, commitId, maxEntries }, signal),
    hookRuns: (repository, runId, signal) => readHookRuns(client, { repository, runId, maxEntries }, signal),
    hookOutput: (request, signal) => readHookOutput(client, request, signal),
    close: () => client.close(),
  };
}

type ReadsOfServer = Pick<RepositoryReader, 'version' | 'currentUser' | 'repository' | 'repositories'>;

function readsOfServer(client: LakefsClient, maxEntries: number): ReadsOfServer {
  return {
    async version(signal) {
      const answer = await client.json({ segments: ['config'], what: 'its version' }, configAnswer, signal);
      return answer.version_config.version;
    },
    async currentUser(signal) {
      const { user } = await client.json({ segments: ['user'], what: 'the current user' }, userAnswer, signal);
      // So lakeFS itself names the committer.
      return user.email || user.id;
    },
    async repository(repository, signal) {
      const call = { segments: inRepository(repository), what: `the repository ${repository}` };
      return toFacts(await client.json(call, repositoryAnswer, signal));
    },
    async repositories(signal) {
      const call = { segments: ['repositories'], what: 'the repositories' };
      const answers = await allPages(client, { call, check: repositoryPage, keyOf: idOf, maxEntries }, signal);
      return answers.map(toFacts);
    },
  };
}

type ReadsOfRefs = Pick<
  RepositoryReader,
  'branches' | 'resolve' | 'commonAncestor' | 'listAt' | 'readAt' | 'uncommitted'
>;

function readsOfRefs(client: LakefsClient, maxEntries: number): ReadsOfRefs {
  return {
    async branches(repository, prefix, signal) {
      const call = {
        segments: [...inRepository(repository), 'branches'],
        query: { prefix, show_hidden: 'true' },
        what: `the branches of ${repository}`,
      };
      const answers = await allPages(client, { call, check: branchPage, keyOf: idOf, maxEntries }, signal);
      return answers.map(({ id, commit_id: commitId }) => ({ id, commitId }));
    },
    resolve: (repository, ref, signal) => resolveRef(client, repository, ref, signal),
    async commonAncestor(repository, one, other, signal) {
      const call = {
        segments: [...inRepository(repository), 'refs', commitSegment(one), 'merge', commitSegment(other)],
        what: `the common ancestor of ${shortId(one)} and ${shortId(other)} in ${repository}`,
      };
      return (await client.json(call, commonAncestorAnswer, signal)).base_commit_id || null;
    },
    async listAt(repository, ref, prefix, signal) {
      return listBranch(client, { repository, ref: refSegment(ref), prefix, maxEntries }, signal);
    },
    async readAt({ repository, ref, path, maxBytes }, signal) {
      return client.bytes(objectCall(repository, refSegment(ref), path), maxBytes, signal);
    },
    async uncommitted(repository, branch, signal) {
      const call = {
        segments: [...inRepository(repository), 'branches', branchSegment(branch), 'diff'],
        what: `the uncommitted changes of ${branch} in ${repository}`,
      };
      return readDiff(client, call, maxEntries, signal);
    },
  };
}

function toFacts(answer: RepositoryAnswer): RepositoryFacts {
  return {
    id: answer.id,
    defaultBranch: answer.default_branch,
    storageNamespace: answer.storage_namespace,
    readOnly: answer.read_only ?? false,
  };
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}
