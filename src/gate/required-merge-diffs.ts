/** What a merge does to the tables that have rules about it, against the head of the branch. */
import type { Doubt } from '../core/diff/evidence.ts';
import type { VersionsOf } from './base-versions.ts';
import type { TableOutput } from './check-tables.ts';
import { timeOf } from './judged-tree.ts';
import type { Pinned } from './prepare-merge.ts';
import { type RequiredDiff, type RequiredDiffsDeps, requiredDiffs } from './required-diffs.ts';

/** Rejects when the signal is aborted; whatever else goes wrong leaves one table without evidence. */
export function requiredMergeDiffs(
  { tree, mergeResult }: Pick<Pinned, 'tree' | 'mergeResult'>,
  outputs: readonly TableOutput[],
  versionsOf: VersionsOf,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<TableOutput, RequiredDiff>> {
  // Between a branch and a source without what came to the branch since lies more than what the merge does.
  const unknown = tree.kind === 'commit' && !mergeResult ? NO_MERGE_RESULT : null;
  return requiredDiffs({ outputs, versionsOf, unknown, now: timeOf(tree) }, deps, signal);
}

const NO_MERGE_RESULT: Doubt = {
  why: 'this lakeFS does not show the merge result, only the source',
  help: 'upgrade lakeFS to 1.23 or newer',
};
