import { describe, expect, it } from 'vitest';
import { jsonScanner } from '../../../src/adapters/text/scan-json.ts';

function scan(text: string, cut = Number.MAX_SAFE_INTEGER) {
  const scanner = jsonScanner();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += cut) scanner.push(bytes.subarray(at, at + cut));
  return scanner.finish();
}

const GOOD: readonly (readonly [string, string, bigint])[] = [
  ['lines', '{"a":1}\n{"a":2}\n', 2n],
  ['CRLF', '{"a":1}\r\n{"a":2}\r\n', 2n],
  ['no line end at the end', '{"a":1}\n{"a":2}', 2n],
  ['a byte order mark', '\uFEFF{"a":1}\n', 1n],
  ['blank lines, also of blanks and tabs', '\n{"a":1}\n \t\r\n\n', 1n],
  ['nothing', '', 0n],
  ['braces, colons and quotes in texts', '{"a":"{\\"b\\":1}:{","c":{"d":"}\\\\"}}\n', 1n],
  ['one name at two depths', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}\n', 1n],
  ['a key called __proto__', '{"x":{"__proto__":1,"y":2}}\n', 1n],
];

const BAD: readonly (readonly [string, string, bigint, number])[] = [
  ['an open object', '{"a":1}\n{"a":\n', 1n, 2],
  ['a trailing comma', '{"a":1,}\n{"a":1}\n', 1n, 1],
  ['NaN', '{"a":1}\n\n{"a":NaN}\n', 1n, 3],
  ['a number', '{"a":1}\n5\n"x"\nnull\n', 3n, 2],
  ['an array among lines', '{"a":1}\n[1]\n', 1n, 2],
  ['a key twice in a nested object', '{"a":{"b":1,"b":2}}\n{"a":1}\n', 1n, 1],
  ['a key twice, once in escapes', '{"a":{"b":1,"\\u0062":2}}\n{"a":1}\n', 1n, 1],
  ['a key twice in an object of a list', '{"a":1}\n{"a":[{"b":1},{"b":1,"b":2}]}\n', 1n, 2],
];

describe('jsonScanner', () => {
  it.each(GOOD)('%s', (_title, text, records) => {
    expect(scan(text)).toEqual({ header: null, records, defects: [] });
  });

  it.each(BAD)('%s', (_title, text, rows, line) => {
    expect(scan(text).defects).toEqual([{ message: 'a line that is no JSON object', line, rows }]);
  });

  it('one array instead of lines', () => {
    expect(scan('\n[{"a":1},\n{"a":2}]\n').defects).toMatchObject([{ rows: null }]);
  });

  it.each([...GOOD, ...BAD].map(([title, text]) => [title, text] as const))(
    '%s, in chunks of every size',
    (_title, text) => {
      const whole = scan(text);
      for (let cut = 1; cut <= Buffer.byteLength(text); cut += 1) expect(scan(text, cut)).toEqual(whole);
    },
  );

  it('a line longer than any record may be', () => {
    const result = scan(`{"a":"${'x'.repeat(17_000_000)}"}\n{"a":1}\n`, 262_144);
    expect(result).toMatchObject({ records: 2n, defects: [{ rows: 1n, line: 1 }] });
  });

  it('objects nested deeper than a stack', () => {
    const depth = 5000;
    expect(scan(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}\n`)).toMatchObject({ records: 1n, defects: [] });
  });
});
