import { createHash, timingSafeEqual } from 'node:crypto';
import picomatch from 'picomatch';
import { openSession, type Viewer } from './session.ts';

/** Lets in who shows this token, or whom the proxy calls so; both see the repositories that the globs match. */
export interface AccessRule {
  readonly token?: string;
  readonly user?: string;
  readonly repositories: readonly string[];
  /** Of which of them failing rows may be downloaded; default: of none. */
  readonly rows?: readonly string[];
}

/** Whoever shows a token of the console itself. */
export const OPERATOR: Viewer = { name: 'token', maySee: () => true, mayReadRows: () => true };

export interface AccessOptions {
  /** Tokens that open every repository. */
  readonly tokens: readonly string[];
  readonly rules: readonly AccessRule[];
  /** Header in which a proxy that has done the login names the user, in lower case; null: none is believed. */
  readonly userHeader: string | null;
  /** Addresses whose `userHeader` is believed. */
  readonly proxies: readonly string[];
  readonly sessionKey: Buffer;
  readonly now: () => number;
}

/** What a request shows of who sent it. */
export interface Credentials {
  readonly cookie: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly address: string;
}

export interface Access {
  /** Whether pages can be opened at all. */
  readonly isConfigured: boolean;
  /** The viewer of a request, or null: to be asked to log in. */
  viewer(credentials: Credentials): Viewer | null;
  /** The entry that the token belongs to, or null. */
  entryOf(token: string): string | null;
}

/** Decides who sees what. A user whom no rule names sees nothing, once there are rules for users. */
export function createAccess(options: AccessOptions): Access {
  const { tokens, rules, userHeader, proxies, sessionKey, now } = options;
  const entries = new Map<string, Viewer>([
    ['token', OPERATOR],
    ...rules.map((rule, index) => [`access:${index}`, viewerOf(rule, index)] as const),
  ]);
  const userRules = rules.filter((rule) => rule.user !== undefined);
  const byProxy = ({ headers, address }: Credentials): Viewer | null => {
    if (userHeader === null || !proxies.includes(plainAddress(address))) return null;
    const name = headers[userHeader];
    if (typeof name !== 'string' || name === '') return null;
    // Rows are for those who are named.
    if (userRules.length === 0) return { name, maySee: () => true, mayReadRows: () => false };
    const own = userRules.filter((rule) => rule.user === name).map((rule) => viewerOf(rule, 0));
    return {
      name,
      maySee: (repository) => own.some((viewer) => viewer.maySee(repository)),
      mayReadRows: (repository) => own.some((viewer) => viewer.mayReadRows(repository)),
    };
  };
  return {
    isConfigured: tokens.length > 0 || rules.length > 0 || userHeader !== null,
    viewer: (credentials) => {
      const proxied = byProxy(credentials);
      if (proxied !== null || credentials.cookie === null) return proxied;
      const session = openSession(credentials.cookie, sessionKey, now());
      return session === null ? null : (entries.get(session.entry) ?? null);
    },
    entryOf: (token) => {
      // Every token is compared, so that the time tells nothing.
      const matching = [
        ...tokens.map((one) => ({ entry: 'token', same: equal(one, token) })),
        ...rules.map((rule, index) => ({
          entry: `access:${index}`,
          same: rule.token !== undefined && equal(rule.token, token),
        })),
      ].filter(({ same }) => same);
      return matching[0]?.entry ?? null;
    },
  };
}

/** What the rule lets its user see, or whoever shows its token, who goes by the rule's place in the list. */
export function viewerOf({ user, repositories, rows = [] }: AccessRule, index: number): Viewer {
  const sees = picomatch([...repositories], { dot: true });
  const reads = rows.length === 0 ? () => false : picomatch([...rows], { dot: true });
  return {
    name: user ?? `access token ${index + 1}`,
    maySee: (repository) => sees(repository),
    mayReadRows: (repository) => sees(repository) && reads(repository),
  };
}

/** `::ffff:127.0.0.1` is 127.0.0.1 as a socket for both families sees it. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}

function equal(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
