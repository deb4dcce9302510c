import { SluiceError } from '../../core/problem.ts';
import type { ChangeOutcome, MergeRequest, ReplayRequest, RepositoryWriter } from '../../gate/repository-ports.ts';
import { objectAnswer } from './answers.ts';
import { changeOutcome } from './change-outcome.ts';
import { checkedJson, type LakefsClient, type LakefsOptions, openClient, type Write } from './client.ts';
import { branchSegment, inRepository, refSegment } from './endpoint.ts';
import { badAnswer, statusFailure } from './failure.ts';
import { commitIdOf, mergeIdOf, pickedCommit, revertIdOf } from './made-commits.ts';
import { shortId } from './read-commit.ts';

export interface WriterOptions extends LakefsOptions {
  /** What runs the hooks of a branch may take so long. Default 16 minutes: lakeFS allows a hook's own timeout. */
  readonly hookTimeoutMs?: number;
}

const HOOK_TIMEOUT_MS = 16 * 60 * 1000;
/** Creating and deleting a branch run hooks too, by lakeFS's default for at most a minute. */
const BRANCH_TIMEOUT_MS = 75_000;
/** A server or proxy closes idle connections sooner or later; a write that meets that moment is lost. */
const KEEP_ALIVE_MS = 1_000;

/**
 * Changes the lake by its REST API. Names are checked before they enter a URL (`lakefs-bad-id`); rejects with the
 * `lakefs-...` codes of failure.ts. The caller closes it.
 *
 * Throws `lakefs-bad-url`.
 */
export function createRepositoryWriter(options: WriterOptions): RepositoryWriter & { close(): Promise<void> } {
  const client = openClient(options, KEEP_ALIVE_MS);
  const hookTimeoutMs = options.hookTimeoutMs ?? HOOK_TIMEOUT_MS;
  const timeoutMs = options.timeoutMs ?? BRANCH_TIMEOUT_MS;
  return {
    createBranch: (request, signal) => createBranch(client, request, timeoutMs, signal),
    deleteBranch: (repository, branch, signal) => deleteBranch(client, { repository, branch }, timeoutMs, signal),
    upload: (request, signal) => upload(client, request, timeoutMs, signal),
    async deleteObject(request, signal) {
      await mustBeDone(client, objectWrite(request, 'DELETE', timeoutMs), signal);
    },
    commit: (request, signal) => commit(client, request, hookTimeoutMs, signal),
    merge: (request, signal) => merge(client, request, request.timeoutMs ?? hookTimeoutMs, signal),
    cherryPick: (request, signal) => cherryPick(client, request, hookTimeoutMs, signal),
    revert: (request, signal) => revert(client, request, hookTimeoutMs, signal),
    close: () => client.close(),
  };
}

async function createBranch(
  client: LakefsClient,
  request: Parameters<RepositoryWriter['createBranch']>[0],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { repository, branch, sourceRef } = request;
  const write = {
    method: 'POST',
    segments: [...inRepository(repository), 'branches'],
    what: `the new branch ${branchSegment(branch)} of ${repository}`,
    payload: jsonPayload({ name: branch, source: refSegment(sourceRef), hidden: true }),
    done: 201,
    repeatable: false,
    timeoutMs,
  } as const;
  const answer = await client.write(write, signal);
  if (answer.kind === 'done') return;
  if (answer.status === 409) throw branchExists(repository, branch);
  throw refusal(client, write, answer);
}

async function deleteBranch(
  client: LakefsClient,
  { repository, branch }: { readonly repository: string; readonly branch: string },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const write = {
    method: 'DELETE',
    segments: onBranch(repository, branch),
    what: `the deletion of the branch ${branch} of ${repository}`,
    payload: null,
    done: 204,
    repeatable: true,
    timeoutMs,
  } as const;
  const answer = await client.write(write, signal);
  if (answer.kind === 'done') return true;
  if (answer.status === 404 && !/repository/i.test(answer.message ?? '')) return false;
  throw refusal(client, write, answer);
}

async function upload(
  client: LakefsClient,
  { bytes, ...where }: Parameters<RepositoryWriter['upload']>[0],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const write = objectWrite(where, 'POST', timeoutMs, bytes);
  const asked = { what: write.what, base: client.base };
  const stored = checkedJson(asked, await mustBeDone(client, write, signal), objectAnswer);
  if (stored.path !== where.path || stored.size_bytes !== bytes.length) {
    throw badAnswer(asked, `it took ${stored.size_bytes} bytes as ${stored.path}`);
  }
}

async function commit(
  client: LakefsClient,
  { repository, branch, message, metadata }: Parameters<RepositoryWriter['commit']>[0],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const write = {
    ...hooked([...onBranch(repository, branch), 'commits'], `a commit on ${branch} of ${repository}`, timeoutMs),
    payload: jsonPayload({ message, metadata }),
    done: 201,
  } as const;
  return changeOutcome(await client.write(write, signal), (body) => commitIdOf(client, write, body));
}

async function merge(
  client: LakefsClient,
  { repository, source, destination, message, metadata, strategy, squash, allowEmpty }: MergeRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const segments = [...inRepository(repository), 'refs', refSegment(source), 'merge', branchSegment(destination)];
  const what = `the merge of ${shortId(source)} into ${destination} of ${repository}`;
  const write = {
    ...hooked(segments, what, timeoutMs),
    payload: jsonPayload({ message, metadata, strategy, squash_merge: squash, allow_empty: allowEmpty }),
    done: 200,
  } as const;
  return changeOutcome(await client.write(write, signal), (body) => mergeIdOf(client, write, body));
}

async function cherryPick(
  client: LakefsClient,
  { repository, branch, ref, parentNumber }: ReplayRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const picked = await pickedCommit(client, repository, ref, signal);
  if (picked.kind !== 'found') return picked;
  const write = {
    ...hooked(
      [...onBranch(repository, branch), 'cherry-pick'],
      `the cherry-pick of ${shortId(ref)} onto ${branch} of ${repository}`,
      timeoutMs,
    ),
    payload: jsonPayload({
      // The beginning of an id stays one: it may be what finds a commit whose whole id lakeFS has lost (see below).
      ref: /^[0-9a-f]{32,}$/.test(ref) ? ref : picked.commit.id,
      parent_number: parentNumber ?? undefined,
      // Its own metadata again, as lakeFS would take it. Left to itself, lakeFS (seen on 1.84) writes the origin into
      // its cached copy of the picked commit, whose id then no longer fits: it is `not found` for ten minutes.
      commit_overrides: { metadata: picked.commit.metadata },
    }),
    done: 201,
  } as const;
  return changeOutcome(await client.write(write, signal), (body) => commitIdOf(client, write, body));
}

async function revert(
  client: LakefsClient,
  { repository, branch, ref, parentNumber, allowEmpty }: Parameters<RepositoryWriter['revert']>[0],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const write = {
    ...hooked(
      [...onBranch(repository, branch), 'revert'],
      `the revert of ${shortId(ref)} on ${branch} of ${repository}`,
      timeoutMs,
    ),
    payload: jsonPayload({ ref: refSegment(ref), parent_number: parentNumber ?? 0, allow_empty: allowEmpty }),
    done: 204,
  } as const;
  return changeOutcome(await client.write(write, signal), () =>
    revertIdOf(client, { repository, branch, ref, what: write.what }, signal),
  );
}

/** A write that lakeFS may ask hooks about. Never sent twice: nobody knows what became of the first one. */
function hooked(segments: readonly string[], what: string, timeoutMs: number) {
  return { method: 'POST', segments, what, repeatable: false, timeoutMs } as const;
}

function objectWrite(
  { repository, branch, path }: { readonly repository: string; readonly branch: string; readonly path: string },
  method: 'POST' | 'DELETE',
  timeoutMs: number,
  bytes: Uint8Array | null = null,
): Write {
  return {
    method,
    segments: [...onBranch(repository, branch), 'objects'],
    query: { path },
    what: `${bytes === null ? 'the deletion' : 'the upload'} of ${path} on ${branch} of ${repository}`,
    payload: bytes === null ? null : { contentType: 'application/octet-stream', bytes },
    done: bytes === null ? 204 : 201,
    repeatable: bytes !== null,
    timeoutMs,
  };
}

async function mustBeDone(client: LakefsClient, write: Write, signal: AbortSignal): Promise<Buffer> {
  const answer = await client.write(write, signal);
  if (answer.kind === 'done') return answer.body;
  throw refusal(client, write, answer);
}

function onBranch(repository: string, branch: string): readonly string[] {
  return [...inRepository(repository), 'branches', branchSegment(branch)];
}

/** Fields that are undefined are left out. */
function jsonPayload(value: Readonly<Record<string, unknown>>): Write['payload'] {
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(value)) };
}

function refusal(
  { base }: LakefsClient,
  { what }: Write,
  { status, message }: { readonly status: number; readonly message: string | null },
): SluiceError {
  return statusFailure({ what: status === 404 ? `what is needed for ${what}` : what, base }, status, message).error;
}

function branchExists(repository: string, branch: string): SluiceError {
  return new SluiceError({
    code: 'lakefs-branch-exists',
    message: `The repository ${repository} already has a branch ${branch}.`,
    hint: 'Choose another name, or delete the branch.',
  });
}
