import { randomUUID } from 'node:crypto';
import type { Reply } from '../http.ts';
import { md5Hex } from '../ids.ts';
import type { MultipartUpload } from '../lake.ts';
import { stageObject } from '../stage.ts';
import { bareReply, header, type ObjectCall, verifiedBody, xmlReply } from './gateway-call.ts';
import { GatewayError } from './gateway-error.ts';
import { assertBranch, userMetadata } from './objects.ts';
import { textsOf, xml } from './xml.ts';

export function createUpload(call: ObjectCall): Reply {
  assertBranch(call);
  const id = randomUUID().replaceAll('-', '');
  call.repository.uploads.set(id, {
    id,
    path: call.path,
    contentType: header(call, 'content-type') ?? 'application/octet-stream',
    metadata: userMetadata(call),
    parts: new Map(),
  });
  return xmlReply(
    200,
    xml('InitiateMultipartUploadResult', [
      xml('Bucket', call.repository.id),
      xml('Key', `${call.ref}/${call.path}`),
      xml('UploadId', id),
    ]),
  );
}

export async function uploadPart(call: ObjectCall, uploadId: string): Promise<Reply> {
  assertBranch(call);
  const upload = uploadOf(call, uploadId);
  const bytes = await verifiedBody(call);
  const md5 = md5Hex(bytes);
  upload.parts.set(Number(call.incoming.query.get('partNumber')), { bytes, md5 });
  return bareReply(200, { ETag: `"${md5}"` });
}

/**
 * The object's checksum is the MD5 of its parts' MD5s with the part count cut off: it looks like an MD5 of the content
 * and is none. The answer's ETag still has the count.
 */
export async function completeUpload(call: ObjectCall, uploadId: string): Promise<Reply> {
  const upload = uploadOf(call, uploadId);
  const document = (await verifiedBody(call)).toString('utf8');
  const parts = textsOf(document, 'PartNumber').map((number) => upload.parts.get(Number(number)));
  const whole = parts.filter((part) => part !== undefined);
  if (whole.length === 0 || whole.length !== parts.length) throw new GatewayError('InternalError');
  const checksum = md5Hex(Buffer.concat(whole.map((part) => Buffer.from(part.md5, 'hex'))));
  stageObject(call.lake, call.repository, call.ref, {
    path: call.path,
    bytes: Buffer.concat(whole.map((part) => part.bytes)),
    checksum,
    contentType: upload.contentType,
    metadata: upload.metadata,
  });
  call.repository.uploads.delete(uploadId);
  const key = `${call.ref}/${call.path}`;
  return xmlReply(
    200,
    xml('CompleteMultipartUploadResult', [
      xml('Location', `http://${call.incoming.headers.host ?? ''}/${call.repository.id}/${key}`),
      xml('Bucket', call.repository.id),
      xml('Key', key),
      xml('ETag', `"${checksum}-${whole.length}"`),
    ]),
  );
}

export function abortUpload(call: ObjectCall, uploadId: string): Reply {
  call.repository.uploads.delete(uploadOf(call, uploadId).id);
  return bareReply(204);
}

function uploadOf(call: ObjectCall, uploadId: string): MultipartUpload {
  const upload = call.repository.uploads.get(uploadId);
  if (upload === undefined) throw new GatewayError('InternalError');
  return upload;
}
