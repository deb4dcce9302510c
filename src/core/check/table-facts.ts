import type { DataFormat } from '../contract/contract.ts';
import type { PhysicalType } from './physical-type.ts';

/** A column of one object, from its own footer or header, never from another object's. */
export interface ObjectColumn {
  readonly name: string;
  /** For text formats the type the contract gives the column; its values are judged by rows. */
  readonly type: PhysicalType;
  readonly fields: readonly ObjectColumn[];
}

/** Something wrong with an object's bytes as such. */
export interface ObjectDefect {
  /** One sentence; no values. */
  readonly message: string;
  /** First line concerned, for text formats. */
  readonly line: number | null;
  /** Rows lost to it; null when the object cannot be read at all. */
  readonly rows: bigint | null;
  /** True: nothing is wrong with the object, the engine does not know how to read it. */
  readonly isUnsupported?: boolean;
}

export interface ObjectFacts {
  readonly path: string;
  readonly format: DataFormat;
  readonly sizeBytes: number;
  readonly columns: readonly ObjectColumn[];
  readonly defects: readonly ObjectDefect[];
  /** Text formats: rows that were read plus rows that could not be; null for Parquet (counted by the scan). */
  readonly records: bigint | null;
  /** Columns of whose values the engine reads less than the file says, and what they are. Absent: it reads all of all. */
  readonly inexact?: Readonly<Record<string, string>>;
}

export interface TableFacts {
  readonly objects: readonly ObjectFacts[];
  /** Columns that come from `name=value` folders. */
  readonly partitionColumns: readonly string[];
}

/** True when no row of the object can be trusted to have been read. */
export function isUnreadable(object: ObjectFacts): boolean {
  return object.defects.some((defect) => defect.rows === null);
}

/**
 * The column of an object that the contract means by a path. Parquet has fields in structs, and a column that is merely
 * called `a.b` is another one; text objects are staged flat, under dotted names.
 */
export function columnAt(object: ObjectFacts, path: readonly string[]): ObjectColumn | undefined {
  return findColumn(object.columns, object.format === 'parquet' ? path : [path.join('.')]);
}

/** The column at a path of fields. */
export function findColumn(columns: readonly ObjectColumn[], path: readonly string[]): ObjectColumn | undefined {
  const [head, ...rest] = path;
  const found = columns.find((column) => column.name === head);
  return rest.length === 0 || found === undefined ? found : findColumn(found.fields, rest);
}
