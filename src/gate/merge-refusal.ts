import type { Problem } from '../core/problem.ts';
import type { ChangeOutcome } from './repository-ports.ts';

/** Why there is no merge commit: lakeFS, or a hook of it, would not make one. */
export type Refusal = Exclude<ChangeOutcome, { readonly kind: 'done' }>;

interface Subject {
  readonly repository: string;
  readonly source: string;
  readonly destination: string;
}

/** The refusal of a merge, or of its preview, in words. */
export function mergeRefusal(refusal: Refusal, { repository, source, destination }: Subject): Problem {
  switch (refusal.kind) {
    case 'conflict':
      return {
        code: 'merge-conflict',
        message: `${source} and ${destination} changed the same objects, so lakeFS does not merge them.`,
        hint: `Merge ${destination} into ${source} first, or choose a --strategy.`,
      };
    case 'no-changes':
      return {
        code: 'merge-no-changes',
        message: `${source} has nothing that ${destination} lacks, so lakeFS has nothing to merge.`,
        hint: `Changes of ${source} that are not committed are not part of a merge.`,
      };
    case 'hook-refused':
      return {
        code: 'merge-hook-refused',
        message: `A hook refused the merge: ${refusal.message}`,
        hint: describeRun(repository, refusal.runId),
      };
    case 'refused':
      return {
        code: 'merge-refused',
        message: `lakeFS refused the merge with status ${refusal.status}: ${refusal.message}`,
      };
  }
}

function describeRun(repository: string, runId: string | null): string {
  return runId === null
    ? `\`lakectl actions runs list lakefs://${repository}\` shows what its hooks said.`
    : `\`lakectl actions runs describe lakefs://${repository} ${runId}\` shows what it said.`;
}
