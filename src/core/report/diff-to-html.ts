import { count, plural } from '../check/words.ts';
import type { DiffedTable, DiffReport, DiffScope } from '../diff/diff-report.ts';
import { differs, isComplete } from '../diff/order-tables.ts';
import type { TableDiff } from '../diff/table-diff.ts';
import { type Html, html, NOTHING, prose } from '../html/html.ts';
import { OFFLINE_POLICY, renderPage } from '../html/page.ts';
import { hasErrors } from '../problem.ts';
import { sumWords, uncomparedWords } from './diff-sum-words.ts';
import { diffSection } from './html/diff-section.ts';
import { fittedParts } from './html/fitted-parts.ts';
import { shiftedColumns } from './shift-words.ts';
import { durationWords, engineWords, shortId } from './text/numbers.ts';

/** What `sluice diff` found as one self-contained page, made like the report's. */
export function diffToHtml(report: DiffReport): string {
  const { scope, tables, omittedTables, problems, engine, durationMs } = report;
  const isOpen = tables.length <= MOST_OPEN;
  const sections = fittedParts(tables, (table, index) => section(table, index, isOpen), MOST_SECTION_CHARACTERS);
  return renderPage({
    title: `Diff: ${subject(scope)}`,
    head: html`<meta http-equiv="Content-Security-Policy" content="${OFFLINE_POLICY}">`,
    body: html`<main><header><p><span class="badge quiet">DIFF</span></p><h1>${subject(scope)}</h1>
<p><strong>${sumWords(tables, hasErrors(problems)).join(' · ')}</strong></p>
<dl class="facts">${facts(scope).map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`)}<dt>took</dt><dd>${durationWords(durationMs)}</dd></dl></header>
${problems.map(({ code, level, message, hint }) => html`<p>${level === 'warning' ? html`<span class="badge caution">warning</span>` : html`<span class="badge doubt">error</span>`} <code>${code}</code> ${message}${hint === undefined ? null : html` <span class="muted">${hint}</span>`}</p>`)}
${overview(tables, sections.shown.length)}
${sections.shown}
${sections.omitted > 0 ? html`<p class="muted">${plural(sections.omitted, 'more table')} in the list above alone; all of it: --format json, or --table for one.</p>` : null}
${omittedTables > 0 ? html`<p class="muted">${plural(omittedTables, 'more table')} left out.</p>` : null}
<footer class="small muted"><p>Sluice ${engine.sluice}, ${engineWords(engine.duckdb)}. Row counts are exact unless marked as an estimate.</p></footer></main>`,
  });
}

/** Tables whose rows are shown at once. */
const MOST_OPEN = 5;
/** Of all tables together: the page stays below 1 MiB, and opens on a phone. */
const MOST_SECTION_CHARACTERS = 768 * 1024;

function section({ name, location, diff, problem }: DiffedTable, index: number, isOpen: boolean): Html {
  return html`<section aria-labelledby="table-${index}"><h2 id="table-${index}">${name}</h2>${location.replace(/\/$/, '') === name ? null : html`<p class="mono muted">${location}</p>`}${diff === null ? null : diffSection(diff, `table-${index}`, isOpen)}${problem === null ? null : html`<p><span class="badge doubt">not compared</span> ${prose(problem.message)}${problem.hint === undefined ? null : html` <span class="muted">${prose(problem.hint)}</span>`}</p>`}</section>`;
}

/** Where there are several tables: which of them to look at. */
function overview(tables: readonly DiffedTable[], linked: number): Html {
  if (tables.length < 2) return NOTHING;
  return html`<nav aria-label="Tables"><div class="scroll" tabindex="0" role="group" aria-label="All tables"><table><thead><tr><th scope="col">table</th><th scope="col" class="num">rows before</th><th scope="col" class="num">after</th><th scope="col" class="num">+ inserted</th><th scope="col" class="num">~ updated</th><th scope="col" class="num">− deleted</th><th scope="col">also</th></tr></thead>
<tbody>${tables.map(
    ({ name, diff }, index) =>
      html`<tr><th scope="row">${index < linked ? html`<a href="#table-${index}">${name}</a>` : name}</th>${diff === null ? html`<td colspan="6"><span class="badge doubt">not compared</span></td>` : overviewCells(diff)}</tr>`,
  )}</tbody></table></div></nav>`;
}

function overviewCells(diff: TableDiff): Html {
  const { rows, inserted, updated, deleted, schema, duplicateKeys, nullKeys, estimate } = diff;
  const keyless = nullKeys.inserted + nullKeys.deleted;
  const shifted = shiftedColumns(diff.profile).length;
  const also = [
    ...uncomparedWords([diff]),
    ...(differs(diff) || !isComplete(diff) ? [] : ['no difference']),
    ...(schema.length === 0 ? [] : [`${plural(schema.length, 'change')} of the schema`]),
    ...(duplicateKeys.keys === 0 ? [] : [`${plural(duplicateKeys.keys, 'key')} more than once`]),
    ...(keyless === 0 ? [] : [`${plural(keyless, 'row')} without a key`]),
    ...(shifted === 0 ? [] : [`profile of ${plural(shifted, 'column')} shifted`]),
    ...(estimate === null ? [] : ['an estimate']),
  ];
  const numbers = [rows.base, rows.merge, inserted, updated, deleted];
  return html`${numbers.map((number) => html`<td class="num">${count(number)}</td>`)}<td>${also.join(', ')}</td>`;
}

function subject(scope: DiffScope): string {
  return scope.kind === 'local'
    ? `${scope.base} → ${scope.data}`
    : `${scope.repository}: ${scope.base} → ${scope.head}`;
}

function facts(scope: DiffScope): readonly (readonly [name: string, value: string])[] {
  if (scope.kind === 'local') {
    return [
      ['before', scope.base],
      ['after', scope.data],
    ];
  }
  return [
    ['repository', scope.repository],
    ['before', `${scope.base} (${shortId(scope.baseCommit)})`],
    ['after', `${scope.head} (${shortId(scope.headCommit)})`],
  ];
}
