import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRepositoryReader } from '../../../src/adapters/lakefs/repository-reader.ts';
import { codeOf, serve } from '../serve.ts';
import { actionCalling, lakeUnderTest, never } from './lake-under-test.ts';

const A = 'a'.repeat(64);

/** A reader of a server that answers every call with this. */
async function readerOf(...answers: readonly unknown[]) {
  let turn = 0;
  const server = await serve((_request, response: ServerResponse) => {
    const text = JSON.stringify(answers[Math.min(turn, answers.length - 1)]);
    turn += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  });
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-real-secret' };
  const reader = createRepositoryReader({ url: server.url, ...keys, backoffMs: 5 });
  onTestFinished(() => reader.close());
  return { reader, server };
}

function page(ids: readonly string[], more: boolean) {
  const results = ids.map((id) => ({ id, commit_id: A }));
  return { pagination: { has_more: more, next_offset: more ? ids.at(-1) : '', results: ids.length }, results };
}

describe('the server and its repositories', () => {
  it('are told as they are', async () => {
    const { repository, reader, user, lake } = await lakeUnderTest();
    expect(await reader.version(never)).toMatch(/\S/);
    const { committer } = await lake.commit(repository, await user.head('main'), never);
    expect(await reader.currentUser(never)).toBe(committer);
    const facts = await reader.repository(repository, never);
    expect(facts).toEqual({
      id: repository,
      defaultBranch: 'main',
      storageNamespace: `local://${repository}`,
      readOnly: false,
    });
    expect(await reader.repositories(never)).toContainEqual(facts);
    expect(await codeOf(reader.repository('no-such-repository', never))).toBe('lakefs-not-found');
  });

  it('the user with an e-mail address commits under that', async () => {
    const { reader } = await readerOf({ user: { id: 'anna', creation_date: 1, email: 'anna@example.com' } });
    expect(await reader.currentUser(never)).toBe('anna@example.com');
  });

  it('a repository may say that it is read-only, or nothing', async () => {
    const facts = { id: 'lake', storage_namespace: 's3://x', default_branch: 'trunk', creation_date: 1 };
    const { reader } = await readerOf({ ...facts, read_only: true }, facts);
    expect((await reader.repository('lake', never)).readOnly).toBe(true);
    expect((await reader.repository('lake', never)).readOnly).toBe(false);
  });
});

describe('branches', () => {
  it('are all there below a prefix, hidden ones too', async () => {
    const { repository, reader, writer, user } = await lakeUnderTest();
    await user.branch('sluice-b');
    await writer.createBranch({ repository, branch: 'sluice-a', sourceRef: 'main' }, never);
    const head = await user.head('main');
    const listed = await user.json('GET', '/branches');
    expect((listed['results'] as { id: string }[]).map(({ id }) => id)).toEqual(['main', 'sluice-b']);
    expect(await reader.branches(repository, 'sluice-', never)).toEqual([
      { id: 'sluice-a', commitId: head },
      { id: 'sluice-b', commitId: head },
    ]);
    expect(await reader.branches(repository, '', never)).toHaveLength(3);
    expect(await reader.branches(repository, 'other', never)).toEqual([]);
  });

  it('come whole from several pages, or not at all', async () => {
    const { reader, server } = await readerOf(page(['a', 'b'], true), page(['c'], false));
    expect((await reader.branches('lake', 'x y', never)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(server.targets[1]).toBe(
      '/api/v1/repositories/lake/branches?prefix=x+y&show_hidden=true&amount=1000&after=b',
    );
    const again = await readerOf(page(['a', 'b'], true), page(['b'], false));
    expect(await codeOf(again.reader.branches('lake', '', never))).toBe('lakefs-bad-answer');
  });
});

describe('the common ancestor of two commits', () => {
  it('is the older one where it lies in the history of the other, whichever parent leads there', async () => {
    const { repository, reader, user } = await lakeUnderTest();
    const base = await user.head('main');
    await user.branch('dev', { 'b.csv': 'id\n2\n' });
    await user.branch('other', { 'c.csv': 'id\n3\n' });
    const [dev, other] = [await user.head('dev'), await user.head('other')];
    await user.merge('dev', 'main');
    const head = await user.head('main');
    expect(await reader.commonAncestor(repository, dev, head, never)).toBe(dev);
    expect(await reader.commonAncestor(repository, head, base, never)).toBe(base);
    expect(await reader.commonAncestor(repository, head, head, never)).toBe(head);
    expect(await reader.commonAncestor(repository, dev, other, never)).toBe(base);
    expect(await codeOf(reader.commonAncestor(repository, A, head, never))).toBe('lakefs-not-found');
    expect(await codeOf(reader.commonAncestor(repository, 'main', head, never))).toBe('lakefs-bad-id');
  });

  it('may be none', async () => {
    const { reader } = await readerOf({ source_commit_id: A, destination_commit_id: A, base_commit_id: '' });
    expect(await reader.commonAncestor('lake', A, A, never)).toBeNull();
  });
});

describe('refs', () => {
  it('mean what lakeFS takes them for', async () => {
    const { repository, reader, user } = await lakeUnderTest();
    const base = await user.head('main');
    await user.branch('dev', { 'b.csv': 'id\n2\n' });
    const dev = await user.head('dev');
    await user.put('main', 'c.csv', 'id\n3\n');
    const main = await user.commit('main');
    await user.json('POST', '/tags', { id: 'v1.0', ref: 'dev' });
    const { commit } = await user.merge('dev');
    const ids = async (refs: readonly string[]) =>
      Promise.all(refs.map(async (ref) => (await reader.resolve(repository, ref, never)).id));
    expect(await ids(['main', 'main@', 'main~0', commit ?? '', (commit ?? '').slice(0, 20)])).toEqual(
      Array.from({ length: 5 }, () => commit),
    );
    expect(await ids(['main~1', 'main^', 'main^2', 'v1.0', 'main~2', 'main^2~1'])).toEqual([
      main,
      main,
      dev,
      dev,
      base,
      base,
    ]);
    expect((await reader.resolve(repository, 'main', never)).parents).toEqual([main, dev]);
  });

  it.each(['nothing', 'main~9', A])('%s is not there', async (ref) => {
    const { repository, reader } = await lakeUnderTest();
    expect(await codeOf(reader.resolve(repository, ref, never))).toBe('lakefs-not-found');
  });

  it('that cannot be one are not asked for', async () => {
    const { reader, server } = await readerOf({});
    const refs = ['', '.', '..', 'a/b', '../main', 'a b', 'main$', 'main\n', 'a%2fb', 'ma?n', '~1', 'x'.repeat(2_000)];
    for (const ref of refs) {
      expect([ref, await codeOf(reader.resolve('lake', ref, never))]).toEqual([ref, 'lakefs-bad-id']);
      expect(await codeOf(reader.listAt('lake', ref, '', never))).toBe('lakefs-bad-id');
      expect(await codeOf(reader.readAt({ repository: 'lake', ref, path: 'a', maxBytes: 9 }, never))).toBe(
        'lakefs-bad-id',
      );
    }
    expect(await codeOf(reader.uncommitted('lake', 'a~1', never))).toBe('lakefs-bad-id');
    expect(await codeOf(reader.hookRuns('lake', '../x', never))).toBe('lakefs-bad-id');
    expect(await codeOf(reader.actionRuns('lake', 'main', never))).toBe('lakefs-bad-id');
    expect(server.targets).toEqual([]);
  });
});

describe('objects at a ref', () => {
  it('of a branch are those that are not committed, too', async () => {
    const { repository, reader, user } = await lakeUnderTest({ 't/a.csv': 'old', 't/b.csv': 'b', 'u/c.csv': 'c' });
    await user.put('main', 't/a.csv', 'newer');
    await user.put('main', 't/ü +#.csv', 'odd');
    await user.remove('main', 't/b.csv');
    const listed = async (ref: string) =>
      (await reader.listAt(repository, ref, 't/', never)).map(({ path, sizeBytes }) => `${path} ${sizeBytes}`);
    expect(await listed('main')).toEqual(['t/a.csv 5', 't/ü +#.csv 3']);
    expect(await listed('main@')).toEqual(['t/a.csv 3', 't/b.csv 1']);
    const read = async (ref: string, path: string, maxBytes = 10) =>
      Buffer.from(await reader.readAt({ repository, ref, path, maxBytes }, never)).toString();
    expect([await read('main', 't/a.csv'), await read('main@', 't/a.csv'), await read('main', 't/ü +#.csv')]).toEqual([
      'newer',
      'old',
      'odd',
    ]);
    expect(await codeOf(read('main', 't/b.csv'))).toBe('lakefs-not-found');
    expect(await codeOf(read('main', 't/a.csv', 4))).toBe('lakefs-bad-answer');
    const changes = await reader.uncommitted(repository, 'main', never);
    expect(changes.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'changed t/a.csv',
      'removed t/b.csv',
      'added t/ü +#.csv',
    ]);
    expect(await codeOf(reader.uncommitted(repository, 'nothing', never))).toBe('lakefs-not-found');
  });
});

describe('runs of actions', () => {
  it('tell of a merge what was asked and answered, the newest first', async () => {
    const hook = await serve((_request, response) => response.end('all is well'));
    const { repository, reader, user } = await lakeUnderTest();
    const action = actionCalling(hook.url).replace('pre-merge:', 'pre-merge:\n  post-merge:');
    await user.branch('dev', { '_lakefs_actions/gate.yaml': action });
    const { commit } = await user.merge('dev');
    await expect.poll(() => reader.actionRuns(repository, commit ?? '', never)).toHaveLength(2);
    const runs = await reader.actionRuns(repository, commit ?? '', never);
    expect(runs.map(({ eventType, branch, commitId, status }) => [eventType, branch, commitId, status])).toEqual([
      ['post-merge', 'main', commit, 'completed'],
      ['pre-merge', 'main', commit, 'completed'],
    ]);
    const runId = runs[1]?.runId ?? '';
    const hooks = await reader.hookRuns(repository, runId, never);
    expect(hooks).toEqual([{ hookRunId: '0000_0000', action: 'Gate', hookId: 'check', status: 'completed' }]);
    const output = await reader.hookOutput({ repository, runId, hookRunId: '0000_0000' }, never);
    expect(output).toContain('all is well');
    expect(await reader.actionRuns(repository, A, never)).toEqual([]);
    expect(await reader.hookRuns(repository, 'unknown', never)).toEqual([]);
    const unknown = { repository, runId, hookRunId: '0009_0000' };
    expect(await codeOf(reader.hookOutput(unknown, never))).toBe('lakefs-not-found');
  });

  it('are ordered to the nanosecond', async () => {
    const run = (id: string, time: string) => ({
      run_id: id,
      branch: 'main',
      commit_id: A,
      event_type: 'pre-merge',
      status: 'completed',
      start_time: `2026-11-21T10:27:${time}Z`,
    });
    const results = [run('r1', '00.23'), run('r2', '00.230435'), run('r3', '01'), run('r4', '00.229999999')];
    const { reader } = await readerOf({ pagination: { has_more: false, next_offset: '', results: 4 }, results });
    expect((await reader.actionRuns('lake', A, never)).map(({ runId }) => runId)).toEqual(['r3', 'r2', 'r1', 'r4']);
  });
});
