import { parseRange, type Reply } from '../http.ts';
import { LakeError } from '../lake-error.ts';
import { entryAt } from '../refs.ts';
import { stageObject, stageRemoval } from '../stage.ts';
import type { Entry } from '../tree.ts';
import {
  bareReply,
  type GatewayCall,
  gatewayHeaders,
  header,
  isoTime,
  type ObjectCall,
  verifiedBody,
  xmlReply,
} from './gateway-call.ts';
import { GatewayError } from './gateway-error.ts';
import { decodeURIComponentOrRaw } from './signature.ts';
import { S3_NAMESPACE, textsOf, xml } from './xml.ts';

const METADATA_PREFIX = 'x-amz-meta-';
const STORED_PREFIX = 'X-Amz-Meta-';

/** GET and HEAD: one range is served, several are ignored; conditional headers are not looked at. */
export function readObject(call: ObjectCall): Reply {
  const entry = entryOr(call, 'NoSuchKey');
  const bytes = call.lake.blobs.get(entry.physicalAddress);
  if (bytes === undefined) throw new GatewayError('NoSuchVersion');
  const headers = readHeaders(call, entry);
  const range = parseRange(header(call, 'range') ?? '', entry.sizeBytes);
  if (range === 'unsatisfiable') throw new GatewayError('InvalidRange');
  if (range === 'ignored') return { status: 200, headers, body: bytes, contentLength: entry.sizeBytes };
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${range.start}-${range.end}/${entry.sizeBytes}` },
    body: bytes.subarray(range.start, range.end + 1),
    contentLength: range.end - range.start + 1,
  };
}

export async function putObject(call: ObjectCall): Promise<Reply> {
  assertBranch(call);
  if (header(call, 'if-none-match') === '*' && exists(call)) throw new GatewayError('PreconditionFailed');
  const entry = stageObject(call.lake, call.repository, call.ref, {
    path: call.path,
    bytes: await verifiedBody(call),
    contentType: header(call, 'content-type'),
    metadata: userMetadata(call),
  });
  return bareReply(200, { ETag: `"${entry.checksum}"` });
}

/** Copies bytes to an address of their own, within the repository or from another. */
export function copyObject(call: ObjectCall, copySource: string): Reply {
  assertBranch(call);
  const [repositoryId = '', ref = '', ...rest] = decodeURIComponentOrRaw(copySource).replace(/^\/+/, '').split('/');
  const repository = call.lake.repositories.get(repositoryId);
  if (rest.length === 0) throw new GatewayError('InvalidArgument');
  if (repository === undefined) throw new GatewayError('NoSuchKey');
  const source = entryOr({ ...call, repository, ref, path: rest.join('/') }, 'NoSuchKey');
  const bytes = call.lake.blobs.get(source.physicalAddress);
  if (bytes === undefined) throw new GatewayError('NoSuchKey');
  const replaces = header(call, 'x-amz-metadata-directive') === 'REPLACE';
  const entry = stageObject(call.lake, call.repository, call.ref, {
    path: call.path,
    bytes,
    checksum: source.checksum,
    contentType: source.contentType,
    metadata: replaces ? userMetadata(call) : source.metadata,
  });
  const modified = xml('LastModified', isoTime(entry.modifiedAt));
  return xmlReply(200, xml('CopyObjectResult', [modified, xml('ETag', `"${entry.checksum}"`)]));
}

export function deleteObject(call: ObjectCall): Reply {
  if (call.repository.branches.has(call.ref)) stageRemoval(call.repository, call.ref, call.path);
  return bareReply(204);
}

/** DeleteObjects: keys are `<ref>/<path>`; what is not there counts as deleted. */
export async function deleteObjects(call: GatewayCall): Promise<Reply> {
  const document = (await verifiedBody(call)).toString('utf8');
  const keys = textsOf(document, 'Key');
  if (keys.length === 0 || keys.length > 1000) throw new GatewayError('MalformedXML');
  const quiet = textsOf(document, 'Quiet')[0] === 'true';
  for (const key of keys) {
    const slash = key.indexOf('/');
    const ref = key.slice(0, slash);
    if (call.repository.branches.has(ref)) stageRemoval(call.repository, ref, key.slice(slash + 1));
  }
  const deleted = quiet ? [] : keys.map((key) => xml('Deleted', [xml('Key', key)]));
  return xmlReply(200, { name: 'DeleteResult', content: deleted, namespace: S3_NAMESPACE });
}

/** Writing goes to branches only. @throws GatewayError NoSuchBucket, oddly, as lakeFS does */
export function assertBranch(call: ObjectCall): void {
  if (!call.repository.branches.has(call.ref)) throw new GatewayError('NoSuchBucket');
}

/** Keys in lower case behind a prefix in Go's spelling: that is how the REST API shows them. */
export function userMetadata(call: GatewayCall): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(call.incoming.headers).flatMap(([name, value]) =>
      name.startsWith(METADATA_PREFIX) ? [[STORED_PREFIX + name.slice(METADATA_PREFIX.length), String(value)]] : [],
    ),
  );
}

function entryOr(call: ObjectCall, code: 'NoSuchKey'): Entry {
  try {
    return entryAt(call.repository, call.ref, call.path);
  } catch (error) {
    if (error instanceof LakeError && error.kind === 'not-found') throw new GatewayError(code);
    throw error;
  }
}

function exists(call: ObjectCall): boolean {
  try {
    entryAt(call.repository, call.ref, call.path);
    return true;
  } catch {
    return false;
  }
}

function readHeaders(call: ObjectCall, entry: Entry): Readonly<Record<string, string>> {
  const forPages = {
    'Content-Security-Policy': "default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
  };
  return {
    ...gatewayHeaders(),
    'Accept-Ranges': 'bytes',
    'Content-Type': entry.contentType,
    ETag: `"${entry.checksum}"`,
    'Last-Modified': new Date(entry.modifiedAt).toUTCString(),
    ...(call.incoming.method === 'HEAD' ? {} : forPages),
    ...Object.fromEntries(Object.entries(entry.metadata).filter(([name]) => name.startsWith(STORED_PREFIX))),
  };
}
