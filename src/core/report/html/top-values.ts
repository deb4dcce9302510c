import { count } from '../../check/words.ts';
import type { Cell, ColumnProfile, SideProfile } from '../../diff/table-diff.ts';
import { type Html, html } from '../../html/html.ts';
import { rateWords } from '../text/numbers.ts';

const WIDTH = 160;
const BAR = 6;
const MOST_CHARACTERS = 60;

/** The most frequent values, a pair of bars each with its numbers beside it; null where none may be shown, or all differ. */
export function topValuesFigure({ name, base, merge, topValues }: ColumnProfile): Html | null {
  if (topValues.length === 0 || isSpread(topValues)) return null;
  const [before, after] = [filled(base), filled(merge)];
  const share = (rows: number, all: number): number => (all === 0 ? 0 : rows / all);
  const top = Math.max(...topValues.flatMap((one) => [share(one.base, before), share(one.merge, after)]), 1e-9);
  const width = (part: number): string => (part === 0 ? 0 : Math.max(1, (part / top) * WIDTH)).toFixed(1);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Most frequent values of ${name}"><table class="top-values"><caption>Most frequent values <span class="key was-key"></span>before <span class="key now-key"></span>after</caption><thead><tr><th scope="col">value</th><th scope="col" class="num">before</th><th scope="col" class="num">after</th><th scope="col"><span class="hidden">both as bars</span></th></tr></thead>
<tbody>${topValues.map(
    ({ value, base: was, merge: now }) =>
      html`<tr><th scope="row">${valueText(value)}</th><td class="num">${count(was)} <span class="muted">(${rateWords(was, before)})</span></td><td class="num">${count(now)} <span class="muted">(${rateWords(now, after)})</span></td><td><svg class="pair" viewBox="0 0 ${WIDTH} ${2 * BAR + 2}" aria-hidden="true"><rect class="was" width="${width(share(was, before))}" height="${BAR}"/><rect class="now-fill" y="${BAR + 2}" width="${width(share(now, after))}" height="${BAR}"/></svg></td></tr>`,
  )}</tbody></table></div>`;
}

/** Where no value is more frequent than the next, the list says nothing. */
function isSpread(topValues: ColumnProfile['topValues']): boolean {
  return topValues.length > 1 && topValues.every(({ base, merge }) => base <= 1 && merge <= 1);
}

function filled(side: SideProfile | null): number {
  return side === null ? 0 : side.rows - side.nulls;
}

function valueText(cell: Cell): Html {
  if (cell.kind !== 'value') return html`<span class="muted">${cell.kind}</span>`;
  const all = [...cell.text];
  const cut = cell.cut + Math.max(0, all.length - MOST_CHARACTERS);
  const text = all.slice(0, MOST_CHARACTERS).join('');
  return html`<code>${text === '' ? '""' : text}</code>${cut > 0 ? html` <span class="muted">… +${count(cut)} characters</span>` : null}`;
}
