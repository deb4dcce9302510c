/** Columns a terminal gives the text, which has been through `escapeText`: wide East Asian characters and emoji take two. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  return [...text].reduce((width, character) => width + characterWidth(character), 0);
}

/** The text with spaces after it, `width` columns in all; longer text stays as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** As {@link padEnd}, spaces first. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** At most `width` columns, cut in the middle, where paths and ids differ least. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const tail = takeEnd(text, Math.floor((width - 1) / 2));
  return `${takeStart(text, width - 1 - displayWidth(tail))}…${tail}`;
}

/** At most `width` columns, cut at the end. */
export function cutEnd(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${takeStart(text, width - 1)}…`;
}

/** The longest beginning that fits. */
export function takeStart(text: string, width: number): string {
  return take([...text], width).join('');
}

function takeEnd(text: string, width: number): string {
  return take([...text].reverse(), width)
    .reverse()
    .join('');
}

function take(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += characterWidth(character);
    if (used > width) break;
    taken.push(character);
  }
  return taken;
}

const NARROW = /^[ -~]*$/;
const MARK = /\p{M}/u;
/** Emoji drawn as pictures, and the East Asian blocks that Unicode calls wide or fullwidth. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

function characterWidth(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
