import { plural } from '../../../core/check/words.ts';
import { type Html, html, prose } from '../../../core/html/html.ts';
import type { KeptRows, NoFailingRows } from '../../../gate/failing-rows-ports.ts';
import { NO_ROWS_WORDS, rowsWords } from '../../../gate/failing-rows-words.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import type { Viewer } from './session.ts';

/** Lines on the page; the API has them all. */
const MOST_LINES = 100;

/** A link for every failing check whose rows are kept, and why the others have none. */
export function failingRowsSection(
  { id, repository }: Pick<Decision, 'id' | 'repository'>,
  viewer: Viewer,
  kept: readonly (KeptRows | NoFailingRows)[],
): Html | null {
  if (kept.length === 0) return null;
  const mayRead = viewer.mayReadRows(repository);
  const lines = kept.slice(0, MOST_LINES).map((one) => {
    if (one.kind === 'none')
      return html`<li><code>${one.check}</code>: no rows, because ${prose(NO_ROWS_WORDS[one.why])}</li>`;
    const words = `failing rows (Parquet, ${rowsWords(one)})`;
    const path = `/decisions/${id}/failing-rows/${one.number}.parquet`;
    return html`<li><code>${one.check}</code>: ${mayRead ? html`<a href="${path}" download>${words}</a>` : words}</li>`;
  });
  const isForbidden = !mayRead && kept.some(({ kind }) => kind === 'rows');
  return html`<section aria-labelledby="failing-rows"><h2 id="failing-rows">Failing rows</h2>
${isForbidden ? html`<p>You may not download them: whoever runs Sluice allows it with <code>rows</code> in <code>console.access</code>.</p>` : null}
<ul>${lines}</ul>
${kept.length > MOST_LINES ? html`<p class="muted">and ${plural(kept.length - MOST_LINES, 'check')} more</p>` : null}</section>`;
}
