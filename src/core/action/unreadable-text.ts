import { type Problem, problemAt, type SourceLocation } from '../problem.ts';

/** UTF-8 bytes; what is longer was not written by a person. */
export const MOST_ACTION_BYTES = 256 * 1024;

/** yaml.v3 refuses both (tried: "control characters are not allowed", "invalid leading UTF-8 octet"; 500). */
export function unreadableText(text: string, start: SourceLocation): Problem | null {
  if (text.length > MOST_ACTION_BYTES) {
    const message = `The file is longer than ${MOST_ACTION_BYTES / 1024} KiB.`;
    return problemAt(start, { code: 'action-too-large', message, hint: 'Action files have a page or two.' });
  }
  const foreign = [...text].findIndex((character) => isForeign(character));
  if (foreign < 0) return null;
  const before = [...text].slice(0, foreign).join('');
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return problemAt(
    { ...start, line, column },
    {
      code: 'action-not-text',
      message: 'Here is a character that lakeFS cannot read: the file is not plain UTF-8 text.',
      hint: 'Save it as UTF-8 without control characters.',
    },
  );
}

/** What lakeFS's YAML forbids or misreads, and the mark that decoding leaves where bytes were no UTF-8. */
function isForeign(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0xfffd || code === 0xfffe || code === 0xffff || code === 0x7f) return true;
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  // NEL and the two separators end a line for yaml.v3, and not for YAML 1.2: what looks like one text there is two.
  return (code > 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
}
