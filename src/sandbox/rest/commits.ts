import { commitBranch } from '../commit-branch.ts';
import { type Commit, history } from '../commits.ts';
import { emptyReply, jsonReply, type Reply } from '../http.ts';
import { commitById } from '../lake.ts';
import { LakeError, withContext } from '../lake-error.ts';
import { commitAt } from '../refs.ts';
import { type CommitOverrides, cherryPickOnBranch, revertOnBranch } from '../replay-commit.ts';
import { sortedRecord } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  flagField,
  isTrue,
  type JsonObject,
  jsonBody,
  numberField,
  param,
  query,
  type RestRequest,
  type Route,
  recordField,
  requiredNumber,
  requiredText,
  textField,
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
  const log = history(repository.commits, startOfLog(request), isTrue(query(request, 'first_parent')));
  const rest = log.slice(log.findIndex((one) => one.id === after) + 1);
  // A limited log does not look whether there is more.
  const hasMore = rest.length > amount && !isTrue(query(request, 'limit'));
  return pageReply({ results: rest.slice(0, amount), hasMore }, shownCommit, (one) => one.id);
}

function startOfLog(request: RestRequest): string {
  const { repository } = callOf(request);
  const ref = param(request, 'ref');
  try {
    return commitAt(repository, ref).id;
  } catch (error) {
    throw repository.misfiled.has(ref) ? error : withContext('ref', error);
  }
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
    parentNumber: requiredNumber(body, 'parent_number', 'RevertCreation'),
    ref: requiredText(body, 'ref', 'RevertCreation'),
    allowEmpty: flagField(body, 'allow_empty'),
    overrides: overridesOf(body),
  });
  return emptyReply(204);
}

async function cherryPick(request: RestRequest): Promise<Reply> {
  const body = await jsonBody(request);
  const made = await cherryPickOnBranch(callOf(request), param(request, 'branch'), {
    ref: requiredText(body, 'ref', 'CherryPickCreation'),
    parentNumber: numberField(body, 'parent_number'),
    overrides: overridesOf(body),
  });
  return jsonReply(201, shownCommit(made));
}

/** What is empty overrides nothing. */
function overridesOf(body: JsonObject): CommitOverrides {
  const given = body['commit_overrides'];
  if (typeof given !== 'object' || given === null) return { message: null, metadata: null };
  const fields = Object.fromEntries(Object.entries(given));
  const metadata = recordField(fields, 'metadata');
  return {
    message: textField(fields, 'message') || null,
    metadata: Object.keys(metadata).length === 0 ? null : metadata,
  };
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
