import type { LogicalType } from '../contract/contract.ts';

/** Types that compare with one another without loss. Two families never mix in one column. */
export type TypeFamily =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'blob'
  | 'uuid'
  | 'struct'
  | 'list'
  | 'map'
  | 'json'
  | 'null'
  | 'other';

/** A column's type as the engine names it, and its family. */
export interface PhysicalType {
  readonly family: TypeFamily;
  /** DuckDB's spelling, e.g. `DECIMAL(10,2)`. */
  readonly name: string;
}

/**
 * A column without any value, as pandas writes one that is None in every row: it has no type, and goes with each. The
 * footer only claims it, so whoever gives a column this type has read that there is no value.
 */
export const NULL_TYPE: PhysicalType = { family: 'null', name: 'NULL' };

const INTEGERS = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
]);
const SIMPLE: Readonly<Record<string, TypeFamily>> = {
  FLOAT: 'float',
  DOUBLE: 'float',
  VARCHAR: 'text',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  TIME: 'time',
  TIME_NS: 'time',
  'TIME WITH TIME ZONE': 'time',
  BLOB: 'blob',
  UUID: 'uuid',
  JSON: 'json',
};

/** Reads DuckDB's name of a type. */
export function physicalType(name: string): PhysicalType {
  return { family: familyOf(name), name };
}

function familyOf(name: string): TypeFamily {
  if (name.endsWith(']')) return 'list';
  if (name.startsWith('STRUCT(')) return 'struct';
  if (name.startsWith('MAP(')) return 'map';
  if (name.startsWith('ENUM(')) return 'text';
  if (name.startsWith('DECIMAL(')) return 'decimal';
  if (INTEGERS.has(name)) return 'integer';
  return SIMPLE[name] ?? 'other';
}

/**
 * Accepted physical families per logical type. Narrow on purpose: a timestamp is no date and text is no number, however
 * willing the engine is to cast.
 */
const ACCEPTED: Readonly<Record<LogicalType, readonly TypeFamily[]>> = {
  string: ['text', 'uuid', 'json'],
  integer: ['integer', 'decimal'],
  number: ['integer', 'decimal', 'float'],
  boolean: ['boolean'],
  date: ['date'],
  timestamp: ['timestamp', 'timestamptz'],
  time: ['time'],
  object: ['struct', 'map', 'json'],
  array: ['list', 'json'],
  map: ['map', 'struct', 'json'],
  vector: ['list', 'json'],
};

/** True when a column of this type may hold the logical type. A decimal is an integer only with scale 0. */
export function accepts(logical: LogicalType, type: PhysicalType): boolean {
  if (type.family === 'null') return true;
  if (!ACCEPTED[logical].includes(type.family)) return false;
  return logical !== 'integer' || type.family !== 'decimal' || /,\s*0\)$/.test(type.name);
}

/** What {@link accepts} takes, for people. */
export function acceptedTypes(logical: LogicalType): string {
  const words: Readonly<Partial<Record<TypeFamily, string>>> = {
    text: 'VARCHAR',
    decimal: logical === 'integer' ? 'DECIMAL(n,0)' : 'DECIMAL',
    integer: 'an integer type',
    float: 'FLOAT or DOUBLE',
    timestamptz: 'TIMESTAMP WITH TIME ZONE',
    list: 'LIST',
  };
  return ACCEPTED[logical].map((family) => words[family] ?? family.toUpperCase()).join(', ');
}

/** Names other systems use for the engine's types; only what is unambiguous. */
const ALIASES: Readonly<Record<string, string>> = {
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT32: 'INTEGER',
  INT8: 'BIGINT',
  INT64: 'BIGINT',
  LONG: 'BIGINT',
  INT2: 'SMALLINT',
  INT16: 'SMALLINT',
  STRING: 'VARCHAR',
  TEXT: 'VARCHAR',
  CHAR: 'VARCHAR',
  'CHARACTER VARYING': 'VARCHAR',
  BYTE_ARRAY: 'BLOB',
  BINARY: 'BLOB',
  VARBINARY: 'BLOB',
  BYTES: 'BLOB',
  REAL: 'FLOAT',
  FLOAT4: 'FLOAT',
  FLOAT8: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  NUMERIC: 'DECIMAL',
  NUMBER: 'DECIMAL',
  BOOL: 'BOOLEAN',
  DATETIME: 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  TIMESTAMP_NTZ: 'TIMESTAMP',
  TIMESTAMP_TZ: 'TIMESTAMP WITH TIME ZONE',
};

/**
 * The family an ODCS `physicalType` asks for, or null when the name belongs to a system we do not know. Lengths and
 * precisions are the source system's and are left out.
 */
export function declaredFamily(physicalTypeName: string): TypeFamily | null {
  const base = physicalTypeName.replace(/\(.*$/, '').trim().toUpperCase();
  const name = ALIASES[base] ?? base;
  if (name === 'DECIMAL') return 'decimal';
  const family = familyOf(name);
  return family === 'other' ? null : family;
}
