import { count } from '../check/words.ts';
import type { ViolationOrigin } from '../report/report.ts';

/**
 * Where a failure comes from, to stand behind what was observed: `9 new with this change, 205 already on main`.
 *
 * @param place where the base is: `on main`, `in the base`
 */
export function originWords({ failedBefore, rows, relaxedBy }: ViolationOrigin, place: string): string {
  const words = rows === null ? wholeWords(failedBefore, place) : rowWords(rows, place);
  if (relaxedBy === null) return words;
  const them = rows !== null && rows.new + rows.old > 1 ? 'them' : 'it';
  return `${words}; blockOn: ${relaxedBy} lets ${them} pass with a warning`;
}

function wholeWords(failedBefore: boolean, place: string): string {
  return failedBefore ? `as it was ${place} already` : `not so ${place} before`;
}

function rowWords(rows: NonNullable<ViolationOrigin['rows']>, place: string): string {
  const fixed = rows.fixed === 0 ? '' : `, ${count(rows.fixed)} of before ${rows.fixed === 1 ? 'is' : 'are'} gone`;
  const all = rows.new + rows.old === 1 ? '' : `all ${count(rows.new + rows.old)} `;
  if (rows.new === 0) return `${all}already ${place}${fixed}`;
  if (rows.old === 0) return `${all}new with this change${fixed}`;
  return `${count(rows.new)} new with this change, ${count(rows.old)} already ${place}${fixed}`;
}
