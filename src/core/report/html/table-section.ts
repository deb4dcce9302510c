import { count, plural } from '../../check/words.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { worstFirst } from '../../verdict/worst-first.ts';
import type { CheckReport, TableReport } from '../report.ts';
import { tally } from '../text/head.ts';
import { byteWords } from '../text/numbers.ts';
import { checkCard } from './check-card.ts';
import { diffSection } from './diff-section.ts';

/** Checks with a card of their own in one table. */
const MOST_CARDS = 50;
const MOST_PASSED = 300;

/** A table with what was found, what changed and, folded, what is well. */
export function tableSection(table: TableReport, id: string): Html {
  const found = worstFirst(table.checks.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip'));
  const well = table.checks.filter(({ outcome }) => outcome === 'pass' || outcome === 'skip');
  const more = found.length - MOST_CARDS;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${table.name}</h2>
${tableFacts(table)}
${found.slice(0, MOST_CARDS).map(checkCard)}
${more > 0 ? html`<p class="muted">${plural(more, 'more check')} with findings left out.</p>` : null}
${unseen(table)}
${table.diff === null ? null : diffSection(table.diff, id)}
${passed(well)}</section>`;
}

/** Tables without a section of their own, a row each. */
export function cleanTables(tables: readonly TableReport[], leftOut: number): Html {
  if (tables.length === 0) return NOTHING;
  return html`<section aria-labelledby="more-tables"><h2 id="more-tables">More tables</h2>
<div class="scroll" tabindex="0" role="group" aria-label="More tables"><table><thead><tr><th scope="col">table</th><th scope="col" class="num">rows</th><th scope="col" class="num">failed</th><th scope="col" class="num">warned</th><th scope="col" class="num">passed</th></tr></thead>
<tbody>${tables.map((table) => {
    const counts = tally(table.checks);
    return html`<tr><th scope="row">${table.name}</th><td class="num">${rowWords(table)}</td><td class="num">${count(counts.fail + counts.error)}</td><td class="num">${count(counts.warn)}</td><td class="num">${count(counts.pass)}</td></tr>`;
  })}</tbody></table></div>
${leftOut > 0 ? html`<p class="muted">${plural(leftOut, 'more table')} left out.</p>` : null}</section>`;
}

function tableFacts({ location, owner, objects, contract, ...table }: TableReport): Html {
  const changes = [
    [objects.added, 'added'],
    [objects.changed, 'changed'],
    [objects.removed, 'removed'],
  ].flatMap(([number, word]) => (number === 0 ? [] : [`${count(Number(number))} ${word}`]));
  return html`<dl class="facts inline">
<div><dt>rows</dt><dd>${rowWords(table)}</dd></div>
<div><dt>where</dt><dd class="mono">${location}</dd></div>
<div><dt>read</dt><dd>${plural(objects.read, 'object')}, ${byteWords(objects.bytes)}${changes.length === 0 ? null : html` (${changes.join(', ')})`}</dd></div>
<div><dt>contract</dt><dd class="mono">${contract.file} ${contract.version}</dd></div>
${owner === null ? null : html`<div><dt>owner</dt><dd>${owner}</dd></div>`}</dl>`;
}

function rowWords({ rows }: Pick<TableReport, 'rows'>): string {
  return rows === null ? 'not known' : count(rows);
}

function unseen({ objects: { unseenByDiff } }: TableReport): Html {
  if (unseenByDiff.length === 0) return NOTHING;
  return html`<p><span class="badge caution">attention</span> ${plural(unseenByDiff.length, 'object')} changed without showing in lakeFS's diff: ${unseenByDiff.slice(0, 10).map((path) => html`<code>${path}</code> `)}</p>`;
}

function passed(checks: readonly CheckReport[]): Html {
  if (checks.length === 0) return NOTHING;
  const skipped = checks.filter(({ outcome }) => outcome === 'skip').length;
  const words = `${plural(checks.length - skipped, 'check')} passed${skipped === 0 ? '' : `, ${count(skipped)} skipped`}`;
  const more = checks.length - MOST_PASSED;
  return html`<details><summary>${words}</summary><div><div class="scroll" tabindex="0" role="group" aria-label="Passed checks"><table>
<thead><tr><th scope="col">check</th><th scope="col">expected</th><th scope="col">observed</th></tr></thead>
<tbody>${checks
    .slice(0, MOST_PASSED)
    .map(
      ({ id, expected, observed, outcome }) =>
        html`<tr><th scope="row"><code>${id}</code>${outcome === 'skip' ? html` (skipped)` : null}</th><td>${expected}</td><td>${observed}</td></tr>`,
    )}</tbody></table></div>${more > 0 ? html`<p class="muted">${plural(more, 'more check')} left out.</p>` : null}</div></details>`;
}
