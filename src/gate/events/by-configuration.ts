import type { HookEvent } from '../../core/event/hook-event.ts';
import { approved, type DeliveryPolicy, type EventRule, type Ruling, rejected } from './event-rule.ts';

/** For events that say nothing of data, and those that cannot be stopped any more. */
export const byConfiguration: EventRule = { answer: configured };

/** The configuration's answer to the event; null when it says `judge`. */
export function configured({ eventType, branch, tagId }: HookEvent, { events }: DeliveryPolicy): Ruling | null {
  // A merge is always judged.
  const answer = eventType === 'pre-merge' ? 'judge' : events[eventType];
  const place = branch === undefined ? (tagId ?? '') : branch;
  const what = place === '' ? eventType : `${eventType} on ${place}`;
  if (answer === 'judge') return null;
  if (answer === 'allow') return approved(`${what} is allowed by configuration (events), so nothing was validated.`);
  return rejected({
    code: 'forbidden-event',
    message: `${what} is denied by configuration (events).`,
    hint: `Merge from a branch instead, or set events.${eventType}: allow.`,
  });
}
