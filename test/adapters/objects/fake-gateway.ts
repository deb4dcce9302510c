import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type CachedObjectReader,
  createObjectReader,
  type ObjectReaderOptions,
} from '../../../src/adapters/objects/object-reader.ts';
import type { ObjectEntry } from '../../../src/core/change/object.ts';
import type { FetchRequest } from '../../../src/gate/ports.ts';

export const COMMIT = '5'.repeat(64);
export const never = new AbortController().signal;

export function md5(bytes: string | Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The listing's entry of an object that lakeFS wrote itself; `name` makes its address. */
export function entry(path: string, bytes: string | Buffer, more: Partial<ObjectEntry> = {}): ObjectEntry {
  const id = sha256(path).slice(0, 20);
  return {
    path,
    physicalAddress: `s3://bucket/lake/data/gp0n1l7d77pn0cke6jjg/${id}`,
    checksum: md5(bytes),
    sizeBytes: Buffer.byteLength(bytes),
    ...more,
  };
}

/** Answers like the gateway: `objects` by path; refuses what is not signed, as lakeFS does with its web page. */
export function gatewayWith(objects: Readonly<Record<string, string | Buffer>>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html>');
      return;
    }
    const [, , commit, ...rest] = (request.url ?? '').replace(/\?.*$/, '').split('/');
    const bytes = commit === COMMIT ? objects[decodeURIComponent(rest.join('/'))] : undefined;
    if (bytes === undefined) s3Error(response, 404, 'NoSuchKey');
    else send(response, bytes);
  };
}

export function send(response: ServerResponse, bytes: string | Buffer, headers: Record<string, string | number> = {}) {
  response
    .writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': Buffer.byteLength(bytes),
      etag: `"${md5(bytes)}"`,
      ...headers,
    })
    .end(bytes);
}

export function s3Error(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-objects-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function readerAt(endpoint: string, options: Partial<ObjectReaderOptions> = {}): CachedObjectReader {
  const reader = createObjectReader({
    endpoint,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'not-a-real-secret',
    cacheDirectory: freshDirectory(),
    cacheBytes: 1024 * 1024,
    backoffMs: 5,
    stallTimeoutMs: 2_000,
    ...options,
  });
  onTestFinished(() => reader.close());
  return reader;
}

export function requestFor(objects: readonly ObjectEntry[], more: Partial<FetchRequest> = {}): FetchRequest {
  return {
    repository: 'lake',
    commitId: COMMIT,
    objects,
    storageNamespace: 's3://bucket/lake',
    runDirectory: freshDirectory(),
    ...more,
  };
}
