/**
 * Failing rows of two versions, compared as bags. A row of an object that both versions hold fails in both or in neither,
 * so it cancels out whether it is read or not (docs/diff.md has the proof): changed objects are enough where a row
 * decides alone.
 */
import type { CheckSpec } from '../check/check.ts';
import { dataName } from '../check/columns.ts';
import type { Relation } from '../plan/relation.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql } from '../sql.ts';
import { type Comparison, comparable, comparisonOf } from './compare-types.ts';

/** A column by which a failing row is known again. */
export interface IdentityColumn {
  readonly name: string;
  readonly by: Comparison;
  /** True: looked at in rows without a key alone, which nothing else tells from one another. */
  readonly isForKeyless: boolean;
}

/**
 * A failing row is the same as before when its key and the values that the check looks at are. Without a key, and where
 * an author's expression may look at anything, it is when every column that both versions have is. Empty: nothing is
 * common to both.
 *
 * @param hasKeyless whether some failing row of either version may have a NULL in its key
 */
export function identityColumns(
  spec: CheckSpec,
  base: Relation,
  merge: Relation,
  hasKeyless: boolean,
): readonly IdentityColumn[] {
  const common = [...merge.columns.keys()].filter((name) => base.columns.has(name));
  const key = keyOf(merge);
  const wanted = [...new Set([...key, ...spec.columns])];
  const isKnown = key.length > 0 && spec.kind !== 'rowExpression' && wanted.every((name) => common.includes(name));
  const looked = isKnown ? wanted : common;
  const rest = isKnown && hasKeyless ? common.filter((name) => !wanted.includes(name)) : [];
  const column = (name: string, isForKeyless: boolean): readonly IdentityColumn[] => {
    const [before, after] = [base.columns.get(name), merge.columns.get(name)];
    if (before === undefined || after === undefined) return [];
    return [{ name, by: comparisonOf(before.type, after.type), isForKeyless }];
  };
  return [...looked.flatMap((name) => column(name, false)), ...rest.flatMap((name) => column(name, true))];
}

/** One row: `keyless`, how many of the rows have a NULL in the table's key. */
export function keylessCount(relation: Relation, failing: SqlFragment): CompiledQuery {
  return compile(sql`SELECT count(*) FILTER (${isKeyless(relation)}) AS keyless FROM ${failing}`);
}

/** As the data names them. */
function keyOf({ table }: Relation): readonly string[] {
  return table.key.map((name) => dataName(table, name));
}

function isKeyless(relation: Relation): SqlFragment {
  const parts = keyOf(relation).map((name) => sql`${textOf(relation, name)} IS NULL`);
  return parts.length === 0 ? sql`false` : sql`(${join(parts, ' OR ')})`;
}

/** The value as text, the text that does not fit included; NULL for null. */
export function textOf({ columns }: Relation, name: string, by: Comparison | null = null): SqlFragment {
  const binding = columns.get(name);
  if (binding === undefined) return sql`CAST(NULL AS VARCHAR)`;
  const value = by === null ? binding.expression : comparable(by, binding.type, binding.expression);
  const text = sql`CAST(${value} AS VARCHAR)`;
  return binding.invalid === null ? text : sql`coalesce(${text}, ${binding.invalid})`;
}

/**
 * `(SELECT i0, ...)`: the identities of failing rows as texts. A type that was widened gives the same texts as before,
 * and a text that does not fit its type is that text; NULL is neither.
 *
 * @param failing the failing rows of the relation's rows
 */
export function identities(relation: Relation, failing: SqlFragment, identity: readonly IdentityColumn[]): SqlFragment {
  return sql`(SELECT ${join(identityFields(relation, identity), ', ')} FROM ${failing})`;
}

/** The fields of {@link identities}. */
export function identityFields(relation: Relation, identity: readonly IdentityColumn[]): readonly SqlFragment[] {
  return identity.map(({ name, by, isForKeyless }, index) => {
    const text = textOf(relation, name, by);
    const own = isForKeyless ? sql`CASE WHEN ${isKeyless(relation)} THEN ${text} END` : text;
    return sql`${own} AS ${bagColumn(index)}`;
  });
}

/** `"i0"` */
export function bagColumn(index: number): SqlFragment {
  return identifier(`i${index}`);
}

/** A name that no column of the data or of an author's query is likely to have. */
const IS_MERGE = identifier('sluice:merge');

export interface Bags {
  /** `FROM` items; null: no row. */
  readonly base: SqlFragment | null;
  readonly merge: SqlFragment | null;
  /** Columns of both, by which equal rows are told. */
  readonly columns: readonly SqlFragment[];
}

/** One row: `added` and `gone` rows, `EXCEPT ALL` in both directions, and how many rows either side has. */
export function bagCounts({ base, merge, columns }: Bags): CompiledQuery {
  const names = join(columns, ', ');
  const side = (isMerge: SqlFragment, rows: SqlFragment | null) =>
    rows === null ? [] : [sql`SELECT ${isMerge} AS ${IS_MERGE}, ${names} FROM ${rows}`];
  const both = [...side(sql`true`, merge), ...side(sql`false`, base)];
  const rows =
    both.length === 0 ? sql`SELECT true AS ${IS_MERGE}, 1 AS ${bagColumn(0)} WHERE false` : join(both, ' UNION ALL ');
  const grouped = both.length === 0 ? bagColumn(0) : names;
  return compile(sql`SELECT coalesce(sum(greatest(m - b, 0)), 0) AS added, coalesce(sum(greatest(b - m, 0)), 0) AS gone,
      coalesce(sum(m), 0) AS merge_rows, coalesce(sum(b), 0) AS base_rows
    FROM (SELECT count(*) FILTER (${IS_MERGE}) AS m, count(*) FILTER (NOT ${IS_MERGE}) AS b FROM (${rows}) GROUP BY ${grouped})`);
}

type Row = Readonly<Record<string, unknown>>;

export interface BagDifference {
  readonly added: number;
  readonly gone: number;
  readonly mergeRows: number;
  readonly baseRows: number;
}

/** Null when a count is missing or the counts contradict one another. */
export function readBagCounts(row: Row | undefined): BagDifference | null {
  const [added, gone, mergeRows, baseRows] = ['added', 'gone', 'merge_rows', 'base_rows'].map((name) => {
    const value = row?.[name];
    return (typeof value === 'string' && /^\d+$/.test(value)) || typeof value === 'number' ? Number(value) : null;
  });
  if (added == null || gone == null || mergeRows == null || baseRows == null) return null;
  const agrees = added - gone === mergeRows - baseRows && added <= mergeRows && gone <= baseRows;
  return agrees ? { added, gone, mergeRows, baseRows } : null;
}
