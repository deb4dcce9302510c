import { branchOf } from '../branches.ts';
import { emptyReply, jsonReply, type Reply } from '../http.ts';
import { newestFirstId } from '../ids.ts';
import type { PullRequest, Repository } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { keyedPage } from '../listing.ts';
import { mergeIntoBranch } from '../merge-branch.ts';
import { comparePaths } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  type JsonObject,
  jsonBody,
  param,
  query,
  type RestRequest,
  type Route,
  requiredText,
  textField,
} from './route.ts';

const PULLS = '/repositories/{repository}/pulls';

export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: PULLS, handle: listPulls },
  { method: 'POST', path: PULLS, handle: createPull },
  {
    method: 'GET',
    path: `${PULLS}/{pull}`,
    handle: (request) => {
      const pull = pullOf(callOf(request).repository, param(request, 'pull'));
      return jsonReply(200, { description: pull.description, ...shownPull(pull) });
    },
  },
  { method: 'PATCH', path: `${PULLS}/{pull}`, handle: updatePull },
  { method: 'PUT', path: `${PULLS}/{pull}/merge`, handle: mergePull },
];

function listPulls(request: RestRequest): Reply {
  const wanted = query(request, 'status');
  const pulls = [...callOf(request).repository.pulls.values()]
    .filter((pull) => wanted === '' || wanted === 'all' || (wanted === 'open') === (pull.status === 'open'))
    .sort((a, b) => comparePaths(a.id, b.id));
  return pageReply(
    keyedPage(pulls, (pull) => pull.id, pageRequest(request)),
    shownPull,
    (pull) => pull.id,
  );
}

async function createPull(request: RestRequest): Promise<Reply> {
  const { repository, lake } = callOf(request);
  const body = await jsonBody(request);
  const sourceBranch = requiredText(body, 'source_branch', 'PullRequestCreation');
  const destinationBranch = requiredText(body, 'destination_branch', 'PullRequestCreation');
  if (sourceBranch === destinationBranch) throw new LakeError('invalid', 'same branch validation error');
  branchOf(repository, sourceBranch);
  branchOf(repository, destinationBranch);
  const id = newestFirstId();
  repository.pulls.set(id, {
    id,
    title: requiredText(body, 'title', 'PullRequestCreation'),
    description: textField(body, 'description'),
    status: 'open',
    author: lake.user,
    sourceBranch,
    destinationBranch,
    creationDate: new Date().toISOString(),
  });
  return jsonReply(201, { id });
}

async function updatePull(request: RestRequest): Promise<Reply> {
  const { repository } = callOf(request);
  const body = await jsonBody(request);
  const pull = pullOf(repository, param(request, 'pull'));
  const status = wantedStatus(body, pull.status);
  repository.pulls.set(pull.id, {
    ...pull,
    title: typeof body['title'] === 'string' ? body['title'] : pull.title,
    description: typeof body['description'] === 'string' ? body['description'] : pull.description,
    status,
    ...(status === 'closed' ? { closedDate: new Date().toISOString() } : {}),
  });
  return emptyReply(204);
}

async function mergePull(request: RestRequest): Promise<Reply> {
  const call = callOf(request);
  const pull = pullOf(call.repository, param(request, 'pull'));
  if (pull.status !== 'open') throw new LakeError('invalid', 'bad pull request status');
  const commit = await mergeIntoBranch(call, {
    source: pull.sourceBranch,
    destination: pull.destinationBranch,
    message: '',
    metadata: {},
    strategy: 'default',
    squash: false,
    allowEmpty: false,
  });
  const closedDate = new Date().toISOString();
  const current = pullOf(call.repository, pull.id);
  call.repository.pulls.set(pull.id, { ...current, status: 'merged', closedDate, mergedCommitId: commit.id });
  return jsonReply(200, { reference: commit.id });
}

function pullOf(repository: Repository, id: string): PullRequest {
  const pull = repository.pulls.get(id);
  if (pull === undefined) throw new LakeError('not-found', 'pull request not found');
  return pull;
}

function wantedStatus(body: JsonObject, current: PullRequest['status']): PullRequest['status'] {
  const wanted = body['status'];
  if (wanted === undefined) return current;
  if (wanted === 'open' || wanted === 'closed') return wanted;
  throw new LakeError('invalid', `invalid pull request status: validation error`);
}

/** Without the description, which a listing does not show. */
function shownPull(pull: PullRequest): Readonly<Record<string, unknown>> {
  return {
    status: pull.status,
    title: pull.title,
    author: pull.author,
    ...(pull.closedDate === undefined ? {} : { closed_date: pull.closedDate }),
    creation_date: pull.creationDate,
    destination_branch: pull.destinationBranch,
    id: pull.id,
    ...(pull.mergedCommitId === undefined ? {} : { merged_commit_id: pull.mergedCommitId }),
    source_branch: pull.sourceBranch,
  };
}
