import { SluiceError } from '../../core/problem.ts';

export interface LakeAccess {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a merge came to, and the run of hooks that decided it. */
export type MergeAnswer =
  | { readonly kind: 'merged'; readonly run: string; readonly commit: string }
  | {
      readonly kind: 'blocked';
      readonly run: string;
      readonly status: number;
      readonly statusText: string;
      readonly message: string;
    };

/** What a person does with lakectl, over the REST API that lakectl uses too. */
export interface LakeUser {
  /** @param storage where the objects are put; by default in the server's own file system */
  createRepository(storage?: string): Promise<void>;
  /** Whether the repository is there; with a branch and a path, whether that is committed on the branch. */
  has(branch?: string, path?: string): Promise<boolean>;
  /** The first objects of the branch, committed or not. */
  paths(branch: string): Promise<readonly string[]>;
  branch(name: string, from: string): Promise<void>;
  upload(branch: string, path: string, text: string): Promise<void>;
  commit(branch: string, message: string): Promise<void>;
  merge(from: string, into: string): Promise<MergeAnswer>;
  /** What the one hook of a run answered, from the log that lakeFS keeps. */
  hookAnswer(run: string): Promise<string>;
}

/** Works in one repository; every call ends with the signal. */
export function lakeUser(lake: LakeAccess, repository: string, signal: AbortSignal): LakeUser {
  const authorization = `Basic ${Buffer.from(`${lake.accessKeyId}:${lake.secretAccessKey}`).toString('base64')}`;
  const here = `/repositories/${repository}`;
  const send = (method: string, path: string, type?: string, body?: string): Promise<Response> =>
    fetch(`${lake.url}/api/v1${path}`, {
      method,
      signal,
      redirect: 'error',
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    }).catch((cause: unknown) => {
      throw signal.aborted ? cause : unreachable(lake.url, cause);
    });
  const post = (path: string, body: unknown) => send('POST', path, 'application/json', JSON.stringify(body));
  const getJson = async (path: string): Promise<unknown> => (await expectOk(await send('GET', path))).json();
  return {
    createRepository: async (storage = `local://${repository}`) => {
      const request = { name: repository, storage_namespace: storage, default_branch: 'main' };
      await expectOk(await post('/repositories', request));
    },
    has: async (branch, path) => {
      const object = `/refs/${branch}@/objects/stat?path=${encodeURIComponent(path ?? '')}`;
      const inside = branch === undefined ? '' : path === undefined ? `/branches/${branch}` : object;
      const response = await send('GET', `${here}${inside}`);
      if (response.status === 404) return false;
      await expectOk(response);
      return true;
    },
    paths: async (branch) => {
      const page = await getJson(`${here}/refs/${branch}/objects/ls?amount=10`);
      return resultsOf(page).map((object) => textField(object, 'path'));
    },
    branch: async (name, source) => {
      await expectOk(await post(`${here}/branches`, { name, source }));
    },
    upload: async (branch, path, text) => {
      const to = `${here}/branches/${branch}/objects?path=${encodeURIComponent(path)}`;
      await expectOk(await send('POST', to, 'application/octet-stream', text));
    },
    commit: async (branch, message) => {
      await expectOk(await post(`${here}/branches/${branch}/commits`, { message }));
    },
    merge: async (from, into) => {
      const response = await post(`${here}/refs/${from}/merge/${into}`, {});
      const body: unknown = await response.json();
      if (!response.ok) {
        const message = textField(body, 'message');
        const run = /run id '(\w+)'/.exec(message)?.[1] ?? '';
        return { kind: 'blocked', run, status: response.status, statusText: response.statusText, message };
      }
      const commit = textField(body, 'reference');
      // The same merge tried twice in a second makes the same commit: the run that let it through is the completed one.
      const runs = resultsOf(await getJson(`${here}/actions/runs?commit=${commit}`));
      const run = runs.find((one) => textField(one, 'status') === 'completed');
      return { kind: 'merged', run: textField(run, 'run_id'), commit };
    },
    hookAnswer: async (run) => {
      const hooks = `${here}/actions/runs/${run}/hooks`;
      const hook = textField(resultsOf(await getJson(hooks))[0], 'hook_run_id');
      const log = await expectOk(await send('GET', `${hooks}/${hook}/output`));
      return answerInLog(Buffer.from(await log.arrayBuffer()));
    },
  };
}

/** The log holds request and answer whole; the body is as long as the answer's own header says. */
function answerInLog(log: Buffer): string {
  const head = log.lastIndexOf('\nHTTP/1.1 ');
  const body = log.indexOf('\r\n\r\n', head) + 4;
  const length = /\r\nContent-Length: (\d+)/.exec(log.toString('latin1', Math.max(0, head), body))?.[1];
  return head < 0 || length === undefined ? '' : log.toString('utf8', body, body + Number(length));
}

async function expectOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new SluiceError({
    code: 'demo-lake-refused',
    message: `The demo's lake answered ${response.status} to ${new URL(response.url).pathname}: ${await response.text()}`,
  });
}

function unreachable(url: string, cause: unknown): SluiceError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
  return new SluiceError(
    {
      code: 'demo-lake-unreachable',
      message: `The lake at ${url} does not answer: ${reason}`,
      hint: 'Set SLUICE_LAKEFS_URL to where lakeFS listens.',
    },
    { cause },
  );
}

function resultsOf(page: unknown): readonly unknown[] {
  const results = field(page, 'results');
  return Array.isArray(results) ? results : [];
}

function textField(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : null;
}
