/** Some failing rows of a check to look at, told apart where there is a version to compare with. */
import type { CheckSpec } from '../core/check/check.ts';
import {
  type FailingRow,
  mostRows,
  readFailing,
  type SampleFailing,
  sampleFailing,
  shownColumns,
} from '../core/diff/violation-samples.ts';
import { pointsAtRows } from '../core/plan/failing-rows.ts';
import { authoredExpressions } from '../core/plan/plan.ts';
import type { Relation } from '../core/plan/relation.ts';
import { comparedRows, demandOf, identityOf } from './count-violations.ts';
import type { EngineSession } from './ports.ts';
import type { VersionedTable } from './versioned-tables.ts';

/** Empty where the contract lets no column be shown, or no row fails by itself. Rejects with what the engine says. */
export async function sampleViolations(
  { spec, isCompared }: { readonly spec: CheckSpec; readonly isCompared: boolean },
  own: VersionedTable,
  all: readonly VersionedTable[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly FailingRow[]> {
  const { base, merge, shared } = own;
  if (merge === null || shownColumns(merge).length === 0) return [];
  const after = demandOf(spec, own, all, 'merge');
  if (!pointsAtRows(after)) return [];
  for (const expression of authoredExpressions(spec)) await session.guardExpression(expression, signal);
  const rowsOf = async (relation: Relation | null, compared: SampleFailing['compared']) => {
    if (relation === null) return [];
    const query = sampleFailing({ spec, merge: { relation, demand: after }, compared });
    return readFailing(relation, await session.query(query, signal));
  };
  if (!isCompared) return rowsOf(merge, null);
  if (base === null) return rowsOf(merge, { base: null, identity: [] });
  const before = demandOf(spec, own, all, 'base');
  if (!pointsAtRows(before)) return rowsOf(merge, null);
  const identity = await identityOf(spec, own, { before, after }, session, signal);
  if (identity.length === 0) return rowsOf(merge, null);
  const rows = comparedRows(spec, own, after);
  const others = rows.base === null ? null : { relation: rows.base, demand: before };
  const first = await rowsOf(rows.merge, { base: others, identity });
  if (!rows.isByChanges) return first;
  const old = (await rowsOf(shared, null)).map((row): FailingRow => ({ ...row, isNew: false }));
  return [...first, ...old].slice(0, mostRows(merge));
}
