import type { ObjectDefect } from '../../core/check/table-facts.ts';
import type { Scanner } from './scan-csv.ts';

const LF = 0x0a;
/** As the engine reads it: a longer line is a malformed record. */
const MAX_LINE_BYTES = 16_777_216;

/**
 * Parses every line with the language's own strict parser: DuckDB's takes a trailing comma and `NaN` for JSON. A key that
 * stands twice in a nested object makes a bad line too: of the two no reader can say which one is meant. Bad lines are
 * counted, the first of them is named.
 */
export function jsonScanner(): Scanner {
  let parts: Uint8Array[] = [];
  let length = 0;
  let line = 0;
  let records = 0n;
  let bad = 0n;
  let firstBad: number | null = null;
  let array = false;

  const endLine = (): void => {
    line += 1;
    const text = length > MAX_LINE_BYTES ? null : Buffer.concat(parts).toString('utf8');
    parts = [];
    length = 0;
    const content = line === 1 ? text?.replace(/^\uFEFF/, '') : text;
    if (content?.trim() === '') return;
    if (records === 0n && content?.trimStart().startsWith('[') === true) array = true;
    records += 1n;
    if (content === null || content === undefined || !isJsonObject(content)) {
      bad += 1n;
      firstBad ??= line;
    }
  };

  return {
    push: (chunk) => {
      let start = 0;
      for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
        parts.push(chunk.subarray(start, end));
        length += end - start;
        endLine();
        start = end + 1;
      }
      if (start < chunk.length) {
        parts.push(Buffer.from(chunk.subarray(start)));
        length += chunk.length - start;
      }
    },
    finish: () => {
      if (length > 0) endLine();
      return { header: null, records, defects: defectsOf(bad, firstBad, array) };
    },
  };
}

function defectsOf(bad: bigint, firstBad: number | null, array: boolean): readonly ObjectDefect[] {
  if (array) {
    const message = 'one JSON array instead of JSON lines: write one object a line';
    return [{ message, line: 1, rows: null }];
  }
  return bad === 0n ? [] : [{ message: 'a line that is no JSON object', line: firstBad, rows: bad }];
}

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
    // A key twice at the top is found by the engine; below it neither parser says a word.
    return text.indexOf('{', text.indexOf('{') + 1) < 0 || countKeys(parsed) === countColons(text);
  } catch {
    return false;
  }
}

/** Keys of all objects, however deep, without recursion: the depth is the writer's. */
function countKeys(root: object): number {
  const open: object[] = [root];
  let keys = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const values: readonly unknown[] = Object.values(next);
    if (!Array.isArray(next)) keys += values.length;
    for (const one of values) if (typeof one === 'object' && one !== null) open.push(one);
  }
  return keys;
}

/** Colons outside of strings: in valid JSON, one a key. */
function countColons(text: string): number {
  return text.replace(/"(?:[^"\\]|\\.)*"/gs, '').split(':').length - 1;
}
