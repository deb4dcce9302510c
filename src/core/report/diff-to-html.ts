import { plural } from '../check/words.ts';
import type { DiffReport, DiffScope } from '../diff/diff-report.ts';
import { html } from '../html/html.ts';
import { OFFLINE_POLICY, renderPage } from '../html/page.ts';
import { diffSection } from './html/diff-section.ts';
import { durationWords, shortId } from './text/numbers.ts';

/** What `sluice diff` found as one self-contained page, made like the report's. */
export function diffToHtml(report: DiffReport): string {
  const { scope, tables, omittedTables, problems, engine, durationMs } = report;
  return renderPage({
    title: `Diff: ${subject(scope)}`,
    head: html`<meta http-equiv="Content-Security-Policy" content="${OFFLINE_POLICY}">`,
    body: html`<main><header><p><span class="badge quiet">DIFF</span></p><h1>${subject(scope)}</h1>
<dl class="facts">${facts(scope).map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`)}<dt>took</dt><dd>${durationWords(durationMs)}</dd></dl></header>
${problems.map(({ code, message, hint }) => html`<p><span class="badge caution">problem</span> <code>${code}</code> ${message}${hint === undefined ? null : html` <span class="muted">${hint}</span>`}</p>`)}
${tables.length === 0 ? html`<p>No table differs.</p>` : null}
${tables.map(
  ({ name, location, diff, problem }, index) =>
    html`<section aria-labelledby="table-${index}"><h2 id="table-${index}">${name}</h2><p class="mono muted">${location}</p>${diff === null ? null : diffSection(diff)}${problem === null ? null : html`<p><span class="badge doubt">not compared</span> ${problem.message}${problem.hint === undefined ? null : html` <span class="muted">${problem.hint}</span>`}</p>`}</section>`,
)}
${omittedTables > 0 ? html`<p class="muted">${plural(omittedTables, 'more table')} left out.</p>` : null}
<footer class="small muted"><p>Sluice ${engine.sluice}, ${engine.duckdb}. Row counts are exact unless marked as an estimate.</p></footer></main>`,
  });
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
