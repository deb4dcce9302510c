import type { Credentials } from '../credentials.ts';
import type { Incoming, Reply } from '../http.ts';
import type { Lake } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { listBuckets, listObjects } from './buckets.ts';
import { bareReply, type GatewayCall, header, type ObjectCall, xmlReply } from './gateway-call.ts';
import { type ErrorPlace, GatewayError, gatewayErrorReply } from './gateway-error.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, putObject, readObject } from './objects.ts';
import { decodeURIComponentOrRaw, verifySignature } from './signature.ts';
import { S3_NAMESPACE } from './xml.ts';

interface Target {
  readonly repository: string;
  readonly ref: string;
  readonly path: string;
}

/** Answers one S3 request in path style: `/<repository>/<ref>/<path>`; every refusal is an XML document. */
export function answerGateway(lake: Lake, credentials: Credentials, incoming: Incoming): Promise<Reply> {
  const target = targetOf(incoming);
  return refusing(null, async () => {
    const signature = verifySignature(incoming, credentials);
    if (target.repository === '') return answerRoot(lake, incoming);
    const repository = lake.repositories.get(target.repository);
    if (repository === undefined) {
      throw new GatewayError(createsBucket(incoming, target) ? 'NotImplemented' : 'NoSuchBucket');
    }
    const call: GatewayCall = { lake, incoming, signature, repository };
    if (target.ref === '' && target.path === '')
      return refusing({ repository: repository.id }, () => answerRepository(call));
    if (target.ref === '' || target.path === '') return bareReply(404);
    return refusing(target, () => answerObject({ ...call, ref: target.ref, path: target.path }));
  });
}

/** How much an error document tells depends on how far the request came. */
async function refusing(place: ErrorPlace | null, answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof GatewayError) return gatewayErrorReply(error, place);
    if (error instanceof LakeError) return gatewayErrorReply(translated(error), place);
    throw error;
  }
}

function targetOf(incoming: Incoming): Target {
  const [repository = '', ref = '', ...rest] = decodeURIComponentOrRaw(incoming.rawPath).slice(1).split('/');
  return { repository, ref, path: rest.join('/') };
}

function createsBucket(incoming: Incoming, target: Target): boolean {
  return incoming.method === 'PUT' && target.ref === '';
}

function answerRoot(lake: Lake, incoming: Incoming): Reply {
  return incoming.method === 'GET' ? listBuckets(lake) : bareReply(404);
}

async function answerRepository(call: GatewayCall): Promise<Reply> {
  const { method, query } = call.incoming;
  switch (method) {
    case 'HEAD':
      return bareReply(200);
    case 'GET':
      if (query.has('location')) {
        return xmlReply(200, { name: 'LocationConstraint', content: '', namespace: S3_NAMESPACE });
      }
      return listObjects(call);
    case 'PUT':
      throw new GatewayError('BucketAlreadyExists');
    case 'POST':
      if (query.has('delete')) return await deleteObjects(call);
      throw new GatewayError('NotImplemented');
    default:
      return bareReply(404);
  }
}

async function answerObject(call: ObjectCall): Promise<Reply> {
  const { method, query } = call.incoming;
  const uploadId = query.get('uploadId');
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (uploadId !== null) throw new GatewayError('NotImplemented');
      return readObject(call);
    case 'PUT': {
      if (uploadId !== null) return await uploadPart(call, uploadId);
      const copySource = header(call, 'x-amz-copy-source');
      return copySource === undefined ? await putObject(call) : copyObject(call, copySource);
    }
    case 'POST':
      if (query.has('uploads')) return createUpload(call);
      return uploadId === null ? bareReply(405) : await completeUpload(call, uploadId);
    case 'DELETE':
      return uploadId === null ? deleteObject(call) : abortUpload(call, uploadId);
    default:
      return bareReply(404);
  }
}

function translated(error: LakeError): GatewayError {
  if (error.kind === 'forbidden') return new GatewayError('ErrWriteToProtectedBranch');
  return new GatewayError(error.kind === 'not-found' ? 'NoSuchKey' : 'InternalError');
}
