/** Why RE2 cannot run a pattern, and where in it (from 0). */
export interface PatternFault {
  readonly offset: number;
  readonly what: string;
  readonly hint: string;
}

/**
 * Looks a pattern over for what RE2, the engine's regular expressions, cannot run: look-around, backreferences,
 * possessive and atomic parts, and plain mistakes (an open group, a quantifier on nothing). RE2 itself has the last
 * word; this finds the fault when the contract is written instead of when data is checked.
 *
 * @returns the first fault, or null
 */
export function findPatternFault(pattern: string): PatternFault | null {
  let open = 0;
  let offset = 0;
  // Whether there is something before the offset that a quantifier can repeat.
  let repeatable = false;
  while (offset < pattern.length) {
    const token = nextToken(pattern, offset, repeatable);
    if ('what' in token) return token;
    open += token.opens;
    if (open < 0) return fault(offset, 'a `)` without its `(`', 'Write `\\)` for the character.');
    repeatable = token.repeatable;
    offset += token.length;
  }
  return open > 0 ? fault(pattern.length, 'a `(` without its `)`', 'Close the group, or write `\\(`.') : null;
}

/** True when the pattern can only match a whole value. */
export function isAnchored(pattern: string): boolean {
  const flagless = pattern.replace(/^\(\?[a-zA-Z]+\)/, '');
  const starts = /^(\^|\\A)/.test(flagless);
  const ends = /(^|[^\\])(\\\\)*(\$|\\z)$/.test(flagless);
  return starts && ends && !hasOuterAlternative(flagless);
}

interface Token {
  readonly length: number;
  /** 1 for a group that opens here, -1 for one that closes. */
  readonly opens: number;
  readonly repeatable: boolean;
}

function fault(offset: number, what: string, hint: string): PatternFault {
  return { offset, what, hint };
}

function token(length: number, repeatable = true, opens = 0): Token {
  return { length, repeatable, opens };
}

function nextToken(pattern: string, offset: number, repeatable: boolean): Token | PatternFault {
  const rest = pattern.slice(offset);
  const quantifier = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})/.exec(rest);
  if (quantifier !== null) return quantifierToken(rest, offset, quantifier, repeatable);
  switch (rest[0]) {
    case '(':
      return groupToken(rest, offset, repeatable);
    case ')':
      return token(1, true, -1);
    case '[':
      return classToken(rest, offset);
    case '\\':
      return escapeToken(rest, offset, false);
    case '|':
      return token(1, false);
    default:
      return token(1);
  }
}

/** RE2 repeats at most a thousand times, and `a**` not at all. */
function quantifierToken(
  rest: string,
  offset: number,
  match: RegExpExecArray,
  repeatable: boolean,
): Token | PatternFault {
  const [whole, low, high] = match;
  // `x{,5}` and `{` alone are plain text to RE2, so they never get here.
  if (!repeatable) return fault(offset, `\`${whole}\` with nothing to repeat`, `Write \`\\${whole}\` for the text.`);
  const [fewest, most] = [Number(low ?? 0), Number(high === undefined || high === '' ? (low ?? 0) : high)];
  if (fewest > 1000 || most > 1000) return fault(offset, 'more than 1000 repetitions', 'Repeat at most 1000 times.');
  if (fewest > most) return fault(offset, `\`${whole}\`, which counts down`, 'Write the smaller number first.');
  const after = rest.slice(whole.length);
  if (after.startsWith('+')) {
    return fault(offset, 'a possessive quantifier', 'Remove the second `+`; RE2 never backtracks anyway.');
  }
  const lazy = after.startsWith('?') ? 1 : 0;
  return token(whole.length + lazy, false);
}

const LOOK_AROUND = 'RE2 has no look-around; write what may stand there, or use `type: sql` for what may not.';

function groupToken(rest: string, offset: number, repeatable: boolean): Token | PatternFault {
  if (/^\(\?(=|!|<=|<!)/.test(rest)) return fault(offset, 'look-around', LOOK_AROUND);
  if (rest.startsWith('(?>')) return fault(offset, 'an atomic group', 'Write `(?:`; RE2 never backtracks anyway.');
  if (rest.startsWith('(?P=')) return fault(offset, 'a backreference', BACKREFERENCE);
  if (/^\(\?(\(|R|\d|&|#|\|)/.test(rest)) return fault(offset, 'a condition, recursion or comment', 'RE2 has none.');
  if (!rest.startsWith('(?')) return token(1, false, 1);
  const special = /^\(\?(?:P<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?:)/.exec(rest);
  if (special !== null) return token(special[0].length, false, 1);
  const flags = /^\(\?[imsU]*(?:-[imsU]+)?\)/.exec(rest);
  if (flags !== null) return token(flags[0].length, repeatable);
  return fault(offset, 'an unknown group', 'RE2 has `(?:...)`, `(?P<name>...)` and the flags i, m, s, U.');
}

const BACKREFERENCE = 'RE2 has no backreferences; compare two columns with `type: sql` or a row expression.';

/** Escapes that RE2 has; `\Q...\E` is plain text between. */
function escapeToken(rest: string, offset: number, inClass: boolean): Token | PatternFault {
  const next = rest[1];
  if (next === undefined) return fault(offset, 'a `\\` at the end', 'Write `\\\\` for the character.');
  if (/[1-9]/.test(next) && !/^\\[1-7][0-7]{2}/.test(rest)) return fault(offset, 'a backreference', BACKREFERENCE);
  if (next === 'k' || next === 'g') return fault(offset, 'a backreference', BACKREFERENCE);
  if (next === 'Q' && !inClass) {
    const end = rest.indexOf('\\E', 2);
    return token(end < 0 ? rest.length : end + 2);
  }
  const known = inClass ? CLASS_ESCAPE.exec(rest) : ESCAPE.exec(rest);
  if (known === null) {
    return fault(offset, `the escape \`\\${next}\``, 'RE2 does not have it; see github.com/google/re2/wiki/Syntax.');
  }
  return token(known[0].length);
}

const COMMON_ESCAPE = 'x[0-9A-Fa-f]{2}|x\\{[0-9A-Fa-f]{1,6}\\}|0[0-7]{0,2}|[1-7][0-7]{2}|p[A-Z]|P[A-Z]';
const PROPERTY_ESCAPE = '[pP]\\{\\^?[A-Za-z_]+\\}|[dDsSwW]|[afnrtv]|[!-/:-@[-`{-~]';
const ESCAPE = new RegExp(`^\\\\(?:${COMMON_ESCAPE}|${PROPERTY_ESCAPE}|[AzbBCQ])`, 'su');
const CLASS_ESCAPE = new RegExp(`^\\\\(?:${COMMON_ESCAPE}|${PROPERTY_ESCAPE})`, 'su');

function classToken(rest: string, offset: number): Token | PatternFault {
  let at = rest.startsWith('[^') ? 2 : 1;
  // A `]` in the first place is the character.
  if (rest[at] === ']') at += 1;
  while (at < rest.length && rest[at] !== ']') {
    const item = classItem(rest.slice(at), offset + at);
    if ('what' in item) return item;
    at += item.length;
  }
  if (at >= rest.length) return fault(offset, 'a `[` without its `]`', 'Close the class, or write `\\[`.');
  return token(at + 1);
}

/** One member of a class: `[:alpha:]`, an escape, a range or a character. */
function classItem(rest: string, offset: number): Token | PatternFault {
  const named = /^\[:\^?([a-z]*):\]/.exec(rest);
  if (named !== null) {
    if (POSIX_CLASSES.includes(named[1] ?? '')) return token(named[0].length);
    return fault(offset, `the class \`${named[0]}\``, `Known: ${POSIX_CLASSES.join(', ')}.`);
  }
  if (rest.startsWith('\\')) return escapeToken(rest, offset, true);
  if (/^.-\\[dDsSwWpP]/su.test(rest)) {
    return fault(offset, 'a range that ends in a class', 'Put the `-` last, or write `\\-`.');
  }
  const range = /^(.)-([^\]\\])/su.exec(rest);
  if (range === null) return token([...rest][0]?.length ?? 1);
  const [whole, first = '', last = ''] = range;
  return first > last
    ? fault(offset, `the range \`${whole}\``, 'Write the smaller character first.')
    : token(whole.length);
}

const POSIX_CLASSES = [
  'alnum',
  'alpha',
  'ascii',
  'blank',
  'cntrl',
  'digit',
  'graph',
  'lower',
  'print',
  'punct',
  'space',
  'upper',
  'word',
  'xdigit',
];

function hasOuterAlternative(pattern: string): boolean {
  let depth = 0;
  let offset = 0;
  while (offset < pattern.length) {
    const next = nextToken(pattern, offset, true);
    if ('what' in next) return false;
    if (pattern[offset] === '|' && depth === 0) return true;
    depth += next.opens;
    offset += next.length;
  }
  return false;
}
