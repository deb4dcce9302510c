import { branchOf } from '../branches.ts';
import { emptyReply, jsonReply, textReply } from '../http.ts';
import { LakeError } from '../lake-error.ts';
import { keyedPage } from '../listing.ts';
import { createBranch, createTag, deleteBranch, deleteTag, hardReset } from '../manage-refs.ts';
import { resetStaged } from '../stage.ts';
import { comparePaths } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  flagField,
  isTrue,
  type JsonObject,
  jsonBody,
  param,
  query,
  type Route,
  requiredText,
  textField,
} from './route.ts';

type NamedRef = readonly [id: string, commitId: string];

export const refRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repositories/{repository}/branches',
    handle: (request) => {
      const { branches, hidden } = callOf(request).repository;
      const shown = [...branches].filter(([id]) => isTrue(query(request, 'show_hidden')) || !hidden.has(id));
      const refs = shown.map(([id, branch]): NamedRef => [id, branch.commitId]);
      return pageReply(
        keyedPage(sortedRefs(refs), ([id]) => id, pageRequest(request)),
        shownRef,
        ([id]) => id,
      );
    },
  },
  {
    method: 'POST',
    path: '/repositories/{repository}/branches',
    handle: async (request) => {
      const body = await jsonBody(request);
      const name = requiredText(body, 'name', 'BranchCreation');
      const source = requiredText(body, 'source', 'BranchCreation');
      const branch = { name, source, hidden: flagField(body, 'hidden') };
      return textReply(201, await createBranch(callOf(request), branch));
    },
  },
  {
    method: 'GET',
    path: '/repositories/{repository}/branches/{branch}',
    handle: (request) => {
      const name = param(request, 'branch');
      return jsonReply(200, shownRef([name, branchOf(callOf(request).repository, name).commitId]));
    },
  },
  {
    method: 'DELETE',
    path: '/repositories/{repository}/branches/{branch}',
    handle: async (request) => {
      await deleteBranch(callOf(request), param(request, 'branch'));
      return emptyReply(204);
    },
  },
  {
    method: 'PUT',
    path: '/repositories/{repository}/branches/{branch}',
    handle: async (request) => {
      const concerns = resetScope(await jsonBody(request));
      resetStaged(callOf(request).repository, param(request, 'branch'), concerns);
      return emptyReply(204);
    },
  },
  {
    method: 'PUT',
    path: '/repositories/{repository}/branches/{branch}/hard_reset',
    handle: (request) => {
      hardReset(callOf(request), param(request, 'branch'), query(request, 'ref'));
      return emptyReply(204);
    },
  },
  {
    method: 'GET',
    path: '/repositories/{repository}/tags',
    handle: (request) => {
      const refs = sortedRefs([...callOf(request).repository.tags]);
      return pageReply(
        keyedPage(refs, ([id]) => id, pageRequest(request)),
        shownRef,
        ([id]) => id,
      );
    },
  },
  {
    method: 'POST',
    path: '/repositories/{repository}/tags',
    handle: async (request) => {
      const body = await jsonBody(request);
      const id = requiredText(body, 'id', 'TagCreation');
      const commitId = await createTag(callOf(request), id, requiredText(body, 'ref', 'TagCreation'));
      return jsonReply(201, shownRef([id, commitId]));
    },
  },
  {
    method: 'GET',
    path: '/repositories/{repository}/tags/{tag}',
    handle: (request) => {
      const id = param(request, 'tag');
      const commitId = callOf(request).repository.tags.get(id);
      if (commitId === undefined) throw new LakeError('not-found', 'tag not found');
      return jsonReply(200, shownRef([id, commitId]));
    },
  },
  {
    method: 'DELETE',
    path: '/repositories/{repository}/tags/{tag}',
    handle: async (request) => {
      await deleteTag(callOf(request), param(request, 'tag'));
      return emptyReply(204);
    },
  },
];

function sortedRefs(refs: readonly NamedRef[]): readonly NamedRef[] {
  return [...refs].sort(([a], [b]) => comparePaths(a, b));
}

function shownRef([id, commitId]: NamedRef): unknown {
  return { commit_id: commitId, id };
}

function resetScope(body: JsonObject): (path: string) => boolean {
  const path = textField(body, 'path');
  switch (body['type']) {
    case 'reset':
      return () => true;
    case 'object':
      return (staged) => staged === path;
    case 'common_prefix':
      return (staged) => staged.startsWith(path);
    default:
      throw new LakeError('invalid', 'unknown reset type');
  }
}
