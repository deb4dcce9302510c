import { type Answer, type Keys, send, signed } from '../sandbox/wire.ts';

/** Someone who works on one repository with lakeFS's REST API and S3 gateway. */
export interface LakeUser {
  readonly repository: string;
  /** Stages an object through the S3 gateway. */
  put(branch: string, path: string, body: Body): Promise<void>;
  remove(branch: string, path: string): Promise<void>;
  /** @returns the commit's id */
  commit(branch: string, message?: string): Promise<string>;
  /** A new branch with these objects changed (null: removed) and committed. */
  branch(name: string, changes?: Readonly<Record<string, Body | null>>, source?: string): Promise<void>;
  head(branch: string): Promise<string>;
  /** Lets the branch point to another commit, about which lakeFS asks no hook. */
  hardReset(branch: string, ref: string): Promise<void>;
  /** Replaces an object's user metadata and nothing else. */
  describe(branch: string, path: string, metadata: Readonly<Record<string, string>>): Promise<void>;
  stat(ref: string, path: string): Promise<Json>;
  /** The bytes of an object as text. */
  read(ref: string, path: string): Promise<string>;
  /** A physical address that lakeFS will take when `link` names it. */
  backing(branch: string, path: string): Promise<string>;
  link(branch: string, path: string, claim: Claim): Promise<void>;
  merge(source: string, destination?: string): Promise<Merged>;
  json(method: string, path: string, body?: unknown): Promise<Json>;
}

export type Body = string | Uint8Array;

/** What a client says of an object that it links. */
export interface Claim {
  readonly physicalAddress: string;
  readonly checksum: string;
  readonly sizeBytes: number;
}

export interface Merged {
  /** What the merging client got. */
  readonly status: number;
  readonly message: string;
  /** The new head; null when nothing was merged. */
  readonly commit: string | null;
  /** What lakeFS keeps of our answer; null when no hook ran or none answered. */
  readonly hook: HookAnswer | null;
}

export interface HookAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** Creates the repository, empty, and hands over its user. */
export async function createRepository(server: Keys & { readonly url: string }, repository: string): Promise<LakeUser> {
  const { accessKeyId, secretAccessKey, url } = server;
  const authorization = `Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`;
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const json = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await call(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : {};
  };
  const home = `/repositories/${repository}`;
  const at = (branch: string, path: string) => `${home}/branches/${branch}/${path}`;
  const text = async (path: string): Promise<string> => {
    const response = await call('GET', `${home}/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  await json('POST', '/repositories', { name: repository, storage_namespace: `local://${repository}` });

  const put: LakeUser['put'] = async (branch, path, body) => {
    const key = [repository, branch, ...path.split('/')].map(encodeSegment).join('/');
    const bytes = Buffer.from(body);
    const upload = { method: 'PUT', path: `/${key}`, headers: { 'content-length': String(bytes.length) } };
    expectOk(`upload of ${path}`, await send(url, signed(url, { ...upload, body: bytes }, server)));
  };
  const remove: LakeUser['remove'] = async (branch, path) => {
    await json('DELETE', at(branch, `objects?${new URLSearchParams({ path })}`));
  };
  const commit: LakeUser['commit'] = async (branch, message = `work on ${branch}`) =>
    String((await json('POST', at(branch, 'commits'), { message }))['id']);
  return {
    repository,
    put,
    remove,
    commit,
    branch: async (name, changes = {}, source = 'main') => {
      await json('POST', `${home}/branches`, { name, source });
      for (const [path, body] of Object.entries(changes)) {
        await (body === null ? remove(name, path) : put(name, path, body));
      }
      if (Object.keys(changes).length > 0) await commit(name);
    },
    head: async (branch) => String((await json('GET', `${home}/branches/${branch}`))['commit_id']),
    hardReset: async (branch, ref) => {
      await json('PUT', at(branch, `hard_reset?${new URLSearchParams({ ref })}`));
    },
    describe: async (branch, path, metadata) => {
      const query = new URLSearchParams({ path });
      await json('PUT', at(branch, `objects/stat/user_metadata?${query}`), { set: metadata });
    },
    stat: (ref, path) => json('GET', `${home}/refs/${ref}/objects/stat?${new URLSearchParams({ path })}`),
    read: (ref, path) => text(`refs/${ref}/objects?${new URLSearchParams({ path })}`),
    backing: async (branch, path) => {
      const proposed = await json('GET', at(branch, `staging/backing?${new URLSearchParams({ path })}`));
      return String(proposed['physical_address']);
    },
    link: async (branch, path, { physicalAddress, checksum, sizeBytes }) => {
      const staging = { physical_address: physicalAddress, presigned_url: null };
      const body = { staging, checksum, size_bytes: sizeBytes, content_type: 'application/octet-stream' };
      await json('PUT', at(branch, `staging/backing?${new URLSearchParams({ path })}`), body);
    },
    merge: async (source, destination = 'main') => {
      const response = await call('POST', `${home}/refs/${source}/merge/${destination}`, {});
      const answer = (await response.json()) as { readonly reference?: string; readonly message?: string };
      const reference = response.ok ? (answer.reference ?? null) : null;
      const [, named] = /run id '([^']+)'/.exec(answer.message ?? '') ?? [];
      const run = named ?? (reference === null ? null : await runOf(reference));
      const output = run === null ? null : await text(`actions/runs/${run}/hooks/0000_0000/output`);
      const hook = output === null ? null : hookAnswer(output);
      return { status: response.status, message: answer.message ?? '', commit: reference, hook };
    },
    json: (method, path, body) => json(method, `${home}${path}`, body),
  };

  /** The newest pre-merge run of a merge commit; null when nothing gated it. */
  async function runOf(mergeCommit: string): Promise<string | null> {
    const { results } = await json('GET', `${home}/actions/runs?commit=${mergeCommit}`);
    const runs = results as readonly { readonly run_id: string; readonly event_type: string }[];
    return runs.find((run) => run.event_type === 'pre-merge')?.run_id ?? null;
  }
}

/** The part of the log that is our answer, without the line that lakeFS adds. */
function hookAnswer(output: string): HookAnswer | null {
  const match = /\nResponse:\nHTTP\/1\.1 (\d{3})[^\r]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(output);
  if (match === null) return null;
  const [, status, headers = '', rest = ''] = match;
  return { status: Number(status), headers, body: rest.replace(/Error: action failed: [^\n]*\n$/, '') };
}

/** As S3 clients encode keys: everything but RFC 3986's unreserved characters. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function expectOk(what: string, answer: Answer): void {
  if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${answer.body}`);
}
