import { describe, expect, it } from 'vitest';
import { csvScanner, type ScanResult } from '../../../src/adapters/text/scan-csv.ts';
import type { ReaderOptions } from '../../../src/core/contract/contract.ts';

const RFC: ReaderOptions = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  encoding: 'utf-8',
  nullTokens: [],
};

function scan(
  text: string | Uint8Array,
  options: Partial<ReaderOptions> = {},
  cut = Number.MAX_SAFE_INTEGER,
): ScanResult {
  const scanner = csvScanner({ ...RFC, ...options });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += cut) scanner.push(bytes.subarray(at, at + cut));
  return scanner.finish();
}

interface Case {
  readonly title: string;
  readonly text: string;
  readonly options?: Partial<ReaderOptions>;
  readonly header: readonly string[] | null;
  readonly records: bigint;
  /** Messages with their lines. */
  readonly defects?: readonly (readonly [string, number | null])[];
}

const CASES: readonly Case[] = [
  { title: 'LF', text: 'a,b\n1,2\n3,4\n', header: ['a', 'b'], records: 2n },
  { title: 'no line end at the end', text: 'a,b\n1,2\n3,4', header: ['a', 'b'], records: 2n },
  { title: 'CRLF', text: 'a,b\r\n1,2\r\n3,4\r\n', header: ['a', 'b'], records: 2n },
  {
    title: 'line ends of both kinds',
    text: 'a,b\r\n1,2\n',
    header: ['a', 'b'],
    records: 1n,
    defects: [['line ends are mixed: CRLF and LF', null]],
  },
  { title: 'a byte order mark', text: '\uFEFFa,b\n1,2\n', header: ['a', 'b'], records: 1n },
  {
    title: 'a byte order mark before a quoted name with a delimiter in it',
    text: '\uFEFF"a,\nx",b\n1,2\n',
    header: ['a,\nx', 'b'],
    records: 1n,
  },
  { title: 'what only begins like a mark', text: '\u{F000}a,b\n1,2\n', header: ['\u{F000}a', 'b'], records: 1n },
  { title: 'blank lines', text: 'a,b\n\n1,2\n\n\n3,4\n\n', header: ['a', 'b'], records: 2n },
  { title: 'blank lines of one column are values', text: 'a\n1\n\n2\n', header: ['a'], records: 3n },
  {
    title: 'blank lines of one column without a header',
    text: '1\n\n2\n',
    options: { header: false },
    header: null,
    records: 3n,
  },
  {
    title: 'blank lines of two quoted columns without a header',
    text: '"1","2"\n\n"3","4"\n',
    options: { header: false },
    header: null,
    records: 2n,
  },
  { title: 'no header', text: '1,2\n3,4\n', options: { header: false }, header: null, records: 2n },
  { title: 'line ends in quotes', text: 'a,b\n"1\n2\r\n3",4\n5,6\n', header: ['a', 'b'], records: 2n },
  { title: 'delimiters in quotes', text: 'a,b\n"1,2",3\n', header: ['a', 'b'], records: 1n },
  { title: 'doubled quotes', text: 'a,b\n"say ""x""",2\n"""",3\n', header: ['a', 'b'], records: 2n },
  { title: 'doubled quotes around a line end', text: 'a,b\n"""\n""",2\n', header: ['a', 'b'], records: 1n },
  {
    title: 'escaped quotes',
    text: 'a,b\n"say \\"\n\\"",2\n"\\\\",3\n',
    options: { escape: '\\' },
    header: ['a', 'b'],
    records: 2n,
  },
  {
    title: 'a doubled quote where the escape is another',
    text: 'a,b\n"x""y",2\n',
    options: { escape: '\\' },
    header: ['a', 'b'],
    records: 1n,
    defects: [['text follows a closing quote', 2]],
  },
  { title: 'a quote inside an unquoted field', text: 'a,b\nx"y,2\n3,4\n', header: ['a', 'b'], records: 2n },
  {
    title: 'quotes disabled',
    text: 'a,b\n"1,2\n3,"4"x\n',
    options: { quote: '', escape: '' },
    header: ['a', 'b'],
    records: 2n,
  },
  { title: 'semicolons', text: 'a;b\n"1;2";3\n', options: { delimiter: ';' }, header: ['a', 'b'], records: 1n },
  { title: 'tabs', text: 'a\tb\n"1\t2"\t3\n', options: { delimiter: '\t' }, header: ['a', 'b'], records: 1n },
  { title: 'bars', text: 'a|b\n"1|2"|3\n', options: { delimiter: '|' }, header: ['a', 'b'], records: 1n },
  {
    title: 'a delimiter of two bytes',
    text: 'a§b\n"1"§"2\n3"\nÂ"§4\n',
    options: { delimiter: '§' },
    header: ['a', 'b'],
    records: 2n,
  },
  { title: 'quoted names', text: '"a ""b""",c\n1,2\n', header: ['a "b"', 'c'], records: 1n },
  { title: 'a line end in a name', text: '"a\nb",c\n1,2\n', header: ['a\nb', 'c'], records: 1n },
  { title: 'names beyond ASCII', text: 'größe,名前\n1,2\n', header: ['größe', '名前'], records: 1n },
  { title: 'a header alone', text: 'a,b\n', header: ['a', 'b'], records: 0n },
  { title: 'a header alone without a line end', text: 'a,b', header: ['a', 'b'], records: 0n },
  { title: 'nothing', text: '', header: [], records: 0n, defects: [['there is no header', 1]] },
  { title: 'nothing, and no header asked', text: '', options: { header: false }, header: null, records: 0n },
  {
    title: 'a name twice but for case',
    text: 'id,ID\n1,2\n',
    header: ['id', 'ID'],
    records: 1n,
    defects: [['columns 1 and 2 of the header have one name', 1]],
  },
  {
    title: 'a column without a name',
    text: 'id,\n1,2\n',
    header: ['id', ''],
    records: 1n,
    defects: [['the header has a column without a name', 1]],
  },
  {
    title: 'a quote never closed',
    text: 'a,b\n1,2\n3,"4\n5,6\n',
    header: ['a', 'b'],
    records: 2n,
    defects: [['a quote is opened and never closed', 3]],
  },
  {
    title: 'a quote never closed, behind a quoted field',
    text: 'a,b\n1,2\n"3\n","4\n5,6\n',
    header: ['a', 'b'],
    records: 2n,
    defects: [['a quote is opened and never closed', 4]],
  },
  {
    title: 'text behind a closing quote',
    text: 'a,b\n1,2\n"3"4,5\n"6" ,7\n',
    header: ['a', 'b'],
    records: 3n,
    defects: [['text follows a closing quote', 3]],
  },
];

describe('csvScanner', () => {
  it.each(CASES)('$title', ({ text, options, header, records, defects = [] }) => {
    const result = scan(text, options);
    expect({ header: result.header, records: result.records }).toEqual({ header, records });
    expect(result.defects.map(({ message, line }) => [message, line])).toEqual(defects);
  });

  it.each(CASES)('$title, in chunks of every size', ({ text, options }) => {
    const whole = scan(text, options);
    for (let cut = 1; cut <= Buffer.byteLength(text); cut += 1) expect(scan(text, options, cut)).toEqual(whole);
  });

  it('a field larger than a chunk', () => {
    const huge = 'x'.repeat(3_000_000);
    expect(scan(`a,b\n"${huge}\n${huge}",1\n${huge},2\n`, {}, 65_536)).toMatchObject({ records: 2n, defects: [] });
  });

  it('a header without an end is cut and not kept whole', () => {
    const result = scan(`"${'x'.repeat(3_000_000)}`);
    expect(result.header?.[0]?.length).toBeLessThanOrEqual(1_048_576);
    expect(result.defects[0]).toMatchObject({ message: 'a quote is opened and never closed', rows: null });
  });

  it('runs and whole lines are passed over as single bytes would be, on random texts', () => {
    const seed = Date.now() % 1_000_000;
    const random = generator(seed);
    const alphabet = ['a', ',', '"', '\n', '\r', '\\', '","', '\r\n', 'é', 'a,b\n', '""'];
    for (let run = 0; run < 4000; run += 1) {
      const text = Array.from({ length: Math.floor(random() * 40) }, () => pick(alphabet, random)).join('');
      const options: Partial<ReaderOptions> = {
        header: random() < 0.5,
        escape: random() < 0.5 ? '"' : '\\',
        quote: random() < 0.9 ? '"' : '',
      };
      const whole = scan(text, options, 1 + Math.floor(random() * 40));
      expect({ seed, text, options, ...whole }).toEqual({ seed, text, options, ...scan(text, options, 1) });
    }
  });
});

/** mulberry32 (public domain): small, seedable, good enough for choices. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
