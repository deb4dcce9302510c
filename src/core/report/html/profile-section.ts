import { plural } from '../../check/words.ts';
import type { ColumnProfile, ShiftMeasure, SideProfile, TableDiff } from '../../diff/table-diff.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { distinctWords, MEASURE_WORDS, movedWords, shiftedColumns, sidesWords, valueWords } from '../shift-words.ts';
import { rateWords } from '../text/numbers.ts';
import { fittedParts } from './fitted-parts.ts';
import { histogramFigure } from './histogram.ts';
import { topValuesFigure } from './top-values.ts';

/** Columns with a picture of their own. */
const MOST_FIGURES = 30;
const MOST_SHIFTS = 30;
/** Of all rows of the table, and of all pictures. */
const MOST_CHARACTERS = 160 * 1024;

/** Each column before and after: what shifted first, then how many nulls and distinct values, the range, and the shape. */
export function profileSection(diff: TableDiff, isOpen = false): Html {
  const { profile, profileOf, omitted } = diff;
  if (profile.length === 0) return NOTHING;
  const shifted = shiftedColumns(profile).map(({ column }) => column);
  const columns = [...shifted, ...profile.filter((column) => !shifted.includes(column))];
  const rows = fittedParts(columns, profileRow, MOST_CHARACTERS);
  const drawn = columns.slice(0, MOST_FIGURES).flatMap((column) => {
    const figure = histogramFigure(column) ?? topValuesFigure(column);
    return figure === null ? [] : [html`<h4><code>${column.name}</code></h4>${figure}`];
  });
  const figures = fittedParts(drawn, (figure) => figure, MOST_CHARACTERS);
  const pictured = profile.filter(({ histogram, topValues }) => histogram !== null || topValues.length > 0).length;
  const about = profileOf === 'table' ? 'all rows' : 'rows of changed objects alone';
  const content = html`<summary>Profile of ${plural(profile.length, 'column')}, before and after (${about})${shifted.length === 0 ? null : html`: <strong>${plural(shifted.length, 'column')} shifted</strong>`}</summary><div>
${shiftTable(diff)}
<div class="scroll" tabindex="0" role="group" aria-label="Profile"><table class="profile"><caption>All columns${shifted.length === 0 ? null : html`, those that shifted first`}</caption><thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">nulls</th><th scope="col">distinct</th><th scope="col">least</th><th scope="col">25 %</th><th scope="col">median</th><th scope="col">75 %</th><th scope="col">greatest</th><th scope="col">mean</th></tr></thead>
<tbody>${rows.shown}</tbody></table></div>
${leftOut(omitted.profile + rows.omitted, 'more column')}
${figures.shown}
${leftOut(pictured - figures.shown.length, 'more picture')}</div>`;
  return isOpen && shifted.length > 0 ? html`<details open>${content}</details>` : html`<details>${content}</details>`;
}

/** What moved past its threshold, in words, the worst first. */
function shiftTable({ profile }: TableDiff): Html {
  const all = shiftedColumns(profile).flatMap(({ column, shifts }) => shifts.map((shift) => ({ column, shift })));
  if (all.length === 0) return NOTHING;
  const shown = all.slice(0, MOST_SHIFTS);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Shifts"><table><caption>What shifted past its threshold</caption><thead><tr><th scope="col">column</th><th scope="col">measure</th><th scope="col">before and after</th><th scope="col">how far</th></tr></thead>
<tbody>${shown.map(({ column, shift }) => {
    const sides = sidesWords(shift, column, true);
    const isStrong = shift.strength === 'strong';
    return html`<tr><th scope="row"><code>${column.name}</code></th><td>${MEASURE_WORDS[shift.measure]}</td><td>${sides === null ? null : html`${sides.where === null ? null : html`<code>${sides.where}</code>: `}${beforeAfter(sides.before, sides.after)}`}</td><td>${movedWords(shift)}${isStrong ? html` <span class="badge caution">strong</span>` : null}</td></tr>`;
  })}</tbody></table></div>${leftOut(all.length - shown.length, 'more shift')}`;
}

function profileRow(column: ColumnProfile): Html {
  const { name, type, base, merge, shifts = [] } = column;
  const facts: readonly (readonly [ShiftMeasure, (side: SideProfile) => string | null])[] = [
    ['nullRate', ({ nulls, rows }) => rateWords(nulls, rows)],
    ['distinct', (side) => distinctWords(side)],
    ['min', ({ min }) => min],
    ['q25', ({ quantiles }) => quantiles?.q25 ?? null],
    ['median', ({ quantiles }) => quantiles?.q50 ?? null],
    ['q75', ({ quantiles }) => quantiles?.q75 ?? null],
    ['max', ({ max }) => max],
    ['mean', ({ mean }) => (mean === null ? null : valueWords(mean))],
  ];
  const moved = new Map(shifts.map((shift) => [shift.measure, shift]));
  const isShaped = moved.has('distribution');
  return html`<tr><th scope="row"><code>${name}</code>${isShaped ? html` <span class="badge caution">distribution</span>` : null}</th><td><code>${type}</code></td>${facts.map(
    ([measure, fact]) => {
      const shift = moved.get(measure);
      const both = beforeAfter(base === null ? null : fact(base), merge === null ? null : fact(merge));
      return shift === undefined
        ? html`<td>${both}</td>`
        : html`<td class="caution" title="${movedWords(shift)}">${both}<span class="hidden">, shifted: ${movedWords(shift)}</span></td>`;
    },
  )}</tr>`;
}

function beforeAfter(before: string | null, after: string | null): Html {
  if (before === after) return html`${before ?? '–'}`;
  return html`<span class="hidden">was </span><del>${before ?? '–'}</del> <ins><span class="hidden">now </span>${after ?? '–'}</ins>`;
}

function leftOut(number: number, noun: string): Html {
  return number <= 0 ? NOTHING : html`<p class="muted small">${plural(number, noun)} left out.</p>`;
}
