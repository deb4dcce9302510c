/**
 * Whether a branch is named by one of an action's patterns; no patterns name every branch. lakeFS reads them by Go's
 * `path.Match`; a malformed one names none.
 */
export function namesBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => expressionOf(pattern)?.test(branch) === true);
}

/** A pattern of lakeFS's branch protection, where only `*` and `?` mean more than themselves. */
export function protectsBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`).test(branch);
  });
}

const PIECE = /^(?:\*+|\?|\\(.)|\[(\^?)((?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+)\]|([^\\[]))/su;

function expressionOf(pattern: string): RegExp | null {
  let source = '';
  for (let rest = pattern; rest !== ''; ) {
    const piece = PIECE.exec(rest);
    if (piece === null) return null;
    const [text, escaped, negation = '', ranges, plain] = piece;
    if (text.startsWith('*')) source += '.*';
    else if (text === '?') source += '.';
    else if (ranges !== undefined) source += `[${negation}${ranges.replace(/[[\]^]/g, '\\$&')}]`;
    else source += (escaped ?? plain ?? '').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    rest = rest.slice(text.length);
  }
  return new RegExp(`^${source}$`, 'u');
}
