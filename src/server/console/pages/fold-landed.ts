import type { DecisionOutline } from '../../../gate/record-ports.ts';

/** A decision as a line of a list. */
export interface ListedDecision extends DecisionOutline {
  /** Id of the post-event's record that says that it landed as judged; that record has no line of its own then. */
  readonly landedBy?: string;
}

/**
 * Leaves out the records of post-events that say nothing but that what was judged has landed, where the decision that
 * let it in is in the list: its line says so. What went wrong, or was let in without a look, keeps its line.
 */
export function foldLanded(decisions: readonly DecisionOutline[]): readonly ListedDecision[] {
  const landed = new Set(decisions.flatMap((decision) => landingOf(decision) ?? []));
  const by = new Map<string, string>();
  const folded = new Set<string>();
  for (const decision of decisions) {
    const told = toldLanding(decision);
    if (told === null || !landed.has(told)) continue;
    folded.add(decision.id);
    by.set(told, decision.id);
  }
  return decisions
    .filter(({ id }) => !folded.has(id))
    .map((decision) => {
      const record = by.get(landingOf(decision) ?? '');
      return record === undefined ? decision : { ...decision, landedBy: record };
    });
}

/** What a decision let in, if it landed as judged. */
function landingOf({ repository, branch, event = 'pre-merge', landed }: DecisionOutline): string | null {
  if (landed === null || !landed.same || !event.startsWith('pre-')) return null;
  return JSON.stringify([repository, branch, event.slice('pre-'.length), landed.commit]);
}

/** What a post-event's record without any finding is about. */
function toldLanding(decision: DecisionOutline): string | null {
  const { repository, branch, event = '', mergeCommit, state, findings, origin } = decision;
  const isPlain = findings !== null && findings.tables + findings.failed + findings.errored + findings.warned === 0;
  if (!event.startsWith('post-') || origin !== 'hook' || state !== 'approved' || !isPlain) return null;
  return JSON.stringify([repository, branch, event.slice('post-'.length), mergeCommit]);
}
