import { branchOf, uncommitted } from '../branches.ts';
import { type Difference, diffSinceBase, diffStaged, diffTrees } from '../diff.ts';
import { jsonReply, type Reply } from '../http.ts';
import { type Call, treeOfCommit } from '../lake.ts';
import { LakeError, withContext } from '../lake-error.ts';
import { listPage } from '../listing.ts';
import type { MergeStrategy } from '../merge.ts';
import { findMergeBase, mergeIntoBranch } from '../merge-branch.ts';
import { commitAt } from '../refs.ts';
import { sortedRecord } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  flagField,
  isTrue,
  jsonBody,
  param,
  query,
  type RestRequest,
  type Route,
  recordField,
  textField,
} from './route.ts';

const MERGE = '/repositories/{repository}/refs/{source}/merge/{destination}';

export const mergeRoutes: readonly Route[] = [
  { method: 'GET', path: '/repositories/{repository}/refs/{left}/diff/{right}', handle: diffRefs },
  { method: 'GET', path: '/repositories/{repository}/branches/{branch}/diff', handle: diffBranch },
  { method: 'GET', path: MERGE, handle: showMergeBase },
  { method: 'POST', path: MERGE, handle: merge },
];

function diffRefs(request: RestRequest): Reply {
  const call = callOf(request);
  const [left, right] = [param(request, 'left'), param(request, 'right')];
  const twoDot = query(request, 'type') === 'two_dot';
  return differencesReply(request, twoDot ? twoDotDiff(call, left, right) : threeDotDiff(call, left, right));
}

function twoDotDiff(call: Call, left: string, right: string): readonly Difference[] {
  const treeAt = (ref: string) => treeOfCommit(call.repository, commitAt(call.repository, ref).id);
  return diffTrees(treeAt(left), treeAt(right));
}

/** The right side is what would be merged into the left. */
function threeDotDiff(call: Call, left: string, right: string): readonly Difference[] {
  const sides = findMergeBase(call.repository, right, left);
  const treeOf = (commit: { readonly id: string }) => treeOfCommit(call.repository, commit.id);
  return diffSinceBase(treeOf(sides.base), treeOf(sides.source), treeOf(sides.destination));
}

function diffBranch(request: RestRequest): Reply {
  const { repository } = callOf(request);
  const branch = branchOf(repository, param(request, 'branch'));
  return differencesReply(request, diffStaged(treeOfCommit(repository, branch.commitId), uncommitted(branch)));
}

function differencesReply(request: RestRequest, differences: readonly Difference[]): Reply {
  const withRight = isTrue(query(request, 'include_right_stats'));
  return pageReply(
    listPage(differences, pageRequest(request)),
    (listed) =>
      listed.kind === 'prefix'
        ? { path: listed.path, path_type: 'common_prefix', type: 'prefix_changed' }
        : shownDifference(listed.value, withRight),
    (listed) => listed.path,
  );
}

function shownDifference({ type, path, entry }: Difference, withRight: boolean): unknown {
  const right = {
    checksum: entry.checksum,
    content_type: entry.contentType,
    metadata: sortedRecord(entry.metadata),
    mtime: Math.floor(entry.modifiedAt / 1000),
  };
  return { path, path_type: 'object', ...(withRight ? { right } : {}), size_bytes: entry.sizeBytes, type };
}

/** lakeFS answers with source and destination swapped (recording 04), so we do. */
function showMergeBase(request: RestRequest): Reply {
  const sides = findMergeBase(callOf(request).repository, param(request, 'destination'), param(request, 'source'));
  return jsonReply(200, {
    base_commit_id: sides.base.id,
    destination_commit_id: sides.destination.id,
    source_commit_id: sides.source.id,
  });
}

async function merge(request: RestRequest): Promise<Reply> {
  const body = await jsonBody(request);
  const strategy = strategyOf(textField(body, 'strategy'));
  try {
    const commit = await mergeIntoBranch(callOf(request), {
      source: param(request, 'source'),
      destination: param(request, 'destination'),
      message: textField(body, 'message'),
      metadata: recordField(body, 'metadata'),
      strategy,
      squash: flagField(body, 'squash_merge'),
      allowEmpty: flagField(body, 'allow_empty') || flagField(body, 'force'),
    });
    return jsonReply(200, { reference: commit.id });
  } catch (error) {
    // A conflict is an answer without a text: clients ask the diff for the paths.
    if (error instanceof LakeError && error.kind === 'conflict') return jsonReply(409, { reference: '' });
    throw error;
  }
}

function strategyOf(text: string): MergeStrategy {
  if (text === '') return 'default';
  if (text === 'dest-wins' || text === 'source-wins') return text;
  throw withContext('argument strategy', new LakeError('invalid', 'invalid value: validation error'));
}
