import { count, plural } from '../../check/words.ts';
import { type Html, html, NOTHING, prose } from '../../html/html.ts';
import type { Report, ReportScope, TableReport } from '../report.ts';
import { isMerge, subjectWords } from '../subject.ts';
import { looksAtData, tally } from '../text/head.ts';
import { durationWords, engineWords, shortId } from '../text/numbers.ts';
import { hasFinding } from '../text/table-section.ts';
import { fittedParts } from './fitted-parts.ts';
import { ruleSection } from './rule-section.ts';
import { cleanTables, tableSection } from './table-section.ts';

/** Tables with a section of their own; the others are rows of one list. */
const MOST_SECTIONS = 50;
/** Of all sections together. */
const MOST_SECTION_CHARACTERS = 768 * 1024;
const MOST_LISTED = 500;
const MOST_PROBLEMS = 100;
const MOST_REASONS = 20;

const TONES = { approved: 'good', rejected: 'bad', undecided: 'doubt' } as const;
const SIGNS = { approved: '✓', rejected: '✗', undecided: '?' } as const;

/** For the title bar: the verdict first, because tabs show little else. */
export function reportTitle({ verdict, scope }: Report): string {
  return `${verdict.toUpperCase()}: ${subject(scope)}`;
}

/** The report without the page around it, for the console to put into its own; `beneath` stands below its headline. */
export function reportBody(report: Report, beneath: Html = NOTHING): Html {
  const { sections, listed } = fitted(inOrder(report));
  return html`${head(report, beneath)}
${problems(report)}
${ruleSection(report.ruleChanges ?? [])}
${sections}
${cleanTables(listed.slice(0, MOST_LISTED), listed.length - MOST_LISTED)}
${uncovered(report)}
${commits(report)}
${foot(report)}`;
}

/** Ids of the headings of tables' sections, those of the page's end included, which may have been left out. */
export function sectionIds(report: Report): ReadonlyMap<string, string> {
  const ids = inOrder(report).map(({ name }, index) => [name, sectionId(index)] as const);
  // Of several tables of one name the first has it.
  return new Map(ids.reverse());
}

function inOrder({ tables }: Report): readonly TableReport[] {
  return [...tables.filter(hasFinding), ...tables.filter((table) => !hasFinding(table))];
}

function sectionId(index: number): string {
  return `table-${index + 1}`;
}

/** As many sections as fit, worst first; a report must open on a phone whatever a merge holds. */
function fitted(tables: readonly TableReport[]): {
  readonly sections: readonly Html[];
  readonly listed: readonly TableReport[];
} {
  const { shown: sections } = fittedParts(
    tables.slice(0, MOST_SECTIONS),
    (table, index) => tableSection(table, sectionId(index)),
    MOST_SECTION_CHARACTERS,
  );
  return { sections, listed: tables.slice(sections.length) };
}

function head(report: Report, beneath: Html): Html {
  const { verdict, scope } = report;
  const reasons = report.reasons.slice(0, MOST_REASONS);
  const more = report.reasons.length - reasons.length;
  return html`<header>
<div class="headline"><span class="badge ${TONES[verdict]}"><span aria-hidden="true">${SIGNS[verdict]} </span>${verdict.toUpperCase()}</span><h1>${subject(scope)}</h1></div>
<p class="muted">${headFacts(report)}</p>
${reasons.length === 0 ? NOTHING : html`<ul class="reasons">${reasons.map((reason) => html`<li>${prose(reason)}</li>`)}${more > 0 ? html`<li class="muted">and ${plural(more, 'more reason')}</li>` : null}</ul>`}
${stats(report)}
${beneath}
</header>`;
}

function subject(scope: ReportScope): string {
  if (scope.kind === 'local' || !isMerge(scope)) return subjectWords(scope);
  const sides = [shortId(scope.source), scope.destination].filter((side) => side !== '');
  return sides.length === 0 ? scope.repository : sides.join(' → ');
}

function stats(report: Report): Html {
  const counts = tally(report.tables.flatMap((table) => table.checks));
  const numbers = [
    ['failed', counts.fail, counts.fail > 0 ? 'bad' : 'quiet'],
    ['could not run', counts.error, counts.error > 0 ? 'doubt' : 'quiet'],
    ['warned', counts.warn, counts.warn > 0 ? 'caution' : 'quiet'],
    ['passed', counts.pass, 'quiet'],
    [report.tables.length === 1 ? 'table' : 'tables', report.tables.length, 'quiet'],
  ] as const;
  if (report.tables.length === 0) {
    if (report.verdict !== 'approved') return html`<p>No table was checked.</p>`;
    return looksAtData(report.scope) ? html`<p>No table under a contract changed.</p>` : html`<p>No data was read.</p>`;
  }
  return html`<ul class="stats">${numbers.map(
    ([name, number, tone]) => html`<li class="${tone}"><strong>${count(number)}</strong>${name}</li>`,
  )}</ul>`;
}

/** Where, by whom, how long: one line, so that what failed stands high on the page. */
function headFacts({ scope, durationMs }: Report): string {
  const place = scope.kind === 'local' ? [`data ${scope.data}`] : [scope.repository];
  const by = scope.kind === 'local' || scope.committer === null ? [] : [`by ${scope.committer}`];
  return [...place, ...by, `took ${durationWords(durationMs)}`].join(' · ');
}

/** Whole ids are for copying; they come last. */
function commits({ scope }: Report): Html {
  const all =
    scope.kind === 'local'
      ? [['data', scope.data] as const, ['base', scope.base ?? ''] as const]
      : ([
          [scope.mergeResult ? 'merge commit' : 'source commit', scope.mergeCommit],
          ['base commit', scope.baseCommit],
          ['decision', scope.decisionId],
        ] as const);
  const known = all.filter(([, value]) => value !== '');
  return html`<section aria-labelledby="compared"><h2 id="compared">What was compared</h2><dl class="facts">${known.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`)}</dl></section>`;
}

function problems(report: Report): Html {
  if (report.problems.length === 0) return NOTHING;
  const shown = report.problems.slice(0, MOST_PROBLEMS);
  const more = report.problems.length - shown.length;
  return html`<section aria-labelledby="problems"><h2 id="problems">Problems</h2>
${shown.map(({ code, message, hint, level, file, line, column }) => {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const warning = level === 'warning';
  return html`<div class="problem"><p><span class="badge ${warning ? 'caution' : 'doubt'}">${warning ? 'warning' : 'error'}</span> <code>${code}</code>${place === '' ? null : html` at <code>${place}</code>`}</p>
<p>${prose(message)}${hint === undefined ? null : html` <span class="muted">${prose(hint)}</span>`}</p></div>`;
})}
${more > 0 ? html`<p class="muted">${plural(more, 'more problem')} left out.</p>` : null}</section>`;
}

function uncovered({ uncovered: { count: number, paths } }: Report): Html {
  if (number === 0) return NOTHING;
  const more = number - paths.length;
  return html`<section aria-labelledby="uncovered"><h2 id="uncovered">Under no contract</h2>
<p>${plural(number, 'changed object')} that no contract governs; nobody checked what they hold.</p>
<details><summary>Show ${plural(paths.length, 'path')}</summary><div><ul>${paths.map((path) => html`<li><code>${path}</code></li>`)}</ul>${more > 0 ? html`<p class="muted">${plural(more, 'more object')} left out.</p>` : null}</div></details></section>`;
}

function foot({ engine, reportVersion, tables }: Report): Html {
  const contracts = [...new Map(tables.map(({ contract }) => [contract.file, contract])).values()].slice(
    0,
    MOST_SECTIONS,
  );
  return html`<footer class="small muted"><p>Sluice ${engine.sluice}, ${engineWords(engine.duckdb)}, report version ${reportVersion}. Row counts are exact unless said otherwise.</p>
${contracts.map(({ file, id, version, digest }) => html`<p><code>${file}</code>: ${id} ${version}, <code>sha256:${digest}</code></p>`)}</footer>`;
}
