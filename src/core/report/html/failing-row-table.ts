import { count } from '../../check/words.ts';
import { type Html, html } from '../../html/html.ts';
import type { CheckReport } from '../report.ts';
import { cellText } from './sample-section.ts';

/** Some failing rows, of the columns that the contract allows to be shown; null where there are none. */
export function failingRowTable({ samples = [], failing }: CheckReport): Html | null {
  if (samples.length === 0) return null;
  const columns = samples[0]?.cells.map(({ column }) => column) ?? [];
  const isTold = samples.some(({ isNew }) => isNew !== null);
  const title = `Failing rows: ${count(samples.length)} of ${count(failing ?? samples.length)} shown`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Failing rows"><table><caption>${title}</caption>
<thead><tr>${isTold ? html`<th scope="col">since</th>` : null}${columns.map((column) => html`<th scope="col"><code>${column}</code></th>`)}</tr></thead>
<tbody>${samples.map(({ isNew, cells }) => html`<tr>${isTold ? html`<td>${ages(isNew)}</td>` : null}${cells.map(({ value }) => html`<td>${cellText(value)}</td>`)}</tr>`)}</tbody></table></div>`;
}

function ages(isNew: boolean | null): string {
  return isNew === null ? 'not known' : isNew ? 'new' : 'before';
}
