/**
 * The types of a Parquet object's columns as its footer states them. The engine reads several of them as one: timestamps
 * of any unit, ENUM and text, bytes of a fixed length and of any. Other readers do not, so a change from one to the other
 * is a change of type.
 */
import { physicalType } from '../check/physical-type.ts';
import type { ObjectColumn } from '../check/table-facts.ts';
import { integer } from '../plan/states.ts';
import { mapLeaves } from '../plan/type-name.ts';
import { type CompiledQuery, compile, sql, value } from '../sql.ts';

type Row = Readonly<Record<string, unknown>>;

/** By column. */
export type StatedTypes = ReadonlyMap<string, string>;

/** The footers' schemas as they lie: a row per element, the fields of a group after the group. */
export function footerTypesQuery(localPaths: readonly string[]): CompiledQuery {
  return compile(sql`SELECT file_name, name, type, type_length, num_children, converted_type, precision, scale, logical_type
    FROM parquet_schema(CAST(${value(localPaths)} AS VARCHAR[])) ORDER BY file_name, column_id`);
}

/**
 * The engine's names of the types, with what the footer says beyond them in words. Columns are left out whose parts the
 * engine and the footer count differently.
 *
 * @param rows of one object, from the answer to {@link footerTypesQuery}
 */
export function statedTypes(rows: readonly Row[], columns: readonly ObjectColumn[]): StatedTypes {
  const leaves = leavesByColumn(rows);
  return new Map(
    columns.flatMap(({ name, type }): readonly (readonly [string, string])[] => {
      // Whether a column without a type has values differs between objects of one footer.
      if (type.family === 'null') return [];
      const own = leaves.get(name) ?? [];
      let next = 0;
      const stated = mapLeaves(type.name, (leaf) => {
        const footer = own[next];
        next += 1;
        return footer === undefined ? leaf : statedType(leaf, footer);
      });
      return next === own.length ? [[name, stated]] : [];
    }),
  );
}

/** What each column of the object has values in; the first row is the whole schema. */
function leavesByColumn(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const leaves = new Map<string, readonly Row[]>();
  let start = 1;
  while (start < rows.length) {
    let end = start;
    for (let open = 1; open > 0 && end < rows.length; end += 1) open += childrenOf(rows[end]) - 1;
    const own = rows.slice(start, end).filter((row) => childrenOf(row) === 0);
    leaves.set(String(rows[start]?.['name']), own);
    start = end;
  }
  return leaves;
}

function childrenOf(row: Row | undefined): number {
  return Number(integer(row?.['num_children']) ?? 0n);
}

/** No comma outside of brackets: the words stand among the fields of an object. */
function statedType(engineName: string, footer: Row): string {
  switch (physicalType(engineName).family) {
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return statedTime(engineName, footer);
    case 'text':
      return isAnnotated(footer, 'ENUM', 'EnumType') ? 'ENUM' : engineName;
    case 'blob':
      return statedBytes(engineName, footer);
    case 'float':
      return statedFloat(engineName, footer);
    default:
      return engineName;
  }
}

function statedTime(engineName: string, footer: Row): string {
  const type = engineName.replace(/_N?M?S$/, '');
  if (footer['type'] === 'INT96') return `${type} as INT96`;
  const unit = unitOf(footer);
  if (unit === null) return engineName;
  // Readers disagree on what the old annotation says of the zone: Spark takes UTC, pyarrow and DuckDB none.
  const isUnstated = engineName === 'TIMESTAMP' && textOf(footer, 'logical_type') === '';
  return `${type} in ${unit}${isUnstated ? ' of an unstated zone' : ''}`;
}

function unitOf(footer: Row): string | null {
  const told = `${textOf(footer, 'logical_type')} ${textOf(footer, 'converted_type')}`;
  const found = UNITS.find(([sign]) => sign.test(told));
  return found?.[1] ?? null;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/MILLIS=MilliSeconds/, 'milliseconds'],
  [/MICROS=MicroSeconds/, 'microseconds'],
  [/NANOS=NanoSeconds/, 'nanoseconds'],
  [/_MILLIS$/, 'milliseconds'],
  [/_MICROS$/, 'microseconds'],
];

function statedBytes(engineName: string, footer: Row): string {
  if (isAnnotated(footer, 'BSON', 'BsonType')) return 'BSON';
  return footer['type'] === 'FIXED_LEN_BYTE_ARRAY' ? `BLOB of ${textOf(footer, 'type_length')} bytes` : engineName;
}

function statedFloat(engineName: string, footer: Row): string {
  if (isAnnotated(footer, null, 'Float16Type')) return 'FLOAT16';
  if (!isAnnotated(footer, 'DECIMAL', 'DecimalType')) return engineName;
  return `DECIMAL(${textOf(footer, 'precision')},${textOf(footer, 'scale')}) read as ${engineName}`;
}

/** The old annotation and the new one say the same. */
function isAnnotated(footer: Row, converted: string | null, logical: string): boolean {
  return (
    (converted !== null && footer['converted_type'] === converted) ||
    textOf(footer, 'logical_type').startsWith(`${logical}(`)
  );
}

function textOf(footer: Row, column: string): string {
  const text = footer[column];
  return text === null || text === undefined ? '' : String(text);
}
