import { commitBranch } from '../commit-branch.ts';
import { type Commit, history } from '../commits.ts';
import { emptyReply, jsonReply, type Reply } from '../http.ts';
import { commitById } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { commitAt } from '../refs.ts';
import { cherryPickOnBranch, revertOnBranch } from '../replay-commit.ts';
import { sortedRecord } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  flagField,
  jsonBody,
  numberField,
  param,
  query,
  type RestRequest,
  type Route,
  recordField,
  requiredText,
} from './route.ts';

const BRANCH = '/repositories/{repository}/branches/{branch}';

export const commitRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repositories/{repository}/commits/{commit}',
    handle: (request) => jsonReply(200, shownCommit(commitById(callOf(request).repository, param(request, 'commit')))),
  },
  { method: 'GET', path: '/repositories/{repository}/refs/{ref}/commits', handle: logOf },
  { method: 'POST', path: `${BRANCH}/commits`, handle: commit },
  { method: 'POST', path: `${BRANCH}/revert`, handle: revert },
  { method: 'POST', path: `${BRANCH}/cherry-pick`, handle: cherryPick },
];

function logOf(request: RestRequest): Reply {
  const { repository } = callOf(request);
  const { after, amount } = pageRequest(request);
  const firstParent = /^(true|1|t)$/i.test(query(request, 'first_parent'));
  const log = history(repository.commits, commitAt(repository, param(request, 'ref')).id, firstParent);
  const rest = log.slice(log.findIndex((one) => one.id === after) + 1);
  return pageReply({ results: rest.slice(0, amount), hasMore: rest.length > amount }, shownCommit, (one) => one.id);
}

async function commit(request: RestRequest): Promise<Reply> {
  const body = await jsonBody(request);
  if (request.incoming.query.has('source_metarange')) {
    throw new LakeError('broken', 'the stand-in cannot commit a meta range');
  }
  const made = await commitBranch(callOf(request), param(request, 'branch'), {
    message: requiredText(body, 'message', 'CommitCreation'),
    metadata: recordField(body, 'metadata'),
    allowEmpty: flagField(body, 'allow_empty'),
    date: numberField(body, 'date'),
  });
  return jsonReply(201, shownCommit(made));
}

async function revert(request: RestRequest): Promise<Reply> {
  const body = await jsonBody(request);
  await revertOnBranch(callOf(request), param(request, 'branch'), {
    ref: requiredText(body, 'ref', 'RevertCreation'),
    parentNumber: numberField(body, 'parent_number') ?? 0,
    allowEmpty: flagField(body, 'allow_empty'),
  });
  return emptyReply(204);
}

async function cherryPick(request: RestRequest): Promise<Reply> {
  const body = await jsonBody(request);
  const made = await cherryPickOnBranch(callOf(request), param(request, 'branch'), {
    ref: requiredText(body, 'ref', 'CherryPickCreation'),
    parentNumber: numberField(body, 'parent_number'),
  });
  return jsonReply(201, shownCommit(made));
}

function shownCommit(commit: Commit): unknown {
  return {
    committer: commit.committer,
    creation_date: commit.creationDate,
    generation: commit.generation,
    id: commit.id,
    message: commit.message,
    meta_range_id: commit.metaRangeId,
    metadata: sortedRecord(commit.metadata),
    parents: commit.parents,
    version: 1,
  };
}
