import type { Incoming, Reply } from '../http.ts';
import { type Call, type Lake, repositoryOf } from '../lake.ts';
import { LakeError } from '../lake-error.ts';

export interface RestRequest {
  readonly lake: Lake;
  readonly incoming: Incoming;
  /** Path parameters, decoded. */
  readonly params: ReadonlyMap<string, string>;
}

export interface Route {
  readonly method: string;
  /** Below /api/v1, parameters in braces: `/repositories/{repository}/branches`. */
  readonly path: string;
  readonly handle: (request: RestRequest) => Reply | Promise<Reply>;
}

/** A path parameter the route's pattern names. */
export function param(request: RestRequest, name: string): string {
  const value = request.params.get(name);
  if (value === undefined) throw new LakeError('broken', `the route has no parameter ${name}`);
  return value;
}

/** @throws LakeError `repository not found` */
export function callOf(request: RestRequest): Call {
  const { lake, incoming } = request;
  return { lake, repository: repositoryOf(lake, param(request, 'repository')), signal: incoming.signal };
}

export function query(request: RestRequest, name: string): string {
  return request.incoming.query.get(name) ?? '';
}

/** As Go's server reads a boolean of the query. */
export function isTrue(text: string): boolean {
  return /^(true|1|t)$/i.test(text);
}

/** A query parameter without which the call makes no sense. */
export function requiredQuery(request: RestRequest, name: string): string {
  const value = request.incoming.query.get(name);
  if (value === null) {
    throw new LakeError('invalid', `parameter "${name}" in query has an error: value is required but missing`);
  }
  return value;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The body as a JSON object; no body counts as an empty one. */
export async function jsonBody(request: RestRequest): Promise<JsonObject> {
  const value = await jsonValue(request);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new LakeError('invalid', 'request body has an error: value must be an object');
}

export async function jsonValue(request: RestRequest): Promise<unknown> {
  const text = (await request.incoming.body()).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LakeError('invalid', `request body has an error: failed to decode request body: ${String(cause)}`);
  }
}

export function textField(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}

/** @throws LakeError with the beginning of what lakeFS's schema check says (it goes on with a dump of the schema) */
export function requiredText(body: JsonObject, name: string, schema: string): string {
  const value = body[name];
  if (typeof value === 'string') return value;
  const wrong = value === undefined ? `property "${name}" is missing` : 'value must be a string';
  throw schemaError(schema, name, wrong);
}

export function schemaError(schema: string, field: string, wrong: string): LakeError {
  const place = `#/components/schemas/${schema}`;
  return new LakeError(
    'invalid',
    `request body has an error: doesn't match schema ${place}: Error at "/${field}": ${wrong}`,
  );
}

export function flagField(body: JsonObject, name: string): boolean {
  return body[name] === true;
}

/** @throws LakeError like {@link requiredText} */
export function requiredNumber(body: JsonObject, name: string, schema: string): number {
  const value = body[name];
  if (typeof value === 'number') return value;
  throw schemaError(schema, name, value === undefined ? `property "${name}" is missing` : 'value must be an integer');
}

export function numberField(body: JsonObject, name: string): number | null {
  const value = body[name];
  return typeof value === 'number' ? value : null;
}

/** A string-to-string map; other values are left out. */
export function recordField(body: JsonObject, name: string): Readonly<Record<string, string>> {
  const value = body[name];
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]) => (typeof held === 'string' ? [[key, held]] : [])),
  );
}
