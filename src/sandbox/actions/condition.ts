/** Whether a hook runs, or why its `if` cannot be evaluated; such an error fails the hook and is no rejection. */
export type Decision =
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly message: string };

/**
 * Evaluates the `if` of a hook. lakeFS evaluates a whole expression language; the stand-in knows the forms that its
 * documentation shows, negation and the two connectives, and refuses the rest rather than guess.
 * @param failed whether an earlier hook of the same action has failed
 */
export function evaluateCondition(condition: string, failed: boolean): Decision {
  const text = condition.trim();
  if (condition === '') return { ok: true, value: !failed };
  const either = splitOnce(text, /\s*(?:\|\||\bor\b)\s*/);
  if (either !== null) return combine(either, failed, (left, right) => left || right);
  const both = splitOnce(text, /\s*(?:&&|\band\b)\s*/);
  if (both !== null) return combine(both, failed, (left, right) => left && right);
  const negated = /^(?:!\s*|not\s+)(.+)$/s.exec(text)?.[1];
  if (negated !== undefined) {
    const inner = evaluateCondition(negated, failed);
    return inner.ok ? { ok: true, value: !inner.value } : inner;
  }
  return term(text, failed);
}

/** Whether a branch is named by one of the patterns; no patterns name every branch. */
export function matchesBranch(patterns: readonly string[], branch: string): Decision {
  if (patterns.length === 0) return { ok: true, value: true };
  for (const pattern of patterns) {
    const compiled = compilePattern(pattern);
    if (compiled === null) return { ok: false, message: 'syntax error in pattern' };
    if (compiled.test(branch)) return { ok: true, value: true };
  }
  return { ok: true, value: false };
}

function splitOnce(text: string, at: RegExp): readonly [string, string] | null {
  const found = at.exec(text);
  return found === null ? null : [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}

function combine(
  [left, right]: readonly [string, string],
  failed: boolean,
  join: (left: boolean, right: boolean) => boolean,
): Decision {
  const [first, second] = [operand(left, failed), operand(right, failed)];
  if (!first.ok) return first;
  return second.ok ? { ok: true, value: join(first.value, second.value) } : second;
}

function operand(text: string, failed: boolean): Decision {
  return text.trim() === '' ? unreadable(text) : evaluateCondition(text, failed);
}

function term(text: string, failed: boolean): Decision {
  if (/^success\s*\(\s*\)$/.test(text)) return { ok: true, value: !failed };
  if (/^failure\s*\(\s*\)$/.test(text)) return { ok: true, value: failed };
  if (text === 'true' || text === 'false') return { ok: true, value: text === 'true' };
  if (/^(?:[-+]?\d+(?:\.\d+)?|nil|"[^"]*"|'[^']*'|success|failure)$/.test(text)) {
    return { ok: false, message: "hook 'if' expression should evaluate to a boolean" };
  }
  return unreadable(text);
}

function unreadable(text: string): Decision {
  return { ok: false, message: `the stand-in cannot evaluate the hook's 'if' expression: ${text}` };
}

/** Go's `path.Match` as a regular expression, or null for a pattern that it calls malformed. */
function compilePattern(pattern: string): RegExp | null {
  let source = '';
  for (let rest = pattern; rest !== ''; ) {
    const piece = /^(?:\*|\?|\\(.)|\[(\^|(?!\^))((?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+)\]|([^\\[]))/su.exec(rest);
    if (piece === null) return null;
    const [text, escaped, negation, ranges, plain] = piece;
    if (text === '*') source += '[^/]*';
    else if (text === '?') source += '[^/]';
    else if (ranges !== undefined) source += characterClass(negation === '^', ranges);
    else source += literal(escaped ?? plain ?? '');
    rest = rest.slice(text.length);
  }
  return new RegExp(`^${source}$`, 'su');
}

function characterClass(negated: boolean, ranges: string): string {
  const parts = [...ranges.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gsu)].map(([, from = '', to]) => {
    const [low, high] = [bare(from), to === undefined ? bare(from) : bare(to)];
    // A range the wrong way round holds nothing in Go and is an error in JavaScript.
    return low > high ? '' : `${literal(low)}-${literal(high)}`;
  });
  return `[${negated ? '^' : ''}${parts.join('')}]`;
}

function bare(character: string): string {
  return character.length > 1 && character.startsWith('\\') ? character.slice(1) : character;
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
