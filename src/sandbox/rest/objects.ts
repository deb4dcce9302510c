import { createHash } from 'node:crypto';
import { branchOf } from '../branches.ts';
import { emptyReply, jsonReply, parseRange, type Reply } from '../http.ts';
import { LakeError } from '../lake-error.ts';
import { listPage } from '../listing.ts';
import { entryAt, viewAt } from '../refs.ts';
import { newAddress, shownAddress, stageEntry, stageObject, stageRemoval } from '../stage.ts';
import { type Entry, sortedRecord } from '../tree.ts';
import { contentOf } from './multipart-form.ts';
import { pageReply, pageRequest } from './page.ts';
import {
  callOf,
  jsonBody,
  numberField,
  param,
  query,
  type RestRequest,
  type Route,
  recordField,
  requiredQuery,
  requiredText,
} from './route.ts';

const REF = '/repositories/{repository}/refs/{ref}/objects';
const BRANCH = '/repositories/{repository}/branches/{branch}';
const METADATA_HEADER = 'x-lakefs-meta-';

export const objectRoutes: readonly Route[] = [
  { method: 'GET', path: REF, handle: readObject },
  { method: 'HEAD', path: REF, handle: headObject },
  { method: 'GET', path: `${REF}/stat`, handle: statObject },
  { method: 'GET', path: `${REF}/ls`, handle: listObjects },
  { method: 'POST', path: `${BRANCH}/objects`, handle: uploadObject },
  { method: 'DELETE', path: `${BRANCH}/objects`, handle: deleteObject },
  { method: 'PUT', path: `${BRANCH}/objects/stat/user_metadata`, handle: setMetadata },
  { method: 'GET', path: `${BRANCH}/staging/backing`, handle: proposeAddress },
  { method: 'PUT', path: `${BRANCH}/staging/backing`, handle: linkAddress },
];

function readObject(request: RestRequest): Reply {
  const entry = wantedEntry(request);
  const bytes = request.lake.blobs.get(entry.physicalAddress);
  if (bytes === undefined) throw new LakeError('gone', 'No data');
  const headers = {
    ...objectHeaders(entry),
    'Content-Disposition': 'attachment',
    'Content-Security-Policy': "default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
  };
  const wanted = request.incoming.headers.range;
  if (wanted === undefined) return { status: 200, headers, body: bytes, contentLength: entry.sizeBytes };
  const range = parseRange(wanted, entry.sizeBytes);
  if (range === 'ignored' || range === 'unsatisfiable') {
    return jsonReply(416, { message: 'Requested Range Not Satisfiable' });
  }
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${range.start}-${range.end}/${entry.sizeBytes}` },
    body: bytes.subarray(range.start, range.end + 1),
    contentLength: range.end - range.start + 1,
  };
}

function headObject(request: RestRequest): Reply {
  const entry = wantedEntry(request);
  return { ...emptyReply(200, { 'Accept-Ranges': 'bytes', ...objectHeaders(entry) }), contentLength: entry.sizeBytes };
}

function statObject(request: RestRequest): Reply {
  return jsonReply(200, shownEntry(wantedEntry(request), 'metadata-always'));
}

function listObjects(request: RestRequest): Reply {
  const view = viewAt(callOf(request).repository, param(request, 'ref'));
  return pageReply(
    listPage(view.entries, pageRequest(request)),
    (listed) =>
      listed.kind === 'prefix'
        ? { checksum: '', mtime: 0, path: listed.path, path_type: 'common_prefix', physical_address: '' }
        : shownEntry(listed.value, 'metadata-if-any'),
    (listed) => listed.path,
  );
}

async function uploadObject(request: RestRequest): Promise<Reply> {
  const { repository } = callOf(request);
  const branch = param(request, 'branch');
  if (!repository.branches.has(branch)) throw new LakeError('not-found', `branch '${branch}' not found`);
  const path = requiredQuery(request, 'path');
  const content = contentOf(request.incoming.headers['content-type'], await request.incoming.body());
  const metadata = Object.fromEntries(
    Object.entries(request.incoming.headers).flatMap(([name, value]) =>
      name.startsWith(METADATA_HEADER) ? [[name.slice(METADATA_HEADER.length), String(value)]] : [],
    ),
  );
  const entry = stageObject(request.lake, repository, branch, { path, ...content, metadata });
  return jsonReply(201, shownEntry(entry, 'metadata-always'));
}

function deleteObject(request: RestRequest): Reply {
  stageRemoval(callOf(request).repository, param(request, 'branch'), requiredQuery(request, 'path'));
  return emptyReply(204);
}

/** Replaces an object's user metadata and leaves its bytes where they are. */
async function setMetadata(request: RestRequest): Promise<Reply> {
  const { repository } = callOf(request);
  const branch = param(request, 'branch');
  if (!repository.branches.has(branch)) throw new LakeError('not-found', 'branch not found');
  const entry = entryAt(repository, branch, requiredQuery(request, 'path'));
  stageEntry(repository, branch, { ...entry, metadata: recordField(await jsonBody(request), 'set') });
  return emptyReply(204);
}

/** The address a client may write to by itself and then link; the local block store signs no upload URL. */
function proposeAddress(request: RestRequest): Reply {
  const { repository } = callOf(request);
  branchOf(repository, param(request, 'branch'));
  const physicalAddress = newAddress(repository);
  return jsonReply(200, {
    physical_address: `${physicalAddress},${addressToken(physicalAddress)}`,
    presigned_url: null,
  });
}

/** Links bytes that lakeFS has never seen, under whatever size and checksum the client claims. */
async function linkAddress(request: RestRequest): Promise<Reply> {
  const { repository } = callOf(request);
  const body = await jsonBody(request);
  const physicalAddress = recordField(body, 'staging')['physical_address'];
  const sizeBytes = numberField(body, 'size_bytes');
  if (physicalAddress === undefined || sizeBytes === null) {
    throw new LakeError('invalid', 'request body has an error: staging and size_bytes are required');
  }
  const entry = stageEntry(repository, param(request, 'branch'), {
    path: requiredQuery(request, 'path'),
    physicalAddress,
    linked: true,
    checksum: requiredText(body, 'checksum', 'StagingMetadata').replace(/^[\s"]+|[\s"]+$/g, ''),
    sizeBytes,
    modifiedAt: Date.now(),
    contentType: typeof body['content_type'] === 'string' ? body['content_type'] : 'application/octet-stream',
    metadata: recordField(body, 'user_metadata'),
  });
  return jsonReply(200, { ...shownEntry(entry, 'metadata-always'), physical_address: physicalAddress });
}

/** lakeFS signs the addresses it proposes; its local block store never asks for the signature again. */
function addressToken(physicalAddress: string): string {
  return createHash('sha256').update(physicalAddress).digest('base64url');
}

function wantedEntry(request: RestRequest): Entry {
  return entryAt(callOf(request).repository, param(request, 'ref'), query(request, 'path'));
}

function objectHeaders(entry: Entry): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store, must-revalidate',
    'Content-Type': entry.contentType,
    Etag: `"${entry.checksum}"`,
    Expires: '0',
    'Last-Modified': new Date(entry.modifiedAt).toUTCString(),
  };
}

/** A listing leaves out the metadata of an object that has none; a stat shows `{}`. */
function shownEntry(entry: Entry, show: 'metadata-always' | 'metadata-if-any'): Readonly<Record<string, unknown>> {
  const always = show === 'metadata-always' || Object.keys(entry.metadata).length > 0;
  return {
    checksum: entry.checksum,
    content_type: entry.contentType,
    ...(always ? { metadata: sortedRecord(entry.metadata) } : {}),
    mtime: Math.floor(entry.modifiedAt / 1000),
    path: entry.path,
    path_type: 'object',
    physical_address: shownAddress(entry),
    size_bytes: entry.sizeBytes,
  };
}
