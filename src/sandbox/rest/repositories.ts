import { emptyReply, jsonReply } from '../http.ts';
import { createRepository, type Repository, repositoryOf } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { keyedPage } from '../listing.ts';
import { comparePaths } from '../tree.ts';
import { pageReply, pageRequest } from './page.ts';
import { callOf, jsonBody, jsonValue, param, type Route, requiredText, schemaError, textField } from './route.ts';

const NAME_PATTERN = '^[a-z0-9][a-z0-9-]{2,62}$';

export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repositories',
    handle: (request) => {
      const all = [...request.lake.repositories.values()].sort((a, b) => comparePaths(a.id, b.id));
      const page = keyedPage(all, (repository) => repository.id, pageRequest(request));
      return pageReply(page, shownRepository, (repository) => repository.id);
    },
  },
  {
    method: 'POST',
    path: '/repositories',
    handle: async (request) => {
      const body = await jsonBody(request);
      const id = requiredText(body, 'name', 'RepositoryCreation');
      if (!new RegExp(NAME_PATTERN).test(id)) {
        throw schemaError(
          'RepositoryCreation',
          'name',
          `string doesn't match the regular expression "${NAME_PATTERN}"`,
        );
      }
      const storageNamespace = requiredText(body, 'storage_namespace', 'RepositoryCreation');
      const defaultBranch = textField(body, 'default_branch') || 'main';
      return jsonReply(201, shownRepository(createRepository(request.lake, { id, storageNamespace, defaultBranch })));
    },
  },
  {
    method: 'GET',
    path: '/repositories/{repository}',
    handle: (request) => jsonReply(200, shownRepository(callOf(request).repository)),
  },
  {
    method: 'DELETE',
    path: '/repositories/{repository}',
    handle: (request) => {
      request.lake.repositories.delete(repositoryOf(request.lake, param(request, 'repository')).id);
      return emptyReply(204);
    },
  },
  {
    method: 'GET',
    path: '/repositories/{repository}/settings/branch_protection',
    handle: (request) =>
      jsonReply(
        200,
        callOf(request).repository.protection.rules.map((pattern) => ({ pattern })),
      ),
  },
  {
    method: 'PUT',
    path: '/repositories/{repository}/settings/branch_protection',
    handle: async (request) => {
      callOf(request).repository.protection.rules = patternsOf(await jsonValue(request));
      return emptyReply(204);
    },
  },
];

function patternsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new LakeError('invalid', 'request body has an error: value must be an array');
  return value.map((rule: unknown) => {
    if (typeof rule === 'object' && rule !== null && 'pattern' in rule && typeof rule.pattern === 'string') {
      return rule.pattern;
    }
    throw schemaError('BranchProtectionRule', 'pattern', 'property "pattern" is missing');
  });
}

function shownRepository(repository: Repository): unknown {
  return {
    creation_date: Math.floor(repository.createdAt / 1000),
    default_branch: repository.defaultBranch,
    id: repository.id,
    read_only: false,
    storage_id: '',
    storage_namespace: repository.storageNamespace,
  };
}
