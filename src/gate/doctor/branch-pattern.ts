/**
 * Whether a branch is named by one of an action's patterns; no patterns name every branch. lakeFS reads them by Go's
 * `path.Match`; a malformed one names none.
 */
export function namesBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matches(piecesOf(pattern), branch));
}

/** A pattern of lakeFS's branch protection, where only `*` and `?` mean more than themselves. */
export function protectsBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => matches([...pattern].map(simplePiece), branch));
}

/** `*`, or what one character must be. */
type Piece = '*' | ((character: string) => boolean);

const ANY: Piece = () => true;

function simplePiece(text: string): Piece {
  if (text === '*') return '*';
  return text === '?' ? ANY : (character) => character === text;
}

const PIECE = /^(?:[*?]|\\(.)|\[(\^?)((?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+)\]|[^\\[])/su;
const RANGE = /\\?(.)(?:-\\?(.))?/gsu;

/** Null for a malformed pattern. */
function piecesOf(pattern: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (let rest = pattern; rest !== ''; ) {
    const found = PIECE.exec(rest);
    if (found === null) return null;
    const [text, escaped, negation, ranges] = found;
    if (ranges !== undefined) pieces.push(classPiece(ranges, negation === '^'));
    else pieces.push(escaped === undefined ? simplePiece(text) : (character) => character === escaped);
    rest = rest.slice(text.length);
  }
  return pieces;
}

function classPiece(ranges: string, negated: boolean): Piece {
  const pairs = [...ranges.matchAll(RANGE)].map(([, low = '', high = low]) => ({ low, high }));
  return (character) => pairs.some(({ low, high }) => low <= character && character <= high) !== negated;
}

/**
 * Steps back to the last `*` alone, which is enough and never slow: patterns come from whoever may write to a branch,
 * and a regular expression could be made to run for ever by one.
 */
function matches(pieces: readonly Piece[] | null, text: string): boolean {
  if (pieces === null) return false;
  const characters = [...text];
  let [index, at] = [0, 0];
  let retry: { readonly index: number; readonly at: number } | null = null;
  while (at < characters.length || index < pieces.length) {
    const piece = pieces[index];
    const character = characters[at];
    if (piece === '*') {
      index += 1;
      retry = { index, at };
    } else if (piece !== undefined && character !== undefined && piece(character)) {
      index += 1;
      at += 1;
    } else if (retry !== null && retry.at < characters.length) {
      retry = { index: retry.index, at: retry.at + 1 };
      [index, at] = [retry.index, retry.at];
    } else {
      return false;
    }
  }
  return true;
}
