/** Tells the failing rows of a check that a change brings from those that the base has, in a session over both versions. */
import type { CheckSpec } from '../core/check/check.ts';
import { kindOf } from '../core/check/registry.ts';
import { isUpperBound } from '../core/check/threshold.ts';
import { bagColumn, bagCounts, identities, identityColumns } from '../core/diff/violation-bags.ts';
import { compileContext } from '../core/plan/context.ts';
import { failingRows, pointsAtRows, type RowDemand } from '../core/plan/failing-rows.ts';
import { authoredExpressions } from '../core/plan/plan.ts';
import type { Relation } from '../core/plan/relation.ts';
import type { SqlFragment } from '../core/sql.ts';
import { parentFinder } from './check-tables.ts';
import { countAuthored } from './count-authored.ts';
import type { EngineSession } from './ports.ts';
import { originOf, type Told, unknown } from './told-origin.ts';
import type { VersionedTable } from './versioned-tables.ts';

export interface RowFailure {
  readonly spec: CheckSpec;
  /** Rows that fail, as the check counted them. */
  readonly failing: number;
}

/** Where fewer failing rows could be the fault, or no row is, nothing is told by rows. */
export function isToldByRows(spec: CheckSpec, failing: number | null): failing is number {
  return failing !== null && spec.kind !== 'readable' && isUpperBound(spec.threshold);
}

/** Compares the failing rows of both versions. Rejects with what the engine says of this one check. */
export async function countViolations(
  { spec, failing }: RowFailure,
  own: VersionedTable,
  all: readonly VersionedTable[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<Told> {
  const { base, merge, changed } = own;
  if (base === null || merge === null) return unknown('a version of the table has no objects');
  const [before, after] = [demandOf(spec, own, all, 'base'), demandOf(spec, own, all, 'merge')];
  if (before.form === 'query' && after.form === 'query' && after.result === 'rows') {
    return countAuthored({ sql: after.sql, failing }, own, all, session, signal);
  }
  if (after.form === 'impossible' || before.form === 'impossible') {
    return unknown(before.form === 'impossible' ? `of the base: ${before.why}` : 'the check cannot be run');
  }
  if (!pointsAtRows(after) || !pointsAtRows(before)) return { kind: 'not-by-rows' };
  for (const expression of authoredExpressions(spec)) await session.guardExpression(expression, signal);
  const identity = identityColumns(spec, base, merge);
  if (identity.length === 0) return unknown('both versions have no column in common');
  const byChanges = after.form === 'rows' && judgesAlike(spec, base, merge);
  const bag = (relation: Relation | null, demand: RowDemand): SqlFragment | null =>
    relation === null ? null : identities(relation, failingRows(spec, demand, relation.rows), identity);
  const query = bagCounts({
    base: bag(byChanges ? changed.base : base, before),
    merge: bag(byChanges ? changed.merge : merge, after),
    columns: identity.map((_column, index) => bagColumn(index)),
  });
  const [row] = await session.query(query, signal);
  return originOf(row, failing, byChanges ? 'changed objects' : 'all objects');
}

/** What the check asks of one version of the table. */
export function demandOf(
  spec: CheckSpec,
  own: VersionedTable,
  all: readonly VersionedTable[],
  side: 'base' | 'merge',
): ReturnType<ReturnType<typeof kindOf>['compile']> {
  const relation = own[side];
  if (relation === null) return { form: 'impossible', why: 'the table has no objects' };
  const tables = all.map((table) => ({ input: table.input, relation: table[side] }));
  return kindOf(spec).compile(spec, compileContext(relation, parentFinder(own, tables)));
}

/** A row that both versions have is judged alike by both when what it is judged on has one type in both. */
export function judgesAlike(spec: CheckSpec, base: Relation, merge: Relation): boolean {
  const isAuthored = authoredExpressions(spec).length > 0;
  const names = isAuthored ? [...new Set([...base.columns.keys(), ...merge.columns.keys()])] : spec.columns;
  return names.every((name) => {
    const [before, after] = [base.columns.get(name), merge.columns.get(name)];
    return before !== undefined && after !== undefined && before.type.name === after.type.name;
  });
}
