import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, problemOf, serve } from '../serve.ts';
import {
  COMMIT,
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

/** Fetches one object of BODY's length from a gateway that answers like this. */
async function fetchFrom(listener: RequestListener, options = {}) {
  const server = await serve(listener);
  const runDirectory = freshDirectory();
  const reader = readerAt(server.url, { attempts: 2, ...options });
  const work = reader.fetch(requestFor([entry('t/a.csv', BODY)], { runDirectory }), never);
  return { server, runDirectory, work };
}

describe('objects that are there', () => {
  it('come whole, hashed, read-only, under names of our own, in the order asked for', async () => {
    const files = {
      't/a.csv': BODY,
      't/empty.csv': '',
      '../../etc/passwd': 'x',
      't/big.bin': Buffer.alloc(300_000, 7),
    };
    const server = await serve(gatewayWith(files));
    const request = requestFor(Object.entries(files).map(([path, bytes]) => entry(path, bytes)));
    const seen: { objects: number; bytes: number }[] = [];
    const read = await readerAt(server.url).fetch({ ...request, onProgress: (done) => seen.push(done) }, never);
    expect(
      read.map(({ path, sizeBytes, sha256: sha, checksumConfirmed }) => [path, sizeBytes, sha, checksumConfirmed]),
    ).toEqual(Object.entries(files).map(([path, bytes]) => [path, Buffer.byteLength(bytes), sha256(bytes), true]));
    for (const { path, localPath } of read) {
      expect(basename(localPath)).toMatch(/^\d{6}\.bin$/);
      expect(localPath.startsWith(request.runDirectory)).toBe(true);
      expect(readFileSync(localPath)).toEqual(Buffer.from(files[path as keyof typeof files]));
      expect(statSync(localPath).mode & 0o777).toBe(0o444);
    }
    expect(seen.map(({ objects }) => objects)).toEqual([1, 2, 3, 4]);
    expect(seen.at(-1)?.bytes).toBe(300_000 + BODY.length + 1);
  });

  it.each([
    't/b c.csv',
    't/p+q.csv',
    't/100%.csv',
    't/%2F%41.csv',
    't/#hash?a=b&c.csv',
    't/quote"\'.csv',
    't/[x]*{a,b}.csv',
    't/ü-ñ-\u{1f600}.csv',
    't//double/./dot.csv',
    't/dt=2026-01-01/p:0;@$,!~(1).csv',
    't/back\\slash|<>^`.csv',
    '/leading.csv',
    't/trailing/',
  ])('come under the odd key %j', async (path) => {
    const server = await serve(gatewayWith({ [path]: BODY }));
    const [read] = await readerAt(server.url).fetch(requestFor([entry(path, BODY)]), never);
    expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
    // Everything of the key but slashes and unreserved characters travels encoded.
    expect(server.targets[0]).toMatch(/^\/lake\/5{64}\/[\w.~!'()*%/-]*(\?x-id=GetObject)?$/);
  });

  it('come when the checksum is no MD5 of theirs, as after a multipart upload, unconfirmed', async () => {
    const server = await serve(gatewayWith({ a: BODY, b: BODY, c: BODY }));
    const objects = [
      entry('a', BODY, { checksum: md5('parts') }),
      entry('b', BODY, { checksum: `${md5('parts')}-2` }),
      entry('c', BODY, { checksum: '' }),
    ];
    const read = await readerAt(server.url).fetch(requestFor(objects), never);
    expect(read.map(({ checksumConfirmed }) => checksumConfirmed)).toEqual([false, false, false]);
  });

  it('come in two calls for one run directory without clashing', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const reader = readerAt(server.url);
    const request = requestFor([entry('a', BODY)]);
    const [first] = await reader.fetch(request, never);
    const [second] = await reader.fetch(request, never);
    expect(first?.localPath).not.toBe(second?.localPath);
    expect(readdirSync(request.runDirectory)).toHaveLength(2);
  });

  it('come without Content-Length when the connection ends at the right byte', async () => {
    const { work } = await fetchFrom((_request, response) => {
      response.writeHead(200, { etag: '"x"', connection: 'close' });
      response.useChunkedEncodingByDefault = false;
      response.end(BODY);
    });
    expect((await work)[0]?.sha256).toBe(sha256(BODY));
  });

  it('come a few at a time', async () => {
    let open = 0;
    let most = 0;
    const server = await serve((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        send(response, BODY);
      }, 10);
    });
    const objects = Array.from({ length: 30 }, (_, index) => entry(`t/${index}`, BODY));
    await readerAt(server.url, { concurrency: 4 }).fetch(requestFor(objects), never);
    expect(most).toBe(4);
  });

  it('come from an address with a slash at its end', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    expect(await readerAt(`${server.url}/`).fetch(requestFor([entry('a', BODY)]), never)).toHaveLength(1);
  });

  it('are none: nothing is asked', async () => {
    const server = await serve(gatewayWith({}));
    expect(await readerAt(server.url).fetch(requestFor([]), never)).toEqual([]);
    expect(server.targets).toEqual([]);
  });
});

describe('a gateway that fails for a while', () => {
  it.each([
    ['status 500', (response: Parameters<RequestListener>[1]) => s3Error(response, 500, 'InternalError')],
    ['status 503 SlowDown', (response: Parameters<RequestListener>[1]) => s3Error(response, 503, 'SlowDown')],
    ['a reset', (response: Parameters<RequestListener>[1]) => void response.socket?.destroy()],
    [
      'a body cut short',
      (response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { etag: '"x"', 'content-length': BODY.length }).write(BODY.slice(0, 5));
        setTimeout(() => response.socket?.destroy(), 20);
      },
    ],
  ])('is asked again after %s', async (_name, fail) => {
    let turn = 0;
    const { work, server, runDirectory } = await fetchFrom((_request, response) => {
      turn += 1;
      if (turn === 1) fail(response);
      else send(response, BODY);
    });
    expect((await work)[0]?.sha256).toBe(sha256(BODY));
    expect(server.targets).toHaveLength(2);
    expect(readdirSync(runDirectory)).toHaveLength(1);
  });
});

describe('a gateway that fails for good', () => {
  it.each([1, 3])('is asked %i times when so many tries are allowed', async (attempts) => {
    const { work, server } = await fetchFrom((_request, response) => s3Error(response, 503, 'SlowDown'), { attempts });
    expect(await codeOf(work)).toBe('gateway-error');
    expect(server.targets).toHaveLength(attempts);
  });
});

describe('an object that does not come whole', () => {
  it.each<[string, string, RequestListener]>([
    [
      'is cut short although Content-Length promised it',
      'object-truncated',
      (_request, response) => {
        response.writeHead(200, { etag: '"x"', 'content-length': BODY.length }).write(BODY.slice(0, 5));
        setTimeout(() => response.socket?.destroy(), 20);
      },
    ],
    [
      'is cut short without Content-Length, the connection closed politely',
      'object-truncated',
      (_request, response) => {
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200, { etag: '"x"', connection: 'close' }).end(BODY.slice(0, 5));
      },
    ],
    [
      'is cut short in chunks',
      'object-truncated',
      (_request, response) => void response.writeHead(200, { etag: '"x"' }).end(BODY.slice(0, 5)),
    ],
    ['is empty', 'object-truncated', (_request, response) => void response.writeHead(200, { etag: '"x"' }).end()],
    [
      'is longer, without Content-Length',
      'object-length',
      (_request, response) => void response.writeHead(200, { etag: '"x"' }).end(`${BODY}z`),
    ],
    [
      'is endless',
      'object-length',
      (_request, response) => {
        response.writeHead(200, { etag: '"x"' });
        const timer = setInterval(() => response.write('x'.repeat(1000)), 1);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['has a shorter Content-Length', 'object-length', (_request, response) => send(response, BODY.slice(1))],
    ['has a longer Content-Length', 'object-length', (_request, response) => send(response, `${BODY}z`)],
  ])('because it %s', async (_name, code, listener) => {
    const { work, runDirectory } = await fetchFrom(listener);
    const problem = await problemOf(work);
    expect(problem).toMatchObject({ code, hint: expect.any(String) });
    expect(problem.message).toContain('t/a.csv');
    expect(problem.message).not.toContain(runDirectory);
    expect(readdirSync(runDirectory)).toEqual([]);
  });
});

describe('a gateway that cannot be used', () => {
  it.each<[string, string, RequestListener]>([
    ['object-missing', 'the object is gone', (_request, response) => s3Error(response, 404, 'NoSuchKey')],
    ['object-missing', 'the repository is gone', (_request, response) => s3Error(response, 404, 'NoSuchBucket')],
    [
      'gateway-unauthorized',
      'the key is wrong',
      (_request, response) => s3Error(response, 403, 'SignatureDoesNotMatch'),
    ],
    [
      'gateway-unauthorized',
      'a proxy wants a login',
      (_request, response) => void response.writeHead(401).end('<html>'),
    ],
    ['gateway-error', 'it says 400', (_request, response) => s3Error(response, 400, 'MissingFields')],
    ['gateway-error', 'it says 500 with no body', (_request, response) => void response.writeHead(500).end()],
    [
      'gateway-not-s3',
      'a page answers 200',
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/html' }).end('x'.repeat(BODY.length)),
    ],
  ])('%s: %s', async (code, _name, listener) => {
    const { work, runDirectory } = await fetchFrom(listener);
    const problem = await problemOf(work);
    expect(problem).toMatchObject({ code, hint: expect.any(String) });
    expect(JSON.stringify(problem)).not.toContain('not-a-real-secret');
    const { cause } = await work.then(
      () => new Error('resolved'),
      (error: Error) => error,
    );
    expect(cause ?? {}).not.toHaveProperty('$response');
    expect(readdirSync(runDirectory)).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('gateway-redirect: %i is not followed', async (status) => {
    const trap = await serve(gatewayWith({ 't/a.csv': BODY }));
    const { work } = await fetchFrom((request, response) =>
      response.writeHead(status, { location: `${trap.url}${request.url}`, 'x-amz-bucket-region': 'eu-west-1' }).end(),
    );
    expect(await codeOf(work)).toBe('gateway-redirect');
    expect(trap.targets).toEqual([]);
  });

  it('gateway-redirect: the metadata service of a cloud', async () => {
    const { work, server } = await fetchFrom((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    );
    expect(await codeOf(work)).toBe('gateway-redirect');
    expect(server.targets).toHaveLength(1);
  });

  it('gateway-unreachable: nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const reader = readerAt(`http://127.0.0.1:${port}`);
    expect(await codeOf(reader.fetch(requestFor([entry('a', BODY)]), never))).toBe('gateway-unreachable');
  });

  it.each<[string, RequestListener]>([
    ['before the headers', () => undefined],
    [
      'inside the body',
      (_request, response) => void response.writeHead(200, { etag: '"x"', 'content-length': BODY.length }).write('id'),
    ],
  ])('gateway-timeout: silence %s', async (_name, listener) => {
    const { work, runDirectory } = await fetchFrom(listener, { stallTimeoutMs: 60 });
    expect(await codeOf(work)).toBe('gateway-timeout');
    expect(readdirSync(runDirectory)).toEqual([]);
  });

  it('is waited for as long as something comes', async () => {
    const { work } = await fetchFrom(
      (_request, response) => {
        response.writeHead(200, { etag: '"x"', 'content-length': BODY.length });
        [...BODY].forEach((letter, index) => {
          setTimeout(() => response.write(letter), index * 20);
        });
      },
      { stallTimeoutMs: 150 },
    );
    expect((await work)[0]?.sha256).toBe(sha256(BODY));
  });
});

describe('a caller that gives up', () => {
  it.each<[string, RequestListener]>([
    ['before the headers', () => undefined],
    [
      'inside the body',
      (_request, response) => void response.writeHead(200, { etag: '"x"', 'content-length': BODY.length }).write('id'),
    ],
    ['between two tries', (_request, response) => s3Error(response, 503, 'SlowDown')],
  ])('%s gets `cancelled` at once, and nothing stays behind', async (_name, listener) => {
    const server = await serve(listener);
    const request = requestFor(Array.from({ length: 40 }, (_, index) => entry(`t/${index}`, BODY)));
    const cacheDirectory = freshDirectory();
    const reader = readerAt(server.url, { backoffMs: 60_000, cacheDirectory });
    const started = performance.now();
    expect(await codeOf(reader.fetch(request, AbortSignal.timeout(60)))).toBe('cancelled');
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(readdirSync(request.runDirectory)).toEqual([]);
    expect(readdirSync(`${cacheDirectory}/tmp`)).toEqual([]);
  });

  it('is told the first failure, and that only after every other transfer has stopped', async () => {
    const server = await serve((request, response) => {
      if (request.url?.includes('/bad')) setTimeout(() => s3Error(response, 404, 'NoSuchKey'), 30);
      else response.writeHead(200, { etag: '"x"', 'content-length': BODY.length }).write('id');
    });
    const objects = [...Array.from({ length: 10 }, (_, index) => entry(`t/${index}`, BODY)), entry('bad', BODY)];
    const request = requestFor(objects, { storageNamespace: 's3://elsewhere' });
    const problem = await problemOf(readerAt(server.url).fetch(request, never));
    expect(problem.code).toBe('object-missing');
    expect(problem.message).toContain('bad');
    expect(readdirSync(request.runDirectory)).toEqual([]);
  });
});

describe('requests that are refused outright', () => {
  it.each([
    { commitId: 'main' },
    { commitId: `../${'5'.repeat(61)}` },
    { branch: 'a/b' },
    { branch: '../x' },
    { branch: '' },
    { repository: '../lake' },
    { repository: 'Lake' },
  ])('%j', async (more) => {
    const server = await serve(gatewayWith({ a: BODY }));
    expect(await codeOf(readerAt(server.url).fetch(requestFor([entry('a', BODY)], more), never))).toBe(
      'objects-bad-id',
    );
    expect(server.targets).toEqual([]);
  });

  it('more bytes than allowed', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const reader = readerAt(server.url, { maxRequestBytes: BODY.length });
    await reader.fetch(requestFor([entry('a', BODY)]), never);
    const two = requestFor([entry('a', BODY), entry('b', 'x')]);
    expect(await codeOf(reader.fetch(two, never))).toBe('objects-too-large');
  });

  it('a repository that looks like an S3 Express bucket is asked like any other', async () => {
    const server = await serve(gatewayWith({ a: BODY }));
    const request = requestFor([entry('a', BODY)], { repository: 'lake--use1-az4--x-s3' });
    expect(await readerAt(server.url).fetch(request, never)).toHaveLength(1);
    expect(server.targets[0]).toContain(`/lake--use1-az4--x-s3/${COMMIT}/a`);
  });
});

describe('objects of a branch', () => {
  /** One object, the same at the branch `dev` and at {@link COMMIT}, until the branch gets another. */
  async function branchGateway() {
    const onBranch = { bytes: BODY };
    const server = await serve((request, response) => {
      const atBranch = (request.url ?? '').startsWith('/lake/dev/');
      if (atBranch) send(response, onBranch.bytes);
      else gatewayWith({ a: BODY })(request, response);
    });
    return { server, onBranch };
  }

  it('are read at the branch each time, and never come into the cache', async () => {
    const { server } = await branchGateway();
    const reader = readerAt(server.url);
    const request = () => requestFor([entry('a', BODY)], { branch: 'dev' });
    for (let turn = 0; turn < 2; turn += 1) {
      const [read] = await reader.fetch(request(), never);
      expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
    }
    await reader.fetch(requestFor([entry('a', BODY)]), never);
    expect(server.targets.map((target) => target.split('/')[2])).toEqual(['dev', 'dev', COMMIT]);
  });

  it('come from the cache when a commit brought them there', async () => {
    const { server } = await branchGateway();
    const reader = readerAt(server.url);
    await reader.fetch(requestFor([entry('a', BODY)]), never);
    const [read] = await reader.fetch(requestFor([entry('a', BODY)], { branch: 'dev' }), never);
    expect(readFileSync(read?.localPath ?? '', 'utf8')).toBe(BODY);
    expect(server.targets).toHaveLength(1);
  });

  it('are refused when the branch has others of the same length by now', async () => {
    const { server, onBranch } = await branchGateway();
    onBranch.bytes = BODY.replaceAll('x', 'z');
    const request = requestFor([entry('a', BODY)], { branch: 'dev' });
    expect(await codeOf(readerAt(server.url).fetch(request, never))).toBe('object-changed');
    expect(readdirSync(request.runDirectory)).toEqual([]);
  });
});
