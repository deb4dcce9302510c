import { count } from '../../check/words.ts';
import type { ColumnProfile, SideProfile, TableDiff } from '../../diff/table-diff.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { rateWords } from '../text/numbers.ts';
import { histogramFigure } from './histogram.ts';

/** Columns with a histogram of their own on the page. */
const MOST_HISTOGRAMS = 30;

/** Each column before and after: how many nulls and distinct values, the range, and the shape. */
export function profileSection({ profile, profileOf, omitted }: TableDiff): Html {
  if (profile.length === 0) return NOTHING;
  const histograms = profile.slice(0, MOST_HISTOGRAMS).flatMap((column) => {
    const figure = histogramFigure(column);
    return figure === null ? [] : [html`<h4><code>${column.name}</code></h4>${figure}`];
  });
  const about = profileOf === 'table' ? 'all rows' : 'rows of changed objects';
  return html`<details><summary>Profile of ${profile.length} columns, before and after (${about})</summary><div>
<div class="scroll" tabindex="0" role="group" aria-label="Profile"><table><thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">nulls</th><th scope="col">distinct</th><th scope="col">least</th><th scope="col">greatest</th><th scope="col">mean</th><th scope="col">median</th></tr></thead>
<tbody>${profile.map(profileRow)}</tbody></table></div>
${omitted.profile > 0 ? html`<p class="muted small">${count(omitted.profile)} more columns left out.</p>` : null}
${histograms}</div></details>`;
}

function profileRow({ name, type, base, merge }: ColumnProfile): Html {
  const facts: readonly ((side: SideProfile) => string | null)[] = [
    ({ nulls, rows }) => rateWords(nulls, rows),
    ({ distinct }) => `~${count(distinct)}`,
    ({ min }) => min,
    ({ max }) => max,
    ({ mean }) => mean,
    ({ quantiles }) => quantiles?.q50 ?? null,
  ];
  return html`<tr><th scope="row"><code>${name}</code></th><td><code>${type}</code></td>${facts.map((fact) => html`<td>${shift(base === null ? null : fact(base), merge === null ? null : fact(merge))}</td>`)}</tr>`;
}

function shift(before: string | null, after: string | null): Html {
  if (before === after) return html`${before ?? '–'}`;
  return html`<span class="hidden">was </span><del>${before ?? '–'}</del> <ins><span class="hidden">now </span>${after ?? '–'}</ins>`;
}
