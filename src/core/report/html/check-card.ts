import { count, plural } from '../../check/words.ts';
import { type Html, html, prose } from '../../html/html.ts';
import type { CheckReport } from '../report.ts';
import { newRowWords } from '../text/check-block.ts';
import { failureHeadline, notRunHeadline } from '../text/headline.ts';
import { rateWords } from '../text/numbers.ts';
import { failingRowTable } from './failing-row-table.ts';

const TONES = { pass: 'good', warn: 'caution', fail: 'bad', error: 'doubt', skip: 'quiet' } as const;
const WORDS = { pass: 'passed', warn: 'warned', fail: 'failed', error: 'could not run', skip: 'skipped' } as const;

/** The outcome as a word in its colour. */
export function outcomeBadge(outcome: CheckReport['outcome']): Html {
  return html`<span class="badge ${TONES[outcome]}">${WORDS[outcome]}</span>`;
}

/** A check that has something to say, open when it blocks. */
export function checkCard(check: CheckReport): Html {
  const { outcome, columns } = check;
  const headline = outcome === 'error' ? notRunHeadline(check) : failureHeadline(check);
  const open = outcome === 'fail' || outcome === 'error' ? html` open` : null;
  return html`<details${open}><summary>${outcomeBadge(outcome)} <strong>${headline}</strong>${rows(check)}</summary><div>
<dl class="facts">
${check.name === null ? null : html`<dt>rule</dt><dd>${check.name}</dd>`}
<dt>${outcome === 'error' ? 'because' : 'observed'}</dt><dd>${prose(check.observed)}</dd>
<dt>expected</dt><dd>${prose(check.expected)}</dd>
${check.help === null ? null : html`<dt>what to do</dt><dd><strong>${prose(check.help)}</strong></dd>`}
${columns.length === 0 ? null : html`<dt>columns</dt><dd class="mono">${columns.join(', ')}</dd>`}
<dt>contract</dt><dd class="mono">${check.contract.file}:${check.contract.line}</dd>
<dt>check</dt><dd class="mono">${check.id}</dd>
</dl>${worstObjects(check)}${failingRowTable(check)}</div></details>`;
}

function rows(check: CheckReport): Html | null {
  const { failing, evaluated, duplicateKeys } = check;
  if (failing === null || evaluated === null) return null;
  const keys = duplicateKeys === null || duplicateKeys === 0 ? '' : `, ${plural(duplicateKeys, 'distinct key')}`;
  return html` <span class="muted">${count(failing)} of ${plural(evaluated, 'row')} (${rateWords(failing, evaluated)})${newRowWords(check)}${keys}</span>`;
}

function worstObjects({ objects }: CheckReport): Html | null {
  if (objects.length === 0) return null;
  if (objects.every(({ failing }) => failing === 0)) {
    return html`<p class="muted">Objects: ${objects.map(({ path }) => html`<code>${path}</code> `)}</p>`;
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Objects with the most failing rows"><table><caption>Objects with the most failing rows</caption>
<thead><tr><th scope="col">object</th><th scope="col" class="num">failing rows</th></tr></thead>
<tbody>${objects.map(({ path, failing }) => html`<tr><th scope="row"><code>${path}</code></th><td class="num">${count(failing)}</td></tr>`)}</tbody></table></div>`;
}
