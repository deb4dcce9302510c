import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLakefsLake, type LakeOptions } from '../../../src/adapters/lakefs/lake.ts';
import { codeOf, problemOf, serve } from '../serve.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const SECRET = 'wJalrXUtnFEMI-not-real';
const never = new AbortController().signal;

function lakeAt(url: string, options: Partial<LakeOptions> = {}) {
  const lake = createLakefsLake({
    url,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: SECRET,
    backoffMs: 5,
    timeoutMs: 2_000,
    ...options,
  });
  onTestFinished(() => lake.close());
  return lake;
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

const commitA = {
  id: A,
  parents: [B],
  meta_range_id: 'c'.repeat(64),
  creation_date: 1_795_235_610,
  committer: 'quickstart',
  message: 'first data',
  metadata: { run: '42' },
  generation: 2,
  version: 1,
};

function object(path: string, more: Record<string, unknown> = {}) {
  return { path, path_type: 'object', physical_address: `local:///x/${path}`, checksum: 'c0', size_bytes: 3, ...more };
}

function pageOf(results: readonly { path: string }[], hasMore: boolean, nextOffset?: string) {
  const next = nextOffset ?? (hasMore ? (results.at(-1)?.path ?? '') : '');
  return { pagination: { has_more: hasMore, max_per_page: 1000, next_offset: next, results: results.length }, results };
}

/** Plays the pages in turn, the last one for ever. */
function pages(...answers: readonly unknown[]) {
  let turn = 0;
  return (_request: IncomingMessage, response: ServerResponse) => {
    json(response, answers[Math.min(turn, answers.length - 1)]);
    turn += 1;
  };
}

describe('a lakeFS that answers', () => {
  it('gives the commit, asked for with Basic credentials', async () => {
    const server = await serve((_request, response) => json(response, commitA));
    const commit = await lakeAt(server.url).commit('lake', A, never);
    expect(commit).toEqual({
      id: A,
      parents: [B],
      metaRangeId: 'c'.repeat(64),
      creationDate: 1_795_235_610,
      committer: 'quickstart',
      metadata: { run: '42' },
    });
    expect(server.targets).toEqual([`/api/v1/repositories/lake/commits/${A}`]);
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(`AKIDEXAMPLE:${SECRET}`).toString('base64')}`,
    );
  });

  it.each(['', '/', '/api/v1', '/api/v1/'])('is found at the address with %j at its end', async (suffix) => {
    const server = await serve((_request, response) => json(response, commitA));
    await lakeAt(`${server.url}${suffix}`).commit('lake', A, never);
    expect(server.targets).toEqual([`/api/v1/repositories/lake/commits/${A}`]);
  });

  it('is found below the path of a reverse proxy', async () => {
    const server = await serve((_request, response) => json(response, commitA));
    await lakeAt(`${server.url}/lakefs/`).commit('lake', A, never);
    expect(server.targets).toEqual([`/lakefs/api/v1/repositories/lake/commits/${A}`]);
  });

  it('gives the storage namespace', async () => {
    const server = await serve((_request, response) =>
      json(response, { id: 'lake', storage_namespace: 'local://lake', creation_date: 1, default_branch: 'main' }),
    );
    expect(await lakeAt(server.url).storageNamespace('lake', never)).toBe('local://lake');
  });

  it('gives a two_dot diff with every kind of entry', async () => {
    const server = await serve(
      pages(
        pageOf([{ path: 'a', path_type: 'object', type: 'added', size_bytes: 5 }] as never, true),
        pageOf([{ path: 'b', path_type: 'object', type: 'removed' }] as never, false),
      ),
    );
    expect(await lakeAt(server.url).diff('lake', A, B, never)).toEqual([
      { type: 'added', path: 'a', sizeBytes: 5 },
      { type: 'removed', path: 'b', sizeBytes: null },
    ]);
    expect(server.targets).toEqual([
      `/api/v1/repositories/lake/refs/${A}/diff/${B}?type=two_dot&amount=1000`,
      `/api/v1/repositories/lake/refs/${A}/diff/${B}?type=two_dot&amount=1000&after=a`,
    ]);
  });

  it('lists odd paths in byte order, over several pages, with the prefix and the offset encoded', async () => {
    const paths = ['t/ +%.csv', 't/#hash?.csv', 't/\ufffd.csv', 't/\u{1f600}.csv'];
    const server = await serve(
      pages(
        pageOf(
          paths.slice(0, 2).map((path) => object(path)),
          true,
        ),
        pageOf(
          paths.slice(2).map((path) => object(path)),
          false,
        ),
      ),
    );
    const listed = await lakeAt(server.url).list('lake', A, 't/', never);
    expect(listed.map(({ path }) => path)).toEqual(paths);
    expect(listed[0]).toEqual({
      path: paths[0],
      physicalAddress: 'local:///x/t/ +%.csv',
      checksum: 'c0',
      sizeBytes: 3,
    });
    const second = new URL(server.targets[1] ?? '', server.url).searchParams;
    expect([second.get('prefix'), second.get('after')]).toEqual(['t/', 't/#hash?.csv']);
  });

  it('gives an empty listing for an empty prefix', async () => {
    const server = await serve(pages(pageOf([], false)));
    expect(await lakeAt(server.url).list('lake', A, 'nothing/', never)).toEqual([]);
  });

  it('gives the bytes of a small object', async () => {
    const server = await serve((_request, response) => response.end('id: orders\n'));
    const bytes = await lakeAt(server.url).readObject(
      { repository: 'lake', commitId: A, path: 'contracts/ö +&.yaml', maxBytes: 100 },
      never,
    );
    expect(Buffer.from(bytes).toString()).toBe('id: orders\n');
    expect(new URL(server.targets[0] ?? '', server.url).searchParams.get('path')).toBe('contracts/ö +&.yaml');
  });

  it('keeps its connections', async () => {
    const server = await serve((_request, response) => json(response, commitA));
    const lake = lakeAt(server.url);
    for (let call = 0; call < 12; call += 1) await lake.commit('lake', A, never);
    expect(new Set(server.requests.map(({ socket }) => socket.remotePort)).size).toBeLessThanOrEqual(3);
  });
});

describe('a lakeFS that fails for a while', () => {
  it.each([500, 502, 503, 504, 429])('is asked again after status %i', async (status) => {
    let turn = 0;
    const server = await serve((_request, response) => {
      turn += 1;
      if (turn < 3) json(response, { message: 'not now' }, status);
      else json(response, commitA);
    });
    expect((await lakeAt(server.url).commit('lake', A, never)).id).toBe(A);
    expect(server.targets.length).toBe(3);
  });

  it('is asked again after a reset and after a body cut short', async () => {
    let turn = 0;
    const server = await serve((request, response) => {
      turn += 1;
      if (turn === 1) return void request.socket.destroy();
      if (turn === 2) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5_000 }).write('{"id"');
        return void setTimeout(() => request.socket.destroy(), 10);
      }
      json(response, commitA);
    });
    expect((await lakeAt(server.url).commit('lake', A, never)).id).toBe(A);
  });

  it('is given up on after a bounded number of tries', async () => {
    const server = await serve((_request, response) => json(response, { message: 'broken\ninside' }, 500));
    const problem = await problemOf(lakeAt(server.url, { attempts: 3 }).commit('lake', A, never));
    expect(problem.code).toBe('lakefs-error');
    expect(problem.message).toContain('500');
    expect(problem.message).toContain('broken inside');
    expect(server.targets.length).toBe(3);
  });
});

describe('a lakeFS that cannot be used', () => {
  it('refuses the credentials: not asked twice', async () => {
    const server = await serve((_request, response) =>
      json(response, { message: 'error authenticating request' }, 401),
    );
    expect(await codeOf(lakeAt(server.url).commit('lake', A, never))).toBe('lakefs-unauthorized');
    expect(server.targets.length).toBe(1);
  });

  it('does not know the commit: not asked twice', async () => {
    const server = await serve((_request, response) => json(response, { message: 'commit not found' }, 404));
    const problem = await problemOf(lakeAt(server.url).commit('lake', A, never));
    expect(problem).toMatchObject({ code: 'lakefs-not-found', hint: expect.any(String) });
    expect(problem.message).toContain('commit not found');
    expect(server.targets.length).toBe(1);
  });

  it('is not there', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const problem = await problemOf(lakeAt(`http://127.0.0.1:${port}`).commit('lake', A, never));
    expect(problem.code).toBe('lakefs-unreachable');
    expect(problem.message).toContain('ECONNREFUSED');
  });

  it.each([200, 404])('is a login page with status %i', async (status) => {
    const server = await serve((_request, response) =>
      response
        .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
        .end('<!DOCTYPE html><title>lakeFS</title>'),
    );
    expect(await codeOf(lakeAt(server.url).commit('lake', A, never))).toBe('lakefs-not-an-api');
  });

  it.each([200, 404])('is a login page with status %i in place of an object', async (status) => {
    const server = await serve((_request, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<!DOCTYPE html>'),
    );
    const request = { repository: 'lake', commitId: A, path: 'contracts/a.yaml', maxBytes: 100 };
    expect(await codeOf(lakeAt(server.url).readObject(request, never))).toBe('lakefs-not-an-api');
  });

  it.each([301, 302, 303, 307, 308])('redirects with %i, which is not followed', async (status) => {
    const trap = await serve((_request, response) => json(response, commitA));
    const server = await serve((_request, response) =>
      response.writeHead(status, { location: `${trap.url}/latest/meta-data/` }).end(),
    );
    expect(await codeOf(lakeAt(server.url).commit('lake', A, never))).toBe('lakefs-redirect');
    expect(trap.targets).toEqual([]);
  });

  it('redirects to the metadata service of a cloud', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    );
    expect(await codeOf(lakeAt(server.url).list('lake', A, '', never))).toBe('lakefs-redirect');
  });

  it('never shows a secret, even when the server echoes it', async () => {
    const server = await serve((request, response) =>
      json(response, { message: `no: ${request.headers.authorization} ${SECRET}` }, 400),
    );
    const problem = JSON.stringify(await problemOf(lakeAt(server.url).commit('lake', A, never)));
    expect(problem).toContain('400');
    expect(problem).not.toContain(SECRET);
    expect(problem).not.toContain(Buffer.from(`AKIDEXAMPLE:${SECRET}`).toString('base64'));
  });
});

describe('a lakeFS that is slow', () => {
  it('is given up on after the time for one try, times the tries', async () => {
    const server = await serve(() => undefined);
    const problem = await problemOf(lakeAt(server.url, { timeoutMs: 300, attempts: 2 }).commit('lake', A, never));
    expect(problem.code).toBe('lakefs-timeout');
    expect(server.targets.length).toBe(2);
  });

  it('is given up on when it sends headers and then nothing', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    expect(await codeOf(lakeAt(server.url, { timeoutMs: 60, attempts: 1 }).commit('lake', A, never))).toBe(
      'lakefs-timeout',
    );
  });

  it('is left at once when the caller gives up', async () => {
    const server = await serve(() => undefined);
    const started = performance.now();
    expect(await codeOf(lakeAt(server.url).commit('lake', A, AbortSignal.timeout(50)))).toBe('cancelled');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('is left at once when the caller gives up between two tries', async () => {
    const server = await serve((_request, response) => json(response, {}, 503));
    const started = performance.now();
    const work = lakeAt(server.url, { backoffMs: 60_000 }).commit('lake', A, AbortSignal.timeout(50));
    expect(await codeOf(work)).toBe('cancelled');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('is not asked at all when the caller has given up before', async () => {
    const server = await serve((_request, response) => json(response, commitA));
    expect(await codeOf(lakeAt(server.url).commit('lake', A, AbortSignal.abort()))).toBe('cancelled');
    expect(server.targets).toEqual([]);
  });
});

describe('an answer that cannot be trusted', () => {
  it.each([
    ['malformed JSON', '{"id": '],
    ['nothing', ''],
    ['JSON of another kind', '[]'],
    ['another commit', JSON.stringify({ ...commitA, id: B })],
    ['a commit without parents', JSON.stringify({ ...commitA, parents: undefined })],
    ['a parent that is a branch name', JSON.stringify({ ...commitA, parents: ['main'] })],
    ['metadata that is no text', JSON.stringify({ ...commitA, metadata: { a: 1 } })],
  ])('%s', async (_name, body) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    );
    expect(await codeOf(lakeAt(server.url).commit('lake', A, never))).toBe('lakefs-bad-answer');
  });

  it.each([
    ['a size as text', [object('a', { size_bytes: '3' })]],
    ['no size', [object('a', { size_bytes: undefined })]],
    ['a negative size', [object('a', { size_bytes: -1 })]],
    ['a size beyond exact numbers', [object('a', { size_bytes: 2 ** 60 })]],
    ['no physical address', [object('a', { physical_address: '' })]],
    ['a common prefix', [object('a', { path_type: 'common_prefix' })]],
    ['a path outside the prefix', [object('b')]],
    ['the same path twice', [object('a'), object('a')]],
    ['paths that go backwards', [object('a2'), object('a1')]],
  ])('a listing with %s', async (_name, results) => {
    const server = await serve(pages(pageOf(results as { path: string }[], false)));
    expect(await codeOf(lakeAt(server.url).list('lake', A, 'a', never))).toBe('lakefs-bad-answer');
  });

  it.each([
    ['repeats the first page for ever', [pageOf([object('a'), object('b')], true)]],
    ['repeats the last entry', [pageOf([object('a'), object('b')], true), pageOf([object('b')], false)]],
    ['has an empty page with more to come', [pageOf([], true, 'z')]],
    ['stands still at the start', [pageOf([], true, '')]],
    ['stands still', [pageOf([object('a')], true), pageOf([], true, 'a')]],
    ['has an empty second page with more to come', [pageOf([object('a')], true), pageOf([], true, 'b')]],
    ['skips: the offset lies behind the last path', [pageOf([object('a')], true, 'm'), pageOf([object('n')], false)]],
    ['has an offset before the last path', [pageOf([object('a'), object('b')], true, 'a')]],
    ['has more but no offset', [pageOf([object('a')], true, ''), pageOf([object('b')], false)]],
    ['has no more but an offset', [pageOf([object('a')], false, 'a')]],
    [
      'counts other entries than it holds',
      [{ ...pageOf([object('a')], false), pagination: { has_more: false, next_offset: '', results: 2 } }],
    ],
    ['has no pagination', [{ results: [object('a')] }]],
  ])('a listing that %s', async (_name, answers) => {
    const server = await serve(pages(...answers));
    expect(await codeOf(lakeAt(server.url).list('lake', A, '', never))).toBe('lakefs-bad-answer');
    expect(server.targets.length).toBeLessThan(4);
  });

  it('a listing of which one page fails is not returned in part', async () => {
    let turn = 0;
    const server = await serve((_request, response) => {
      turn += 1;
      if (turn === 1) json(response, pageOf([object('a')], true));
      else json(response, { message: 'gone' }, 404);
    });
    expect(await codeOf(lakeAt(server.url).list('lake', A, '', never))).toBe('lakefs-not-found');
  });

  it('a diff with a kind of change we do not know', async () => {
    const server = await serve(
      pages(pageOf([{ path: 'a/', path_type: 'common_prefix', type: 'prefix_changed' }] as never, false)),
    );
    expect(await codeOf(lakeAt(server.url).diff('lake', A, B, never))).toBe('lakefs-bad-answer');
  });

  it('a listing beyond the limit of entries', async () => {
    const server = await serve(pages(pageOf([object('a'), object('b')], false)));
    expect(await codeOf(lakeAt(server.url, { maxEntries: 1 }).list('lake', A, '', never))).toBe('lakefs-bad-answer');
  });

  it('an object larger than asked for', async () => {
    const server = await serve((_request, response) => response.end('x'.repeat(101)));
    const request = { repository: 'lake', commitId: A, path: 'p', maxBytes: 100 };
    expect(await codeOf(lakeAt(server.url).readObject(request, never))).toBe('lakefs-bad-answer');
  });
});

describe('ids that are none', () => {
  it.each(['../lake', 'Lake', 'a', 'lake/..', 'lake?x=1', 'lake%2f..', ''])('repository %j', async (repository) => {
    const server = await serve((_request, response) => json(response, commitA));
    expect(await codeOf(lakeAt(server.url).commit(repository, A, never))).toBe('lakefs-bad-id');
    expect(server.targets).toEqual([]);
  });

  it.each(['main', 'main~1', A.slice(1), `${A}0`, A.toUpperCase(), `../${A.slice(3)}`, ''])(
    'commit %j',
    async (commit) => {
      const server = await serve((_request, response) => json(response, commitA));
      expect(await codeOf(lakeAt(server.url).list('lake', commit, '', never))).toBe('lakefs-bad-id');
      expect(await codeOf(lakeAt(server.url).diff('lake', A, commit, never))).toBe('lakefs-bad-id');
      expect(server.targets).toEqual([]);
    },
  );

  it.each(['lakefs:8000', 'ftp://lakefs', 'http://user:pw@lakefs', 'http://lakefs/?a=b', ''])(
    'address %j',
    async (url) => {
      const open = async () => lakeAt(url);
      const problem = await problemOf(open());
      expect(problem.code).toBe('lakefs-bad-url');
      expect(problem.message).not.toContain('pw');
    },
  );
});
