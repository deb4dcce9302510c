import { count } from '../../check/words.ts';
import type { Cell, RowSample, TableDiff } from '../../diff/table-diff.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';

const WORDS = { inserted: 'added', updated: 'changed', deleted: 'removed' } as const;
const SIGNS = { inserted: '+', updated: '~', deleted: '−' } as const;
const MOST_CHARACTERS = 200;

/** A few rows of each class, of the columns that the contract allows to be shown. */
export function sampleSection({ samples, omitted }: TableDiff, isOpen: boolean): Html {
  if (samples.length === 0) return NOTHING;
  return html`${(['updated', 'inserted', 'deleted'] as const).map((change) => {
    const rows = samples.filter((sample) => sample.change === change);
    return rows.length === 0 ? NOTHING : sampleTable(change, rows, omitted.samples[change], isOpen);
  })}`;
}

function sampleTable(change: RowSample['change'], rows: readonly RowSample[], more: number, isOpen: boolean): Html {
  const keys = rows[0]?.key.map(({ column }) => column) ?? [];
  const columns = [...new Set(rows.flatMap(({ cells }) => cells.map(({ column }) => column)))];
  const content = html`<summary>${SIGNS[change]} Rows ${WORDS[change]}: ${count(rows.length)} of ${count(rows.length + more)} shown</summary><div><div class="scroll" tabindex="0" role="group" aria-label="Rows ${WORDS[change]}"><table>
<thead><tr>${[...keys, ...columns].map((column) => html`<th scope="col"><code>${column}</code></th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.key.map(({ value }) => html`<th scope="row">${cellText(value)}</th>`)}${columns.map((column) => html`<td>${changeCell(row, column)}</td>`)}</tr>`,
  )}</tbody></table></div></div>`;
  return isOpen ? html`<details open>${content}</details>` : html`<details>${content}</details>`;
}

function changeCell({ cells, change }: RowSample, column: string): Html {
  const cell = cells.find((one) => one.column === column);
  if (cell === undefined) return html`<span class="muted">same</span>`;
  if (change === 'inserted') return cellText(cell.merge);
  if (change === 'deleted') return cellText(cell.base);
  if (cell.base.kind === 'hidden' && cell.merge.kind === 'hidden')
    return html`<span class="muted">changed, hidden</span>`;
  return html`<span class="hidden">was </span><del>${cellText(cell.base)}</del> <ins><span class="hidden">now </span>${cellText(cell.merge)}</ins>`;
}

/** `NULL` is set apart from the text of the same letters, and an empty text from nothing at all. */
function cellText(cell: Cell): Html {
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
