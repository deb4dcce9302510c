import { count, plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { linePlot } from '../../../core/html/plot.ts';
import { rateWords } from '../../../core/report/text/numbers.ts';
import type { JudgedTable, TableId } from '../../../gate/table-records.ts';
import { agoOf, linkTo, stateBadge, subjectOf, timeOf } from './decision-words.ts';
import { consolePage, emptyState } from './layout.ts';
import type { Viewer } from './session.ts';
import { byState, checkWords, tableBadge, tableState } from './table-state.ts';

/** Columns whose nulls are plotted, worst first. */
const MOST_COLUMNS = 6;
/** Decisions that are listed below the plots. */
const MOST_LISTED = 25;
/** Rows of the list of tables; the form finds the others. */
const MOST_TABLES = 300;

export interface TablesView {
  readonly viewer: Viewer;
  readonly tables: readonly JudgedTable[];
  /** Part of a name that is looked for; empty: all. */
  readonly search: string;
  readonly now: number;
  /** Decisions of an older version whose tables are not in the list yet. */
  readonly unread: number;
}

/** Every table that was ever judged. */
export function tablesPage({ viewer, tables, search, now, unread }: TablesView): string {
  const found = byState(tables.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())));
  return consolePage({
    title: 'Tables',
    place: '/tables',
    viewer,
    body: html`<h1>Tables</h1><p class="lead">Each table as it was in the last change that was judged, those in trouble first. What was rejected did not get onto the branch.</p>
${stillReading(unread)}
${tables.length === 0 ? NO_TABLES : searchForm(search)}
${tables.length > 0 && found.length === 0 ? emptyState('No table of this name.', html`<a href="/tables">Show all tables</a>`) : null}
${found.length === 0 ? null : tableList(found.slice(0, MOST_TABLES), now)}
${found.length > MOST_TABLES ? html`<p class="muted">${plural(found.length - MOST_TABLES, 'more table')}: look for a part of the name.</p>` : null}`,
  });
}

const NO_TABLES: Html = emptyState(
  'No table has been judged yet.',
  html`A table is here after the first merge that changes it, when a contract governs it: see <a href="/contracts">Contracts</a>.`,
);

function stillReading(unread: number): Html | null {
  if (unread === 0) return null;
  return html`<p><span class="badge caution">incomplete</span> Records of an older version are being taken over: ${plural(unread, 'decision')} to go.</p>`;
}

function searchForm(search: string): Html {
  return html`<form class="filter" method="get" action="/tables" role="search" aria-label="Tables"><div><label for="search">Name contains</label><input id="search" name="search" type="search" value="${search}"></div><button class="primary">Find</button></form>`;
}

/** Also for the overview. */
export function tableList(tables: readonly JudgedTable[], now: number): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Tables"><table><thead><tr><th scope="col">state</th><th scope="col">table</th><th scope="col">checks</th><th scope="col" class="num">rows</th><th scope="col">last change</th></tr></thead>
<tbody>${tables.map((table) => {
    const { name, rows, decision } = table;
    const { repository, branch } = decision;
    return html`<tr><td>${tableBadge(tableState(table))}</td><th scope="row" class="what"><a href="${linkTo('/table', { repository, branch, name })}">${name}</a><small>${repository}, ${branch}</small></th><td>${checkWords(table)}</td><td class="num">${rows === null ? '–' : count(rows)}</td><td><a href="/decisions/${decision.id}">${decision.state}</a> ${agoOf(decision.receivedAt, now)}</td></tr>`;
  })}</tbody></table></div>`;
}

export interface TableView {
  readonly viewer: Viewer;
  readonly table: TableId;
  /** Newest first. */
  readonly history: readonly JudgedTable[];
  readonly now: number;
  readonly unread: number;
}

/** How one table has been doing. */
export function tablePage({ viewer, table, history, now, unread }: TableView): string {
  const [newest] = history;
  const { name, repository, branch } = table;
  return consolePage({
    title: name,
    place: '/tables',
    crumb: name,
    viewer,
    body: html`<h1>${name}</h1>
${stillReading(unread)}
${newest === undefined ? emptyState('This table has not been judged.', html`Its first change that is merged into <code>${branch}</code> of ${repository} makes this page.`) : html`${facts(newest, table, now)}<div class="grid-2">${plots(history.toReversed())}</div>${decisions(history, now)}`}`,
  });
}

function facts(newest: JudgedTable, { repository, branch, name }: TableId, now: number): Html {
  const { decision, contract, owner, location } = newest;
  return html`<p>${tableBadge(tableState(newest))} in the last change: <a href="/decisions/${decision.id}">${subjectOf(decision)}</a> was ${decision.state} ${agoOf(decision.receivedAt, now)}; ${checkWords(newest)}.</p>
<dl class="facts"><dt>repository</dt><dd>${repository}, branch ${branch}</dd><dt>where</dt><dd class="mono">${location}</dd><dt>contract</dt><dd><a href="${linkTo('/contract', { file: contract.file, repository, branch })}">${contract.file}</a> ${contract.version}</dd><dt>owner</dt><dd>${owner ?? 'nobody named in the contract'}</dd><dt>decisions</dt><dd><a href="${linkTo('/decisions', { repository, branch, table: name })}">all that changed it</a></dd></dl>`;
}

/** Oldest first. */
function plots(history: readonly JudgedTable[]): readonly Html[] {
  const over = (value: (point: JudgedTable) => number | null) =>
    history.map((point) => ({ at: Date.parse(point.decision.receivedAt), value: value(point) }));
  const passedShare = ({ checks: { pass, fail, error, warn } }: JudgedTable) => {
    const all = pass + fail + error + warn;
    return all === 0 ? null : (pass / all) * 100;
  };
  const whole = (value: number) => count(Math.round(value));
  return [
    linePlot({ name: 'Checks passed (%)', points: over(passedShare), format: percentWords, max: 100 }),
    linePlot({ name: 'Rows in the merge result', points: over(({ rows }) => rows), format: whole }),
    linePlot({
      name: 'Failing rows, all checks of data',
      points: over(({ failingRows }) => failingRows),
      format: whole,
    }),
    ...nullPlots(history),
  ];
}

/** Small rates keep a digit that tells them from nothing. */
function percentWords(value: number): string {
  return `${Number(value >= 1 ? value.toFixed(1) : value.toPrecision(2))} %`;
}

/** Null rates as the profile of each decision's diff told them. */
function nullPlots(history: readonly JudgedTable[]): readonly Html[] {
  const rate = ({ nulls }: JudgedTable, column: string): number | null => {
    const side = nulls.find((one) => one.column === column);
    return side === undefined || side.rows === 0 ? null : (side.nulls / side.rows) * 100;
  };
  const columns = [...new Set(history.flatMap(({ nulls }) => nulls.map(({ column }) => column)))];
  const worst = columns
    .map((column) => ({ column, most: Math.max(...history.map((point) => rate(point, column) ?? 0)) }))
    .filter(({ most }) => most > 0)
    .sort((left, right) => right.most - left.most)
    .slice(0, MOST_COLUMNS);
  return worst.map(({ column }) =>
    linePlot({
      name: `Nulls in ${column} (%)`,
      points: history.map((point) => ({ at: Date.parse(point.decision.receivedAt), value: rate(point, column) })),
      format: percentWords,
    }),
  );
}

function decisions(history: readonly JudgedTable[], now: number): Html {
  return html`<section aria-labelledby="decisions"><h2 id="decisions">Last decisions</h2><div class="scroll" tabindex="0" role="group" aria-label="Last decisions"><table><thead><tr><th scope="col">verdict</th><th scope="col">change</th><th scope="col">checks</th><th scope="col" class="num">rows</th><th scope="col" class="num">failing rows</th><th scope="col" class="num">inserted</th><th scope="col" class="num">updated</th><th scope="col" class="num">deleted</th><th scope="col">received (UTC)</th></tr></thead>
<tbody>${history.slice(0, MOST_LISTED).map((point) => {
    const { decision, rows, failingRows, diff } = point;
    const failing = failingRows ?? 0;
    const share = rows === null || failing === 0 || failing > rows ? null : rateWords(failing, rows);
    const changed = (number: number | undefined) =>
      html`<td class="num">${number === undefined ? '–' : count(number)}</td>`;
    return html`<tr><td>${stateBadge(decision.state)}</td><th scope="row" class="what brief"><a href="/decisions/${decision.id}">${subjectOf(decision)}</a></th><td>${checkWords(point)}</td><td class="num">${rows === null ? '–' : count(rows)}</td><td class="num">${failingRows === null ? '–' : count(failingRows)}${share === null ? null : html` <span class="muted">(${share})</span>`}</td>${changed(diff?.inserted)}${changed(diff?.updated)}${changed(diff?.deleted)}<td class="nowrap">${timeOf(decision.receivedAt)} <span class="sub">${agoOf(decision.receivedAt, now)}</span></td></tr>`;
  })}</tbody></table></div></section>`;
}
