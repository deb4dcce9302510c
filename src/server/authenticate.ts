import { createHash, timingSafeEqual } from 'node:crypto';

/** Tells whether an Authorization header carries one of the tokens. */
export type Authenticate = (header: string | undefined) => boolean;

/** Shorter tokens are refused by the configuration; this is the last line behind it. */
const SHORTEST = 16;

/**
 * Compares SHA-256 digests, which have one length, in constant time and with every token, so that the time tells
 * nothing of which token or how much of it was right. Throws when there is no token or one is short: an action whose
 * variable has the wrong prefix sends an empty token without a word (shared fact L6), and that must never be right.
 */
export function createAuthenticate(tokens: readonly string[]): Authenticate {
  if (tokens.length === 0) throw new TypeError('The hook server needs a token.');
  if (tokens.some((token) => token.length < SHORTEST)) throw new TypeError('A hook token is too short.');
  const wanted = tokens.map(digest);
  return (header) => {
    const [, given = ''] = /^Bearer +([^\s]+) *$/i.exec(header ?? '') ?? [];
    const found = digest(given);
    return wanted.filter((token) => timingSafeEqual(token, found)).length > 0;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
