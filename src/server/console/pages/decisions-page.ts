import { plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { stackedBars } from '../../../core/html/plot.ts';
import { tally } from '../../../core/report/text/head.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import { linkTo, reportOf, stateBadge, subjectOf, timeOf } from './decision-words.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

/** What the form of the list was filled with; an empty text is no wish. */
export interface DecisionsFilter {
  readonly repository: string;
  readonly branch: string;
  readonly table: string;
  readonly state: string;
  readonly since: string;
  readonly until: string;
}

export interface DecisionsView {
  readonly viewer: Viewer;
  readonly filter: DecisionsFilter;
  /** Newest first. */
  readonly decisions: readonly Decision[];
  /** Id to go on from, or null on the last page. */
  readonly next: string | null;
  /** Received in the last two weeks, for the bars. */
  readonly recent: readonly Pick<Decision, 'state' | 'receivedAt'>[];
  readonly now: number;
  /** What a running one is doing. */
  readonly stageOf: (decisionId: string) => string | null;
}

const STATES = ['approved', 'rejected', 'undecided', 'running', 'abandoned'];
const DAYS = 14;
const DAY_MS = 86_400_000;

/** The first page: what was decided lately. */
export function decisionsPage(view: DecisionsView): string {
  const { decisions, filter, next } = view;
  return consolePage({
    title: 'Decisions',
    place: '/',
    viewer: view.viewer,
    body: html`<h1>Decisions</h1>
${dayBars(view)}
${filterForm(filter)}
${
  decisions.length === 0
    ? html`<p>No decision here${Object.values(filter).some((wish) => wish !== '') ? ' with this filter' : ' yet: merge something into a gated branch'}.</p>`
    : list(decisions, view.stageOf)
}
${next === null ? null : html`<p><a href="${linkTo('/', { ...filter, before: next })}">Older decisions</a></p>`}`,
  });
}

function filterForm(filter: DecisionsFilter): Html {
  const text = (name: keyof DecisionsFilter, label: string, type = 'text') =>
    html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" size="14" value="${filter[name]}"></div>`;
  return html`<form class="filter" method="get" action="/" aria-label="Filter">${text('repository', 'Repository')}${text('branch', 'Branch')}${text('table', 'Table')}
<div><label for="state">Verdict</label><select id="state" name="state"><option value="">any</option>${STATES.map(
    (state) => html`<option${state === filter.state ? html` selected` : null}>${state}</option>`,
  )}</select></div>${text('since', 'From', 'date')}${text('until', 'Until', 'date')}<button>Filter</button></form>`;
}

function list(decisions: readonly Decision[], stageOf: DecisionsView['stageOf']): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Decisions"><table><thead><tr><th scope="col">received (UTC)</th><th scope="col">verdict</th><th scope="col">what</th><th scope="col">repository</th><th scope="col">found</th><th scope="col">by</th></tr></thead>
<tbody>${decisions.map(
    (decision) =>
      html`<tr><td class="mono">${timeOf(decision.receivedAt)}</td><td>${stateBadge(decision.state)}</td><th scope="row"><a href="/decisions/${decision.id}">${subjectOf(decision)}</a></th><td>${decision.repository}</td><td>${found(decision, stageOf)}</td><td>${decision.committer ?? ''}</td></tr>`,
  )}</tbody></table></div>`;
}

function found(decision: Decision, stageOf: DecisionsView['stageOf']): string {
  const report = reportOf(decision);
  if (report === null)
    return decision.state === 'running' ? `under way: ${stageOf(decision.id) ?? 'waiting'}` : 'no report';
  const counts = tally(report.tables.flatMap(({ checks }) => checks));
  const failed = [
    counts.fail > 0 ? `${counts.fail} failed` : '',
    counts.error > 0 ? `${counts.error} could not run` : '',
    counts.warn > 0 ? `${counts.warn} warned` : '',
  ].filter((part) => part !== '');
  if (failed.length > 0) return failed.join(', ');
  if (report.tables.length > 0) return `${plural(report.tables.length, 'table')} well`;
  return report.problems[0]?.code ?? 'nothing governed changed';
}

function dayBars({ recent, now }: DecisionsView): Html {
  const today = Math.floor(now / DAY_MS);
  const days = Array.from({ length: DAYS }, (_, index) => today - DAYS + 1 + index);
  const layers = [
    { name: 'approved', style: 'fill-good' },
    { name: 'rejected', style: 'fill-bad' },
    { name: 'undecided', style: 'fill-doubt' },
  ];
  const bars = days.map((day) => {
    const own = recent.filter(({ receivedAt }) => Math.floor(Date.parse(receivedAt) / DAY_MS) === day);
    return {
      label: new Date(day * DAY_MS).toISOString().slice(0, 10),
      values: layers.map(
        ({ name }) => own.filter(({ state }) => (state === 'abandoned' ? 'undecided' : state) === name).length,
      ),
    };
  });
  return stackedBars({ name: `Decisions of the last ${DAYS} days`, layers, bars });
}
