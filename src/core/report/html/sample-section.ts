import { count, plural } from '../../check/words.ts';
import type { Cell, RowSample, TableDiff } from '../../diff/table-diff.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { aroundDifference } from '../cell-words.ts';
import { CHANGE_ORDER, changedRowsId } from './changed-rows-id.ts';
import { fittedParts } from './fitted-parts.ts';

const SIGNS = { inserted: '+', updated: '~', deleted: '−' } as const;
const MOST_CHARACTERS = 200;
/** Of the rows of one class; further ones are in the JSON. */
const MOST_ROW_CHARACTERS = 96 * 1024;
const MOST_COLUMNS = 40;

/** A few rows of each class, of the columns that the contract allows to be shown. */
export function sampleSection({ samples, omitted }: TableDiff, section: string, isOpen: boolean): Html {
  if (samples.length === 0) return NOTHING;
  return html`${CHANGE_ORDER.map((change) => {
    const rows = samples.filter((sample) => sample.change === change);
    return rows.length === 0
      ? NOTHING
      : sampleTable(change, rows, omitted.samples[change], changedRowsId(section, change), isOpen);
  })}`;
}

function sampleTable(
  change: RowSample['change'],
  rows: readonly RowSample[],
  more: number,
  id: string,
  isOpen: boolean,
): Html {
  const keys = rows[0]?.key.map(({ column }) => column) ?? [];
  const all = [...new Set(rows.flatMap(({ cells }) => cells.map(({ column }) => column)))];
  const columns = all.slice(0, MOST_COLUMNS);
  const { shown } = fittedParts(rows, (row) => sampleRow(row, columns), MOST_ROW_CHARACTERS);
  const content = html`<summary>${SIGNS[change]} Rows ${change}: ${count(shown.length)} of ${count(rows.length + more)} shown${all.length > columns.length ? html`, ${count(columns.length)} of ${plural(all.length, 'column')}` : null}</summary><div id="${id}"><div class="scroll" tabindex="0" role="group" aria-label="Rows ${change}"><table>
<thead><tr>${[...keys, ...columns].map((column) => html`<th scope="col"><code>${column}</code></th>`)}</tr></thead>
<tbody>${shown}</tbody></table></div></div>`;
  return isOpen ? html`<details open>${content}</details>` : html`<details>${content}</details>`;
}

function sampleRow(row: RowSample, columns: readonly string[]): Html {
  return html`<tr>${row.key.map(({ value }) => html`<th scope="row">${cellText(value)}</th>`)}${columns.map((column) => html`<td>${changeCell(row, column)}</td>`)}</tr>`;
}

function changeCell({ cells, change }: RowSample, column: string): Html {
  const cell = cells.find((one) => one.column === column);
  if (cell === undefined) return html`<span class="muted">same</span>`;
  if (change === 'inserted') return cellText(cell.merge);
  if (change === 'deleted') return cellText(cell.base);
  if (cell.base.kind === 'hidden' && cell.merge.kind === 'hidden')
    return html`<span class="muted">changed, hidden</span>`;
  const { before, after } = aroundDifference(cell.base, cell.merge, MOST_CHARACTERS);
  return html`<span class="hidden">was </span><del>${cellText(before)}</del> <ins><span class="hidden">now </span>${cellText(after)}</ins>`;
}

/** `NULL` is set apart from the text of the same letters, and an empty text from nothing at all. */
export function cellText(cell: Cell): Html {
  switch (cell.kind) {
    case 'null':
      return html`<span class="muted">NULL</span>`;
    case 'absent':
      return html`<span class="muted">no such row</span>`;
    case 'hidden':
      return html`<span class="muted">hidden</span>`;
    case 'value': {
      const all = [...cell.text];
      const cut = cell.cut + Math.max(0, all.length - MOST_CHARACTERS);
      const text = all.slice(0, MOST_CHARACTERS).join('');
      return html`<code>${text === '' ? '""' : text}</code>${cut > 0 ? html` <span class="muted">… +${count(cut)} characters</span>` : null}`;
    }
  }
}
