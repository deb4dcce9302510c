import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { type LakeClient, lakeClient } from './lake-client.ts';
import { presigned, send, signed } from './wire.ts';

const BUCKET = 'lake';

let sandbox: Sandbox;
let client: LakeClient;
let s3: S3Client;

beforeAll(async () => {
  sandbox = await startSandbox();
  client = lakeClient(sandbox);
  s3 = s3Client(sandbox.secretAccessKey);
  await client.createRepository(BUCKET);
});

afterAll(async () => {
  s3.destroy();
  await sandbox.close();
});

function s3Client(secretAccessKey: string): S3Client {
  return new S3Client({
    endpoint: sandbox.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: sandbox.accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

async function put(key: string, body: string | Buffer | Readable, more: object = {}): Promise<string | undefined> {
  return (await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, ...more }))).ETag;
}

async function read(key: string, range?: string): Promise<string | undefined> {
  const answer = await s3.send(
    new GetObjectCommand({ Bucket: BUCKET, Key: key, ...(range === undefined ? {} : { Range: range }) }),
  );
  return answer.Body?.transformToString();
}

function md5(text: string): string {
  return `"${createHash('md5').update(text).digest('hex')}"`;
}

describe('with the AWS SDK', () => {
  it.each([
    'plain.csv',
    'a b+c%20d#e?f.csv',
    'quotes"\'&<>.csv',
    'ü-ñ-日本-🐟.csv',
    '[x]*{y}~!().csv',
    'dt=2026-01-01/part 0.csv',
    'double//slash.csv',
  ])('puts, heads, gets and lists %s', async (name) => {
    const key = `main/keys/${name}`;
    expect(await put(key, 'id\n1\n')).toBe(md5('id\n1\n'));
    expect((await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))).ContentLength).toBe(5);
    expect(await read(key)).toBe('id\n1\n');
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual([key]);
  });

  it('takes a stream of unknown hash: aws-chunked with a checksum in the trailer', async () => {
    const text = 'x'.repeat(200_000);
    expect(await put('main/stream.bin', Readable.from([Buffer.from(text)]), { ContentLength: text.length })).toBe(
      md5(text),
    );
    expect(await read('main/stream.bin')).toBe(text);
  });

  it('serves one range, and the whole object for several', async () => {
    await put('main/range.txt', '0123456789');
    expect(await read('main/range.txt', 'bytes=2-4')).toBe('234');
    expect(await read('main/range.txt', 'bytes=7-')).toBe('789');
    expect(await read('main/range.txt', 'bytes=-3')).toBe('789');
    expect(await read('main/range.txt', 'bytes=8-99')).toBe('89');
    expect(await read('main/range.txt', 'bytes=0-1,4-5')).toBe('0123456789');
    await expect(read('main/range.txt', 'bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('pages a listing by key, in byte order', async () => {
    const keys = ['a', 'b', 'Z', 'é', '\u{ffee}', '\u{1f41f}'].map((name) => `main/pages/${name}`);
    for (const key of keys) await put(key, key);
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'main/pages/', MaxKeys: 2, ContinuationToken: token }),
      );
      expect(page.Contents?.length).toBeLessThanOrEqual(2);
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('collapses folders at a delimiter, also over pages', async () => {
    for (const path of ['f/a/1', 'f/a/2', 'f/b', 'f/c/1']) await put(`main/${path}`, 'x');
    const first = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'main/f/', Delimiter: '/', MaxKeys: 1 }),
    );
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'main/f/a/' }]);
    const rest = await s3.send(
      new ListObjectsV2Command({
        Bucket: BUCKET,
        Prefix: 'main/f/',
        Delimiter: '/',
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['main/f/b']);
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'main/f/c/' }]);
  });

  it('shows a multipart checksum that is no MD5 of the content', async () => {
    const target = { Bucket: BUCKET, Key: 'main/parts.bin' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    const bodies = ['a'.repeat(1000), 'b'];
    const Parts = await Promise.all(
      bodies.map(async (Body, index) => {
        const part = { ...target, UploadId, PartNumber: index + 1, Body };
        return { PartNumber: index + 1, ETag: (await s3.send(new UploadPartCommand(part))).ETag };
      }),
    );
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const head = await s3.send(new HeadObjectCommand(target));
    expect(head.ETag).toBe(done.ETag?.replace('-2', ''));
    expect(head.ETag).not.toBe(md5(bodies.join('')));
    expect(await read(target.Key)).toBe(bodies.join(''));
  });

  it('forgets an aborted upload', async () => {
    const target = { Bucket: BUCKET, Key: 'main/aborted.bin' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    const part = s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' }));
    await expect(part).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });

  it('copies and deletes', async () => {
    await put('main/from&to.csv', 'copied', { Metadata: { Team: 'sales' }, ContentType: 'text/csv' });
    const source = encodeURIComponent(`${BUCKET}/main/from&to.csv`);
    await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'main/copy.csv', CopySource: source }));
    const copy = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'main/copy.csv' }));
    expect(copy).toMatchObject({ ContentType: 'text/csv', ContentLength: 6, Metadata: { team: 'sales' } });
    const keys = ['main/copy.csv', 'main/from&to.csv', 'main/never-was.csv'];
    const Delete = { Objects: keys.map((Key) => ({ Key })) };
    const gone = await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete }));
    expect(gone.Deleted?.map(({ Key }) => Key)).toEqual(keys);
    await expect(read('main/from&to.csv')).rejects.toBeInstanceOf(NoSuchKey);
  });

  it('reads every way of naming a commit; staged objects belong to the bare branch alone', async () => {
    await put('main/refs.txt', 'one');
    const first = await client.commit(BUCKET, 'main', 'one');
    await put('main/refs.txt', 'two');
    const second = await client.commit(BUCKET, 'main', 'two');
    await client.json('POST', `/repositories/${BUCKET}/tags`, { id: 'v1.0', ref: first });
    await put('main/refs.txt', 'staged');
    const seen = await Promise.all(
      ['main', 'main@', 'main~1', 'main^1', `${second}~1`, 'v1.0', first, first.slice(0, 10)].map((ref) =>
        read(`${ref}/refs.txt`),
      ),
    );
    expect(seen).toEqual(['staged', 'two', 'one', 'one', 'one', 'one', 'one', 'one']);
    await client.json('PUT', `/repositories/${BUCKET}/branches/main`, { type: 'reset' });
  });

  it('lists buckets and branches', async () => {
    const buckets = await s3.send(new ListBucketsCommand({}));
    expect(buckets.Buckets?.map(({ Name }) => Name)).toEqual([BUCKET]);
    await s3.send(new HeadBucketCommand({ Bucket: BUCKET }));
    const branches = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: '/' }));
    expect(branches.CommonPrefixes).toEqual([{ Prefix: 'main/' }]);
  });

  it('refuses a wrong secret', async () => {
    const stranger = s3Client('not/the/secret');
    const reading = stranger.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'main/plain.csv' }));
    await expect(reading).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    stranger.destroy();
  });
});

describe('signatures', () => {
  const path = `/${BUCKET}/main/signed.txt`;
  const code = (body: Buffer) => /<Code>(\w+)<\/Code>/.exec(body.toString())?.[1];

  beforeAll(async () => {
    await put('main/signed.txt', 'hello');
  });

  it('accepts a presigned URL until it expires', async () => {
    const good = await send(sandbox.url, presigned(sandbox.url, { method: 'GET', path }, sandbox, 60));
    expect([good.status, good.body.toString()]).toEqual([200, 'hello']);
    const late = await send(sandbox.url, presigned(sandbox.url, { method: 'GET', path }, sandbox, 60, -61_000));
    expect([late.status, code(late.body)]).toEqual([403, 'AccessDenied']);
  });

  it.each([
    ['another path', { path: `/${BUCKET}/main/plain.csv` }],
    ['another method', { method: 'HEAD' }],
    ['another query', { path: `${path}?versionId=1` }],
  ])('refuses a signature made for %s', async (_, change) => {
    const call = signed(sandbox.url, { method: 'GET', path }, sandbox);
    const answer = await send(sandbox.url, { ...call, ...change });
    expect(answer.status).toBe(403);
  });

  it('refuses a request signed a quarter of an hour ago', async () => {
    const answer = await send(sandbox.url, signed(sandbox.url, { method: 'GET', path }, sandbox, -16 * 60_000));
    expect([answer.status, code(answer.body)]).toEqual([403, 'RequestTimeTooSkewed']);
  });

  it('refuses an unknown access key', async () => {
    const keys = { ...sandbox, accessKeyId: 'AKIAIOSFODNN7UNKNOWN' };
    const answer = await send(sandbox.url, signed(sandbox.url, { method: 'GET', path }, keys));
    expect([answer.status, code(answer.body)]).toEqual([403, 'AccessDenied']);
  });

  it('does not store a body that is not the signed one', async () => {
    const call = signed(
      sandbox.url,
      { method: 'PUT', path: `/${BUCKET}/main/t.txt`, body: Buffer.from('good') },
      sandbox,
    );
    const answer = await send(sandbox.url, { ...call, body: Buffer.from('evil') });
    expect([answer.status, code(answer.body)]).toEqual([500, 'InternalError']);
    await expect(read('main/t.txt')).rejects.toBeInstanceOf(NoSuchKey);
  });

  it('verifies every chunk of a signed stream', async () => {
    const chunked = (chunks: readonly string[], spoilt: boolean) => {
      const call = signed(
        sandbox.url,
        {
          method: 'PUT',
          path: `/${BUCKET}/main/chunks.txt`,
          headers: { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
        },
        sandbox,
      );
      const body = signedChunks([...chunks, ''], call.headers ?? {}, sandbox.secretAccessKey);
      return send(sandbox.url, { ...call, body: Buffer.from(spoilt ? body.replace('second', 'SECOND') : body) });
    };
    expect((await chunked(['first', 'second'], false)).status).toBe(200);
    expect(await read('main/chunks.txt')).toBe('firstsecond');
    expect((await chunked(['first', 'second'], true)).status).toBe(403);
  });

  it('verifies the checksum behind a stream', async () => {
    const upload = (trailer: string) => {
      const headers = {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      };
      const call = signed(sandbox.url, { method: 'PUT', path: `/${BUCKET}/main/trailer.txt`, headers }, sandbox);
      return send(sandbox.url, {
        ...call,
        body: Buffer.from(`5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${trailer}\r\n\r\n`),
      });
    };
    expect((await upload('AAAAAA==')).status).toBe(500);
    await expect(read('main/trailer.txt')).rejects.toBeInstanceOf(NoSuchKey);
    expect((await upload('NhCmhg==')).status).toBe(200);
    expect(await read('main/trailer.txt')).toBe('hello');
  });

  it('sends what is not signed to the web page, with 200', async () => {
    const answer = await send(sandbox.url, { method: 'GET', path });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });
});

/** Chunks as AWS frames them, each signed with the signature before it. */
function signedChunks(chunks: readonly string[], headers: Readonly<Record<string, string>>, secret: string): string {
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const hash = (data: string) => createHash('sha256').update(data).digest('hex');
  const time = headers['x-amz-date'] ?? '';
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), `AWS4${secret}`);
  let previous = /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return chunks
    .map((chunk) => {
      const text = ['AWS4-HMAC-SHA256-PAYLOAD', time, scope, previous, hash(''), hash(chunk)].join('\n');
      previous = hmac(key, text).toString('hex');
      return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
    })
    .join('');
}
