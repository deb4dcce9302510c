/** The columns of both versions: which are compared, how, and what the schemas themselves differ in. */
import { contractColumns } from '../check/columns.ts';
import type { PhysicalType } from '../check/physical-type.ts';
import { listed } from '../check/words.ts';
import { nearestWord } from '../contract/nearest-word.ts';
import type { Relation } from '../plan/relation.ts';
import { SluiceError } from '../problem.ts';
import { type CompiledQuery, compile, sql, value, wholeNumber } from '../sql.ts';
import { type Comparison, comparedAs, comparisonOf, isFloating, spellingOf } from './compare-types.ts';
import type { SchemaChange } from './table-diff.ts';

/** A column that both versions have. */
export interface DiffColumn {
  readonly name: string;
  readonly by: Comparison;
  /** Null when both types are the same. */
  readonly comparedAs: string | null;
  readonly base: PhysicalType;
  readonly merge: PhysicalType;
  /** True when some object keeps texts beside the values that do not fit. */
  readonly hasInvalid: boolean;
  /** Decimal text; null: exact. */
  readonly tolerance: string | null;
}

/** What the rows are compared by. */
export interface DiffShape {
  readonly key: readonly DiffColumn[];
  readonly values: readonly DiffColumn[];
  /** Columns that cannot be read as one in a version. */
  readonly uncompared: number;
  /** Sentences about columns that are not compared, or not as they are. */
  readonly notes: readonly string[];
}

export interface ShapeRequest {
  /** All objects of each side; null for a side without any. */
  readonly base: Relation | null;
  readonly merge: Relation | null;
  /** As the data names them. */
  readonly key: readonly string[];
  readonly tolerance: Readonly<Record<string, string>>;
  /** No contract: CSV and JSON have no types. */
  readonly fromData: boolean;
}

/**
 * Pairs the columns of both sides by name.
 *
 * @throws SluiceError `diff-key-missing` when a key column is not readable on both sides, `diff-tolerance` when a
 *   tolerance is asked for a column without floating point numbers
 */
export function shapeOf(request: ShapeRequest): DiffShape {
  const base = request.base ?? request.merge;
  const merge = request.merge ?? request.base;
  if (base === null || merge === null) return { key: [], values: [], uncompared: 0, notes: [] };
  const names = [...merge.columns.keys()].filter((name) => base.columns.has(name));
  const wanted = names.filter((name) => request.key.includes(name) || !isInside(name, merge, names));
  const columns = wanted.flatMap((name) => pair(name, base, merge, request));
  const key = request.key.map((name) => keyColumn(name, columns, base, merge));
  if (columns.length === 0) throw nothingInCommon(base, merge);
  refuseTolerances(request.tolerance, columns, request.key);
  const unread = [...new Set([...base.unreadable.values(), ...merge.unreadable.values()])];
  return {
    key,
    values: columns.filter((column) => !request.key.includes(column.name)),
    uncompared: new Set([...base.unreadable.keys(), ...merge.unreadable.keys()]).size,
    notes: unread.map((why) => `not compared: ${why}`),
  };
}

/** A field that the contract names is part of its struct, which is compared as a whole. */
export function isInside(name: string, { table }: Relation, names: readonly string[]): boolean {
  const path = contractColumns(table).find((column) => column.name === name)?.path ?? [name];
  return path.length > 1 && names.includes(path[0] ?? '');
}

function pair(
  name: string,
  base: Relation,
  merge: Relation,
  { tolerance: tolerances, fromData }: ShapeRequest,
): readonly DiffColumn[] {
  const [left, right] = [base.columns.get(name), merge.columns.get(name)];
  if (left === undefined || right === undefined) return [];
  const isText = fromData && (isUntyped(name, base) || isUntyped(name, merge));
  const by = isText ? spellingOf(left.type, right.type) : comparisonOf(left.type, right.type);
  const tolerance = tolerances[name] ?? null;
  const hasInvalid = left.invalid !== null || right.invalid !== null;
  const named = { name, by, base: left.type, merge: right.type, hasInvalid, tolerance };
  return [{ ...named, comparedAs: comparedAs(left.type, right.type, by) }];
}

/** True when no object of the side gives the column a type of its own. */
function isUntyped(name: string, { groups, columns }: Relation): boolean {
  const typed = groups
    .flat()
    .some(({ staged, facts }) => staged === null && facts.columns.some((column) => column.name === name));
  return columns.get(name)?.type.name === 'VARCHAR' && !typed;
}

function keyColumn(name: string, columns: readonly DiffColumn[], base: Relation, merge: Relation): DiffColumn {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const why = merge.unreadable.get(name) ?? base.unreadable.get(name);
  const side = merge.columns.has(name) ? 'the base' : base.columns.has(name) ? 'the data' : 'either side';
  throw new SluiceError({
    code: 'diff-key-missing',
    message: why ?? `the key column ${name} is not in ${side}`,
    hint: keyHint(name, columns),
  });
}

function keyHint(name: string, columns: readonly DiffColumn[]): string {
  if (columns.length === 0) return 'the two versions have no column in common: are they versions of one table?';
  const names = columns.map((column) => column.name);
  const nearest = nearestWord(name, names);
  return nearest === null ? `both versions have: ${listed(names, COLUMNS_NAMED)}` : `did you mean ${nearest}?`;
}

const COLUMNS_NAMED = 12;

function nothingInCommon(base: Relation, merge: Relation): SluiceError {
  const of = ({ columns }: Relation): string => listed([...columns.keys()], COLUMNS_NAMED);
  return new SluiceError({
    code: 'diff-nothing-common',
    message: `no column has the same name in both versions: before ${of(base)}; after ${of(merge)}`,
    hint: 'rows can be compared by columns that both have; are these two versions of one table?',
  });
}

function refuseTolerances(
  tolerance: Readonly<Record<string, string>>,
  columns: readonly DiffColumn[],
  key: readonly string[],
): void {
  for (const name of Object.keys(tolerance)) {
    const column = columns.find((one) => one.name === name);
    if (column !== undefined && isFloating(column.by) && !key.includes(name)) continue;
    throw new SluiceError({
      code: 'diff-tolerance',
      message: `a tolerance for ${name} has no meaning: it is no floating point column outside the key on both sides`,
      hint: 'whole numbers and decimals are compared exactly; leave the tolerance out',
    });
  }
}

/**
 * The order of the common columns, where an object has one that no object of the base has.
 *
 * @param before the columns of each object of the base, as they lie
 * @param after the same of the objects that the merge side alone has
 */
export function orderChange(
  before: readonly (readonly string[])[],
  after: readonly (readonly string[])[],
): readonly SchemaChange[] {
  const [olds, news] = [distinct(before), distinct(after)];
  for (const own of news) {
    const common = olds.map((old) => old.filter((name) => own.includes(name)));
    const most = Math.max(0, ...common.map((names) => names.length));
    const orders = common.filter((names) => names.length === most);
    const [left = []] = orders;
    const keeps = orders.some((names) => hasOrder(own, names));
    const right = own.filter((name) => left.includes(name));
    if (!keeps && most > 0)
      return [{ change: 'order', column: right.join(', '), before: left.join(', '), after: right.join(', ') }];
  }
  return [];
}

function hasOrder(own: readonly string[], names: readonly string[]): boolean {
  const wanted = new Set(names);
  return own.filter((name) => wanted.has(name)).every((name, index) => name === names[index]);
}

function distinct(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
}

/** One row per top-level name of a side's Parquet objects: whether every one of them forbids NULL. */
export function nullabilityQuery(localPaths: readonly string[]): CompiledQuery {
  // A name that occurs twice in an object is a field somewhere as well, and which is which is not told here.
  return compile(sql`SELECT name, bool_and(required) AS required FROM (
      SELECT file_name, name, bool_and(repetition_type = 'REQUIRED') AS required, count(*) AS times
      FROM parquet_schema(CAST(${value(localPaths)} AS VARCHAR[])) GROUP BY file_name, name)
    GROUP BY name HAVING max(times) = 1 AND count(*) = ${wholeNumber(localPaths.length)}`);
}

type Row = Readonly<Record<string, unknown>>;

/** Columns that forbid NULL on one side only, told from the answers to {@link nullabilityQuery}. */
export function nullabilityChanges(
  shape: DiffShape,
  before: readonly Row[],
  after: readonly Row[],
): readonly SchemaChange[] {
  const required = (rows: readonly Row[]) =>
    new Map(rows.map((row) => [String(row['name']), row['required'] === true]));
  const [left, right] = [required(before), required(after)];
  const word = (isRequired: boolean): string => (isRequired ? 'NOT NULL' : 'NULL');
  return [...shape.key, ...shape.values].flatMap(({ name }): readonly SchemaChange[] => {
    const [was, is] = [left.get(name), right.get(name)];
    if (was === undefined || is === undefined || was === is) return [];
    return [{ change: 'nullability', column: name, before: word(was), after: word(is) }];
  });
}
