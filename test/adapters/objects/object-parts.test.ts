import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createObjectParts } from '../../../src/adapters/objects/object-parts.ts';
import { codeOf, serve } from '../serve.ts';
import { COMMIT, entry, freshDirectory, md5, never, s3Error, send } from './fake-gateway.ts';

/** Ends like Parquet, with a footer of this length before the ending. */
function parquetLike(bodyBytes: number, footerBytes: number): Buffer {
  const body = Buffer.alloc(bodyBytes, 'body');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footerBytes);
  return Buffer.concat([body, Buffer.alloc(footerBytes, 'foot'), length, Buffer.from('PAR1')]);
}

function sendPart(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const [, start = '', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = bytes.subarray(Number(start), Number(end) + 1);
  response
    .writeHead(206, {
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
      'content-length': part.length,
      etag: `"${md5(bytes)}"`,
    })
    .end(part);
}

async function partsOf(bytes: Buffer, answer = sendPart) {
  let requests = 0;
  const server = await serve((request, response) => {
    requests += 1;
    answer(request, response, bytes);
  });
  const parts = createObjectParts({
    endpoint: server.url,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'not-a-real-secret',
    timeoutMs: 2_000,
  });
  onTestFinished(() => parts.close());
  const localPath = join(freshDirectory(), 'part.parquet');
  const request = { repository: 'lake', commitId: COMMIT, object: entry('t/a.parquet', bytes), localPath };
  return { parts, request, read: () => readFileSync(localPath), requests: () => requests };
}

describe('parts of an object', () => {
  it.each([
    ['a small footer', 200_000, 100],
    ['a footer of many pieces', 200_000, 9_000_000],
    ['an object that is smaller than what is asked for at first', 10, 20],
  ])('lie at their places among zeros: %s', async (_name, bodyBytes, footerBytes) => {
    const bytes = parquetLike(bodyBytes, footerBytes);
    const { parts, request, read } = await partsOf(bytes);
    await parts.footer(request, never);
    await parts.add({ ...request, parts: [{ start: 4, end: 9 }] }, never);
    const file = read();
    expect(file.length).toBe(bytes.length);
    expect(file.subarray(bodyBytes).equals(bytes.subarray(bodyBytes))).toBe(true);
    expect(file.subarray(4, 9).equals(bytes.subarray(4, 9))).toBe(true);
    if (bodyBytes > 100_000) expect(file.subarray(9, 100_000).every((byte) => byte === 0)).toBe(true);
  });

  it('are tried again after a failure of the server', async () => {
    const bytes = parquetLike(100, 100);
    const failed: number[] = [];
    const { parts, request, requests } = await partsOf(bytes, (incoming, response, all) => {
      if (failed.push(1) > 1) sendPart(incoming, response, all);
      else s3Error(response, 503, 'SlowDown');
    });
    await parts.footer(request, never);
    expect(requests()).toBe(2);
  });

  it.each<[string, string, Parameters<typeof partsOf>[1]]>([
    ['the whole object', 'object-length', (_request, response, bytes) => send(response, bytes)],
    [
      'another part',
      'object-length',
      (_request, response, bytes) => send(response, bytes, { 'content-range': `bytes 0-5/${bytes.length}` }),
    ],
    ['a login page', 'gateway-not-s3', (_request, response) => void response.writeHead(200).end('<html>')],
    ['nothing', 'object-missing', (_request, response) => s3Error(response, 404, 'NoSuchKey')],
  ])('are refused when the answer is %s', async (_name, code, answer) => {
    const { parts, request } = await partsOf(parquetLike(100, 100), answer);
    expect(await codeOf(parts.footer(request, never))).toBe(code);
  });

  it.each([
    ['no Parquet', Buffer.alloc(100, 'x')],
    ['shorter than its footer says', Buffer.concat([Buffer.from([255, 255, 0, 0]), Buffer.from('PAR1')])],
    ['empty', Buffer.from('x')],
  ])('are not had of an object that is %s', async (_name, bytes) => {
    const { parts, request } = await partsOf(bytes);
    expect(await codeOf(parts.footer(request, never))).toBe('object-not-parquet');
  });
});
