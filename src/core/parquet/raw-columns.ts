/**
 * Columns of which the engine reads less than the file says, and a footer under which it reads all of it: DuckDB cuts
 * nanoseconds off where a timestamp has a time zone or is an INT96 (measured on 1.5.6), and makes decimals of more than
 * 38 digits floating point numbers.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift for the field ids
 */
import { readStruct, type Struct, type Value, writeStruct } from './compact-protocol.ts';

/** A column of the table, or one with such a field somewhere within. */
export interface InexactColumn {
  readonly name: string;
  /** What a raw column holds: nanoseconds as integers, or INT96 as 12 bytes; null: its values cannot be had. */
  readonly raw: 'nanoseconds' | 'int96' | null;
  /** What it is, for people: `decimals of more than 38 digits`. */
  readonly holds: string;
}

/** Where values of a column are in the file; the end is not in it. */
export interface Chunk {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const FILE = { version: 1, schema: 2, rows: 3, groups: 4, createdBy: 6 } as const;
const ELEMENT = {
  type: 1,
  length: 2,
  repetition: 3,
  name: 4,
  children: 5,
  converted: 6,
  precision: 8,
  logical: 10,
} as const;
const LOGICAL = { decimal: 5, time: 7, timestamp: 8 } as const;
const GROUP = { columns: 1, bytes: 2, rows: 3 } as const;
const COLUMN = { file: 1, offset: 2, meta: 3 } as const;
const META = { type: 1, path: 3, length: 7, data: 9, dictionary: 11 } as const;
/** Fields of a chunk's metadata that point nowhere else and claim nothing of its values. */
const KEPT_META: readonly number[] = [1, 2, 4, 5, 6, 7, 9, 11];
const [INT64, INT96, FIXED] = [2n, 3n, 7n];
const CONVERTED_DECIMAL = 5n;
const REPEATED = 2n;
const NANOS = 3;
const MOST_DIGITS = 38n;

/** Reads a footer, without its length and the magic bytes. @throws RangeError when it is none */
export function readFooter(bytes: Uint8Array): Struct {
  return readStruct(bytes);
}

export function inexactColumns(footer: Struct): readonly InexactColumn[] {
  const [root, ...elements] = structsIn(footer.get(FILE.schema));
  const columns: InexactColumn[] = [];
  let rest: readonly Struct[] = elements;
  for (let left = number(root?.get(ELEMENT.children)); left > 0n && rest.length > 0; left -= 1n) {
    const size = subtree(rest);
    const [head = new Map()] = rest;
    const found = rest.slice(0, size).flatMap((element) => lossOf(element) ?? []);
    const [first] = found;
    if (first !== undefined) columns.push({ ...first, name: text(head.get(ELEMENT.name)), raw: rawOf(head, size) });
    rest = rest.slice(size);
  }
  return columns;
}

/** Elements of the first column: itself and all within it. */
function subtree(elements: readonly Struct[]): number {
  let open = 1n;
  let size = 0;
  for (; open > 0n && size < elements.length; size += 1) {
    open += number(elements[size]?.get(ELEMENT.children)) - 1n;
  }
  return size;
}

function lossOf(element: Struct): Pick<InexactColumn, 'holds'> | null {
  const logical = structIn(element.get(ELEMENT.logical));
  if (number(element.get(ELEMENT.type)) === INT96 && !logical.has(LOGICAL.decimal)) {
    return { holds: 'timestamps of 96 bits' };
  }
  if (isDecimal(element) && hasTooManyDigits(element)) return { holds: 'decimals of more than 38 digits' };
  if (isNanosInUtc(structIn(logical.get(LOGICAL.timestamp)))) return { holds: 'timestamps in nanoseconds' };
  return isNanosInUtc(structIn(logical.get(LOGICAL.time))) ? { holds: 'times in nanoseconds' } : null;
}

function isDecimal(element: Struct): boolean {
  const isConverted = element.has(ELEMENT.converted) && number(element.get(ELEMENT.converted)) === CONVERTED_DECIMAL;
  return isConverted || structIn(element.get(ELEMENT.logical)).has(LOGICAL.decimal);
}

function hasTooManyDigits(element: Struct): boolean {
  const stated = structIn(structIn(element.get(ELEMENT.logical)).get(LOGICAL.decimal)).get(2);
  return number(stated) > MOST_DIGITS || number(element.get(ELEMENT.precision)) > MOST_DIGITS;
}

function isNanosInUtc(time: Struct): boolean {
  const utc = time.get(1);
  return utc?.kind === 'boolean' && utc.value && structIn(time.get(2)).has(NANOS);
}

function rawOf(element: Struct, size: number): InexactColumn['raw'] {
  if (size > 1 || number(element.get(ELEMENT.repetition)) === REPEATED || isDecimal(element)) return null;
  return number(element.get(ELEMENT.type)) === INT96 ? 'int96' : 'nanoseconds';
}

/**
 * Where the columns that can be read raw have their values.
 *
 * @throws RangeError when one is said to be where it cannot be
 */
export function rawChunks(footer: Struct, columns: readonly InexactColumn[], fileBytes: number): readonly Chunk[] {
  const names = new Set(columns.filter(({ raw }) => raw !== null).map(({ name }) => name));
  return structsIn(footer.get(FILE.groups)).flatMap((group) =>
    structsIn(group.get(GROUP.columns)).flatMap((column): readonly Chunk[] => {
      const name = nameOf(column);
      if (name === null || !names.has(name)) return [];
      if (column.has(COLUMN.file)) throw new RangeError('a column is in another file');
      return [{ name, ...chunkOf(metaOf(column), fileBytes) }];
    }),
  );
}

/**
 * What a column is called in a raw file, by its place in the list that was asked for: under its own name it could hide what
 * the engine offers beside the columns (`file_index`), and no statement could hold some.
 */
export function rawName(place: number): string {
  return `r${place}`;
}

/** A footer that shows the named columns alone, by their bare types and under {@link rawName}, at the same places. */
export function rawFooter(footer: Struct, names: readonly string[]): Uint8Array {
  const [root = new Map<number, Value>(), ...elements] = structsIn(footer.get(FILE.schema));
  const shown = columnElements(elements).flatMap((element): readonly Value[] => {
    const name = renamed(text(element.get(ELEMENT.name)), names);
    return name === null ? [] : [struct([...bareElement(element), [ELEMENT.name, name]])];
  });
  const schema = [
    struct([...kept(root, [ELEMENT.name]), [ELEMENT.children, integer(5, BigInt(shown.length))]]),
    ...shown,
  ];
  const groups = structsIn(footer.get(FILE.groups)).map((group) => {
    const columns = structsIn(group.get(GROUP.columns)).flatMap((column): readonly Value[] => {
      const name = renamed(nameOf(column), names);
      if (name === null) return [];
      const path: Value = { kind: 'list', type: 9, of: 8, items: [name] };
      const meta = struct([...bareMeta(metaOf(column)), [META.path, path]]);
      return [
        struct([
          [COLUMN.offset, integer(6, 0n)],
          [COLUMN.meta, meta],
        ]),
      ];
    });
    return struct([[GROUP.columns, list(columns)], ...kept(group, [GROUP.bytes, GROUP.rows])]);
  });
  return writeStruct(
    new Map([
      ...kept(footer, [FILE.version, FILE.rows, FILE.createdBy]),
      [FILE.schema, list(schema)],
      [FILE.groups, list(groups)],
    ]),
  );
}

/** Null for a column that was not asked for. */
function renamed(name: string | null, names: readonly string[]): Value | null {
  const place = name === null ? -1 : names.indexOf(name);
  return place < 0 ? null : { kind: 'binary', bytes: new TextEncoder().encode(rawName(place)) };
}

function metaOf(column: Struct): Struct {
  return structIn(column.get(COLUMN.meta));
}

/** Null for what is within another column. */
function nameOf(column: Struct): string | null {
  const [name, ...inner] = itemsOf(metaOf(column).get(META.path));
  return name === undefined || inner.length > 0 ? null : text(name);
}

/** The elements of the table's own columns, without what is within them. */
function columnElements(elements: readonly Struct[]): readonly Struct[] {
  const own: Struct[] = [];
  for (let rest = elements; rest.length > 0; rest = rest.slice(subtree(rest))) own.push(...rest.slice(0, 1));
  return own;
}

function bareElement(element: Struct): readonly Field[] {
  const fields = kept(element, [ELEMENT.repetition]);
  if (number(element.get(ELEMENT.type)) !== INT96) return [...fields, [ELEMENT.type, integer(5, INT64)]];
  return [...fields, [ELEMENT.type, integer(5, FIXED)], [ELEMENT.length, integer(5, 12n)]];
}

function bareMeta(meta: Struct): readonly Field[] {
  const isInt96 = number(meta.get(META.type)) === INT96;
  return [...kept(meta, KEPT_META), ...(isInt96 ? [[META.type, integer(5, FIXED)] as const] : [])];
}

function chunkOf(meta: Struct, fileBytes: number): Omit<Chunk, 'name'> {
  const [data, dictionary] = [number(meta.get(META.data)), number(meta.get(META.dictionary))];
  const start = dictionary > 0n && dictionary < data ? dictionary : data;
  const end = start + number(meta.get(META.length));
  if (start < 4n || end <= start || end > BigInt(fileBytes)) throw new RangeError('a column is not within its file');
  return { start: Number(start), end: Number(end) };
}

type Field = readonly [number, Value];

function kept(fields: Struct, ids: readonly number[]): readonly Field[] {
  return ids.flatMap((id): readonly Field[] => {
    const value = fields.get(id);
    return value === undefined ? [] : [[id, value]];
  });
}

function struct(fields: readonly Field[]): Value {
  return { kind: 'struct', fields: new Map(fields) };
}

function list(items: readonly Value[]): Value {
  return { kind: 'list', type: 9, of: 12, items };
}

function integer(type: 5 | 6, value: bigint): Value {
  return { kind: 'integer', type, value };
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' ? value.items : [];
}

function structsIn(value: Value | undefined): readonly Struct[] {
  return itemsOf(value).map(structIn);
}

function structIn(value: Value | undefined): Struct {
  return value?.kind === 'struct' ? value.fields : new Map();
}

function number(value: Value | undefined): bigint {
  return value?.kind === 'integer' ? value.value : 0n;
}

function text(value: Value | undefined): string {
  return value?.kind === 'binary' ? new TextDecoder().decode(value.bytes) : '';
}
