import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import type { Incoming } from '../http.ts';
import { sha256Hex } from '../ids.ts';
import { GatewayError } from './gateway-error.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const HEADER =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+),\s*SignedHeaders=(?<headers>[^,\s]+),\s*Signature=(?<signature>[0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60_000;

/** A verified signature: what a streamed body needs to prove its chunks. */
export interface Signature {
  readonly value: string;
  readonly signingKey: Buffer;
  /** `20261121/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  /** `20261121T043800Z`. */
  readonly time: string;
  /** Hash of the body, or a word for how it comes. */
  readonly payload: string;
}

interface Claim {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: string;
  /** Seconds a presigned URL holds; null for a signed header. */
  readonly expires: number | null;
}

/** What sends a request to the gateway rather than to the web pages: any sign of an AWS signature, good or bad. */
export function looksSigned(incoming: Incoming): boolean {
  const authorization = incoming.headers.authorization ?? '';
  return (
    /^AWS4|^AWS /.test(authorization) ||
    incoming.headers['x-amz-signature'] !== undefined ||
    incoming.query.has('AWSAccessKeyId') ||
    incoming.query.has('X-Amz-Credential')
  );
}

/**
 * Verifies an AWS signature of version 4, in the header or in a presigned URL. Version 2 is not understood and counts
 * as missing.
 *
 * @throws GatewayError MissingFields, AccessDenied, SignatureDoesNotMatch, RequestTimeTooSkewed, MalformedDate
 */
export function verifySignature(incoming: Incoming, credentials: Credentials): Signature {
  const claim = claimOf(incoming);
  if (claim === null) throw new GatewayError('MissingFields');
  if (claim.accessKeyId !== credentials.accessKeyId) throw new GatewayError('AccessDenied');
  const payload = headerText(incoming, 'x-amz-content-sha256') || 'UNSIGNED-PAYLOAD';
  const signingKey = signingKeyOf(credentials.secretAccessKey, claim.scope);
  const stringToSign = [ALGORITHM, claim.time, claim.scope, sha256Hex(canonicalRequest(incoming, claim, payload))];
  const expected = hmac(signingKey, stringToSign.join('\n')).toString('hex');
  if (!equalText(expected, claim.signature)) throw new GatewayError('SignatureDoesNotMatch');
  assertFresh(claim);
  return { value: claim.signature, signingKey, scope: claim.scope, time: claim.time, payload };
}

/** The signature of one chunk of a streamed body, chained to the one before it. */
export function chunkSignature(signature: Signature, previous: string, chunk: Buffer): string {
  const lines = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    signature.time,
    signature.scope,
    previous,
    sha256Hex(''),
    sha256Hex(chunk),
  ];
  return hmac(signature.signingKey, lines.join('\n')).toString('hex');
}

function claimOf(incoming: Incoming): Claim | null {
  const groups = HEADER.exec(incoming.headers.authorization ?? '')?.groups;
  const { query } = incoming;
  if (groups === undefined && query.get('X-Amz-Algorithm') !== ALGORITHM) return null;
  const [credential, headers, signature] =
    groups === undefined
      ? [query.get('X-Amz-Credential'), query.get('X-Amz-SignedHeaders'), query.get('X-Amz-Signature')]
      : [groups['credential'], groups['headers'], groups['signature']];
  const expires = groups === undefined ? query.get('X-Amz-Expires') : null;
  if (!credential || !headers || !signature || (groups === undefined && !/^\d+$/.test(expires ?? ''))) return null;
  const slash = credential.indexOf('/');
  return {
    accessKeyId: credential.slice(0, slash),
    scope: credential.slice(slash + 1),
    signedHeaders: headers.split(';'),
    signature,
    time: query.get('X-Amz-Date') ?? headerText(incoming, 'x-amz-date'),
    expires: expires === null ? null : Number(expires),
  };
}

function canonicalRequest(incoming: Incoming, claim: Claim, payload: string): string {
  return [
    incoming.method,
    decodeURIComponentOrRaw(incoming.rawPath).split('/').map(encodeStrictly).join('/'),
    canonicalQuery(incoming.rawQuery),
    ...[...claim.signedHeaders].sort().map((name) => `${name}:${canonicalHeader(incoming, name)}`),
    '',
    claim.signedHeaders.join(';'),
    payload,
  ].join('\n');
}

function canonicalQuery(rawQuery: string): string {
  return [...new URLSearchParams(rawQuery)]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .sort()
    .join('&');
}

function canonicalHeader(incoming: Incoming, name: string): string {
  return headerText(incoming, name).trim().replace(/\s+/g, ' ');
}

function headerText(incoming: Incoming, name: string): string {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : (value?.join(',') ?? '');
}

function assertFresh(claim: Claim): void {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.time) ?? [];
  if (parts.length === 0) throw new GatewayError('MalformedDate');
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const age = Date.now() - Date.UTC(year, month - 1, day, hour, minute, second);
  if (claim.expires !== null && age > claim.expires * 1000)
    throw new GatewayError('AccessDenied', 'Request has expired');
  if (claim.expires === null && Math.abs(age) > MAX_SKEW_MS) throw new GatewayError('RequestTimeTooSkewed');
}

function signingKeyOf(secret: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** RFC 3986: everything but unreserved characters. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

export function decodeURIComponentOrRaw(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function equalText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(a)), Buffer.from(sha256Hex(b)));
}
