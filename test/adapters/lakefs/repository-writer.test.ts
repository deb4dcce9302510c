import { describe, expect, it } from 'vitest';
import type { RepositoryWriter } from '../../../src/gate/repository-ports.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { codeOf, problemOf, serve } from '../serve.ts';
import { actionCalling, type LakeUnderTest, lakeUnderTest, never } from './lake-under-test.ts';

/** A branch `dev` with its own `b.csv` beside what `main` has. */
async function forked(options: Parameters<typeof lakeUnderTest>[1] = {}): Promise<LakeUnderTest> {
  const lake = await lakeUnderTest({ 'a.csv': 'id\n1\n' }, options);
  await lake.user.branch('dev', { 'b.csv': 'id\n2\n' });
  return lake;
}

/** `main` and `dev` have both changed `a.csv`. */
async function contradicting(): Promise<LakeUnderTest> {
  const lake = await lakeUnderTest();
  await lake.user.branch('dev', { 'a.csv': 'id\n2\n' });
  await lake.user.put('main', 'a.csv', 'id\n3\n');
  await lake.user.commit('main');
  return lake;
}

describe('branches', () => {
  it('are made where asked, hidden, and deleted once', async () => {
    const { repository, writer, user } = await lakeUnderTest();
    const sourceRef = await user.head('main');
    await writer.createBranch({ repository, branch: 'scratch-1', sourceRef }, never);
    expect(await user.head('scratch-1')).toBe(sourceRef);
    const { results } = await user.json('GET', '/branches');
    expect((results as { id: string }[]).map(({ id }) => id)).toEqual(['main']);
    expect(await writer.deleteBranch(repository, 'scratch-1', never)).toBe(true);
    expect(await writer.deleteBranch(repository, 'scratch-1', never)).toBe(false);
  });

  it('that cannot be made or deleted say why', async () => {
    const { repository, writer } = await lakeUnderTest();
    const create = (branch: string, sourceRef: string) =>
      codeOf(writer.createBranch({ repository, branch, sourceRef }, never));
    expect(await create('main', 'main')).toBe('lakefs-branch-exists');
    expect(await create('other', 'nothing')).toBe('lakefs-not-found');
    expect(await create('a/b', 'main')).toBe('lakefs-bad-id');
    expect(await create('other', 'main/..')).toBe('lakefs-bad-id');
    expect(await codeOf(writer.deleteBranch('no-such-repository', 'dev', never))).toBe('lakefs-not-found');
    const refused = await problemOf(writer.deleteBranch(repository, 'main', never));
    expect(refused.code).toBe('lakefs-unauthorized');
    expect(refused.message).toContain('cannot delete repository default branch');
  });
});

describe('objects', () => {
  it('are staged under any path, replaced and removed', async () => {
    const { repository, writer, user } = await lakeUnderTest();
    const put = (path: string, text: string) =>
      writer.upload({ repository, branch: 'main', path, bytes: Buffer.from(text) }, never);
    for (const path of ['_lakefs_actions/x.yaml', 't/ü +#?&%.csv', 't/"quote".csv']) {
      await put(path, 'one');
      await put(path, 'twice');
      expect(await user.read('main', path)).toBe('twice');
      await writer.deleteObject({ repository, branch: 'main', path }, never);
      await expect(user.read('main', path)).rejects.toThrow('404');
    }
    await put('empty', '');
    expect(await user.read('main', 'empty')).toBe('');
    await writer.deleteObject({ repository, branch: 'main', path: 'never/was' }, never);
    const nowhere = { repository, branch: 'nothing', path: 'a', bytes: Buffer.from('x') };
    const problem = await problemOf(writer.upload(nowhere, never));
    expect(problem).toMatchObject({ code: 'lakefs-not-found', message: expect.stringContaining('the upload of a on') });
  });

  it('that were taken in another size were not taken', async () => {
    const { repository, writer, wire } = await lakeUnderTest();
    wire.faults.order({
      when: ({ method, path }) => method === 'POST' && path.endsWith('/objects'),
      fault: {
        kind: 'edit',
        edit: (reply) => {
          const body = Buffer.from(reply.body.toString().replace(/"size_bytes":\d+/, '"size_bytes":1'));
          return { ...reply, body, contentLength: body.length };
        },
      },
    });
    const upload = writer.upload({ repository, branch: 'main', path: 'x', bytes: Buffer.from('abc') }, never);
    expect(await codeOf(upload)).toBe('lakefs-bad-answer');
  });
});

describe('a commit', () => {
  it('has its metadata; a second one has no changes', async () => {
    const { repository, writer, user, lake } = await lakeUnderTest();
    await user.put('main', 'b.csv', 'x');
    const request = { repository, branch: 'main', message: 'more', metadata: { run: '42' } };
    const outcome = await writer.commit(request, never);
    const head = await user.head('main');
    expect(outcome).toEqual({ kind: 'done', commitId: head });
    expect((await lake.commit(repository, head, never)).metadata).toEqual({ run: '42' });
    expect(await writer.commit(request, never)).toEqual({ kind: 'no-changes', message: 'commit: no changes' });
  });

  it('on a protected branch is refused', async () => {
    const { repository, writer, user } = await lakeUnderTest();
    await user.put('main', 'b.csv', 'x');
    await user.json('PUT', '/settings/branch_protection', [{ pattern: 'main' }] as never);
    // lakeFS itself looks at its rules anew after up to five seconds.
    await expect
      .poll(() => writer.commit({ repository, branch: 'main', message: 'm' }, never), { timeout: 10_000 })
      .toMatchObject({ kind: 'refused', status: 403, message: 'cannot commit to protected branch' });
  });
});

describe('a merge', () => {
  it('is done; again there are no changes', async () => {
    const { repository, writer, user, lake } = await forked();
    const request = { repository, source: 'dev', destination: 'main', message: 'bring b', metadata: { ticket: '7' } };
    const [main, dev] = [await user.head('main'), await user.head('dev')];
    const outcome = await writer.merge(request, never);
    const head = await user.head('main');
    expect(outcome).toEqual({ kind: 'done', commitId: head });
    const { parents, metadata } = await lake.commit(repository, head, never);
    expect([parents, metadata['ticket']]).toEqual([[main, dev], '7']);
    expect(await writer.merge(request, never)).toEqual({
      kind: 'no-changes',
      message: 'update branch main: no changes',
    });
    expect(await writer.merge({ ...request, allowEmpty: true }, never)).toMatchObject({ kind: 'done' });
  });

  it('squashed has one parent', async () => {
    const { repository, writer, user, lake } = await forked();
    const main = await user.head('main');
    await writer.merge({ repository, source: 'dev~0', destination: 'main', squash: true }, never);
    expect((await lake.commit(repository, await user.head('main'), never)).parents).toEqual([main]);
  });

  it('of contradicting sides is a conflict, unless a side wins', async () => {
    const { repository, writer, user } = await contradicting();
    const request = { repository, source: 'dev', destination: 'main' };
    expect(await writer.merge(request, never)).toEqual({
      kind: 'conflict',
      message: 'both sides changed the same objects',
    });
    expect(await writer.merge({ ...request, strategy: 'source-wins' }, never)).toMatchObject({ kind: 'done' });
    expect(await user.read('main', 'a.csv')).toBe('id\n2\n');
  });

  it('is refused for what is staged, for what is unknown', async () => {
    const { repository, writer, user } = await forked();
    const merge = (source: string, destination: string) => writer.merge({ repository, source, destination }, never);
    expect(await merge('nothing', 'main')).toEqual({
      kind: 'refused',
      status: 404,
      message: 'update branch main: get commit by ref nothing: not found',
    });
    expect(await merge('dev', 'nothing')).toEqual({ kind: 'refused', status: 404, message: 'branch not found' });
    await user.put('main', 'x', 'x');
    expect(await merge('dev', 'main')).toEqual({
      kind: 'refused',
      status: 400,
      message: 'uncommitted changes (dirty branch)',
    });
  });

  it('that a hook refuses names the run, where the reason is', async () => {
    const hook = await serve((_request, response) => response.writeHead(422).end('two rows are bad'));
    const { repository, writer, user, reader } = await lakeUnderTest();
    await user.branch('dev', { '_lakefs_actions/gate.yaml': actionCalling(hook.url) });
    const main = await user.head('main');
    const outcome = await writer.merge({ repository, source: 'dev', destination: 'main' }, never);
    if (outcome.kind !== 'hook-refused' || outcome.runId === null) throw new Error(JSON.stringify(outcome));
    const { runId, message } = outcome;
    expect(message).toContain("hook run id '0000_0000' failed on action 'Gate' hook 'check'");
    expect(message).not.toMatch(/\s\s|\n/);
    expect(await reader.hookOutput({ repository, runId, hookRunId: '0000_0000' }, never)).toContain('two rows are bad');
    expect(await user.head('main')).toBe(main);
  });

  it('that a broken action file stops says which file', async () => {
    const { repository, writer, user } = await lakeUnderTest();
    await user.branch('dev', { 'c.csv': 'x' });
    await user.branch('broken', {}, 'dev');
    await user.put('broken', '_lakefs_actions/gate.yaml', 'nonsense');
    // lakeFS reads the action files of a commit, too; a branch that nobody has asked about yet hides them a while.
    const tried = await writer
      .commit({ repository, branch: 'broken', message: 'm' }, never)
      .then((outcome) => ({ outcome }))
      .catch((error: unknown) => ({ error }));
    const work =
      'error' in tried
        ? Promise.reject(tried.error)
        : writer.merge({ repository, source: 'broken', destination: 'main' }, never);
    const problem = await problemOf(work);
    expect(problem.code).toBe('lakefs-error');
    expect(problem.message).toContain('parsing file _lakefs_actions/gate.yaml: yaml: unmarshal errors');
  });
});

describe('a cherry-pick', () => {
  it('is done, with the metadata of the picked commit, which is still there under its id', async () => {
    const { repository, writer, user, lake, reader } = await forked();
    await user.put('dev', 'c.csv', 'id\n3\n');
    const commit = { repository, branch: 'dev', message: 'c', metadata: { run: '42' } };
    await writer.commit(commit, never);
    const picked = await reader.resolve(repository, 'dev', never);
    const request = { repository, branch: 'main', ref: 'dev', parentNumber: null };
    const outcome = await writer.cherryPick(request, never);
    const head = await user.head('main');
    expect(outcome).toEqual({ kind: 'done', commitId: head });
    expect((await lake.commit(repository, head, never)).metadata).toEqual({
      run: '42',
      'cherry-pick-origin': picked.id,
      'cherry-pick-committer': picked.committer,
    });
    expect(await user.read('main', 'c.csv')).toBe('id\n3\n');
    expect(await lake.commit(repository, picked.id, never)).toEqual(picked);
    expect(await reader.listAt(repository, picked.id, '', never)).toHaveLength(3);
  });

  it('lakeFS alone loses the picked commit: when this fails, the override can go', async () => {
    const { repository, writer, user, lake, reader } = await forked();
    await user.put('dev', 'c.csv', 'id\n3\n');
    await writer.commit({ repository, branch: 'dev', message: 'c', metadata: { run: '42' } }, never);
    const picked = await reader.resolve(repository, 'dev', never);
    await user.json('POST', '/branches/main/cherry-pick', { ref: picked.id });
    expect(await codeOf(lake.commit(repository, picked.id, never))).toBe('lakefs-not-found');
  });

  it('of a merge needs a parent', async () => {
    const { repository, writer, user } = await forked();
    await user.branch('old', {}, 'main');
    await user.merge('dev');
    const request = { repository, branch: 'old', ref: 'main' };
    expect(await writer.cherryPick({ ...request, parentNumber: null }, never)).toMatchObject({
      kind: 'refused',
      status: 400,
    });
    expect(await writer.cherryPick({ ...request, parentNumber: 1 }, never)).toMatchObject({ kind: 'done' });
    expect(await user.read('old', 'b.csv')).toBe('id\n2\n');
  });

  it('of what contradicts is a conflict; of nothing, refused', async () => {
    const { repository, writer } = await contradicting();
    const pick = (ref: string) => writer.cherryPick({ repository, branch: 'main', ref, parentNumber: null }, never);
    expect(await pick('dev')).toEqual({ kind: 'conflict', message: 'update branch: conflict found' });
    expect(await pick('nothing')).toMatchObject({ kind: 'refused', status: 404 });
  });
});

describe('a revert', () => {
  it('is done, and named by its commit', async () => {
    const { repository, writer, user } = await lakeUnderTest();
    await user.put('main', 'b.csv', 'x');
    const undone = await user.commit('main');
    const request = { repository, branch: 'main', parentNumber: null, allowEmpty: false };
    const outcome = await writer.revert({ ...request, ref: 'main' }, never);
    expect(outcome).toEqual({ kind: 'done', commitId: await user.head('main') });
    await expect(user.read('main', 'b.csv')).rejects.toThrow('404');
    expect(await writer.revert({ ...request, ref: undone }, never)).toMatchObject({ kind: 'no-changes' });
  });

  it('is found below what others have committed since', async () => {
    const { repository, writer, user, wire } = await lakeUnderTest();
    await user.put('main', 'b.csv', 'x');
    const undone = await user.commit('main');
    const request = { repository, branch: 'main', ref: undone, parentNumber: null, allowEmpty: false };
    const isLog = ({ path }: { readonly path: string }) => path.endsWith(`/${repository}/refs/main/commits`);
    wire.faults.order({ when: isLog, fault: { kind: 'delay', milliseconds: 300 } });
    const reverting = writer.revert(request, never);
    await expect.poll(() => wire.requests.some(isLog)).toBe(true);
    const reverted = await user.head('main');
    await user.put('main', 'c.csv', 'x');
    await user.commit('main');
    expect(await reverting).toEqual({ kind: 'done', commitId: reverted });
  });

  it('of a merge needs a parent; of what was changed since, is a conflict', async () => {
    const { repository, writer, user } = await forked();
    await user.merge('dev');
    const revert = (ref: string) =>
      writer.revert({ repository, branch: 'main', ref, parentNumber: null, allowEmpty: false }, never);
    expect(await revert('main')).toMatchObject({ kind: 'refused', status: 409 });
    await user.put('main', 'a.csv', 'id\n5\n');
    const changed = await user.commit('main');
    await user.put('main', 'a.csv', 'id\n6\n');
    await user.commit('main');
    expect(await revert(changed)).toMatchObject({ kind: 'conflict' });
  });
});

describe('when it is not known what became of it', () => {
  type Change = (writer: RepositoryWriter, repository: string, signal: AbortSignal) => Promise<unknown>;
  const once: readonly (readonly [string, Change, RegExp])[] = [
    [
      'a merge',
      (writer, repository, signal) => writer.merge({ repository, source: 'dev', destination: 'main' }, signal),
      /\/refs\/dev\/merge\/main$/,
    ],
    [
      'a commit',
      (writer, repository, signal) => writer.commit({ repository, branch: 'dev', message: 'm' }, signal),
      /\/branches\/dev\/commits$/,
    ],
    [
      'a cherry-pick',
      (writer, repository, signal) =>
        writer.cherryPick({ repository, branch: 'main', ref: 'dev', parentNumber: null }, signal),
      /\/cherry-pick$/,
    ],
    [
      'a revert',
      (writer, repository, signal) =>
        writer.revert({ repository, branch: 'dev', ref: 'dev', parentNumber: null, allowEmpty: false }, signal),
      /\/revert$/,
    ],
    [
      'a new branch',
      (writer, repository, signal) => writer.createBranch({ repository, branch: 'new', sourceRef: 'main' }, signal),
      /\/branches$/,
    ],
    [
      'a removed object',
      (writer, repository, signal) => writer.deleteObject({ repository, branch: 'dev', path: 'b.csv' }, signal),
      /\/branches\/dev\/objects$/,
    ],
  ];
  const html = { 'content-type': 'text/html' };
  const faults: readonly (readonly [string, Fault, string])[] = [
    ['the connection is reset', { kind: 'reset' }, 'lakefs-unreachable'],
    ['no answer comes', { kind: 'hang' }, 'lakefs-timeout'],
    ['the server fails', { kind: 'status', status: 503 }, 'lakefs-error'],
    ['a proxy is busy', { kind: 'status', status: 429, headers: html }, 'lakefs-error'],
    ['a page comes', { kind: 'status', status: 200, body: '<html>', headers: html }, 'lakefs-not-an-api'],
    ['a redirect comes', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 'lakefs-redirect'],
  ];

  it.each(once)('%s is not sent twice', async (_name, change, path) => {
    const { repository, writer, wire } = await forked({ timeoutMs: 400, hookTimeoutMs: 400 });
    const isIt = (seen: { readonly method: string; readonly path: string }) =>
      seen.method !== 'GET' && seen.path.includes(repository) && path.test(seen.path);
    for (const [index, [name, fault, code]] of faults.entries()) {
      wire.faults.order({ when: isIt, fault });
      expect([name, await codeOf(change(writer, repository, never))]).toEqual([name, code]);
      expect([name, wire.requests.filter(isIt).length]).toEqual([name, index + 1]);
    }
  });

  it.each(once)(
    '%s is left at once when the caller gives up, and not sent when it had before',
    async (_, change, path) => {
      const { repository, writer, wire } = await forked();
      const isIt = (seen: { readonly method: string; readonly path: string }) =>
        seen.method !== 'GET' && seen.path.includes(repository) && path.test(seen.path);
      wire.faults.order({ when: isIt, fault: { kind: 'hang' } });
      const caller = new AbortController();
      const left = codeOf(change(writer, repository, caller.signal));
      await expect.poll(() => wire.requests.some(isIt)).toBe(true);
      caller.abort();
      expect(await left).toBe('cancelled');
      expect(await codeOf(change(writer, repository, AbortSignal.abort()))).toBe('cancelled');
      expect(wire.requests.filter(isIt)).toHaveLength(1);
    },
  );

  it('a merge whose answer breaks off was done, and is not sent twice', async () => {
    const { repository, writer, wire, user } = await forked();
    const when = ({ path }: { readonly path: string }) => path.includes(`${repository}/refs/dev/merge/`);
    wire.faults.order({ when, fault: { kind: 'cut', afterBytes: 5 } });
    const main = await user.head('main');
    const merge = writer.merge({ repository, source: 'dev', destination: 'main' }, never);
    expect(await codeOf(merge)).toBe('lakefs-unreachable');
    expect(await user.head('main')).not.toBe(main);
    expect(wire.requests.filter(when)).toHaveLength(1);
  });

  it.each([{ kind: 'reset' }, { kind: 'status', status: 503 }, { kind: 'status', status: 429 }] as readonly Fault[])(
    'uploads and deletions of branches are sent again: %j',
    async (fault) => {
      const { repository, writer, wire, user } = await forked();
      const isUpload = ({ method, path }: { method: string; path: string }) =>
        method === 'POST' && path.endsWith('/objects') && path.includes(repository);
      const isDeletion = ({ method, path }: { method: string; path: string }) =>
        method === 'DELETE' && path.endsWith(`/${repository}/branches/dev`);
      wire.faults.order({ when: isUpload, fault });
      wire.faults.order({ when: isDeletion, fault });
      await writer.upload({ repository, branch: 'main', path: 'x', bytes: Buffer.from('x') }, never);
      expect(await user.read('main', 'x')).toBe('x');
      expect(await writer.deleteBranch(repository, 'dev', never)).toBe(true);
      expect([isUpload, isDeletion].map((is) => wire.requests.filter(is).length)).toEqual([2, 2]);
    },
  );

  it('a merge may take longer than any other call', async () => {
    const { repository, writer, wire } = await forked({ timeoutMs: 100 });
    const when = ({ path }: { readonly path: string }) =>
      path.startsWith(`/repositories/${repository}/`) && path.includes('/merge/');
    wire.faults.order({ when, fault: { kind: 'delay', milliseconds: 400 } });
    const request = { repository, source: 'dev', destination: 'main' };
    expect(await writer.merge(request, never)).toMatchObject({ kind: 'done' });
    wire.faults.order({ when, fault: { kind: 'delay', milliseconds: 400 } });
    expect(await codeOf(writer.merge({ ...request, timeoutMs: 100 }, never))).toBe('lakefs-timeout');
  });

  it('no secret is shown, whoever echoes it', async () => {
    const { repository, writer, wire, server } = await forked();
    const { accessKeyId, secretAccessKey } = server;
    const basic = Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64');
    const body = JSON.stringify({ message: `no: ${secretAccessKey}\nBasic ${basic}` });
    for (const status of [400, 500]) {
      const headers = { 'content-type': 'application/json' };
      const when = ({ path }: { readonly path: string }) =>
        path.startsWith(`/repositories/${repository}/`) && path.includes('/merge/');
      wire.faults.order({ when, fault: { kind: 'status', status, body, headers } });
      const seen = JSON.stringify(
        await writer
          .merge({ repository, source: 'dev', destination: 'main' }, never)
          .catch(({ problem }: { readonly problem: unknown }) => problem),
      );
      expect(seen).toContain('no: *** Basic ***');
      expect(seen).not.toContain(secretAccessKey);
      expect(seen).not.toContain(basic);
    }
  });
});
