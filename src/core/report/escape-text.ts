/**
 * Makes text from data, paths and contracts safe to show in a log or a terminal: everything that moves the cursor,
 * changes colours, reorders, hides or breaks a line becomes a visible escape such as `\n` or `\u202e`. What is left has
 * one line, reads left to right as it stands, and shows every character it holds.
 *
 * A backslash stays a single backslash, so that patterns and paths read as they were written.
 */
export function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replaceAll(UNSAFE, escapeCharacter)
    .replaceAll(STACKED_MARKS, escapeAll)
    .replaceAll(EDGE_SPACES, showSpaces);
}

/** Every string inside a plain value, escaped; keys are ours and stay. */
export function escapeAllText<T>(value: T): T {
  return escapeDeep(value) as T;
}

/** Printable ASCII without spaces at either end: nearly every text there is. */
const PLAIN = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/**
 * Controls, format characters (bidi overrides, zero width), lone surrogates, private and unassigned code points (all of
 * `\p{C}`), line and paragraph separators, spaces other than the plain one, and what is drawn as nothing.
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Living languages stack up to four marks on a letter; more of them paint over the neighbouring lines. */
const STACKED_MARKS = /(?<=\p{M}{4})\p{M}+/gu;

const EDGE_SPACES = /^ +| +$/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return SHORT[character] ?? (code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}

function escapeAll(characters: string): string {
  return [...characters].map(escapeCharacter).join('');
}

function showSpaces(spaces: string): string {
  return '␣'.repeat(spaces.length);
}

function escapeDeep(value: unknown): unknown {
  if (typeof value === 'string') return escapeText(value);
  if (Array.isArray(value)) return value.map(escapeDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeDeep(inner)]));
}
