/**
 * One relation per table over all its objects. Objects of one schema are read together, those of another apart, and
 * each column is there only when all its types are of one family: the engine would unify them, and round.
 */
import type { ColumnBinding } from '../check/check.ts';
import { type ContractColumn, contractColumns } from '../check/columns.ts';
import { dateFormat } from '../check/derive-property.ts';
import type { PhysicalType } from '../check/physical-type.ts';
import { columnAt, type ObjectColumn } from '../check/table-facts.ts';
import { unifyTypes } from '../check/unify-types.ts';
import type { ContractTable } from '../contract/contract.ts';
import { identifier, join, type SqlFragment, sql, typeName, value, wholeNumber } from '../sql.ts';
import { groupBySchema, objectIndex, type ReadableObject } from './object-groups.ts';
import { typeText } from './typed-text.ts';

export interface Relation {
  readonly table: ContractTable;
  /** `(SELECT ... )`, to stand in a FROM clause; holds the two position columns beside the data's. */
  readonly rows: SqlFragment;
  /** The same without our own columns, for the views that authors see. */
  readonly authored: SqlFragment;
  readonly groups: readonly (readonly ReadableObject[])[];
  readonly columns: ReadonlyMap<string, ColumnBinding>;
  /** Columns of which no more can be told than where they are NULL. */
  readonly inexact: ReadonlyMap<string, ColumnBinding>;
  /** Columns in the data that cannot be read as one, and why. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** Names that begin like this are ours. */
const OWN = 'sluice:';

/** Position columns of {@link Relation.rows}: the group of equal schemas, and the object within it. */
export const GROUP_COLUMN = `${OWN}group`;
export const OBJECT_COLUMN = `${OWN}object`;
const NO_COLUMN = `${OWN}none`;

interface RelationColumn {
  readonly name: string;
  readonly type: PhysicalType;
  /** True when some object is staged text, or the value comes from the path. */
  readonly hasInvalid: boolean;
  readonly contract: ContractColumn | undefined;
  /** False: some value says more than what is read of it. */
  readonly isExact: boolean;
}

/**
 * Builds the relation of a table; null when there is no object to read.
 *
 * @param objects that say which columns there are, and of which types
 * @param read those of them whose rows are wanted; default all
 */
export function buildRelation(
  table: ContractTable,
  objects: readonly ReadableObject[],
  read: readonly ReadableObject[] = objects,
): Relation | null {
  if (read.length === 0) return null;
  const groups = groupBySchema(read);
  const unreadable = new Map<string, string>();
  const columns = relationColumns(table, objects, unreadable);
  const selects = groups.map((group, index) => selectGroup(columns, group, index));
  const rows = sql`(${join(selects, ' UNION ALL ')})`;
  const exact = columns.filter(({ isExact }) => isExact);
  const natural = exact.map((column) => identifier(column.name));
  return {
    table,
    rows,
    // Without a column that can be read there are rows all the same, and a SELECT of nothing is no SQL.
    authored: sql`SELECT ${natural.length === 0 ? sql`NULL AS ${identifier(NO_COLUMN)}` : join(natural, ', ')} FROM ${rows}`,
    groups,
    columns: bindings(exact),
    inexact: bindings(columns.filter(({ isExact }) => !isExact)),
    unreadable,
  };
}

function bindings(columns: readonly RelationColumn[]): ReadonlyMap<string, ColumnBinding> {
  return new Map(columns.map((column) => [column.name, bindingOf(column)]));
}

function bindingOf(column: RelationColumn): ColumnBinding {
  return {
    expression: identifier(column.name),
    type: column.type,
    invalid: column.hasInvalid ? identifier(invalidName(column.name)) : null,
  };
}

function invalidName(name: string): string {
  return `${OWN}invalid:${name}`;
}

/** Columns of the contract that are in the data, then the data's others where no name differs by case alone. */
function relationColumns(
  table: ContractTable,
  objects: readonly ReadableObject[],
  unreadable: Map<string, string>,
): readonly RelationColumn[] {
  const known = contractColumns(table);
  const wanted = new Map(known.map((column) => [column.name, column]));
  const extras = objects.flatMap((object) => object.facts.columns.map((column) => column.name));
  const names = [...new Set([...wanted.keys(), ...extras])];
  const taken = new Set<string>();
  return names.flatMap((name) => {
    const column = relationColumn(name, wanted.get(name), objects, unreadable);
    const folded = name.toLowerCase();
    if (column === null) return [];
    if (folded.startsWith(OWN)) {
      unreadable.set(name, `column ${name} cannot be read: names that begin with ${OWN} are taken`);
      return [];
    }
    // A NUL ends the engine's statement text, and with it the statements of every other table.
    if (name.includes('\0')) {
      unreadable.set(name, 'a column whose name holds a NUL character cannot be read');
      return [];
    }
    if (taken.has(folded)) {
      unreadable.set(name, `another column is called ${name} but for upper and lower case`);
      return [];
    }
    taken.add(folded);
    return [column];
  });
}

function relationColumn(
  name: string,
  contract: ContractColumn | undefined,
  objects: readonly ReadableObject[],
  unreadable: Map<string, string>,
): RelationColumn | null {
  const path = contract?.path ?? [name];
  const fromFiles = objects.flatMap((object) => readableColumn(object, name, path) ?? []);
  const fromPath = objects.some((object) => takesFromPath(object, name, path));
  const types = [...fromFiles.map((column) => column.type), ...(fromPath ? [pathType(contract)] : [])];
  const [first] = types;
  if (first === undefined) return null;
  const unified = unifyTypes(types);
  const type = unified?.family === 'null' ? pathType(contract) : unified;
  if (type === null) {
    unreadable.set(
      name,
      `column ${name} has types that do not go together: ${[...new Set(types.map((one) => one.name))].join(', ')}`,
    );
    return null;
  }
  const inexact = objects.map((object) => inexactIn(object, path[0] ?? '')).find((why) => why !== null) ?? null;
  if (inexact !== null) unreadable.set(name, `column ${name} cannot be read exactly: ${inexact}`);
  return {
    name,
    type,
    contract,
    isExact: inexact === null,
    hasInvalid: fromPath || objects.some((object) => object.staged !== null),
  };
}

/** Fields of a column count with it. */
function inexactIn({ facts: { inexact = {}, path } }: ReadableObject, column: string): string | null {
  return Object.hasOwn(inexact, column) ? `${path} has ${inexact[column]}` : null;
}

function takesFromPath(object: ReadableObject, name: string, path: readonly string[]): boolean {
  return Object.hasOwn(object.partition, name) && columnAt(object.facts, path) === undefined;
}

function pathType(contract: ContractColumn | undefined): PhysicalType {
  return typeText(sql`''`, contract?.property.logicalType?.name ?? null, null).type;
}

function selectGroup(columns: readonly RelationColumn[], group: readonly ReadableObject[], index: number): SqlFragment {
  const fields = columns.flatMap((column) => groupFields(column, group));
  const own = [
    sql`${wholeNumber(index)} AS ${identifier(GROUP_COLUMN)}`,
    sql`${objectIndex(group)} AS ${identifier(OBJECT_COLUMN)}`,
  ];
  const paths = value(group.map((object) => object.localPath));
  return sql`SELECT ${join([...own, ...fields], ', ')} FROM read_parquet(CAST(${paths} AS VARCHAR[]), hive_partitioning = false)`;
}

function groupFields(column: RelationColumn, group: readonly ReadableObject[]): readonly SqlFragment[] {
  const [example] = group;
  if (example === undefined) return [];
  const read = readColumn(column, example, group);
  const typed = sql`${read.value} AS ${identifier(column.name)}`;
  return column.hasInvalid ? [typed, sql`${read.invalid} AS ${identifier(invalidName(column.name))}`] : [typed];
}

interface ColumnRead {
  readonly value: SqlFragment;
  readonly invalid: SqlFragment;
}

function readColumn(column: RelationColumn, example: ReadableObject, group: readonly ReadableObject[]): ColumnRead {
  const none = sql`CAST(NULL AS VARCHAR)`;
  const path = column.contract?.path ?? [column.name];
  if (takesFromPath(example, column.name, path)) return readFromPath(column, group);
  const found = readableColumn(example, column.name, path);
  if (found === undefined || found.type.family === 'null')
    return { value: sql`CAST(NULL AS ${typeName(column.type)})`, invalid: none };
  const position = stagedPosition(example, column.name);
  const read = position === null ? fieldAt(path) : identifier(`v${position}`);
  const invalid = position === null ? none : identifier(`x${position}`);
  return { value: castTo(column.type, found.type, read), invalid };
}

/** Without the cast the engine would choose the type of the union, and round. */
function castTo(wanted: PhysicalType, own: PhysicalType, read: SqlFragment): SqlFragment {
  return own.name === wanted.name ? read : sql`CAST(${read} AS ${typeName(wanted)})`;
}

/** Keys of JSON objects that the contract does not know are seen and not staged. */
function readableColumn(object: ReadableObject, name: string, path: readonly string[]): ObjectColumn | undefined {
  const staged = object.staged === null || stagedPosition(object, name) !== null;
  return staged ? columnAt(object.facts, path) : undefined;
}

function stagedPosition({ staged }: ReadableObject, name: string): number | null {
  return staged !== null && Object.hasOwn(staged, name) ? (staged[name] ?? null) : null;
}

/** `"a"` for a column, `("a")."b"` for a field. */
function fieldAt([head = '', ...rest]: readonly string[]): SqlFragment {
  return rest.reduce((inner, field) => sql`(${inner}).${identifier(field)}`, identifier(head));
}

/** The folder's texts are typed once, as a list, and each row takes its object's entry. */
function readFromPath(column: RelationColumn, group: readonly ReadableObject[]): ColumnRead {
  const texts = group.map((object) => {
    const text = object.partition[column.name];
    return text === null || text === undefined ? 'null' : `text${text}`;
  });
  const property = column.contract?.property;
  const text = sql`CASE WHEN starts_with(entry, 'text') THEN substr(entry, 5) END`;
  const typed = typeText(
    text,
    property?.logicalType?.name ?? null,
    property === undefined ? null : dateFormat(property),
  );
  const pick = (expression: SqlFragment): SqlFragment =>
    sql`list_extract(list_transform(CAST(${value(texts)} AS VARCHAR[]), lambda entry: ${expression}), ${objectIndex(group)} + 1)`;
  return { value: castTo(column.type, typed.type, pick(typed.value)), invalid: pick(typed.invalid) };
}
