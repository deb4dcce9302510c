import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../ids.ts';
import { GatewayError } from './gateway-error.ts';
import { chunkSignature, type Signature } from './signature.ts';

/**
 * The object in a request's body, its signed hash or its chunks verified.
 *
 * @throws GatewayError InternalError for a body that does not hold what was signed (lakeFS's answer to it),
 *   SignatureDoesNotMatch for a chunk with a wrong signature
 */
export function payloadOf(body: Buffer, signature: Signature): Buffer {
  switch (signature.payload) {
    case 'UNSIGNED-PAYLOAD':
      return body;
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return signedChunks(body, signature);
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return chunksWithTrailer(body);
    default:
      if (sha256Hex(body) !== signature.payload) throw new GatewayError('InternalError');
      return body;
  }
}

function signedChunks(body: Buffer, signature: Signature): Buffer {
  let previous = signature.value;
  const { chunks } = readChunks(body, (bytes, extension) => {
    previous = chunkSignature(signature, previous, bytes);
    if (extension !== `chunk-signature=${previous}`) throw new GatewayError('SignatureDoesNotMatch');
  });
  return Buffer.concat(chunks);
}

function chunksWithTrailer(body: Buffer): Buffer {
  const { chunks, trailer } = readChunks(body, () => {});
  const bytes = Buffer.concat(chunks);
  const [name, value] = trailer.split(':');
  const expected = checksumOf(name?.trim() ?? '', bytes);
  if (expected !== null && expected !== value?.trim()) throw new GatewayError('InternalError');
  return bytes;
}

/** Reads `aws-chunked` framing; `verify` sees every chunk, the empty last one too. */
function readChunks(
  body: Buffer,
  verify: (bytes: Buffer, extension: string) => void,
): { readonly chunks: readonly Buffer[]; readonly trailer: string } {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    if (lineEnd < 0) throw new GatewayError('InternalError');
    const [size = '', extension = ''] = body.subarray(at, lineEnd).toString('latin1').split(';');
    const length = Number.parseInt(size, 16);
    const start = lineEnd + 2;
    if (Number.isNaN(length) || start + length > body.length) throw new GatewayError('InternalError');
    const bytes = body.subarray(start, start + length);
    verify(bytes, extension);
    if (length === 0) return { chunks, trailer: body.subarray(start).toString('latin1').trim() };
    chunks.push(bytes);
    at = start + length + 2;
  }
}

/** Null for the algorithms Node has not (crc32c, crc64nvme): those trailers are taken on trust. */
function checksumOf(name: string, bytes: Buffer): string | null {
  switch (name) {
    case 'x-amz-checksum-crc32': {
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(bytes));
      return checksum.toString('base64');
    }
    case 'x-amz-checksum-sha1':
      return createHash('sha1').update(bytes).digest('base64');
    case 'x-amz-checksum-sha256':
      return createHash('sha256').update(bytes).digest('base64');
    default:
      return null;
  }
}
