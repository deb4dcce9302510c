/** Tells the failing rows of a check that a change brings from those that the base has, in a session over both versions. */
import type { CheckSpec } from '../core/check/check.ts';
import { dataName } from '../core/check/columns.ts';
import { kindOf } from '../core/check/registry.ts';
import { isUpperBound } from '../core/check/threshold.ts';
import {
  bagColumn,
  bagCounts,
  type IdentityColumn,
  identities,
  identityColumns,
  keylessCount,
} from '../core/diff/violation-bags.ts';
import { compileContext } from '../core/plan/context.ts';
import { failingRows, pointsAtRows, type RowDemand } from '../core/plan/failing-rows.ts';
import { authoredExpressions } from '../core/plan/plan.ts';
import type { Relation } from '../core/plan/relation.ts';
import { integer } from '../core/plan/states.ts';
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
  const { base, merge } = own;
  if (base === null || merge === null) return unknown('a version of the table has no objects');
  const [before, after] = [demandOf(spec, own, all, 'base'), demandOf(spec, own, all, 'merge')];
  if (before.form === 'query' && after.form === 'query' && after.result === 'rows') {
    return countAuthored({ sql: after.sql, threshold: spec.threshold, failing }, own, all, session, signal);
  }
  if (after.form === 'impossible' || before.form === 'impossible') {
    return unknown(before.form === 'impossible' ? `of the base: ${before.why}` : 'the check cannot be run');
  }
  if (!pointsAtRows(after) || !pointsAtRows(before)) return { kind: 'by-base', rows: null };
  for (const expression of authoredExpressions(spec)) await session.guardExpression(expression, signal);
  const identity = await identityOf(spec, own, { before, after }, session, signal);
  if (identity.length === 0) return unknown('both versions have no column in common');
  const compared = comparedRows(spec, own, after);
  const bag = (relation: Relation | null, demand: RowDemand): SqlFragment | null =>
    relation === null ? null : identities(relation, failingRows(spec, demand, relation.rows), identity);
  const query = bagCounts({
    base: bag(compared.base, before),
    merge: bag(compared.merge, after),
    columns: identity.map((_column, index) => bagColumn(index)),
  });
  const [row] = await session.query(query, signal);
  return originOf(
    row,
    { threshold: spec.threshold, failing },
    compared.isByChanges ? 'changed objects' : 'all objects',
  );
}

/** By what failing rows are known again; all columns are looked at only when some of the rows have no key. */
export async function identityOf(
  spec: CheckSpec,
  own: VersionedTable,
  { before, after }: { readonly before: RowDemand; readonly after: RowDemand },
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly IdentityColumn[]> {
  const { base, merge } = own;
  if (base === null || merge === null) return [];
  const key = merge.table.key.map((name) => dataName(merge.table, name));
  const isKeyed = key.length > 0 && key.every((name) => base.columns.has(name) && merge.columns.has(name));
  const keyless = async (relation: Relation | null, demand: RowDemand): Promise<boolean> => {
    if (relation === null || !isKeyed) return false;
    const [row] = await session.query(keylessCount(relation, failingRows(spec, demand, relation.rows)), signal);
    return integer(row?.['keyless']) !== 0n;
  };
  const compared = comparedRows(spec, own, after);
  const hasKeyless = (await keyless(compared.merge, after)) || (await keyless(compared.base, before));
  return identityColumns(spec, base, merge, hasKeyless);
}

/** The rows in which the two versions can differ for this check. */
export function comparedRows(spec: CheckSpec, own: VersionedTable, demand: RowDemand): ComparedRows {
  const { base, merge, changed } = own;
  const isByChanges = demand.form === 'rows' && base !== null && merge !== null && judgesAlike(spec, base, merge);
  return isByChanges ? { ...changed, isByChanges } : { base, merge, isByChanges };
}

export interface ComparedRows {
  readonly base: Relation | null;
  readonly merge: Relation | null;
  /** True: the rows of objects that one version alone has. */
  readonly isByChanges: boolean;
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
function judgesAlike(spec: CheckSpec, base: Relation, merge: Relation): boolean {
  const isAuthored = authoredExpressions(spec).length > 0;
  const names = isAuthored ? [...new Set([...base.columns.keys(), ...merge.columns.keys()])] : spec.columns;
  return names.every((name) => {
    const [before, after] = [base.columns.get(name), merge.columns.get(name)];
    return before !== undefined && after !== undefined && before.type.name === after.type.name;
  });
}
