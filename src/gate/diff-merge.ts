/** The diffs of a judged merge, beside its verdict. */
import { isAboutChanges } from '../core/check/registry.ts';
import type { TableReport } from '../core/report/report.ts';
import { type BaseVersionsRequest, fetchVersions } from './base-versions.ts';
import type { TableOutput } from './check-tables.ts';
import type { DiffTableInput } from './diff-tables.ts';
import { inputByContract } from './diff-versions.ts';
import type { Lake, ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';
import { type ReportDiffs, withDiffs } from './report-diffs.ts';

export interface MergeDiffsRequest
  extends Pick<BaseVersionsRequest, 'repository' | 'baseCommit' | 'changes' | 'find' | 'maxBytes'> {
  /** Each judged table with the objects it was judged on. */
  readonly judged: readonly { readonly report: TableReport; readonly output: TableOutput }[];
  readonly withinMs: number;
}

export interface MergeDiffsDeps {
  readonly lake: Lake;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
}

/** Fills the diffs of a judged merge. Never rejects, and never changes anything else. */
export function withMergeDiffs(
  request: MergeDiffsRequest,
  deps: MergeDiffsDeps,
  signal: AbortSignal,
): Promise<ReportDiffs> {
  const { judged, withinMs } = request;
  const tables = judged.map(({ report }) => report);
  if (!judged.some(isDiffed)) return Promise.resolve({ tables, problems: [] });
  const inputs = (directory: string, within: AbortSignal) => mergeInputs(request, deps, directory, within);
  return withDiffs({ tables, inputs, withinMs }, deps, signal);
}

/** Tables that have a key. Where rules are about changes, the diff was made for them, or it is told why not. */
function isDiffed({ output: { input } }: MergeDiffsRequest['judged'][number]): boolean {
  return input.table.key.length > 0 && !input.checks.some(isAboutChanges);
}

async function mergeInputs(
  request: MergeDiffsRequest,
  deps: MergeDiffsDeps,
  runDirectory: string,
  signal: AbortSignal,
): Promise<readonly (DiffTableInput | null)[]> {
  const inputs = request.judged.map(({ output }) => output.input);
  const tables = request.judged.filter(isDiffed).map(({ output }) => output.input.table);
  const versions = await fetchVersions({ ...request, inputs, tables, runDirectory }, deps, signal);
  return inputs.map(({ table }) => {
    const own = versions.get(table);
    return own === undefined ? null : inputByContract(table, own);
  });
}
