import picomatch from 'picomatch';
import { configured } from './by-configuration.ts';
import { approved, type DeliveryPolicy, type EventLake, type EventRule, rejected } from './event-rule.ts';

/** A release tag is for commits whose data a hook has approved. */
export const preCreateTag: EventRule = {
  answer: (event, policy) => {
    const tag = event.tagId ?? '';
    const ruled = configured(event, policy);
    if (ruled !== null || picomatch([...policy.releaseTags], { dot: true })(tag)) return ruled;
    return approved(`The tag ${tag} is no release tag (releaseTags), so nothing was looked at.`);
  },
  look: async ({ repository, tagId = '', commitId = '' }, { store, policy, lake }, signal) => {
    const decision = store.approvedFor(repository, commitId);
    if (decision !== null) {
      const releases = await releaseBranches(repository, policy, lake, signal);
      if (picomatch([...releases], { dot: true })(decision.branch)) {
        return approved(`The commit of ${tagId} was approved on ${decision.branch} (decision ${decision.id}).`);
      }
      return rejected({
        code: 'forbidden-tag',
        message: `${tagId} is a release tag, and its commit was approved on ${decision.branch}, which releases nothing.`,
        hint: `Releases come from ${releases.join(', ')}: merge there first, or set releaseBranches.`,
      });
    }
    return rejected({
      code: 'forbidden-tag',
      message: `${tagId} is a release tag, and no approved decision is recorded for its commit ${commitId.slice(0, 12)}.`,
      hint:
        'Tag a merge commit that the gate approved, or merge through the gate first. For direct commits, reverts and ' +
        'cherry-picks the action file must have their post-events, by which they are matched to their decision.',
    });
  },
};

/**
 * Anybody can make a branch, with rules of its own: what was approved there says nothing of a release. Where nobody said
 * which branches release, those are that are named as governed, and without names the default branch.
 */
async function releaseBranches(
  repository: string,
  { releaseBranches: named, governedBranches }: DeliveryPolicy,
  lake: Pick<EventLake, 'defaultBranch'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (named.length > 0) return named;
  return governedBranches.includes('*') ? [await lake.defaultBranch(repository, signal)] : governedBranches;
}
