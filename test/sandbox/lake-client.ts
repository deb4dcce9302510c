import { type Answer, basic, type Keys, send } from './wire.ts';

/** The few REST calls that tests set a repository up with. */
export interface LakeClient {
  createRepository(id: string): Promise<void>;
  put(repository: string, branch: string, path: string, text: string): Promise<void>;
  remove(repository: string, branch: string, path: string): Promise<void>;
  /** @returns the commit's id */
  commit(repository: string, branch: string, message: string): Promise<string>;
  branch(repository: string, name: string, source: string): Promise<void>;
  /** Whatever the answer: merges are what tests are about. */
  merge(repository: string, source: string, destination: string, body?: Record<string, unknown>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** The JSON of a 2xx answer; throws for any other. */
  json(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

export function lakeClient(server: Keys & { readonly url: string }): LakeClient {
  const call = (method: string, path: string, body?: Buffer, type = 'application/json') =>
    send(server.url, {
      method,
      path: `/api/v1${path}`,
      headers: {
        authorization: basic(server),
        ...(body === undefined ? {} : { 'content-type': type, 'content-length': String(body.length) }),
      },
      ...(body === undefined ? {} : { body }),
    });
  const json = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const text = answer.body.toString('utf8');
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : {};
  };
  const branchPath = (repository: string, branch: string) => `/repositories/${repository}/branches/${branch}`;
  return {
    createRepository: async (id) => {
      await json('POST', '/repositories', { name: id, storage_namespace: `local://${id}` });
    },
    put: async (repository, branch, path, text) => {
      const to = `${branchPath(repository, branch)}/objects?path=${encodeURIComponent(path)}`;
      const answer = await call('POST', to, Buffer.from(text), 'application/octet-stream');
      if (answer.status !== 201) throw new Error(`upload of ${path}: ${answer.status} ${answer.body}`);
    },
    remove: async (repository, branch, path) => {
      await json('DELETE', `${branchPath(repository, branch)}/objects?path=${encodeURIComponent(path)}`);
    },
    commit: async (repository, branch, message) => {
      const { id } = await json('POST', `${branchPath(repository, branch)}/commits`, { message });
      return String(id);
    },
    branch: async (repository, name, source) => {
      await json('POST', `/repositories/${repository}/branches`, { name, source });
    },
    merge: (repository, source, destination, body = {}) =>
      call(
        'POST',
        `/repositories/${repository}/refs/${source}/merge/${destination}`,
        Buffer.from(JSON.stringify(body)),
      ),
    get: (path) => call('GET', path),
    json,
  };
}
