import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, SeenRequest } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { lakeClient } from './lake-client.ts';
import { presigned, send } from './wire.ts';

const TEXT = '0123456789';
const OBJECT = '/lake/main/object.txt';
const isRead = ({ side, method, path }: SeenRequest) => side === 'gateway' && method === 'GET' && path === OBJECT;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  const client = lakeClient(sandbox);
  await client.createRepository('lake');
  await client.put('lake', 'main', 'object.txt', TEXT);
});
afterEach(() => sandbox.close());

/** Reads the object, as far as it comes: status, declared length, body; or the error. */
async function read(): Promise<unknown> {
  const call = presigned(sandbox.url, { method: 'GET', path: OBJECT }, sandbox, 60);
  try {
    const answer = await send(sandbox.url, call);
    return [answer.status, answer.headers.get('content-length'), answer.body.toString()];
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe('an ordered fault', () => {
  it.each<[string, Fault, unknown]>([
    ['another status', { kind: 'status', status: 503, body: 'slow down' }, [503, '9', 'slow down']],
    ['a dropped connection', { kind: 'reset' }, 'ECONNRESET'],
    ['a body that breaks off', { kind: 'cut', afterBytes: 4 }, 'ECONNRESET'],
    ['a short object that looks whole', { kind: 'shorten', toBytes: 4 }, [200, '4', '0123']],
    ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, [307, '0', '']],
    ['a late answer', { kind: 'delay', milliseconds: 20 }, [200, '10', TEXT]],
    [
      'an edited answer',
      { kind: 'edit', edit: (reply) => ({ ...reply, body: Buffer.from('9876543210') }) },
      [200, '10', '9876543210'],
    ],
  ])('%s hits the next matching request and no other', async (_, fault, expected) => {
    sandbox.faults.order({ when: isRead, fault });
    expect((await lakeClient(sandbox).get('/repositories/lake/branches/main')).status).toBe(200);
    expect(await read()).toEqual(expected);
    expect(await read()).toEqual([200, '10', TEXT]);
  });

  it('hits as often as ordered, unless withdrawn', async () => {
    const fault: Fault = { kind: 'status', status: 500 };
    sandbox.faults.order({ when: isRead, fault, times: 3 });
    expect([await read(), await read()]).toEqual([
      [500, '0', ''],
      [500, '0', ''],
    ]);
    sandbox.faults.clear();
    expect(await read()).toEqual([200, '10', TEXT]);
  });

  it('can hang; closing ends the wait', async () => {
    sandbox.faults.order({ when: isRead, fault: { kind: 'hang' } });
    const reading = read();
    while (!sandbox.requests.some(isRead)) await new Promise((resolve) => setTimeout(resolve, 5));
    await sandbox.close();
    expect(await reading).toBe('ECONNRESET');
    sandbox = await startSandbox();
  });

  it('reaches the AWS SDK as the breakage it is', async () => {
    const s3 = new S3Client({
      endpoint: sandbox.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey },
      maxAttempts: 1,
    });
    sandbox.faults.order({ when: isRead, fault: { kind: 'cut', afterBytes: 4 } });
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key: 'main/object.txt' }));
    await expect(answer.Body?.transformToString()).rejects.toThrow('aborted');
    const writing = ({ method }: SeenRequest) => method === 'PUT';
    sandbox.faults.order({ when: writing, fault: { kind: 'status', status: 404 } });
    const put = s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'main/x', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    const written = s3.send(new GetObjectCommand({ Bucket: 'lake', Key: 'main/x' }));
    await expect(written).rejects.toMatchObject({ name: 'NoSuchKey' });
    s3.destroy();
  });
});

describe('forged sizes', () => {
  it('breaks off where the object has fewer bytes than its link claims, and stops where it has more', async () => {
    const client = lakeClient(sandbox);
    const backing = '/repositories/lake/branches/main/staging/backing?path=object.txt';
    for (const [size, expected] of [
      [20, 'ECONNRESET'],
      [3, [200, '3', '012']],
    ] as const) {
      const proposed = await client.json('GET', backing);
      sandbox.writePhysical(String(proposed['physical_address']), Buffer.from(TEXT));
      await client.json('PUT', backing, { staging: proposed, checksum: 'claimed', size_bytes: size });
      expect(await read()).toEqual(expected);
    }
  });

  it('has no data where nobody wrote any', async () => {
    const client = lakeClient(sandbox);
    const backing = '/repositories/lake/branches/main/staging/backing?path=object.txt';
    await client.json('PUT', backing, {
      staging: await client.json('GET', backing),
      checksum: 'claimed',
      size_bytes: 10,
    });
    expect((await client.get('/repositories/lake/refs/main/objects?path=object.txt')).status).toBe(410);
    expect(await read()).toMatchObject({ 0: 404 });
  });
});
