import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HookContext, HookOutcome, HookRunner, SandboxHookEvent } from '../../src/sandbox/hooks-port.ts';
import { noHooks } from '../../src/sandbox/hooks-port.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { type LakeClient, lakeClient } from './lake-client.ts';
import type { Answer } from './wire.ts';

type Seen = SandboxHookEvent & { readonly context: HookContext };

/** What the hooks do in the test at hand; passes everything unless told. */
let onEvent: (event: Seen) => Promise<HookOutcome>;
let events: Seen[];
const pass: HookOutcome = { ok: true, runId: null };

const runner: HookRunner = {
  ...noHooks,
  run: async (event, context) => {
    events.push({ ...event, context });
    return onEvent({ ...event, context });
  },
};

let sandbox: Sandbox;
let client: LakeClient;
let repository: string;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ hooks: runner, retryDelayMs: 1 });
  client = lakeClient(sandbox);
});
afterAll(() => sandbox.close());

beforeEach(async () => {
  onEvent = async () => pass;
  events = [];
  repository = `versions-${count++}`;
  await client.createRepository(repository);
  await write('main', { 'base.csv': 'base', 'keep.csv': 'keep' });
});

const refs = () => `/repositories/${repository}/refs`;
const branches = () => `/repositories/${repository}/branches`;
const message = (answer: Answer) => String(JSON.parse(answer.body.toString())['message']);
const reference = (answer: Answer) => String(JSON.parse(answer.body.toString())['reference']);

/** Stages and commits; null removes. Equal commits of one second would be one commit, so every message differs. */
async function write(branch: string, objects: Readonly<Record<string, string | null>>): Promise<string> {
  for (const [path, text] of Object.entries(objects)) {
    await (text === null ? client.remove(repository, branch, path) : client.put(repository, branch, path, text));
  }
  return client.commit(repository, branch, `change ${count++}`);
}

async function fork(name: string): Promise<void> {
  await client.branch(repository, name, 'main');
}

async function read(ref: string, path: string): Promise<string> {
  const answer = await client.get(`${refs()}/${ref}/objects?path=${encodeURIComponent(path)}`);
  return answer.status === 200 ? answer.body.toString() : `status ${answer.status}`;
}

async function head(branch: string): Promise<string> {
  return String((await client.json('GET', `${branches()}/${branch}`))['commit_id']);
}

async function results(path: string): Promise<readonly Record<string, unknown>[]> {
  const { results: found } = await client.json('GET', path);
  return Array.isArray(found) ? found : [];
}

describe('three-way merge', () => {
  it.each([
    ['both add the same', { 'n.csv': 'x' }, { 'n.csv': 'x' }, 'x'],
    ['only the source changes', { 'base.csv': 'S' }, { 'other.csv': 'D' }, 'S'],
    ['only the destination changes', { 'other.csv': 'S' }, { 'base.csv': 'D' }, 'D'],
    ['the source removes', { 'base.csv': null }, { 'other.csv': 'D' }, 'status 404'],
    ['the destination removes', { 'other.csv': 'S' }, { 'base.csv': null }, 'status 404'],
    ['both remove', { 'base.csv': null }, { 'base.csv': null }, 'status 404'],
  ] as const)('%s', async (_, source, destination, expected) => {
    await fork('dev');
    await write('dev', source);
    await write('main', destination);
    const merged = await client.merge(repository, 'dev', 'main');
    expect(merged.status).toBe(200);
    const path = 'n.csv' in source ? 'n.csv' : 'base.csv';
    expect(await read(reference(merged), path)).toBe(expected);
    expect(await read('main', 'keep.csv')).toBe('keep');
  });

  it.each([
    ['both change', { 'base.csv': 'S' }, { 'base.csv': 'D' }, 'D', 'S'],
    ['source removes what the destination changed', { 'base.csv': null }, { 'base.csv': 'D' }, 'D', 'status 404'],
    ['destination removes what the source changed', { 'base.csv': 'S' }, { 'base.csv': null }, 'status 404', 'S'],
    ['both add otherwise', { 'n.csv': 'S' }, { 'n.csv': 'D' }, 'D', 'S'],
  ] as const)('%s: a conflict unless a strategy decides', async (_, source, destination, destWins, sourceWins) => {
    await fork('dev');
    await write('dev', source);
    await write('main', destination);
    const before = await head('main');
    const path = 'n.csv' in source ? 'n.csv' : 'base.csv';
    const refused = await client.merge(repository, 'dev', 'main');
    expect([refused.status, refused.body.toString()]).toEqual([409, '{"reference":""}\n']);
    expect(await results(`${refs()}/main/diff/dev`)).toMatchObject([{ path, type: 'conflict' }]);
    expect(await head('main')).toBe(before);
    expect(events.some(({ type }) => type === 'pre-merge')).toBe(false);

    await client.branch(repository, 'copy', 'main');
    const dest = await client.merge(repository, 'dev', 'copy', { strategy: 'dest-wins' });
    expect([dest.status, await read('copy', path)]).toEqual([200, destWins]);
    const src = await client.merge(repository, 'dev', 'main', { strategy: 'source-wins' });
    expect([src.status, await read('main', path)]).toEqual([200, sourceWins]);
  });

  it('knows equal trees by an equal meta range, however they came about', async () => {
    await fork('dev');
    const changed = await write('dev', { 'base.csv': 'S' });
    const merged = reference(await client.merge(repository, 'dev', 'main'));
    const [a, b] = await Promise.all(
      [changed, merged].map((id) => client.json('GET', `/repositories/${repository}/commits/${id}`)),
    );
    expect(a?.['meta_range_id']).toBe(b?.['meta_range_id']);
    expect(b?.['parents']).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), changed]);
  });

  it('ignores what is staged on the source, refuses what is staged on the destination', async () => {
    await fork('dev');
    await write('dev', { 'base.csv': 'S' });
    await client.put(repository, 'dev', 'staged.csv', 'staged');
    await client.put(repository, 'main', 'dirty.csv', 'dirty');
    const refused = await client.merge(repository, 'dev', 'main');
    expect([refused.status, message(refused)]).toEqual([400, 'uncommitted changes (dirty branch)']);
    await client.json('PUT', `${branches()}/main`, { type: 'reset' });
    await client.merge(repository, 'dev', 'main');
    expect(await read('main', 'staged.csv')).toBe('status 404');
  });
});

describe('hooks and races', () => {
  beforeEach(async () => {
    await fork('dev');
    await write('dev', { 'new.csv': 'new' });
    events = [];
  });

  it('shows the merge commit to its hook, and keeps it dangling after a refusal', async () => {
    const before = await head('main');
    onEvent = async ({ commitId = '' }) => {
      expect(await read(commitId, 'new.csv')).toBe('new');
      expect(await head('main')).toBe(before);
      return { ok: false, status: 412, message: 'pre-merge hook aborted' };
    };
    const refused = await client.merge(repository, 'dev', 'main');
    expect([refused.status, message(refused)]).toEqual([412, 'update branch main: pre-merge hook aborted']);
    expect(await head('main')).toBe(before);
    expect(await read(events[0]?.commitId ?? '', 'new.csv')).toBe('new');
  });

  it('merges anew, hook and all, when the destination got a commit meanwhile', async () => {
    onEvent = async ({ type }) => {
      if (type === 'pre-merge' && events.filter((event) => event.type === 'pre-merge').length === 1) {
        await write('main', { 'meanwhile.csv': 'm' });
      }
      return pass;
    };
    const merged = await client.merge(repository, 'dev', 'main');
    const tries = events.filter(({ type }) => type === 'pre-merge').map(({ commitId }) => commitId);
    expect(new Set(tries).size).toBe(2);
    expect(reference(merged)).toBe(tries[1]);
    expect(await read('main', 'meanwhile.csv')).toBe('m');
  });

  it('does not start over for an object that is only staged, which stays staged', async () => {
    onEvent = async ({ type }) => {
      if (type === 'pre-merge') await client.put(repository, 'main', 'meanwhile.csv', 'm');
      return pass;
    };
    await client.merge(repository, 'dev', 'main');
    expect(events.filter(({ type }) => type === 'pre-merge')).toHaveLength(1);
    expect(await results(`${branches()}/main/diff`)).toMatchObject([{ path: 'meanwhile.csv', type: 'added' }]);
  });

  it('gives up with 429 after ten lost races', async () => {
    let attempt = 0;
    onEvent = async ({ type }) => {
      if (type === 'pre-merge') await write('main', { 'meanwhile.csv': String(attempt++) });
      return pass;
    };
    const refused = await client.merge(repository, 'dev', 'main');
    expect([refused.status, attempt]).toEqual([429, 10]);
    expect(message(refused)).toBe('Too many attempts, try again later');
  });

  it('lets a merge that is refused in the end make another lose its race', async () => {
    await client.branch(repository, 'dev2', 'dev');
    await write('dev2', { 'two.csv': '2' });
    events = [];
    onEvent = async ({ type, mergeSource }) => {
      if (type !== 'pre-merge' || mergeSource !== 'dev') {
        return { ok: false, status: 412, message: 'no' };
      }
      const first = events.filter((event) => event.mergeSource === 'dev').length === 1;
      if (first) expect((await client.merge(repository, 'dev2', 'main')).status).toBe(412);
      return pass;
    };
    expect((await client.merge(repository, 'dev', 'main')).status).toBe(200);
    expect(events.filter((event) => event.type === 'pre-merge' && event.mergeSource === 'dev')).toHaveLength(2);
  });

  it('cancels the hook when its client goes away', async () => {
    const cancelled = new Promise<boolean>((resolve) => {
      onEvent = async ({ context }) => {
        await new Promise((done) => context.signal.addEventListener('abort', done));
        resolve(true);
        return pass;
      };
    });
    const abort = new AbortController();
    const merging = fetch(`${sandbox.url}/api/v1${refs()}/dev/merge/main`, {
      method: 'POST',
      body: '{}',
      signal: abort.signal,
      headers: { authorization: `Basic ${btoa(`${sandbox.accessKeyId}:${sandbox.secretAccessKey}`)}` },
    });
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await expect(merging).rejects.toThrow();
    expect(await cancelled).toBe(true);
  });

  it('reads action files at the source commit of a merge and at the branch, staged ones too, of a commit', async () => {
    const files: Record<string, unknown> = {};
    onEvent = async ({ type, context, actionsRef }) => {
      files[type] = await context.listActionFiles(actionsRef);
      return pass;
    };
    await client.put(repository, 'main', '_lakefs_actions/on-main.yaml', 'name: on main');
    await client.put(repository, 'main', '_lakefs_actions/sub/deep.yaml', 'x');
    await client.commit(repository, 'main', 'actions');
    await client.merge(repository, 'dev', 'main');
    expect(files['pre-merge']).toEqual([]);
    expect(files['pre-commit']).toEqual([
      { path: '_lakefs_actions/on-main.yaml', content: 'name: on main' },
      { path: '_lakefs_actions/sub/', content: null },
    ]);
  });
});

describe('commits', () => {
  it('does not start a revert over when it lost its race', async () => {
    const changed = await write('main', { 'base.csv': '2' });
    onEvent = async ({ type }) => {
      if (type === 'pre-revert') await write('main', { 'meanwhile.csv': 'm' });
      return pass;
    };
    const reverting = client.json('POST', `${branches()}/main/revert`, { ref: changed, parent_number: 0 });
    await expect(reverting).rejects.toThrow('500 {"message":"update branch: predicate failed"}');
  });

  it('leaves staged objects where they are when a hook refuses', async () => {
    await client.put(repository, 'main', 'late.csv', 'late');
    onEvent = async ({ type }) => (type === 'pre-commit' ? { ok: false, status: 412, message: 'no' } : pass);
    await expect(client.commit(repository, 'main', 'refused')).rejects.toThrow('412');
    expect(await read('main', 'late.csv')).toBe('late');
    expect(await results(`${branches()}/main/diff`)).toMatchObject([{ path: 'late.csv', type: 'added' }]);
    onEvent = async () => pass;
    await client.commit(repository, 'main', 'accepted');
    expect(await read('main@', 'late.csv')).toBe('late');
  });

  it('reverts and picks, with a parent number for merge commits', async () => {
    await fork('dev');
    const picked = await write('dev', { 'new.csv': 'new' });
    await client.json('POST', `${branches()}/main/cherry-pick`, { ref: picked });
    expect(await read('main', 'new.csv')).toBe('new');
    await client.json('POST', `${branches()}/main/revert`, { ref: await head('main'), parent_number: 0 });
    expect(await read('main', 'new.csv')).toBe('status 404');
    await write('main', { 'other.csv': 'o' });
    const merged = reference(await client.merge(repository, 'dev', 'main', { allow_empty: true }));
    const revert = (body: object) =>
      client.json('POST', `${branches()}/main/revert`, { ref: merged, parent_number: 0, ...body });
    await expect(revert({})).rejects.toThrow('409');
    await expect(revert({ parent_number: 3 })).rejects.toThrow('400');
  });

  it('logs ancestors once, children before parents, and one line of them on demand', async () => {
    const base = await head('main');
    await fork('dev');
    const dev = [await write('dev', { 'a.csv': 'a' }), await write('dev', { 'b.csv': 'b' })];
    const main = await write('main', { 'c.csv': 'c' });
    const merged = reference(await client.merge(repository, 'dev', 'main'));
    const ids = async (query: string) => (await results(`${refs()}/main/commits?${query}`)).map(({ id }) => id);
    const log = await ids('amount=100');
    expect(log).toHaveLength(6);
    expect([log[0], log[1], log.slice(2, 4).sort(), log[4]]).toEqual([merged, dev[1], [dev[0], main].sort(), base]);
    expect((await ids('first_parent=true')).slice(0, 3)).toEqual([merged, main, base]);
    expect(await ids(`amount=2&after=${merged}`)).toEqual(log.slice(1, 3));
  });

  it('refuses to revert what was changed since', async () => {
    const changed = await write('main', { 'base.csv': '2' });
    await write('main', { 'base.csv': '3' });
    const reverting = client.json('POST', `${branches()}/main/revert`, { ref: changed, parent_number: 0 });
    await expect(reverting).rejects.toThrow('409 {"message":"update branch: conflict found"}');
  });

  it('protects a branch from writes and commits', async () => {
    await client.createRepository(`${repository}-protected`);
    await client.json('PUT', `/repositories/${repository}-protected/settings/branch_protection`, [{ pattern: 'ma*' }]);
    const upload = client.put(`${repository}-protected`, 'main', 'x.csv', 'x');
    await expect(upload).rejects.toThrow('403 {"message":"cannot write to protected branch"}');
    const commit = client.commit(`${repository}-protected`, 'main', 'x');
    await expect(commit).rejects.toThrow('403 {"message":"cannot commit to protected branch"}');
  });
});

describe('lists', () => {
  it('pages through more objects than one page holds, none twice and none left out', async () => {
    const paths = Array.from({ length: 1050 }, (_, index) => `many/${index}.csv`);
    await Promise.all(paths.map((path) => client.put(repository, 'main', path, path)));
    await client.commit(repository, 'main', 'many');
    const seen: unknown[] = [];
    for (let after = '', more = true; more; ) {
      const page = await client.json(
        'GET',
        `${refs()}/main/objects/ls?prefix=many/&amount=5000&after=${encodeURIComponent(after)}`,
      );
      const found = page['results'] as { path: string }[];
      expect(found.length).toBeLessThanOrEqual(1000);
      seen.push(...found.map(({ path }) => path));
      const pagination = page['pagination'] as { has_more: boolean; next_offset: string };
      after = pagination.next_offset;
      more = pagination.has_more;
    }
    expect(seen).toEqual([...paths].sort());
  });

  it('never shows a common prefix again on the page behind it', async () => {
    await write('main', { 'p/a/1': '1', 'p/a/2': '2', 'p/b': 'b' });
    const page = (after: string) => results(`${refs()}/main/objects/ls?prefix=p/&delimiter=/&amount=1&after=${after}`);
    expect(await page('')).toMatchObject([{ path: 'p/a/', path_type: 'common_prefix' }]);
    expect(await page('p/a/')).toMatchObject([{ path: 'p/b', path_type: 'object' }]);
  });
});
