/**
 * The statements of a keyed diff, in order. Temporary tables of the session carry the differing keys from one to the
 * next: `sluice_repeated` (keys that occur more than once among the rows read), `sluice_delta` (single keys whose rows
 * differ, with a code per column) and `sluice_elsewhere` (those keys that shared objects hold as well).
 *
 * docs/diff.md has the proof that nothing else has to be read.
 */
import { type CompiledQuery, compile, join, type SqlFragment, sql, value } from '../sql.ts';
import { doubleValue } from './compare-types.ts';
import type { DiffColumn, DiffShape } from './diff-columns.ts';
import type { KeyRange } from './key-ranges.ts';
import {
  keyedRows,
  keyName,
  keyNames,
  keysOnly,
  type Sampling,
  type SideRows,
  sameKey,
  valueName,
} from './side-rows.ts';

/** How a value differs from the base's; the numbers are what `sluice_delta` holds. */
export const CODES = {
  nullToValue: 1,
  valueToNull: 2,
  valueToValue: 3,
  withinTolerance: 4,
  sameJson: 5,
  caseOnly: 6,
  whitespaceOnly: 7,
} as const;

export interface KeyedRequest {
  readonly shape: DiffShape;
  /** Rows of the objects that are not shared. */
  readonly base: SideRows;
  readonly merge: SideRows;
  /** Rows of the objects that both versions hold. */
  readonly shared: SideRows;
  readonly sampling: Sampling;
  /** Rows of either version up to which those that only moved are kept in `sluice_delta`, each of them. */
  readonly mostMoved: number;
  /** Every path of both sides. */
  readonly paths: readonly string[];
}

/** Finds the keys that occur more than once in what is read of either side. */
export function repeatedKeys({ shape, base, merge, sampling }: KeyedRequest): CompiledQuery {
  const keys = keyNames(shape);
  const repeated = (rows: SideRows) =>
    sql`SELECT ${keys} FROM ${keysOnly(rows, shape, sampling)} GROUP BY ${keys} HAVING count(*) > 1`;
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_repeated_keys AS
    SELECT DISTINCT ${keys} FROM (${join([repeated(base), repeated(merge)], ' UNION ALL ')})`);
}

/** The same where there are none: an empty table. */
export function noRepeatedKeys({ shape }: KeyedRequest): CompiledQuery {
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_repeated_keys AS
    SELECT ${keyNames(shape)} FROM ${keysOnly({ relation: null, side: 'merge' }, shape, { oneIn: 1 })}`);
}

/** The repeated keys with their rows on both sides, and whether the rows are the same as bags. */
export function repeatedRows(request: KeyedRequest): CompiledQuery {
  const { shape, sampling } = request;
  const all = join([keyNames(shape), ...shape.values.map((_column, index) => valueName(index))], ', ');
  const of = (rows: SideRows, side: SqlFragment) => sql`SELECT ${side} AS side, a.* FROM
    ${keyedRows(rows, shape, sampling, { values: true })} AS a SEMI JOIN sluice_repeated_keys AS d ON ${sameKey(shape, 'a', 'd')}`;
  const both = join([of(request.base, sql`0`), of(request.merge, sql`1`)], ' UNION ALL ');
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_repeated AS
    SELECT ${keyNames(shape)}, sum(na) AS na, sum(nb) AS nb, bool_or(na <> nb) AS differs FROM (
      SELECT ${all}, count(*) FILTER (side = 0) AS na, count(*) FILTER (side = 1) AS nb FROM (${both}) GROUP BY ${all})
    GROUP BY ${keyNames(shape)}`);
}

/** The same when no key is repeated: an empty table. */
export function noRepeatedRows({ shape }: KeyedRequest): CompiledQuery {
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_repeated AS
    SELECT ${keyNames(shape)}, CAST(0 AS HUGEINT) AS na, CAST(0 AS HUGEINT) AS nb, false AS differs FROM sluice_repeated_keys WHERE false`);
}

/**
 * Joins what is left, one row to at most one, and keeps the keys whose rows differ.
 *
 * @param kept.repeated how many repeated keys there are to leave out
 * @param kept.moved whether rows are kept, as class `m`, that lie in another object and are the same
 */
export function delta(
  request: KeyedRequest,
  { repeated, moved }: { readonly repeated: number; readonly moved: boolean },
): CompiledQuery {
  const { shape } = request;
  const side = (rows: SideRows) => singleRows(request, rows, repeated);
  const keys = shape.key.map(
    (_column, index) => sql`coalesce(a.${keyName(index)}, b.${keyName(index)}) AS ${keyName(index)}`,
  );
  const both = sql`a.one AND b.one`;
  const codes = shape.values.map(
    (column, index) =>
      sql`CAST(CASE WHEN ${both} THEN ${code(column, index)} ELSE 0 END AS TINYINT) AS ${valueName(index)}`,
  );
  const differing = shape.values.map(
    (_column, index) => sql`a.${valueName(index)} IS DISTINCT FROM b.${valueName(index)}`,
  );
  const differs = join([sql`a.one IS NULL`, sql`b.one IS NULL`, ...differing], ' OR ');
  const kept = moved ? sql`${differs} OR a.p <> b.p` : differs;
  const facts = [sql`a.one AS in_base`, sql`b.one AS in_merge`, sql`a.p <> b.p AS moved`];
  const joined = sql`SELECT ${join([...keys, ...facts, ...codes], ', ')}
    FROM ${side(request.base)} AS a FULL JOIN ${side(request.merge)} AS b ON ${sameKey(shape, 'a', 'b')} WHERE ${kept}`;
  const names = join(
    [keyNames(shape), sql`coalesce(moved, false) AS moved`, ...shape.values.map((_c, index) => valueName(index))],
    ', ',
  );
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_delta AS
    SELECT ${names}, CASE WHEN in_base IS NULL THEN 'i' WHEN in_merge IS NULL THEN 'd' WHEN ${isChanged(shape)} THEN 'u' WHEN ${hasCode(shape)} THEN 't' ELSE 'm' END AS class
    FROM (${joined})`);
}

/** `'t'` (the same for whoever asked, not to the byte) where no code says that a value changed. */
export function isChanged(shape: DiffShape): SqlFragment {
  // Not as IN with the codes of changes: the engine makes a join of each, which takes hours for some hundred columns.
  const changed = shape.values.map((_column, index) => {
    const name = valueName(index);
    return sql`(${name} <> 0 AND ${name} <> 4 AND ${name} <> 5)`;
  });
  return changed.length === 0 ? sql`false` : sql`(${join(changed, ' OR ')})`;
}

/** Some column is not the same to the byte. */
function hasCode(shape: DiffShape): SqlFragment {
  const codes = shape.values.map((_column, index) => sql`${valueName(index)} <> 0`);
  return codes.length === 0 ? sql`false` : sql`(${join(codes, ' OR ')})`;
}

/** The rows with a key that occurs once, and `one` to tell an absent row from a row of NULLs. */
function singleRows(request: KeyedRequest, rows: SideRows, repeated: number): SqlFragment {
  const { shape, sampling, paths } = request;
  const keyed = keyedRows(rows, shape, sampling, { values: true, paths });
  const single = repeated === 0 ? sql`` : sql` ${leavingRepeatedOut(shape)}`;
  return sql`(SELECT true AS one, a.* FROM ${keyed} AS a${single})`;
}

/**
 * To stand behind a FROM clause with the alias `a`: leaves out the rows whose key occurs more than once. Not EXISTS has
 * to be rewritten by an optimizer that is off for its trust in statistics, and takes fifteen times as long.
 */
export function leavingRepeatedOut(shape: DiffShape): SqlFragment {
  return sql`ANTI JOIN sluice_repeated_keys AS d ON ${sameKey(shape, 'a', 'd')}`;
}

function code(column: DiffColumn, index: number): SqlFragment {
  const [left, right] = [sql`a.${valueName(index)}`, sql`b.${valueName(index)}`];
  const value = (side: SqlFragment) => (column.hasInvalid ? sql`(${side}).v` : side);
  const isNull = (side: SqlFragment) =>
    column.hasInvalid ? sql`((${side}).v IS NULL AND (${side}).x IS NULL)` : sql`${side} IS NULL`;
  return sql`CASE WHEN ${left} IS NOT DISTINCT FROM ${right} THEN 0 WHEN ${isNull(left)} THEN 1 WHEN ${isNull(right)} THEN 2
    ${tolerated(column, value(left), value(right))} ${spelling(column, value(left), value(right))} ELSE 3 END`;
}

function tolerated({ tolerance, by }: DiffColumn, left: SqlFragment, right: SqlFragment): SqlFragment {
  if (tolerance === null) return sql``;
  const number = (side: SqlFragment) =>
    by.kind === 'number'
      ? sql`coalesce(CAST((${side}).whole AS DOUBLE), (${side}).rest)`
      : sql`CAST(${side} AS DOUBLE)`;
  return sql`WHEN abs(${number(left)} - ${number(right)}) <= ${doubleValue(tolerance)} THEN 4`;
}

/** Texts that look alike to people are counted apart, and are changes all the same. Of equal texts the kind differs. */
function spelling({ by }: DiffColumn, left: SqlFragment, right: SqlFragment): SqlFragment {
  if (by.kind !== 'cast' || by.type.name !== 'VARCHAR') return sql``;
  const bare = (side: SqlFragment) => sql`regexp_replace(${side}, '\\s', '', 'g')`;
  return sql`WHEN ${left} = ${right} THEN 3 WHEN lower(${left}) = lower(${right}) THEN 6 WHEN ${bare(left)} = ${bare(right)} THEN 7`;
}

/**
 * The keys of all differing rows that shared objects hold as well, with how often. Such a key occurs more than once on
 * a side, whatever it looked like among the objects read.
 *
 * @param ranges of integers that hold all these keys: to compare is quicker than to look up; null: keys of other types
 */
export function elsewhere(
  { shape, shared, sampling }: KeyedRequest,
  ranges: readonly KeyRange[] | null,
): CompiledQuery {
  const keys = keyNames(shape);
  const all = keysOnly(shared, shape, sampling, { keyless: true });
  const bound = (number: bigint): SqlFragment => sql`CAST(${value(number.toString())} AS BIGINT)`;
  const inRange = ({ low, high }: KeyRange) => sql`${keyName(0)} BETWEEN ${bound(low)} AND ${bound(high)}`;
  const near =
    ranges === null || ranges.length === 0
      ? all
      : sql`(SELECT * FROM ${all} WHERE ${join(ranges.map(inRange), ' OR ')})`;
  const differing = sql`SELECT ${keys} FROM sluice_delta WHERE class <> 'm' UNION ALL SELECT ${keys} FROM sluice_repeated WHERE differs`;
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_elsewhere AS
    SELECT ${keyNames(shape, 's')}, count(*) AS n FROM ${near} AS s
    JOIN (${differing}) AS d ON ${sameKey(shape, 's', 'd')} GROUP BY ${keyNames(shape, 's')}`);
}

/** The same without shared objects: an empty table. */
export function nowhere({ shape }: KeyedRequest): CompiledQuery {
  return compile(sql`CREATE OR REPLACE TEMP TABLE sluice_elsewhere AS
    SELECT ${keyNames(shape)}, CAST(0 AS BIGINT) AS n FROM sluice_delta WHERE false`);
}

/** One row: `keys`, `base_rows` and `merge_rows` of the keys without a partner to be compared with. */
export function repeatedCounts({ shape }: KeyedRequest): CompiledQuery {
  const keys = keyNames(shape);
  const single = sql`SELECT ${keys}, CASE WHEN class = 'i' THEN 0 ELSE 1 END AS na, CASE WHEN class = 'd' THEN 0 ELSE 1 END AS nb, false AS alone FROM sluice_delta WHERE class <> 'm'`;
  const several = sql`SELECT ${keys}, na, nb, true AS alone FROM sluice_repeated WHERE differs`;
  return compile(sql`SELECT count(*) AS keys, coalesce(sum(na + coalesce(n, 0)), 0) AS base_rows,
      coalesce(sum(nb + coalesce(n, 0)), 0) AS merge_rows
    FROM (${join([single, several], ' UNION ALL ')}) AS a LEFT JOIN sluice_elsewhere AS s ON ${sameKey(shape, 'a', 's')}
    WHERE alone OR n IS NOT NULL`);
}

/** Takes the keys that turned out to be repeated out of the delta. */
export function dropElsewhere({ shape }: KeyedRequest): CompiledQuery {
  return compile(sql`DELETE FROM sluice_delta AS a USING sluice_elsewhere AS s WHERE ${sameKey(shape, 'a', 's')}`);
}

/**
 * One row: `differing` keys, those of them whose object differs as well (`moved`), rows that only `moved_alone`, and the
 * bounds `low` and `high` of the differing keys' first column.
 */
export function deltaSizes(): CompiledQuery {
  const key = sql`CASE WHEN class <> 'm' THEN ${keyName(0)} END`;
  return compile(sql`SELECT count(*) FILTER (class <> 'm') AS differing, count(*) FILTER (class <> 'm' AND moved) AS moved,
    count(*) FILTER (class = 'm') AS moved_alone, min(${key}) AS low, max(${key}) AS high FROM sluice_delta`);
}

/** One row: rows of each class (`alike`: the same but for JSON's spelling or a tolerance), those that moved and are the same, and per column how often each code occurs (a map `c0`, ...). */
export function deltaCounts({ shape }: KeyedRequest): CompiledQuery {
  const codes = shape.values.map(
    (_column, index) => sql`histogram(nullif(CAST(${valueName(index)} AS INTEGER), 0)) AS ${valueName(index)}`,
  );
  const classes = [
    sql`count(*) FILTER (class = 'i') AS inserted`,
    sql`count(*) FILTER (class = 'd') AS deleted`,
    sql`count(*) FILTER (class = 'u') AS updated`,
    sql`count(*) FILTER (class = 't') AS alike`,
    sql`count(*) FILTER (moved AND class = 't') AS moved_same`,
  ];
  return compile(sql`SELECT ${join([...classes, ...codes], ', ')} FROM sluice_delta WHERE class <> 'm'`);
}
