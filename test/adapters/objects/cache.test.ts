import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWrittenByLakefs } from '../../../src/adapters/objects/address.ts';
import { codeOf, serve } from '../serve.ts';
import {
  entry,
  freshDirectory,
  gatewayWith,
  md5,
  never,
  readerAt,
  requestFor,
  s3Error,
  send,
  sha256,
} from './fake-gateway.ts';

const BODY = 'id,v\n1,x\n2,y\n';

function cacheFile(cacheDirectory: string, bytes: string): string {
  const name = sha256(bytes);
  return join(cacheDirectory, 'sha256', name.slice(0, 2), name);
}

function cachedFiles(cacheDirectory: string): string[] {
  return readdirSync(join(cacheDirectory, 'sha256'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => file.name)
    .sort();
}

function overwrite(path: string, bytes: string): void {
  const { atime, mtime } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  chmodSync(path, 0o444);
  // Rot does not touch the time stamps.
  utimesSync(path, atime, mtime);
}

describe('the cache', () => {
  it('answers the second time without asking, with the same facts, by a hard link', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { cacheDirectory });
    const [first] = await reader.fetch(requestFor([entry('a', BODY)]), never);
    const [second] = await reader.fetch(requestFor([entry('a', BODY)]), never);
    expect(server.targets).toHaveLength(1);
    expect({ ...second, localPath: '' }).toEqual({ ...first, localPath: '' });
    expect(second?.checksumConfirmed).toBe(true);
    expect(readFileSync(second?.localPath ?? '', 'utf8')).toBe(BODY);
    expect(statSync(second?.localPath ?? '').ino).toBe(statSync(cacheFile(cacheDirectory, BODY)).ino);
    expect(statSync(cacheFile(cacheDirectory, BODY)).mode & 0o777).toBe(0o444);
  });

  it('survives a restart', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const cacheDirectory = freshDirectory();
    const before = readerAt(server.url, { cacheDirectory });
    await before.fetch(requestFor([entry('a', BODY)]), never);
    before.close();
    await readerAt(server.url, { cacheDirectory }).fetch(requestFor([entry('a', BODY)]), never);
    expect(server.targets).toHaveLength(1);
  });

  it('knows an object under another path and commit by its address', async () => {
    const server = await serve(gatewayWith({ a: BODY, b: BODY }));
    const reader = readerAt(server.url);
    const object = entry('a', BODY);
    await reader.fetch(requestFor([object]), never);
    await reader.fetch(requestFor([{ ...object, path: 'b' }], { commitId: '6'.repeat(64) }), never);
    expect(server.targets).toHaveLength(1);
  });

  it.each([
    ['another address', { physicalAddress: 's3://bucket/lake/data/gp0n1l7d77pn0cke6jjg/other' }, {}],
    ['another checksum, as a forger would give', { checksum: md5('forged') }, {}],
    ['another repository', {}, { repository: 'other' }],
  ])('is asked anew for %s', async (_name, object, request) => {
    const server = await serve(gatewayWith({ a: BODY }));
    const reader = readerAt(server.url);
    await reader.fetch(requestFor([entry('a', BODY)]), never);
    await reader.fetch(requestFor([entry('a', BODY, object)], request), never);
    expect(server.targets).toHaveLength(2);
  });

  it('keeps equal bytes once', async () => {
    const server = await serve(gatewayWith({ a: BODY, b: BODY }));
    const cacheDirectory = freshDirectory();
    await readerAt(server.url, { cacheDirectory }).fetch(requestFor([entry('a', BODY), entry('b', BODY)]), never);
    expect(cachedFiles(cacheDirectory)).toEqual([sha256(BODY)]);
  });

  it('never stands for an address outside the storage namespace, which may be overwritten in place', async () => {
    let body = 'aaaa';
    const server = await serve((_request, response) => send(response, body));
    const reader = readerAt(server.url);
    const imported = entry('a', body, { physicalAddress: 's3://landing/2026/a', checksum: 'etag' });
    expect((await reader.fetch(requestFor([imported]), never))[0]?.sha256).toBe(sha256('aaaa'));
    body = 'evil';
    expect((await reader.fetch(requestFor([imported]), never))[0]?.sha256).toBe(sha256('evil'));
  });

  it('never stands for an address given out for linking, which a pre-signed URL may overwrite', async () => {
    let body = 'good';
    const server = await serve((_request, response) => send(response, body));
    const reader = readerAt(server.url);
    const linked = entry('a', body, {
      physicalAddress: 's3://bucket/lake/data/gp0n1l7d77pn0cke6jjg/dc0i1l9ksdueaee005bg,3MZv-QBACtELJYq71UDO3AvpUSw4D',
    });
    await reader.fetch(requestFor([linked]), never);
    body = 'evil';
    expect((await reader.fetch(requestFor([linked]), never))[0]?.sha256).toBe(sha256('evil'));
  });

  it('keeps nothing of an object that did not come whole', async () => {
    const server = await serve((_request, response) => void response.writeHead(200, { etag: '"x"' }).end('id'));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { cacheDirectory, attempts: 1 });
    expect(await codeOf(reader.fetch(requestFor([entry('a', BODY)]), never))).toBe('object-truncated');
    expect(cachedFiles(cacheDirectory)).toEqual([]);
    expect(readdirSync(join(cacheDirectory, 'tmp'))).toEqual([]);
  });
});

describe('a damaged cache', () => {
  it.each([
    ['a file cut short', (path: string) => overwrite(path, BODY.slice(0, 5))],
    ['a file with a flipped letter, after a restart', (path: string) => overwrite(path, BODY.replace('x', 'z'))],
    ['a file that is gone', (path: string) => rmSync(path)],
  ])('%s is fetched again', async (_name, damage) => {
    const server = await serve(gatewayWith({ a: BODY }));
    const cacheDirectory = freshDirectory();
    const before = readerAt(server.url, { cacheDirectory });
    await before.fetch(requestFor([entry('a', BODY)]), never);
    before.close();
    damage(cacheFile(cacheDirectory, BODY));
    const reader = readerAt(server.url, { cacheDirectory });
    for (let turn = 0; turn < 2; turn += 1) {
      const [read] = await reader.fetch(requestFor([entry('a', BODY)]), never);
      expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
    }
    expect(server.targets).toHaveLength(2);
  });

  it('a file written to by someone in the same process is fetched again', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { cacheDirectory });
    await reader.fetch(requestFor([entry('a', BODY)]), never);
    const path = cacheFile(cacheDirectory, BODY);
    chmodSync(path, 0o644);
    writeFileSync(path, BODY.replace('x', 'z'));
    const [read] = await reader.fetch(requestFor([entry('a', BODY)]), never);
    expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
  });

  it.each([
    [
      'garbage',
      (file: string) => writeFileSync(file, 'not a database, but as long as a header of one would be...'.repeat(80)),
    ],
    ['a lost index', (file: string) => rmSync(file)],
  ])('%s in place of the index empties the cache and leaves no lost files', async (_name, damage) => {
    const server = await serve(gatewayWith({ a: BODY, b: 'other' }));
    const cacheDirectory = freshDirectory();
    const before = readerAt(server.url, { cacheDirectory });
    await before.fetch(requestFor([entry('a', BODY)]), never);
    before.close();
    damage(join(cacheDirectory, 'index.db'));
    // With its log an index would be whole again.
    for (const log of ['index.db-wal', 'index.db-shm']) rmSync(join(cacheDirectory, log), { force: true });
    await readerAt(server.url, { cacheDirectory }).fetch(requestFor([entry('b', 'other')]), never);
    expect(cachedFiles(cacheDirectory)).toEqual([sha256('other')]);
  });

  it('leftovers of a dead process are removed, those of a living one are not', async () => {
    const cacheDirectory = freshDirectory();
    readerAt('http://127.0.0.1:1', { cacheDirectory }).close();
    const [dead, living] = [join(cacheDirectory, 'tmp', 'dead'), join(cacheDirectory, 'tmp', 'living')];
    for (const file of [dead, living]) writeFileSync(file, 'x');
    utimesSync(dead, new Date(), new Date(Date.now() - 3_600_000));
    readerAt('http://127.0.0.1:1', { cacheDirectory });
    expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
  });

  it('a directory that cannot be made is an error', async () => {
    const file = join(freshDirectory(), 'file');
    writeFileSync(file, '');
    const open = async () => readerAt('http://127.0.0.1:1', { cacheDirectory: join(file, 'cache') });
    expect(await codeOf(open())).toBe('cache-unusable');
  });
});

describe('a cache that is full', () => {
  const bodies = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`o${index}`, `${index}`.repeat(100)]));
  const bodyOf = (name: string) => bodies[name] ?? '';

  async function full(cacheBytes: number) {
    const server = await serve(gatewayWith(bodies));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { cacheDirectory, cacheBytes });
    let turn = Date.now();
    const fetch = async (name: string) => {
      // Uses are told apart by the millisecond.
      while (Date.now() <= turn) await new Promise((resolve) => setTimeout(resolve, 1));
      turn = Date.now();
      return (await reader.fetch(requestFor([entry(name, bodyOf(name))]), never))[0];
    };
    return { server, cacheDirectory, fetch };
  }

  it('drops what was used least recently, never what the run still reads', async () => {
    const { server, cacheDirectory, fetch } = await full(300);
    const first = await fetch('o0');
    await fetch('o1');
    await fetch('o2');
    await fetch('o0');
    await fetch('o3');
    const kept = ['o0', 'o2', 'o3'].map((name) => sha256(bodyOf(name))).sort();
    expect(cachedFiles(cacheDirectory)).toEqual(kept);
    await fetch('o4');
    await fetch('o5');
    expect(cachedFiles(cacheDirectory)).toHaveLength(3);
    expect(readFileSync(first?.localPath ?? '', 'utf8')).toBe(bodyOf('o0'));
    const asked = server.targets.length;
    await fetch('o1');
    expect(server.targets).toHaveLength(asked + 1);
  });

  it('never grows beyond its cap with many objects at once', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`o${index}`, `${index}:`.repeat(50)]));
    const server = await serve(gatewayWith(many));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { cacheDirectory, cacheBytes: 1_000 });
    const read = await reader.fetch(requestFor(Object.entries(many).map(([path, body]) => entry(path, body))), never);
    expect(read.map(({ localPath }) => readFileSync(localPath, 'utf8'))).toEqual(Object.values(many));
    const kept = cachedFiles(cacheDirectory).map(
      (name) => statSync(join(cacheDirectory, 'sha256', name.slice(0, 2), name)).size,
    );
    expect(kept.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_000);
    expect(kept.length).toBeGreaterThan(4);
  });

  it.each([0, 99])('of %i bytes leaves larger objects alone', async (cacheBytes) => {
    const { server, cacheDirectory, fetch } = await full(cacheBytes);
    await fetch('o0');
    expect((await fetch('o0'))?.sha256).toBe(sha256(bodyOf('o0')));
    expect(server.targets).toHaveLength(2);
    expect(cachedFiles(cacheDirectory)).toEqual([]);
  });
});

describe('two runs at once', () => {
  it('fetch the same object once', async () => {
    const server = await serve((_request, response) => void setTimeout(() => send(response, BODY), 50));
    const reader = readerAt(server.url);
    const reads = await Promise.all(
      Array.from({ length: 5 }, () => reader.fetch(requestFor([entry('a', BODY)]), never)),
    );
    expect(server.targets).toHaveLength(1);
    expect(new Set(reads.map(([read]) => read?.localPath)).size).toBe(5);
    for (const [read] of reads) expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
  });

  it('do not share a cancellation', async () => {
    const gone = new AbortController();
    const server = await serve((_request, response) => {
      if (gone.signal.aborted) send(response, BODY);
      else setTimeout(() => gone.abort(), 20);
    });
    const reader = readerAt(server.url);
    const leader = codeOf(reader.fetch(requestFor([entry('a', BODY)]), gone.signal));
    const follower = reader.fetch(requestFor([entry('a', BODY)]), never);
    expect(await leader).toBe('cancelled');
    expect((await follower)[0]?.sha256).toBe(sha256(BODY));
    expect(server.targets).toHaveLength(2);
  });

  it('end at once when the one that waits gives up', async () => {
    let answer = () => {};
    const server = await serve((_request, response) => {
      answer = () => send(response, BODY);
    });
    const reader = readerAt(server.url, { stallTimeoutMs: 20_000 });
    const leader = reader.fetch(requestFor([entry('a', BODY)]), never);
    expect(await codeOf(reader.fetch(requestFor([entry('a', BODY)]), AbortSignal.timeout(100)))).toBe('cancelled');
    answer();
    expect(await leader).toHaveLength(1);
  });

  it('each learn that the object is missing', async () => {
    const server = await serve((_request, response) => void setTimeout(() => s3Error(response, 404, 'NoSuchKey'), 20));
    const reader = readerAt(server.url);
    const both = [0, 1].map(() => codeOf(reader.fetch(requestFor([entry('a', BODY)]), never)));
    expect(await Promise.all(both)).toEqual(['object-missing', 'object-missing']);
  });

  it('of two processes share one directory', async () => {
    const server = await serve(gatewayWith({ a: BODY, b: 'other' }));
    const cacheDirectory = freshDirectory();
    const [one, two] = [readerAt(server.url, { cacheDirectory }), readerAt(server.url, { cacheDirectory })];
    await one.fetch(requestFor([entry('a', BODY)]), never);
    await two.fetch(requestFor([entry('a', BODY), entry('b', 'other')]), never);
    await one.fetch(requestFor([entry('b', 'other')]), never);
    expect(server.targets).toHaveLength(2);
  });
});

describe('an address that lakeFS wrote', () => {
  it.each([
    ['s3://bucket/lake', 's3://bucket/lake/data/gp0n1l7d77pn0cke6jjg/dc0hu69ksdueaedvvq6g', true],
    ['s3://bucket/lake/', 's3://bucket/lake/data/gp0n1l7d77pn0cke6jjg/dc0hu69ksdueaedvvq6g', true],
    ['local://alpha', 'local:///data/lakefs/block/alpha/data/ft6u999ksdueaedvvq50/dc0hu69ksdueaedvvq6g', true],
    ['s3://bucket/lake', 's3://bucket/lake2/data/x/y', false],
    ['s3://bucket/lake', 's3://bucket/lake/../other/x', false],
    ['s3://bucket/lake', 's3://bucket/lake/data//x', false],
    ['s3://bucket/lake', 's3://bucket/lake', false],
    ['s3://bucket/lake', 's3://landing/a.csv', false],
    ['s3://bucket/lake', 's3://bucket/lake/data/x/y,signature', false],
    ['local://alpha', 'local:///data/lakefs/block/beta/data/x/y', false],
    ['local://alpha', 'local:///imports/alpha/a.csv', false],
    ['local://alpha', 'local:///data/lakefs/block/data/lakefs/block/alpha/data/x/y,3MZv', false],
  ])('%s, %s: %s', (namespace, address, expected) => {
    expect(isWrittenByLakefs(namespace, address)).toBe(expected);
  });
});
