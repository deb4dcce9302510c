/**
 * Columns that an object holds although a folder of its path is called like them. Here the file's values count, in Spark,
 * Hive and Trino the folder's, so wherever the two are not the same nobody knows what a row says.
 */

import { dateFormat } from '../check/derive-property.ts';
import type { PhysicalType } from '../check/physical-type.ts';
import type { ObjectColumn } from '../check/table-facts.ts';
import { decimalShape } from '../check/unify-types.ts';
import type { ContractTable } from '../contract/contract.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, typeName, value } from '../sql.ts';
import { groupBySchema, objectIndex, type ReadableObject } from './object-groups.ts';
import { typeText } from './typed-text.ts';

/** A row for each of the objects that have rows: its `position` and how many rows are `differing` from the folder. */
export interface FolderQuestion {
  readonly column: string;
  readonly objects: readonly ReadableObject[];
  readonly query: CompiledQuery;
}

/** @param columns at the top level, as the data names them */
export function folderQuestions(
  table: ContractTable,
  objects: readonly ReadableObject[],
  columns: readonly string[],
): readonly FolderQuestion[] {
  const names = [...new Set(columns)];
  return groupBySchema(objects).flatMap((group) =>
    names.flatMap((column) => {
      const query = questionOf(table, group, column);
      return query === null ? [] : [{ column, objects: group, query: compile(query) }];
    }),
  );
}

function questionOf(table: ContractTable, group: readonly ReadableObject[], column: string): SqlFragment | null {
  const [example] = group;
  const own = example?.facts.columns.find(({ name }) => name === column);
  if (example === undefined || own === undefined || folderOf(example, column) === undefined) return null;
  const read = readOwn(example, own);
  if (read === null) return null;
  const text = folderText(group, column);
  const alike = [
    sql`coalesce(CAST(${read.value} AS VARCHAR), ${read.invalid}) IS NOT DISTINCT FROM ${text}`,
    ...equalities(table, own, read.value, text).map((equal) => sql`coalesce(${equal}, false)`),
  ];
  const paths = value(group.map((object) => object.localPath));
  return sql`SELECT ${objectIndex(group)} AS position, sum(CASE WHEN ${join(alike, ' OR ')} THEN 0 ELSE 1 END) AS differing
    FROM read_parquet(CAST(${paths} AS VARCHAR[]), hive_partitioning = false) GROUP BY 1`;
}

/** Most readers do not tell upper from lower case. Folders that differ by case alone have one value, or are a defect. */
function folderOf({ partition }: ReadableObject, column: string): string | undefined {
  return Object.keys(partition).find((name) => name.toLowerCase() === column.toLowerCase());
}

/** Null for keys of JSON that were not staged: nothing here reads them. */
function readOwn(
  { staged }: ReadableObject,
  { name }: ObjectColumn,
): { readonly value: SqlFragment; readonly invalid: SqlFragment } | null {
  if (staged === null) return { value: identifier(name), invalid: sql`CAST(NULL AS VARCHAR)` };
  const position = Object.hasOwn(staged, name) ? staged[name] : undefined;
  return position === undefined ? null : { value: identifier(`v${position}`), invalid: identifier(`x${position}`) };
}

function folderText(group: readonly ReadableObject[], column: string): SqlFragment {
  const texts = group.map((object) => {
    const text = object.partition[folderOf(object, column) ?? ''];
    return text === null || text === undefined ? 'null' : `text${text}`;
  });
  const entry = sql`list_extract(CAST(${value(texts)} AS VARCHAR[]), ${objectIndex(group)} + 1)`;
  return sql`CASE WHEN starts_with(${entry}, 'text') THEN substr(${entry}, 5) END`;
}

/** Ways in which the folder's text and the value are the same, none of which loses anything of either. */
function equalities(
  table: ContractTable,
  { name, type }: ObjectColumn,
  own: SqlFragment,
  text: SqlFragment,
): readonly SqlFragment[] {
  const property = table.properties.find(({ column }) => column === name);
  const byContract =
    property === undefined ? null : typeText(text, property.logicalType?.name ?? null, dateFormat(property));
  return [
    ...(byContract?.type.family === type.family ? [sql`${own} = ${byContract.value}`] : []),
    ...equalInType(type, own, text),
  ];
}

/** By the file's own type, as a folder is called by whoever wrote the file: `p=1` for 1.0, `p=True` for true. */
function equalInType(type: PhysicalType, own: SqlFragment, text: SqlFragment): readonly SqlFragment[] {
  switch (type.family) {
    case 'integer':
      return [sql`${own} = CASE WHEN regexp_full_match(${text}, '-?[0-9]+') THEN TRY_CAST(${text} AS HUGEINT) END`];
    case 'float':
      return [sql`${own} = ${typeText(text, 'number', null).value}`];
    case 'decimal':
      // Up to 15 digits a decimal and its double are one to one; a cast to the decimal itself would round.
      return (decimalShape(type.name)?.digits ?? 99) > 15
        ? []
        : [sql`CAST(${own} AS DOUBLE) = ${typeText(text, 'number', null).value}`];
    case 'boolean':
      return [sql`${own} = ${typeText(text, 'boolean', null).value}`];
    case 'uuid':
      return [sql`CAST(${own} AS VARCHAR) = lower(${text})`];
    case 'timestamp':
    case 'timestamptz':
      return [sql`${own} = TRY_CAST(${text} AS ${typeName(type)})`];
    default:
      return [];
  }
}
