import { randomUUID } from 'node:crypto';
import type { Incoming, Reply } from '../http.ts';
import type { Lake, Repository } from '../lake.ts';
import { payloadOf } from './payload.ts';
import type { Signature } from './signature.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/** An authenticated request to one repository. */
export interface GatewayCall {
  readonly lake: Lake;
  readonly incoming: Incoming;
  readonly signature: Signature;
  readonly repository: Repository;
}

/** An authenticated request to one key: `/<repository>/<ref>/<path>`. */
export interface ObjectCall extends GatewayCall {
  readonly ref: string;
  readonly path: string;
}

export async function verifiedBody(call: GatewayCall): Promise<Buffer> {
  return payloadOf(await call.incoming.body(), call.signature);
}

export function header(call: GatewayCall, name: string): string | undefined {
  const value = call.incoming.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

export function xmlReply(status: number, root: XmlElement): Reply {
  return { status, headers: gatewayHeaders(), body: Buffer.from(xmlDocument(root)) };
}

export function bareReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...gatewayHeaders(), ...headers }, body: Buffer.alloc(0) };
}

export function gatewayHeaders(): Readonly<Record<string, string>> {
  return { 'Content-Type': 'application/xml', 'X-Amz-Request-Id': randomUUID() };
}

/** Milliseconds since 1970 as the gateway's documents write a time. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
