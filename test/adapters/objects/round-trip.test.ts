import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRepositorySource } from '../../../src/adapters/contracts/repository-source.ts';
import { createLakefsLake } from '../../../src/adapters/lakefs/lake.ts';
import { createRepositoryReader } from '../../../src/adapters/lakefs/repository-reader.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { codeOf } from '../serve.ts';
import { freshDirectory, md5, never, readerAt, sha256 } from './fake-gateway.ts';

/** The stand-in, or the real lakeFS that the environment names. */
async function server() {
  const { SLUICE_TEST_LAKEFS_URL: url } = process.env;
  if (url !== undefined) {
    return {
      url: url.replace(/\/+$/, ''),
      accessKeyId: process.env['SLUICE_TEST_LAKEFS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: process.env['SLUICE_TEST_LAKEFS_SECRET_ACCESS_KEY'] ?? '',
    };
  }
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** A repository of its own with `files` staged on `main`. */
async function lakeHolding(files: Readonly<Record<string, string>>) {
  const { url, accessKeyId, secretAccessKey } = await server();
  const repository = `adapters-${randomUUID().slice(0, 8)}`;
  const authorization = `Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`;
  const post = async (path: string, body: unknown) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { readonly id: string };
  };
  await post('/repositories', { name: repository, storage_namespace: `local://${repository}`, default_branch: 'main' });
  const s3 = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  onTestFinished(() => s3.destroy());
  const upload = async (path: string, body: string) => {
    const headers = { authorization, 'content-type': 'application/octet-stream' };
    const target = `${url}/api/v1/repositories/${repository}/branches/main/objects?${new URLSearchParams({ path })}`;
    const response = await fetch(target, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await response.arrayBuffer();
  };
  const slot = pLimit(16);
  await Promise.all(Object.entries(files).map(([path, text]) => slot(() => upload(path, text))));
  const lake = createLakefsLake({ url, accessKeyId, secretAccessKey });
  onTestFinished(() => lake.close());
  return {
    repository,
    credentials: { url, accessKeyId, secretAccessKey },
    lake,
    s3,
    upload,
    commit: async () => (await post(`/repositories/${repository}/branches/main/commits`, { message: 'data' })).id,
    reader: readerAt(url, { accessKeyId, secretAccessKey, cacheBytes: 64 * 1024 * 1024 }),
  };
}

const ODD = Object.fromEntries(
  [
    't/a.csv',
    't/b c.csv',
    't/p+q.csv',
    't/100%.csv',
    't/%2F%41.csv',
    't/#hash?.csv',
    't/quote"\'.csv',
    't/[x]*{a}.csv',
    't/ü-ñ-\u{1f600}.csv',
    't/\ufffd.csv',
    't/dt=2026-01-01/part-0.parquet',
  ].map((path) => [path, `id\n${path}\n`]),
);

describe('a lake, read the way Sluice reads it', () => {
  it('gives every object of a listing under its odd key, the second time from the cache', async () => {
    const { repository, lake, reader, commit } = await lakeHolding({ ...ODD, 'other/x.csv': 'id\n' });
    const commitId = await commit();
    const objects = await lake.list(repository, commitId, 't/', never);
    expect(objects.map(({ path }) => path).sort()).toEqual(Object.keys(ODD).sort());
    const storageNamespace = await lake.storageNamespace(repository, never);
    for (let turn = 0; turn < 2; turn += 1) {
      const request = { repository, commitId, objects, storageNamespace, runDirectory: freshDirectory() };
      const read = await reader.fetch(request, never);
      expect(read.map(({ path, localPath }) => [path, readFileSync(localPath, 'utf8')])).toEqual(
        objects.map(({ path }) => [path, ODD[path]]),
      );
      expect(read.every(({ checksumConfirmed }) => checksumConfirmed)).toBe(true);
    }
    const { parents, metaRangeId } = await lake.commit(repository, commitId, never);
    expect(parents).toHaveLength(1);
    expect(metaRangeId).toMatch(/^[0-9a-f]{64}$/);
    const diff = await lake.diff(repository, parents[0] ?? '', commitId, never);
    expect(diff.map(({ type, path }) => `${type} ${path}`).sort()).toEqual(
      [...Object.keys(ODD), 'other/x.csv'].map((path) => `added ${path}`).sort(),
    );
  });

  it('gives what is on a branch and in no commit yet', async () => {
    const { repository, reader, upload, commit, credentials } = await lakeHolding({ 't/a.csv': 'id\n1\n' });
    const commitId = await commit();
    await upload('t/a.csv', 'id\n2\n');
    await upload('t/b.csv', 'id\n3\n');
    const refs = createRepositoryReader(credentials);
    onTestFinished(() => refs.close());
    const objects = await refs.listAt(repository, 'main', 't/', never);
    const request = { repository, commitId, branch: 'main', objects, storageNamespace: 'local://lake' };
    const read = await reader.fetch({ ...request, runDirectory: freshDirectory() }, never);
    expect(read.map(({ path, localPath }) => [path, readFileSync(localPath, 'utf8')])).toEqual([
      ['t/a.csv', 'id\n2\n'],
      ['t/b.csv', 'id\n3\n'],
    ]);
  });

  it('gives an object uploaded in parts, whose checksum is no MD5 of its bytes', async () => {
    const { repository, lake, reader, s3, commit } = await lakeHolding({});
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(10)];
    const at = { Bucket: repository, Key: 'main/t/mp.bin' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
    const done = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
      done.push({ ETag, PartNumber });
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: done } }));
    const commitId = await commit();
    const objects = await lake.list(repository, commitId, '', never);
    const bytes = Buffer.concat(parts);
    expect(objects[0]?.checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(objects[0]?.checksum).not.toBe(md5(bytes));
    const storageNamespace = await lake.storageNamespace(repository, never);
    const request = { repository, commitId, objects, storageNamespace, runDirectory: freshDirectory() };
    const [read] = await reader.fetch(request, never);
    expect([read?.sha256, read?.sizeBytes, read?.checksumConfirmed]).toEqual([sha256(bytes), bytes.length, false]);
  });

  it('lists more than one page, whole and in order', async () => {
    const files = Object.fromEntries(Array.from({ length: 1_205 }, (_, index) => [`t/${index}`, 'x']));
    const { repository, lake, commit } = await lakeHolding(files);
    const objects = await lake.list(repository, await commit(), '', never);
    expect(objects.map(({ path }) => path)).toEqual(Object.keys(files).sort());
  });

  it('gives the contracts at a commit, not those that came later', async () => {
    const { repository, lake, upload, commit } = await lakeHolding({
      'contracts/a b.odcs.yaml': 'id: a',
      'contracts/x.txt': '',
    });
    const destinationCommit = await commit();
    await upload('contracts/a b.odcs.yaml', 'id: weaker');
    await commit();
    const source = createRepositorySource(lake, 'contracts/');
    const documents = await source.load({ repository, destinationCommit }, never);
    expect(documents.map(({ file, text }) => [file, text])).toEqual([['contracts/a b.odcs.yaml', 'id: a']]);
  });

  it('says what is missing', async () => {
    const { repository, lake, reader, commit } = await lakeHolding({ a: 'x' });
    const commitId = await commit();
    const [object] = await lake.list(repository, commitId, '', never);
    if (object === undefined) throw new Error('nothing listed');
    const request = { repository, commitId, storageNamespace: 'none://', runDirectory: freshDirectory() };
    const gone = reader.fetch({ ...request, objects: [{ ...object, path: 'gone' }] }, never);
    expect(await codeOf(gone)).toBe('object-missing');
    expect(await codeOf(lake.commit(repository, 'f'.repeat(64), never))).toBe('lakefs-not-found');
    expect(await codeOf(lake.storageNamespace('no-such-repository', never))).toBe('lakefs-not-found');
    expect(await codeOf(lake.list(repository, 'f'.repeat(64), '', never))).toBe('lakefs-not-found');
  });
});
