import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Decision } from '../../src/gate/record-ports.ts';
import type { SeenRequest } from '../../src/sandbox/faults.ts';
import { deliver, type Gate, gatedLake, lakefs, lastReport, sharedGate, startGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, csv, FILES } from './shop.ts';

/** A merge during which lakeFS fails; the merge commit is there, and nothing is decided about it. */
async function leftUndecided(gate: Gate, lake: LakeUser): Promise<Decision> {
  const { wire } = await lakefs();
  const listing = `/repositories/${lake.repository}/refs/`;
  const when = ({ path }: SeenRequest) => path.startsWith(listing) && path.endsWith('/ls');
  wire.faults.order({ when, fault: { kind: 'status', status: 404 } });
  expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 503 } });
  const [decision] = gate.decisions(lake.repository);
  if (decision === undefined) throw new Error('no decision');
  return decision;
}

/** What Sluice has fetched of a repository's objects so far, `/commit/` taken out. */
async function fetched(repository: string): Promise<readonly string[]> {
  const { wire } = await lakefs();
  const mine = new RegExp(`^/${repository}/[0-9a-f]{64}/(.*)$`);
  return wire.requests.flatMap(({ side, path }) => (side === 'gateway' ? (mine.exec(path)?.slice(1) ?? []) : []));
}

describe('the same question again', () => {
  it('a rejected merge tried again gets the recorded verdict, and no data is read', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,-1') });
    const first = await lake.merge('etl');
    const reads = await fetched(lake.repository);
    expect(reads.length).toBeGreaterThan(0);
    // A second of lakeFS's clock, so that the second try is another commit.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    const again = await lake.merge('etl');

    expect([first.hook?.status, again.hook?.status]).toEqual([422, 422]);
    const [one, two] = gate.decisions(lake.repository);
    expect(two).toMatchObject({ state: 'rejected', status: 422, replayOf: one?.id });
    expect(two?.mergeCommit).not.toBe(one?.mergeCommit);
    expect(two?.key).toEqual(one?.key);
    expect(again.hook?.body).toContain(two?.id);
    expect(await fetched(lake.repository)).toEqual(reads);
  });

  it('a mended source is judged anew', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,-1') });
    expect(await lake.merge('etl')).toMatchObject({ status: 412 });
    await lake.put('etl', 'tables/orders/part-1.csv', csv('id,customer_id,amount', '12,3,1'));
    await lake.commit('etl');
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    expect(gate.decisions(lake.repository)).toMatchObject([{ replayOf: null }, { replayOf: null, state: 'approved' }]);
  });

  it('an undecided merge is not replayed', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    expect(await leftUndecided(gate, lake)).toMatchObject({ state: 'undecided', status: 503 });
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    expect(gate.decisions(lake.repository)).toMatchObject([
      { state: 'undecided' },
      { state: 'approved', replayOf: null },
    ]);
  });
});

describe('merges at once', () => {
  it('four into one branch: all are decided, and what is merged was judged on what was there', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    // The first two bring the same key: at most one of them may get in.
    const rows = ['20,1,1', '20,2,2', '21,1,3', '22,2,4'];
    const names = rows.map((_, index) => `etl-${index}`);
    for (const [index, row] of rows.entries()) {
      const path = `tables/orders/part-${index + 1}.csv`;
      await lake.branch(`etl-${index}`, { [path]: csv('id,customer_id,amount', row) });
    }
    const results = await Promise.all(names.map((name) => lake.merge(name)));

    const merged = results.filter(({ status }) => status === 200);
    expect(merged).toHaveLength(3);
    expect(results.filter(({ status }) => status === 412)).toHaveLength(1);
    const decisions = gate.decisions(lake.repository);
    expect(decisions.length).toBeGreaterThanOrEqual(4);
    expect(decisions.map(({ state }) => state).filter((state) => state === 'running' || state === 'abandoned')).toEqual(
      [],
    );
    const approved = new Map(
      decisions.flatMap(({ state, mergeCommit, key }) => (state === 'approved' ? [[mergeCommit, key]] : [])),
    );
    // Every commit on main was approved as itself, on the parent that it has there.
    for (const { commit } of merged) {
      const { parents } = await lake.json('GET', `/commits/${commit}`);
      expect(approved.get(commit ?? '')?.destinationCommit).toBe((parents as readonly string[])[0]);
    }
    const { results: ids } = await lake.json('GET', '/refs/main/objects/ls?prefix=tables/orders/');
    expect(ids).toHaveLength(4);
  });

  it('one merge delivered five times: one run, five records, one verdict', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const { mergeCommit } = await leftUndecided(gate, lake);
    const payload = { repository_id: lake.repository, source_ref: await lake.head('etl'), commit_id: mergeCommit };
    const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(gate, payload)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const [, ...decisions] = gate.decisions(lake.repository);
    const own = decisions.filter(({ replayOf }) => replayOf === null);
    expect(own).toHaveLength(1);
    expect(decisions.filter(({ replayOf }) => replayOf === own[0]?.id)).toHaveLength(4);
    expect((await fetched(lake.repository)).toSorted()).toEqual(
      [...Object.keys(FILES), 'tables/orders/part-1.csv'].sort(),
    );
  });
});

describe('objects already seen', () => {
  it('are not fetched again by the next merge, nor after a restart', async () => {
    // The branch changes the action file below.
    const settings = { SLUICE_RULE_CHANGERS: 'quickstart' };
    const first = await startGate({ contracts: CONTRACTS, settings });
    const lake = await gatedLake(first, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    await lake.merge('etl');
    const before = await fetched(lake.repository);
    expect(before.toSorted()).toEqual([...Object.keys(FILES), 'tables/orders/part-1.csv'].sort());
    await first.stop();

    const second = await startGate({ contracts: CONTRACTS, settings, stateDir: first.stateDir });
    await lake.branch('next');
    // The action file names a port, and the second gate has another one.
    await lake.put(
      'next',
      '_lakefs_actions/sluice.yaml',
      (await lake.read('main', '_lakefs_actions/sluice.yaml')).replace(first.url, second.url),
    );
    await lake.put('next', 'tables/orders/part-2.csv', csv('id,customer_id,amount', '13,3,1'));
    await lake.commit('next');
    expect(await lake.merge('next')).toMatchObject({ status: 200 });
    expect((await fetched(lake.repository)).slice(before.length)).toEqual(['tables/orders/part-2.csv']);
    expect(lastReport(second, lake.repository).tables).toMatchObject([{ rows: 4, objects: { read: 3 } }]);
    expect(second.decisions(lake.repository)).toHaveLength(2);
  });

  it('uploaded in parts, with a checksum that is no MD5 of the bytes: approved, then from the cache', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl');
    const path = 'tables/orders/big.csv';
    const rows = Array.from(
      { length: 220_000 },
      (_, index) => `${1_000_000 + index},${(index % 3) + 1},${index}.25000000\n`,
    );
    const body = Buffer.from(`id,customer_id,amount\n${rows.join('')}`);
    await uploadInParts(lake.repository, `etl/${path}`, body);
    await lake.commit('etl');
    const { checksum } = await lake.stat('etl', path);
    expect(checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(checksum).not.toBe(createHash('md5').update(body).digest('hex'));
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
    expect(lastReport(gate, lake.repository).tables).toMatchObject([{ rows: 220_002 }]);
    await lake.branch('next', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,-1') });
    expect(await lake.merge('next')).toMatchObject({ status: 412, hook: { status: 422 } });
    expect((await fetched(lake.repository)).filter((name) => name === path)).toHaveLength(1);
  });
});

/** Parts of 5 MiB, the smallest S3 allows. */
async function uploadInParts(repository: string, key: string, body: Buffer): Promise<void> {
  const { url, accessKeyId, secretAccessKey } = await lakefs();
  const s3 = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  onTestFinished(() => s3.destroy());
  const at = { Bucket: repository, Key: key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const size = 5 * 1024 * 1024;
  expect(body.length).toBeGreaterThan(size);
  const parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
  for (let start = 0; start < body.length; start += size) {
    const PartNumber = parts.length + 1;
    const Body = body.subarray(start, start + size);
    const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
    parts.push({ ETag, PartNumber });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: parts } }));
}
