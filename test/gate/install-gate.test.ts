/** The installation on the stand-in, through the true adapters; a small server stands where Sluice's hook port is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createRepositoryReader } from '../../src/adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter } from '../../src/adapters/lakefs/repository-writer.ts';
import { OUR_ACTION_PATH, TOKEN_VARIABLE } from '../../src/core/action/action-file.ts';
import { type EverywhereRequest, installEverywhere } from '../../src/gate/install-everywhere.ts';
import { type InstallDeps, placeAction } from '../../src/gate/install-gate.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { createRepository, type LakeUser } from '../e2e/lake-user.ts';

const TOKEN = 'token-of-sixteen-and-more';
const SIGNAL = new AbortController().signal;

/** What the hook answers; each merge that it saw. */
const hook = { status: 200, headers: { 'X-Sluice-Decision': '01j8zk3v9q6t4w2x0y5a7b8c9d' } as Record<string, string> };
const asked: { readonly authorization: string; readonly branch: string; readonly event: string }[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly branch_id: string;
      readonly event_type: string;
    };
    asked.push({
      authorization: request.headers.authorization ?? '',
      branch: body.branch_id,
      event: body.event_type,
    });
    // The trial on scratch branches is answered like Sluice answers them, unless a test says otherwise.
    const status = body.branch_id.startsWith('sluice-scratch-') && hook.status === 403 ? 200 : hook.status;
    response.writeHead(status, { 'Content-Length': '3', ...hook.headers });
    response.end('ok\n');
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/lakefs`;

const lake = await startSandbox({ env: { [TOKEN_VARIABLE]: TOKEN } });
const reader = createRepositoryReader(lake);
const writer = createRepositoryWriter(lake);
let branches = 0;
const deps: InstallDeps & { readonly onStage: () => void } = {
  reader,
  writer,
  owner: {
    host: 'test',
    pid: 1,
    startedAt: 0,
    isAlive: () => true,
    random: () => {
      branches += 1;
      return `r${branches}`;
    },
    now: () => 1_000,
  },
  version: '0.0.0-test',
  onStage: () => {},
};

afterAll(async () => {
  await Promise.all([reader.close(), writer.close(), lake.close()]);
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  hook.status = 200;
  hook.headers = { 'X-Sluice-Decision': '01j8zk3v9q6t4w2x0y5a7b8c9d' };
  asked.length = 0;
});

let made = 0;
async function repository(files: Readonly<Record<string, string>> = { 'data/a.csv': 'id\n1\n' }): Promise<LakeUser> {
  made += 1;
  const user = await createRepository(lake, `install-${made}`);
  for (const [path, text] of Object.entries(files)) await user.put('main', path, text);
  if (Object.keys(files).length > 0) await user.commit('main', 'first data');
  return user;
}

function install(user: LakeUser, more: Partial<EverywhereRequest> = {}, over: Partial<InstallDeps> = {}) {
  const request: EverywhereRequest = {
    repository: user.repository,
    branches: null,
    hookUrl,
    timeoutMs: 300_000,
    tokenVariable: TOKEN_VARIABLE,
    apply: true,
    into: [],
    ...more,
  };
  return installEverywhere(request, { ...deps, ...over }, SIGNAL);
}

const codes = (placement: unknown): readonly string[] =>
  ((placement as { problems?: readonly { code: string }[] } | null)?.problems ?? []).map(({ code }) => code);

async function names(user: LakeUser): Promise<readonly string[]> {
  return (await reader.branches(user.repository, '', SIGNAL)).map(({ id }) => id);
}

describe('installing the gate', () => {
  it('shows the file and the branches that would merge ungated, and changes nothing', async () => {
    const user = await repository();
    await user.branch('etl', { 'data/b.csv': 'id\n2\n' });
    const head = await user.head('main');
    const shown = await install(user, { apply: false });
    expect(shown.plan).toMatchObject({ defaultBranch: 'main', previous: null, problems: [], unknownEvents: [] });
    expect(shown.plan.text).toContain(`url: ${hookUrl}\n`);
    expect(shown.placed).toBeNull();
    expect(shown.branches).toEqual([{ id: 'etl', gate: 'none' }]);
    expect(await user.head('main')).toBe(head);
    expect(asked).toEqual([]);
  });

  it('installs by a merge that the gate itself is asked about, after a trial on scratch branches', async () => {
    const user = await repository();
    const { placed, plan } = await install(user);
    expect(placed).toEqual({ kind: 'placed', commitId: await user.head('main') });
    expect(await user.read('main', OUR_ACTION_PATH)).toBe(plan.text);
    expect(asked.filter(({ event }) => event === 'pre-merge').map(({ branch }) => branch.slice(0, 14))).toEqual([
      'sluice-scratch',
      'main',
    ]);
    expect(asked[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    const commit = await reader.resolve(user.repository, 'main', SIGNAL);
    expect(commit.metadata).toMatchObject({ 'sluice.install': OUR_ACTION_PATH, 'sluice.version': '0.0.0-test' });
    expect(await names(user)).toEqual(['main']);
  });

  it('works in a repository without any object, and on a protected branch', async () => {
    const user = await repository({});
    await user.json('PUT', '/settings/branch_protection', [{ pattern: 'main' }]);
    expect((await install(user)).placed?.kind).toBe('placed');
  });

  it('says so when it is installed already, and commits nothing', async () => {
    const user = await repository();
    await install(user);
    const head = await user.head('main');
    asked.length = 0;
    expect((await install(user)).placed).toEqual({ kind: 'already' });
    expect(await user.head('main')).toBe(head);
    expect(asked).toEqual([]);
  });

  it('updates an older file of ours, and keeps off an action of somebody else', async () => {
    const user = await repository();
    await install(user);
    const { plan, placed } = await install(user, { timeoutMs: 240_000 });
    expect([plan.previous?.includes('timeout: 5m'), placed?.kind]).toEqual([true, 'placed']);
    expect(await user.read('main', OUR_ACTION_PATH)).toContain('timeout: 4m\n');
    const other = await repository({ [OUR_ACTION_PATH]: 'name: Mine\non: {pre-merge: }\nhooks: []\n' });
    await expect(install(other)).rejects.toMatchObject({ problem: { code: 'init-file-taken' } });
  });

  it('touches nothing while another action file is faulty', async () => {
    const bad =
      'name: Mine\non: {pre-merge: }\nhooks:\n- id: aa\n  type: webhook\n  properties: {url: "http://a/b", timeout: 30}\n';
    const user = await repository({ '_lakefs_actions/mine.yaml': bad });
    const { plan, placed } = await install(user);
    expect(placed).toBeNull();
    expect(plan.problems).toMatchObject([{ code: 'hook-timeout-ignored', file: '_lakefs_actions/mine.yaml', line: 6 }]);
    expect(await names(user)).toEqual(['main']);
  });

  it('leaves out events that an old lakeFS stops every commit over', async () => {
    const user = await repository();
    const old = { ...reader, version: () => Promise.resolve('1.52.1') };
    const { plan, placed } = await install(user, {}, { reader: old });
    expect(plan.unknownEvents).toEqual(['pre-cherry-pick', 'post-cherry-pick']);
    expect(plan.text).not.toContain('pre-cherry-pick');
    expect(placed?.kind).toBe('placed');
  });
});

describe('what keeps the gate from being installed', () => {
  it.each<[string, () => void, Partial<EverywhereRequest>, string, RegExp]>([
    [
      'nobody listens',
      () => {},
      { hookUrl: 'http://127.0.0.1:1/hooks/lakefs' },
      'init-hook-refused',
      /could not ask.*connection refused/s,
    ],
    ['the token differs', () => Object.assign(hook, { status: 401 }), {}, 'init-hook-refused', /SLUICE_HOOK_TOKEN/],
    ['another server answers 404', () => Object.assign(hook, { status: 404 }), {}, 'init-hook-refused', /--hook-url/],
    [
      'a page that answers everything',
      () => Object.assign(hook, { headers: { 'Content-Type': 'text/html' } }),
      {},
      'init-not-sluice',
      /text\/html.*--hook-url/s,
    ],
    [
      'the server lacks the token',
      () => {},
      { tokenVariable: 'LAKEFSACTION_NOPE' },
      'init-token-unset',
      /LAKEFSACTION_NOPE set/,
    ],
    [
      'the user may not change rules',
      () => Object.assign(hook, { status: 403 }),
      {},
      'init-hook-refused',
      /SLUICE_RULE_CHANGERS=quickstart/,
    ],
  ])('%s', async (_, prepare, more, code, words) => {
    const user = await repository();
    const head = await user.head('main');
    prepare();
    const { placed } = await install(user, more);
    expect(codes(placed)).toEqual([code]);
    const [problem] = (placed as { problems: readonly { message: string; hint: string }[] }).problems;
    expect(`${problem?.message} ${problem?.hint}`).toMatch(words);
    expect(await user.head('main')).toBe(head);
    expect(await names(user)).toEqual(['main']);
  });

  it('uncommitted changes on the default branch, which stay as they are', async () => {
    const user = await repository();
    await user.put('main', 'data/b.csv', 'id\n2\n');
    const { placed } = await install(user);
    expect(codes(placed)).toEqual(['init-dirty']);
    expect(await user.read('main', 'data/b.csv')).toBe('id\n2\n');
    expect(asked).toEqual([]);
  });

  it('hooks that are switched off: the trial is merged and nobody is asked', async () => {
    const user = await repository();
    const silent = { ...reader, actionRuns: () => Promise.resolve([]), hookRuns: () => Promise.resolve([]) };
    const { placed } = await install(user, {}, { reader: silent });
    expect(codes(placed)).toEqual(['init-nobody-asked']);
  }, 15_000);
});

describe('open branches', () => {
  it('get the file and nothing else; what they have staged stays theirs', async () => {
    const user = await repository();
    await user.branch('etl', { 'data/b.csv': 'id\n2\n' });
    await user.branch('dirty');
    await user.put('dirty', 'data/c.csv', 'id\n3\n');
    await user.put('main', 'data/later.csv', 'id\n4\n');
    await user.commit('main', 'main has moved on');
    const { into, branches: after } = await install(user, { into: 'open' });
    expect(into.map(({ branch, placement }) => [branch, placement.kind, codes(placement)])).toEqual([
      ['dirty', 'refused', ['init-dirty']],
      ['etl', 'placed', []],
    ]);
    expect(after).toEqual([
      { id: 'dirty', gate: 'none' },
      { id: 'etl', gate: 'same' },
    ]);
    const changed = await reader.listAt(user.repository, 'etl', '', SIGNAL);
    expect(changed.map(({ path }) => path)).toEqual([OUR_ACTION_PATH, 'data/a.csv', 'data/b.csv']);
    expect(await user.read('dirty', 'data/c.csv')).toBe('id\n3\n');
  });

  it('get what the default branch has, also later; another version counts as gated', async () => {
    const user = await repository();
    await user.branch('early');
    await install(user, { into: ['early'] });
    await install(user, { timeoutMs: 240_000 });
    const later = await install(user, { apply: false });
    expect(later.branches).toEqual([{ id: 'early', gate: 'other' }]);
    const { into } = await install(user, { apply: false, into: ['early', 'main'] });
    expect(into.map(({ branch, placement }) => [branch, placement.kind])).toEqual([['early', 'placed']]);
    expect(await user.read('early', OUR_ACTION_PATH)).toBe(await user.read('main', OUR_ACTION_PATH));
  });

  it('get nothing before the default branch has it', async () => {
    const user = await repository();
    await user.branch('etl');
    await expect(install(user, { apply: false, into: 'open' })).rejects.toMatchObject({
      problem: { code: 'init-not-installed' },
    });
  });

  it('keep a broken folder of their own, and the user is told', async () => {
    const user = await repository();
    await install(user);
    await user.branch('broken');
    const [object] = await reader.listAt(user.repository, 'main', OUR_ACTION_PATH, SIGNAL);
    if (object === undefined) throw new Error('not installed');
    // A folder that no commit could make, but an import can.
    const stray = { ...object, path: '_lakefs_actions/old/notes.txt' };
    const strayed = { ...reader, listAt: async () => [stray] };
    const request = { repository: user.repository, branch: 'broken', text: 'name: Sluice\n', hookUrl };
    const placement = await placeAction(request, { ...deps, reader: strayed }, SIGNAL);
    expect(codes(placement)).toContain('action-stray-folder');
  });
});
