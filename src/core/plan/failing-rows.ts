/** The rows that fail a check, to be told apart, shown or kept; the counts of a plan say how many there must be. */
import type { CheckSpec, Demand } from '../check/check.ts';
import { identifier, join, type SqlFragment, sql } from '../sql.ts';
import { and, conditionOf } from './condition.ts';

/** A demand whose failing rows can be pointed at. */
export type RowDemand = Demand & { readonly form: 'rows' | 'keys' | 'reference' };

export function pointsAtRows(demand: Demand): demand is RowDemand {
  return demand.form === 'rows' || demand.form === 'keys' || demand.form === 'reference';
}

/**
 * `(SELECT ...)`: the failing rows with every column of `rows`, among others of ours. What is wanted of them is chosen
 * around it: an author's condition must not see names that stand beside it.
 *
 * @param rows the table's rows as the demand was compiled for them; whole for keys and references
 */
export function failingRows(spec: CheckSpec, demand: RowDemand, rows: SqlFragment): SqlFragment {
  const where = conditionOf(spec);
  if (demand.form === 'rows') return sql`(SELECT * FROM ${rows} WHERE ${failingCondition(demand, where)})`;
  const looked = where === null ? rows : sql`(SELECT * FROM ${rows} WHERE ${where})`;
  return demand.form === 'keys' ? repeatedRows(demand, looked) : orphans(demand, looked);
}

function failingCondition(
  { evaluated, failing }: Demand & { readonly form: 'rows' },
  where: SqlFragment | null,
): SqlFragment {
  switch (evaluated.which) {
    case 'all':
      return and(where, failing) ?? failing;
    case 'where':
      return and(and(where, evaluated.condition), failing) ?? failing;
    case 'with-value': {
      const guarded = evaluated.neverTrueOnNull ? failing : and(sql`${evaluated.column} IS NOT NULL`, failing);
      return and(where, guarded) ?? failing;
    }
  }
}

function repeatedRows(demand: Demand & { readonly form: 'keys' }, rows: SqlFragment): SqlFragment {
  const keys = demand.columns.map((column) => column.expression);
  const fields = keys.map((key, index) => sql`${key} AS ${keyName(index)}`);
  const filled = filledKey(keys);
  const names = join(
    keys.map((_key, index) => keyName(index)),
    ', ',
  );
  const repeated = sql`SELECT ${names}, true AS ${FOUND}
    FROM (SELECT ${join(fields, ', ')} FROM ${rows} WHERE ${filled}) GROUP BY ${names} HAVING count(*) > 1`;
  const broken = demand.nullsFail ? sql`other.${FOUND} OR NOT own.${FILLED}` : sql`other.${FOUND}`;
  return joined({ rows, fields, filled, other: repeated, keys: keys.length }, broken);
}

/** The parent's keys are made distinct first, so that the join cannot multiply the child's rows. */
function orphans({ pairs, parent }: Demand & { readonly form: 'reference' }, rows: SqlFragment): SqlFragment {
  const children = pairs.map((pair) => pair.child);
  const fields = children.map((child, index) => sql`${child} AS ${keyName(index)}`);
  const parents = pairs.map((pair, index) => sql`${pair.parent} AS ${keyName(index)}`);
  const other = sql`SELECT DISTINCT ${join(parents, ', ')}, true AS ${FOUND} FROM ${parent}`;
  const broken = sql`own.${FILLED} AND other.${FOUND} IS NULL`;
  return joined({ rows, fields, filled: filledKey(children), other, keys: pairs.length }, broken);
}

interface KeyJoin {
  readonly rows: SqlFragment;
  readonly fields: readonly SqlFragment[];
  readonly filled: SqlFragment;
  /** Keys and `found`, each key once. */
  readonly other: SqlFragment;
  readonly keys: number;
}

function joined({ rows, fields, filled, other, keys }: KeyJoin, broken: SqlFragment): SqlFragment {
  const equal = join(
    Array.from({ length: keys }, (_none, index) => sql`own.${keyName(index)} = other.${keyName(index)}`),
    ' AND ',
  );
  return sql`(SELECT own.* FROM (SELECT *, (${filled}) AS ${FILLED}, ${join(fields, ', ')} FROM ${rows}) AS own
    LEFT JOIN (${other}) AS other ON ${equal} WHERE coalesce(${broken}, false))`;
}

/** Names that no column of the data can have. */
const FOUND = identifier('sluice:found');
const FILLED = identifier('sluice:filled');

function keyName(index: number): SqlFragment {
  return identifier(`sluice:key${index}`);
}

function filledKey(keys: readonly SqlFragment[]): SqlFragment {
  return join(
    keys.map((key) => sql`${key} IS NOT NULL`),
    ' AND ',
  );
}
