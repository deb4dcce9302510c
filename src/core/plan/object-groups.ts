import type { ObjectFacts } from '../check/table-facts.ts';
import { type SqlFragment, sql, value } from '../sql.ts';

/** An object ready to be read as Parquet. */
export interface ReadableObject {
  readonly facts: ObjectFacts;
  /** The Parquet file: the object itself, or what it was staged as. */
  readonly localPath: string;
  /** For staged objects: position of each column name in the staged file. */
  readonly staged: Readonly<Record<string, number>> | null;
  /** Values of `name=value` folders, null for Hive's default partition. */
  readonly partition: Readonly<Record<string, string | null>>;
}

/** Objects of one schema, staged alike and below the same partition folders, are read by one scan. */
export function groupBySchema(objects: readonly ReadableObject[]): readonly (readonly ReadableObject[])[] {
  const groups = new Map<string, ReadableObject[]>();
  for (const object of objects) {
    const alone = hidesPosition(object) ? object.localPath : '';
    const key = JSON.stringify([object.staged, object.facts.columns, Object.keys(object.partition).sort(), alone]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [object]);
    else group.push(object);
  }
  return [...groups.values()];
}

/** The object's position in its group, by DuckDB's virtual column, unless the data has a column of that name, which would win over it. */
export function objectIndex(group: readonly ReadableObject[]): SqlFragment {
  if (group.some(hidesPosition)) return sql`CAST(0 AS BIGINT)`;
  if (!group.some((object) => hasOwnColumn(object, 'file_index'))) return sql`CAST(file_index AS BIGINT)`;
  return sql`list_position(CAST(${value(group.map((object) => object.localPath))} AS VARCHAR[]), filename) - 1`;
}

/** True when the object's own columns hide both of the engine's that tell objects apart: it makes a group of its own. */
function hidesPosition(object: ReadableObject): boolean {
  return hasOwnColumn(object, 'file_index') && hasOwnColumn(object, 'filename');
}

/** As the engine compares names; staged columns have names of our own. */
function hasOwnColumn(object: ReadableObject, name: string): boolean {
  return object.staged === null && object.facts.columns.some((column) => column.name.toLowerCase() === name);
}
