import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who looks at a page, and which repositories that person may see. */
export interface Viewer {
  readonly name: string;
  maySee(repository: string): boolean;
  /** Whether failing rows of a repository that may be seen may be downloaded too. */
  mayReadRows(repository: string): boolean;
}

/** What a login cookie says, signed with a key of this process: a restart logs everybody out. */
export interface Session {
  /** Which of the configured entries let the viewer in: `token`, or `access:2`. */
  readonly entry: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A session lasts a working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

/** The cookie's value: readable, but not to be made by anybody else. */
export function sealSession({ entry, expiresAt }: Session, key: Buffer): string {
  const text = Buffer.from(JSON.stringify([entry, expiresAt])).toString('base64url');
  return `${text}.${signature(text, key)}`;
}

/** The session of a cookie's value, or null when it was not sealed here or is over. */
export function openSession(value: string, key: Buffer, now: number): Session | null {
  const [text = '', seal = ''] = value.split('.', 2);
  const expected = Buffer.from(signature(text, key));
  const given = Buffer.from(seal);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [entry, expiresAt] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [string, number];
  return expiresAt > now ? { entry, expiresAt } : null;
}

/** The value of one cookie of a `Cookie` header, or null. */
export function cookieValue(header: string | undefined, name: string): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

function signature(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
