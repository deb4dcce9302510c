import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readStruct, type Struct, type Value, writeStruct } from '../../../src/core/parquet/compact-protocol.ts';
import { inexactColumns, rawChunks, rawFooter, readFooter } from '../../../src/core/parquet/raw-columns.ts';

const FOLDERS = ['parquet', 'lying'].map((name) => new URL(`../../fixtures/${name}/`, import.meta.url));
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .map((name): readonly [string, Buffer] => [name, readFileSync(new URL(name, folder))]),
);

function footerOf(file: Buffer): Buffer {
  const length = file.readUInt32LE(file.length - 8);
  return file.subarray(file.length - 8 - length, file.length - 8);
}

function fixture(name: string): Buffer {
  const found = FILES.find(([file]) => file === `${name}.parquet`)?.[1];
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

describe('a footer', () => {
  it.each(FILES)('is written as it was read: %s', (_name, file) => {
    const footer = footerOf(file);
    expect(Buffer.compare(writeStruct(readStruct(footer)), footer)).toBe(0);
  });

  it('is none when it ends too early, wherever that is', () => {
    const footer = footerOf(fixture('nanoseconds-of-utc-in-a-struct'));
    for (let length = 0; length < footer.length; length += 1) {
      expect(() => readFooter(footer.subarray(0, length))).toThrow(RangeError);
    }
  });

  it('is none when it nests for ever, or promises more than there is', () => {
    expect(() => readFooter(new Uint8Array(10_000).fill(0x1c))).toThrow('nests too deeply');
    // A list of 2^63 structs.
    expect(() => readFooter(Uint8Array.from([0x19, 0xfc, ...new Uint8Array(8).fill(0xff), 0x7f]))).toThrow(RangeError);
    expect(() => readFooter(Uint8Array.from([0x1e]))).toThrow('unknown type 14');
  });

  it('is read to the end, or not at all, whatever byte is changed', () => {
    const footer = footerOf(fixture('nanoseconds-in-96-bits'));
    for (let at = 0; at < footer.length; at += 1) {
      for (const byte of [0x00, 0x7f, 0xff]) {
        const changed = Uint8Array.from(footer);
        changed[at] = byte;
        try {
          const read = readFooter(changed);
          rawChunks(read, inexactColumns(read), 355);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }
    }
  });
});

describe('columns that are read with loss', () => {
  const of = (name: string) => inexactColumns(readFooter(footerOf(fixture(name))));

  it.each([
    ['nanoseconds-of-utc', 'nanoseconds', 'timestamps in nanoseconds'],
    ['nanoseconds-in-96-bits', 'int96', 'timestamps of 96 bits'],
    ['44-digits', null, 'decimals of more than 38 digits'],
    ['nanoseconds-of-utc-in-a-struct', null, 'timestamps in nanoseconds'],
    ['nanoseconds-of-utc-in-a-list', null, 'timestamps in nanoseconds'],
  ])('are told: %s', (name, raw, holds) => {
    expect(of(name)).toEqual([{ name: 'v', raw, holds }]);
  });

  it.each(['nanoseconds-without-a-zone', 'note-without-a-type', 'decimal-as-bytes', 'bytes-of-fixed-length'])(
    'are none: %s',
    (name) => {
      expect(of(name)).toEqual([]);
    },
  );

  it('are told of times of UTC in nanoseconds too', () => {
    const column: Struct = new Map([
      [1, { kind: 'integer', type: 5, value: 2n }],
      [4, { kind: 'binary', bytes: Buffer.from('at') }],
      [
        10,
        structOf(
          7,
          new Map([
            [1, { kind: 'boolean', value: true }],
            [2, structOf(3, new Map())],
          ]),
        ),
      ],
    ]);
    const root: Struct = new Map([[5, { kind: 'integer', type: 5, value: 1n }]]);
    const schema = [root, column].map((fields) => ({ kind: 'struct', fields }) as const);
    expect(inexactColumns(new Map([[2, { kind: 'list', type: 9, of: 12, items: schema }]]))).toEqual([
      { name: 'at', raw: 'nanoseconds', holds: 'times in nanoseconds' },
    ]);
  });

  it('have to be within their file', () => {
    const footer = readFooter(footerOf(fixture('nanoseconds-of-utc')));
    expect(rawChunks(footer, of('nanoseconds-of-utc'), 354)).toHaveLength(1);
    expect(() => rawChunks(footer, of('nanoseconds-of-utc'), 60)).toThrow('a column is not within its file');
  });

  it('are alone in the raw footer, without a logical type', () => {
    const raw = readFooter(rawFooter(readFooter(footerOf(fixture('nanoseconds-of-utc'))), ['v']));
    expect(inexactColumns(raw)).toEqual([]);
    expect(
      JSON.stringify([...raw], (_key, value) => (typeof value === 'bigint' ? Number(value) : value)),
    ).not.toContain(JSON.stringify({ ...Buffer.from('id') }));
  });
});

function structOf(id: number, inner: Struct): Value {
  return { kind: 'struct', fields: new Map([[id, { kind: 'struct', fields: inner }]]) };
}
