import { count } from '../check/words.ts';
import type { ViolationOrigin } from '../report/report.ts';

/**
 * Where a failure comes from, to stand behind what was observed: `9 new with this change, 205 already on main`.
 *
 * @param place where the base is: `on main`, `in the base`
 */
export function originWords({ failedBefore, rows, worse, relaxedBy }: ViolationOrigin, place: string): string {
  const words =
    rows === null
      ? wholeWords(failedBefore, worse, place)
      : failedBefore || rows.old === 0
        ? rowWords(rows, place)
        : keptWords(rows, place);
  if (relaxedBy === null) return words;
  const them = rows !== null && rows.new + rows.old > 1 ? 'them' : 'it';
  return `${words}; blockOn: ${relaxedBy} lets ${them} pass with a warning`;
}

function wholeWords(failedBefore: boolean, worse: boolean, place: string): string {
  if (!failedBefore) return `not so ${place} before`;
  return worse ? `worse than ${place}, where it failed already` : `failed ${place} already, and is no worse now`;
}

type Rows = NonNullable<ViolationOrigin['rows']>;

/** Of rows that were there, and were few enough. */
function keptWords(rows: Rows, place: string): string {
  const were = `${count(rows.old)} ${rows.old === 1 ? 'was' : 'were'} there`;
  const which = rows.new === 0 ? were : `${count(rows.new)} new with this change, ${were}`;
  return `not so ${place} before, within what is allowed: ${which}${goneWords(rows)}`;
}

function goneWords({ fixed }: Rows): string {
  return fixed === 0 ? '' : `, ${count(fixed)} of before ${fixed === 1 ? 'is' : 'are'} gone`;
}

function rowWords(rows: Rows, place: string): string {
  const fixed = goneWords(rows);
  const all = rows.new + rows.old === 1 ? '' : `all ${count(rows.new + rows.old)} `;
  if (rows.new === 0) return `${all}already ${place}${fixed}`;
  if (rows.old === 0) return `${all}new with this change${fixed}`;
  return `${count(rows.new)} new with this change, ${count(rows.old)} already ${place}${fixed}`;
}
