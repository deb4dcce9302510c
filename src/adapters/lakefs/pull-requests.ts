import type { MergeSides, PullRequests } from '../../gate/pull-request-ports.ts';
import { page, shape } from './answers.ts';
import { type LakefsClient, type LakefsOptions, openClient } from './client.ts';
import { inRepository, pullSegment } from './endpoint.ts';
import { statusFailure } from './failure.ts';
import { allPages } from './pages.ts';

export interface PullRequestOptions extends LakefsOptions {
  /** Open pull requests of one repository that are still looked through. Default 20,000. */
  readonly maxEntries?: number;
}

/** Whoever writes here has little time, and other work to do than to wait for a slow server. */
const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const KEEP_ALIVE_MS = 1_000;
const MAX_ENTRIES = 20_000;
/** lakeFS lists the newest first, and one page is what a merge may cost; of these, the last few of the same branches. */
const CLOSED_LOOKED_AT = 1_000;
const MERGED_LOOKED_AT = 3;

interface ListedPull {
  readonly id: string;
  readonly status: string;
  readonly source_branch: string;
  readonly destination_branch: string;
}

/** Listings hold no descriptions. */
const pullPage = shape(
  page<ListedPull>({
    type: 'object',
    required: ['id', 'status', 'source_branch', 'destination_branch'],
    properties: {
      id: { type: 'string', minLength: 1 },
      status: { type: 'string' },
      source_branch: { type: 'string' },
      destination_branch: { type: 'string' },
    },
  }),
);

interface PullAnswer {
  readonly status: 'open' | 'closed' | 'merged';
  readonly description?: string | null;
  readonly merged_commit_id?: string | null;
}

const pullAnswer = shape<PullAnswer>({
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: ['open', 'closed', 'merged'] },
    description: { type: 'string', nullable: true },
    merged_commit_id: { type: 'string', nullable: true },
  },
});

/**
 * Reads pull requests and writes their descriptions. Ids are checked before they enter a URL (`lakefs-bad-id`); rejects
 * with the `lakefs-...` codes of failure.ts. The caller closes it. lakeFS has pull requests from 1.36 on.
 *
 * Throws `lakefs-bad-url`.
 */
export function createPullRequests(options: PullRequestOptions): PullRequests & { close(): Promise<void> } {
  const { timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS, maxEntries = MAX_ENTRIES } = options;
  const client = openClient({ ...options, timeoutMs, attempts }, KEEP_ALIVE_MS);
  return {
    open: async (sides, signal) => {
      const { repository } = sides;
      const call = {
        segments: [...inRepository(repository), 'pulls'],
        query: { status: 'open' },
        what: `the open pull requests of ${repository}`,
      };
      const listed = await allPages(client, { call, check: pullPage, keyOf: ({ id }) => id, maxEntries }, signal);
      return idsOf(listed, 'open', sides);
    },
    mergedBy: async (commit, sides, signal) => {
      const { repository } = sides;
      const call = {
        segments: [...inRepository(repository), 'pulls'],
        query: { status: 'closed', amount: String(CLOSED_LOOKED_AT) },
        what: `the merged pull requests of ${repository}`,
      };
      const { results } = await client.json(call, pullPage, signal);
      const ids = idsOf(results, 'merged', sides).slice(0, MERGED_LOOKED_AT);
      const pulls = await Promise.all(ids.map((id) => read(client, repository, id, signal)));
      return ids.filter((_, index) => pulls[index]?.merged_commit_id === commit);
    },
    read: async (repository, id, signal) => {
      const { status, description } = await read(client, repository, id, signal);
      return { status, description: description ?? '' };
    },
    describe: async ({ repository, id, description }, signal) => {
      const write = {
        method: 'PATCH',
        segments: onPull(repository, id),
        what: `the description of the pull request ${id} of ${repository}`,
        payload: { contentType: 'application/json', bytes: Buffer.from(JSON.stringify({ description })) },
        done: 204,
        // A second try could undo what somebody wrote after the first; the caller reads anew.
        repeatable: false,
        timeoutMs,
      } as const;
      const answer = await client.write(write, signal);
      if (answer.kind === 'done') return;
      const asked = { what: write.what, base: client.base };
      throw statusFailure(asked, answer.status, answer.message).error;
    },
    close: () => client.close(),
  };
}

function read(client: LakefsClient, repository: string, id: string, signal: AbortSignal): Promise<PullAnswer> {
  const call = { segments: onPull(repository, id), what: `the pull request ${id} of ${repository}` };
  return client.json(call, pullAnswer, signal);
}

/** Filters by status too: not every server knows that filter. */
function idsOf(
  listed: readonly ListedPull[],
  status: 'open' | 'merged',
  { source, destination }: MergeSides,
): readonly string[] {
  return listed
    .filter((pull) => pull.status === status)
    .filter((pull) => pull.source_branch === source && pull.destination_branch === destination)
    .map(({ id }) => id);
}

function onPull(repository: string, id: string): readonly string[] {
  return [...inRepository(repository), 'pulls', pullSegment(id)];
}
