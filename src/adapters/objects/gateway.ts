import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ByteRange } from '../../gate/ports.ts';

export interface GatewayOptions {
  /** Address of the S3 gateway, e.g. `http://lakefs:8000`: lakeFS's own address without `/api/v1`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Sockets kept, which is also the most transfers at once. */
  readonly connections: number;
}

/** An answer whose body has not been read yet. */
export interface OpenObject {
  readonly body: Readable;
  /** Absent when the gateway sent no Content-Length; then only the listing's size can tell a cut body. */
  readonly contentLength: number | undefined;
  readonly etag: string | undefined;
  readonly contentType: string | undefined;
  /** Of an answer to a request for a part. */
  readonly contentRange: string | undefined;
}

export interface Gateway {
  /** One signed GET of `<ref>/<path>`; `ref` is a commit id or a branch. Rejects with whatever the SDK throws; see failure.ts. */
  open(
    request: {
      readonly repository: string;
      readonly ref: string;
      readonly path: string;
      /** Absent: the whole object. */
      readonly part?: ByteRange;
    },
    signal: AbortSignal,
  ): Promise<OpenObject>;
  close(): void;
}

/**
 * lakeFS's S3 gateway. It does
 * not retry: a retry has to cover the body too, so transfer.ts does it. Node's http client follows no redirects.
 */
export function openGateway(options: GatewayOptions): Gateway {
  const endpoint = options.endpoint.replace(/\/+$/, '');
  const agent = { keepAlive: true, maxSockets: options.connections };
  // The SDK warns on every start that Node 20 is old; which versions we support is in package.json.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new S3Client({
    region: 'us-east-1',
    endpointProvider: ({ Bucket }) => pathStyle(endpoint, Bucket),
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true,
    followRegionRedirects: false,
    disableS3ExpressSessionAuth: true,
    maxAttempts: 1,
    // lakeFS neither sends nor wants the SDK's CRC checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  });
  return {
    async open({ repository, ref, path, part }, signal) {
      const range = part === undefined ? {} : { Range: `bytes=${part.start}-${part.end - 1}` };
      const command = new GetObjectCommand({ Bucket: repository, Key: `${ref}/${path}`, ...range });
      const answer = await client.send(command, { abortSignal: signal });
      return {
        body: answer.Body as Readable,
        contentLength: answer.ContentLength,
        etag: answer.ETag,
        contentType: answer.ContentType,
        contentRange: answer.ContentRange,
      };
    },
    close: () => client.destroy(),
  };
}

/**
 * The SDK's own endpoint rules read a meaning into bucket names (`…--x-s3` is S3 Express to them) and into the
 * machine's AWS settings; here a bucket is a repository and nothing else.
 */
function pathStyle(endpoint: string, bucket: string | undefined) {
  const signing = { name: 'sigv4', signingName: 's3', signingRegion: 'us-east-1', disableDoubleEncoding: true };
  return { url: new URL(`${endpoint}/${bucket ?? ''}`), properties: { authSchemes: [{ ...signing, properties: {} }] } };
}
