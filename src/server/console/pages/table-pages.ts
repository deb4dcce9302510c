import { count, plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { linePlot } from '../../../core/html/plot.ts';
import { tally } from '../../../core/report/text/head.ts';
import { rateWords } from '../../../core/report/text/numbers.ts';
import { linkTo, stateBadge, subjectOf, timeOf } from './decision-words.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';
import type { KnownTable, TablePoint } from './table-history.ts';

/** Columns whose nulls are plotted, worst first. */
const MOST_COLUMNS = 6;

/** Every table that was judged lately. */
export function tablesPage(tables: readonly KnownTable[], viewer: Viewer): string {
  return consolePage({
    title: 'Tables',
    place: '/tables',
    viewer,
    body: html`<h1>Tables</h1>${tables.length === 0 ? html`<p>No table has been judged yet.</p>` : tableList(tables)}`,
  });
}

function tableList(tables: readonly KnownTable[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Tables"><table><thead><tr><th scope="col">table</th><th scope="col">repository</th><th scope="col">branch</th><th scope="col">last verdict</th><th scope="col" class="num">rows</th><th scope="col">checks</th><th scope="col">judged (UTC)</th></tr></thead>
<tbody>${tables.map(({ repository, branch, name, newest, decisions }) => {
    const counts = tally(newest.table.checks);
    const checks = `${counts.fail + counts.error} failed, ${counts.warn} warned, ${counts.pass} passed`;
    return html`<tr><th scope="row"><a href="${linkTo('/table', { repository, branch, name })}">${name}</a></th><td>${repository}</td><td>${branch}</td><td><a href="/decisions/${newest.decision.id}">${stateBadge(newest.decision.state)}</a></td><td class="num">${newest.table.rows === null ? '–' : count(newest.table.rows)}</td><td>${checks}</td><td class="mono">${timeOf(newest.decision.receivedAt)} <span class="muted">(${plural(decisions, 'time')})</span></td></tr>`;
  })}</tbody></table></div>`;
}

export interface TableView {
  readonly viewer: Viewer;
  readonly repository: string;
  readonly branch: string;
  readonly name: string;
  /** Oldest first; not empty. */
  readonly history: readonly TablePoint[];
}

/** How one table has been doing. */
export function tablePage({ viewer, repository, branch, name, history }: TableView): string {
  const newest = history.at(-1);
  return consolePage({
    title: name,
    place: '/tables',
    viewer,
    body: html`<p class="small"><a href="/tables">All tables</a></p><h1>${name}</h1>
${newest === undefined ? html`<p>This table has not been judged lately.</p>` : facts(newest, repository, branch)}
<div class="grid-2">${newest === undefined ? null : plots(history)}</div>
${decisions(history)}`,
  });
}

function facts({ table, decision }: TablePoint, repository: string, branch: string): Html {
  return html`<dl class="facts"><dt>repository</dt><dd>${repository}, branch ${branch}</dd><dt>where</dt><dd class="mono">${table.location}</dd><dt>contract</dt><dd><a href="${linkTo('/contract', { file: table.contract.file, repository, branch })}">${table.contract.file}</a> ${table.contract.version}</dd>${table.owner === null ? null : html`<dt>owner</dt><dd>${table.owner}</dd>`}<dt>last verdict</dt><dd><a href="/decisions/${decision.id}">${stateBadge(decision.state)}</a> ${timeOf(decision.receivedAt)} UTC</dd></dl>`;
}

function plots(history: readonly TablePoint[]): readonly Html[] {
  const over = (value: (point: TablePoint) => number | null) =>
    history.map((point) => ({ at: point.at, value: value(point) }));
  const passedShare = ({ table }: TablePoint) => {
    const counts = tally(table.checks);
    const all = counts.pass + counts.fail + counts.error + counts.warn;
    return all === 0 ? null : (counts.pass / all) * 100;
  };
  return [
    linePlot({
      name: 'Checks passed (%)',
      points: over(passedShare),
      format: percentWords,
      max: 100,
    }),
    linePlot({
      name: 'Rows in the merge result',
      points: over(({ table }) => table.rows),
      format: (value) => count(Math.round(value)),
    }),
    linePlot({
      name: 'Failing rows, all checks',
      points: over(failingRows),
      format: (value) => count(Math.round(value)),
    }),
    ...nullPlots(history),
  ];
}

function failingRows({ table }: TablePoint): number {
  return table.checks
    .filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')
    .reduce((sum, { failing }) => sum + (failing ?? 0), 0);
}

/** Small rates keep a digit that tells them from nothing. */
function percentWords(value: number): string {
  return `${Number(value >= 1 ? value.toFixed(1) : value.toPrecision(2))} %`;
}

/** Null rates as the profile of each decision's diff tells them. */
function nullPlots(history: readonly TablePoint[]): readonly Html[] {
  const rate = ({ table }: TablePoint, column: string): number | null => {
    const side = table.diff?.profile.find(({ name }) => name === column)?.merge ?? null;
    return side === null || side.rows === 0 ? null : (side.nulls / side.rows) * 100;
  };
  const columns = [...new Set(history.flatMap(({ table }) => table.diff?.profile.map(({ name }) => name) ?? []))];
  const worst = columns
    .map((column) => ({ column, most: Math.max(...history.map((point) => rate(point, column) ?? 0)) }))
    .filter(({ most }) => most > 0)
    .sort((left, right) => right.most - left.most)
    .slice(0, MOST_COLUMNS);
  return worst.map(({ column }) =>
    linePlot({
      name: `Nulls in ${column} (%)`,
      points: history.map((point) => ({ at: point.at, value: rate(point, column) })),
      format: percentWords,
    }),
  );
}

function decisions(history: readonly TablePoint[]): Html {
  const rows = history.toReversed().slice(0, 50);
  return html`<section aria-labelledby="decisions"><h2 id="decisions">Last decisions</h2><div class="scroll" tabindex="0" role="group" aria-label="Last decisions"><table><thead><tr><th scope="col">received (UTC)</th><th scope="col">verdict</th><th scope="col">what</th><th scope="col" class="num">rows</th><th scope="col" class="num">failing rows</th><th scope="col">changed</th></tr></thead>
<tbody>${rows.map((point) => {
    const { decision, table } = point;
    const changes =
      table.diff === null
        ? ''
        : `+${count(table.diff.inserted)} ~${count(table.diff.updated)} −${count(table.diff.deleted)}`;
    const failing = failingRows(point);
    return html`<tr><td class="mono">${timeOf(decision.receivedAt)}</td><td>${stateBadge(decision.state)}</td><th scope="row"><a href="/decisions/${decision.id}">${subjectOf(decision)}</a></th><td class="num">${table.rows === null ? '–' : count(table.rows)}</td><td class="num">${count(failing)}${table.rows === null || failing === 0 || failing > table.rows ? null : html` <span class="muted">(${rateWords(failing, table.rows)})</span>`}</td><td class="mono">${changes}</td></tr>`;
  })}</tbody></table></div></section>`;
}
