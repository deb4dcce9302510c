/**
 * Thrift's compact protocol, as far as Parquet's footers need it: read into a tree, and written from one. Integers stay
 * the zigzag varints that they are on the wire.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Fields by their ids. */
export type Struct = ReadonlyMap<number, Value>;

export type Value =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'byte'; readonly value: number }
  | { readonly kind: 'integer'; readonly type: IntegerType; readonly value: bigint }
  /** Double or UUID, byte by byte. */
  | { readonly kind: 'fixed'; readonly type: FixedType; readonly bytes: Uint8Array }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly type: ListType; readonly of: number; readonly items: readonly Value[] }
  | { readonly kind: 'map'; readonly types: number; readonly entries: readonly (readonly [Value, Value])[] }
  | { readonly kind: 'struct'; readonly fields: Struct };

type IntegerType = 4 | 5 | 6;
type FixedType = 7 | 13;
type ListType = 9 | 10;

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const BINARY = 8;
const MAP = 11;
const STRUCT = 12;
const FIXED_BYTES: Readonly<Record<FixedType, number>> = { 7: 8, 13: 16 };
/** Deeper than any footer: a schema's logical types are four structs deep. */
const MOST_DEPTH = 32;

/** Where the reader is; its only mutable thing. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** @throws RangeError when the bytes end too early or are none of this protocol */
export function readStruct(bytes: Uint8Array): Struct {
  return structAt({ bytes, at: 0 }, 0);
}

function structAt(cursor: Cursor, depth: number): Struct {
  if (depth > MOST_DEPTH) throw new RangeError('a footer nests too deeply');
  const fields = new Map<number, Value>();
  let id = 0;
  for (let header = byteAt(cursor); header !== 0; header = byteAt(cursor)) {
    const delta = header >> 4;
    id = delta === 0 ? Number(zigzagAt(cursor)) : id + delta;
    const type = header & 15;
    const isFlag = type === TRUE || type === FALSE;
    fields.set(id, isFlag ? { kind: 'boolean', value: type === TRUE } : valueAt(cursor, type, depth));
  }
  return fields;
}

function valueAt(cursor: Cursor, type: number, depth: number): Value {
  switch (type) {
    case TRUE:
    case FALSE:
      // Within a list a boolean is a byte of its own.
      return { kind: 'boolean', value: byteAt(cursor) === TRUE };
    case BYTE:
      return { kind: 'byte', value: byteAt(cursor) };
    case 4:
    case 5:
    case 6:
      return { kind: 'integer', type, value: zigzagAt(cursor) };
    case 7:
    case 13:
      return { kind: 'fixed', type, bytes: take(cursor, FIXED_BYTES[type]) };
    case BINARY:
      return { kind: 'binary', bytes: take(cursor, lengthAt(cursor)) };
    case 9:
    case 10:
      return listAt(cursor, type, depth + 1);
    case MAP:
      return mapAt(cursor, depth + 1);
    case STRUCT:
      return { kind: 'struct', fields: structAt(cursor, depth + 1) };
    default:
      throw new RangeError(`a footer has a value of the unknown type ${type}`);
  }
}

function listAt(cursor: Cursor, type: ListType, depth: number): Value {
  const header = byteAt(cursor);
  const of = header & 15;
  const size = header >> 4 === 15 ? lengthAt(cursor) : header >> 4;
  const items: Value[] = [];
  for (let index = 0; index < size; index += 1) items.push(valueAt(cursor, of, depth));
  return { kind: 'list', type, of, items };
}

function mapAt(cursor: Cursor, depth: number): Value {
  const size = lengthAt(cursor);
  const types = size === 0 ? 0 : byteAt(cursor);
  const entries: (readonly [Value, Value])[] = [];
  for (let index = 0; index < size; index += 1) {
    entries.push([valueAt(cursor, types >> 4, depth), valueAt(cursor, types & 15, depth)]);
  }
  return { kind: 'map', types, entries };
}

function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw new RangeError('a footer ends too early');
  cursor.at += 1;
  return byte;
}

function varintAt(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = byteAt(cursor);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw new RangeError('a footer has a number of more than 64 bits');
}

function zigzagAt(cursor: Cursor): bigint {
  const value = varintAt(cursor);
  return (value >> 1n) ^ -(value & 1n);
}

/** A length or a number of things, none of which can be more than there are bytes left. */
function lengthAt(cursor: Cursor): number {
  const length = varintAt(cursor);
  if (length > BigInt(cursor.bytes.length - cursor.at)) throw new RangeError('a footer ends too early');
  return Number(length);
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw new RangeError('a footer ends too early');
  const bytes = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return bytes;
}

/** The bytes of a struct; {@link readStruct} reads the same from them. */
export function writeStruct(fields: Struct): Uint8Array {
  const out: number[] = [];
  putStruct(out, fields);
  return Uint8Array.from(out);
}

function putStruct(out: number[], fields: Struct): void {
  let last = 0;
  for (const [id, value] of [...fields].sort(([one], [other]) => one - other)) {
    const type = typeOf(value);
    const delta = id - last;
    if (delta > 0 && delta < 16) out.push((delta << 4) | type);
    else {
      out.push(type);
      putVarint(out, zigzag(BigInt(id)));
    }
    if (value.kind !== 'boolean') putValue(out, value);
    last = id;
  }
  out.push(0);
}

function typeOf(value: Value): number {
  switch (value.kind) {
    case 'boolean':
      return value.value ? TRUE : FALSE;
    case 'byte':
      return BYTE;
    case 'binary':
      return BINARY;
    case 'map':
      return MAP;
    case 'struct':
      return STRUCT;
    default:
      return value.type;
  }
}

function putValue(out: number[], value: Value): void {
  switch (value.kind) {
    case 'boolean':
      out.push(value.value ? TRUE : FALSE);
      return;
    case 'byte':
      out.push(value.value);
      return;
    case 'integer':
      putVarint(out, zigzag(value.value));
      return;
    case 'fixed':
      out.push(...value.bytes);
      return;
    case 'binary':
      putVarint(out, BigInt(value.bytes.length));
      for (const byte of value.bytes) out.push(byte);
      return;
    case 'list':
      putList(out, value);
      return;
    case 'map':
      putVarint(out, BigInt(value.entries.length));
      if (value.entries.length > 0) out.push(value.types);
      for (const entry of value.entries.flat()) putValue(out, entry);
      return;
    case 'struct':
      putStruct(out, value.fields);
  }
}

function putList(out: number[], { of, items }: Extract<Value, { kind: 'list' }>): void {
  if (items.length < 15) out.push((items.length << 4) | of);
  else {
    out.push(0xf0 | of);
    putVarint(out, BigInt(items.length));
  }
  for (const item of items) putValue(out, item);
}

function putVarint(out: number[], value: bigint): void {
  let rest = value;
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}
