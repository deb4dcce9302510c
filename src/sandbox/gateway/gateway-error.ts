import { randomBytes, randomUUID } from 'node:crypto';
import type { Reply } from '../http.ts';
import { xml, xmlDocument } from './xml.ts';

/** S3's words for what went wrong, as far as the gateway uses them. */
const ERRORS = {
  AccessDenied: [403, 'Access Denied.'],
  BadRequest: [400, '400 BadRequest'],
  BucketAlreadyExists: [
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
  ],
  ErrWriteToProtectedBranch: [403, 'Attempted to write to a protected branch'],
  InternalError: [500, 'We encountered an internal error, please try again.'],
  InvalidArgument: [400, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  MalformedDate: [400, 'Invalid date format header, expected to be in ISO8601, RFC1123 or RFC1123Z time format.'],
  MalformedXML: [400, 'The XML you provided was not well-formed or did not validate against our published schema.'],
  MissingFields: [400, 'Missing fields in request.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchVersion: [404, 'Indicates that the version ID specified in the request does not match an existing version.'],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  RequestTimeTooSkewed: [403, "The difference between the request time and the server's time is too large."],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type GatewayErrorCode = keyof typeof ERRORS;

/** A refusal in S3's terms. */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, message: string = ERRORS[code][1]) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
  }
}

/** What an error document says about the request; lakeFS leaves all of it empty before it knows the repository. */
export interface ErrorPlace {
  readonly repository: string;
  readonly ref?: string;
  readonly path?: string;
}

export function gatewayErrorReply(error: GatewayError, place: ErrorPlace | null): Reply {
  const requestId = randomUUID();
  const document = xmlDocument(
    xml('Error', [
      xml('Code', error.code),
      xml('Message', error.message),
      place?.path === undefined ? null : xml('Key', place.path),
      place === null ? null : xml('BucketName', place.repository),
      xml('Resource', resourceOf(place)),
      xml('Region', 'us-east-1'),
      xml('RequestId', requestId),
      xml('HostId', randomBytes(8).toString('hex').toUpperCase()),
    ]),
  );
  const headers: Readonly<Record<string, string>> =
    place === null
      ? { 'Content-Type': 'text/xml; charset=utf-8' }
      : { 'Content-Type': 'application/xml', 'X-Amz-Request-Id': requestId };
  return { status: ERRORS[error.code][0], headers, body: Buffer.from(document) };
}

function resourceOf(place: ErrorPlace | null): string {
  if (place === null) return '';
  return place.ref === undefined ? place.repository : `${place.ref}@${place.repository}`;
}
