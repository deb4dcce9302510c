/** The diffs of a judged merge, beside its verdict. */
import { isAboutChanges } from '../core/check/registry.ts';
import type { TableReport } from '../core/report/report.ts';
import type { VersionsOf } from './base-versions.ts';
import type { TableOutput } from './check-tables.ts';
import type { DiffTableInput } from './diff-request.ts';
import { inputByContract } from './diff-versions.ts';
import { type ReportDiffs, type ReportDiffsDeps, withDiffs } from './report-diffs.ts';

export interface MergeDiffsRequest {
  /** Each judged table with the objects it was judged on. */
  readonly judged: readonly { readonly report: TableReport; readonly output: TableOutput }[];
  readonly versionsOf: VersionsOf;
  readonly withinMs: number;
}

/** Fills the diffs of a judged merge. Never rejects, and never changes anything else. */
export function withMergeDiffs(
  request: MergeDiffsRequest,
  deps: ReportDiffsDeps,
  signal: AbortSignal,
): Promise<ReportDiffs> {
  const { judged, withinMs } = request;
  const tables = judged.map(({ report }) => report);
  if (!judged.some(isDiffed)) return Promise.resolve({ tables, problems: [] });
  const inputs = (within: AbortSignal) => mergeInputs(request, within);
  return withDiffs({ tables, inputs, withinMs }, deps, signal);
}

/** Tables that have a key. Where rules are about changes, the diff was made for them, or it is told why not. */
function isDiffed({ output: { input } }: MergeDiffsRequest['judged'][number]): boolean {
  return input.table.key.length > 0 && !input.checks.some(isAboutChanges);
}

async function mergeInputs(
  { judged, versionsOf }: MergeDiffsRequest,
  signal: AbortSignal,
): Promise<readonly (DiffTableInput | null)[]> {
  const tables = judged.filter(isDiffed).map(({ output }) => output.input.table);
  const versions = await versionsOf(tables, signal);
  return judged.map(({ output }) => {
    const { table } = output.input;
    const own = versions.get(table);
    return own === undefined ? null : inputByContract(table, own);
  });
}
