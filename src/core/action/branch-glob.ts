import type { Finding } from './lint-context.ts';

/** lakeFS's grammar of branch ids; the first character may be no dash, which no glob has to care about. */
const BRANCH_CHARACTER = /^[\w-]$/;

interface Piece {
  /** A character that must be there as it is; null for wildcards and classes. */
  readonly literal: string | null;
}

/**
 * What is wrong with a branch pattern, by Go's `path.Match`: a malformed one makes lakeFS answer 500 to every event it
 * is asked about (tried: `ma[in`, `zz[]`), and one that no branch id can match is a gate that is never asked (tried:
 * `{main,x}`; braces are no alternatives there, and branch ids hold neither slashes nor dots).
 */
export function faultInGlob(glob: string): Finding | null {
  const pieces = parseGlob(glob);
  if (pieces === null) {
    return {
      code: 'action-glob-invalid',
      message: `\`${glob}\` is a malformed pattern: lakeFS fails with it instead of running hooks.`,
      hint: 'Close every `[`, and write `\\\\` for a backslash; `*` and `?` are enough for most.',
    };
  }
  const odd = pieces.find(({ literal }) => literal !== null && !BRANCH_CHARACTER.test(literal))?.literal;
  if (odd === undefined && pieces.length > 0) return null;
  return {
    code: 'action-glob-never',
    message:
      odd === undefined || odd === null
        ? 'An empty pattern matches no branch.'
        : `\`${glob}\` matches no branch: branch ids hold no \`${odd}\`.`,
    hint: 'Branch ids are letters, digits, dashes and underscores. lakeFS knows `*` and `?`, and no `{a,b}`.',
  };
}

/** The pieces of a pattern, or null where Go says ErrBadPattern. */
function parseGlob(glob: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (let rest = glob; rest !== ''; ) {
    const piece = /^(?:[*?]|\\(.)|\[\^?(?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+\]|([^\\[]))/su.exec(rest);
    if (piece === null) return null;
    const [text, escaped, plain] = piece;
    const isWild = text === '*' || text === '?' || text.startsWith('[');
    pieces.push({ literal: isWild ? null : (escaped ?? plain ?? '') });
    rest = rest.slice(text.length);
  }
  return pieces;
}
