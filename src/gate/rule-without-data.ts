import picomatch from 'picomatch';
import type { HookEvent } from '../core/event/hook-event.ts';
import { approved, type DeliveryPolicy, type Ruling } from './events/event-rule.ts';
import { EVENT_RULES } from './events/rules.ts';
import { scratchPurpose } from './scratch-branches.ts';

/**
 * Answers what needs neither data nor records: Sluice's own scratch branches, branches that are not governed, and what
 * the configuration says. Null means: look. Throws a SluiceError for what can only be undecided.
 */
export function createRuling(policy: DeliveryPolicy): (event: HookEvent) => Ruling | null {
  const governed = picomatch([...policy.governedBranches], { dot: true });
  return (event) => {
    const { branch, eventType } = event;
    const purpose = branch === undefined ? null : scratchPurpose(branch);
    // A canary is a merge that must be judged, wherever the governed branches are; the rest of it is preparation.
    if (purpose !== null && !(purpose === 'canary' && eventType === 'pre-merge')) {
      return approved(`${branch} is a scratch branch of Sluice, so nothing was validated.`);
    }
    if (branch !== undefined && purpose === null && !governed(branch)) {
      return approved(`The branch ${branch} is not governed (governedBranches), so nothing was validated.`);
    }
    return EVENT_RULES[eventType].answer(event, policy);
  };
}
