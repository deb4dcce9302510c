/** Tells whether an object path is meant. */
export type PathMatcher = (path: string) => boolean;

/** Alternatives of one glob after its braces are written out. */
export const MOST_ALTERNATIVES = 256;

/**
 * Compiles a path pattern: `*` any part of a segment, `**` any number of segments, `?` one character, `{a,b}`
 * alternatives; every other character means itself, also `[`, `(`, `!` and `\`. A pattern that ends in `/` means
 * everything below it; one without wildcards means the object of that name and everything below it.
 *
 * Object paths come from whoever may write to a branch, so matching must never be slow: it takes at most
 * (pattern length x path length) steps, where matchers that go through regular expressions can take forever.
 */
export function compileGlob(glob: string): PathMatcher {
  const patterns = expandBraces(glob)
    .slice(0, MOST_ALTERNATIVES)
    .flatMap((pattern) => (hasWildcard(pattern) || pattern.endsWith('/') ? [pattern] : [pattern, `${pattern}/`]))
    .map((pattern) => (pattern.endsWith('/') ? `${pattern}**` : pattern).split('/').map(characters));
  return (path) => {
    const segments = path.split('/').map(characters);
    return patterns.some((pattern) => matchSegments(pattern, segments));
  };
}

/** How many alternatives a glob's braces stand for. */
export function countAlternatives(glob: string): number {
  return expandBraces(glob).length;
}

/** The part of a glob before its first wildcard or brace; what is listed to find the objects it means. */
export function fixedPrefix(glob: string): string {
  return /^[^*?{]*/.exec(glob)?.[0] ?? '';
}

type Segment = readonly string[];

function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Code points, so that `?` is one character of any script. */
function characters(text: string): Segment {
  return [...text];
}

/** Stops once there are too many, which a glob of forty characters can bring about. */
function expandBraces(glob: string): readonly string[] {
  let pending: readonly string[] = [glob];
  for (let round = 0; round < glob.length; round += 1) {
    const next = pending.flatMap((pattern) => expandInnermost(pattern) ?? [pattern]);
    if (next.length === pending.length || next.length > MOST_ALTERNATIVES) return next;
    pending = next;
  }
  return pending;
}

/** Writes out the first brace that holds no other; null when there is none with a comma. */
function expandInnermost(pattern: string): readonly string[] | null {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (match === null) return null;
  const before = pattern.slice(0, match.index);
  const after = pattern.slice(match.index + match[0].length);
  return (match[1] ?? '').split(',').map((choice) => before + choice + after);
}

/** `**` as a whole segment stands for any number of segments; at the end for at least one. */
function matchSegments(pattern: readonly Segment[], path: readonly Segment[]): boolean {
  const isDeep = (segment: Segment | undefined): boolean => segment?.join('') === '**';
  const atEnd = (index: number): boolean => index === pattern.length - 1;
  return matchWild({
    patternLength: pattern.length,
    textLength: path.length,
    isWild: (index) => isDeep(pattern[index]),
    fewest: (index) => (atEnd(index) ? 1 : 0),
    matchesOne: (index, at) => matchSegment(pattern[index] ?? [], path[at] ?? []),
  });
}

function matchSegment(pattern: Segment, text: Segment): boolean {
  return matchWild({
    patternLength: pattern.length,
    textLength: text.length,
    isWild: (index) => pattern[index] === '*',
    fewest: () => 0,
    matchesOne: (index, at) => pattern[index] === '?' || pattern[index] === text[at],
  });
}

interface WildMatch {
  readonly patternLength: number;
  readonly textLength: number;
  isWild(index: number): boolean;
  /** Fewest elements the wildcard stands for. */
  fewest(index: number): number;
  matchesOne(index: number, at: number): boolean;
}

/**
 * Greedy matching with one wildcard kind: on a mismatch only the last wildcard is given one element more, because an
 * earlier one could gain nothing that the last one cannot.
 */
function matchWild(match: WildMatch): boolean {
  let [index, at] = [0, 0];
  let retry: { readonly index: number; readonly at: number } | null = null;
  while (at < match.textLength || index < match.patternLength) {
    if (index < match.patternLength && match.isWild(index)) {
      at += match.fewest(index);
      if (at > match.textLength) return false;
      index += 1;
      retry = { index, at };
    } else if (index < match.patternLength && at < match.textLength && match.matchesOne(index, at)) {
      index += 1;
      at += 1;
    } else if (retry !== null && retry.at < match.textLength) {
      retry = { index: retry.index, at: retry.at + 1 };
      [index, at] = [retry.index, retry.at];
    } else {
      return false;
    }
  }
  return true;
}
