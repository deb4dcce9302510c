import { type Html, html } from '../../../core/html/html.ts';
import { DECISION_STATES, type DecisionOutline } from '../../../gate/record-ports.ts';
import { type DecisionListView, decisionList } from './decision-list.ts';
import { linkTo } from './decision-words.ts';
import { foldLanded } from './fold-landed.ts';
import { consolePage, emptyState } from './layout.ts';
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
  readonly decisions: readonly DecisionOutline[];
  /** Id to go on from, or null on the last page. */
  readonly next: string | null;
  /** Whether this is the page with the newest ones. */
  readonly isFirst: boolean;
  readonly now: number;
  readonly stageOf: DecisionListView['stageOf'];
  /** Words that the form proposes. */
  readonly known: { readonly repositories: readonly string[]; readonly tables: readonly string[] };
}

/** Every decision there is, a page at a time. */
export function decisionsPage(view: DecisionsView): string {
  const { decisions, filter, next, isFirst, now, stageOf, known } = view;
  return consolePage({
    title: 'Decisions',
    place: '/decisions',
    viewer: view.viewer,
    body: html`<h1>Decisions</h1>
${filterForm(filter, known)}
${decisions.length === 0 ? nothing(view) : decisionList({ decisions: foldLanded(decisions), label: 'Decisions', now, stageOf })}
<nav class="pager" aria-label="Pages">${isFirst ? null : html`<a href="${linkTo('/decisions', { ...filter })}">Newest decisions</a>`}${next === null ? null : html`<a href="${linkTo('/decisions', { ...filter, before: next })}">Older decisions</a>`}</nav>`,
  });
}

function nothing({ filter, next }: DecisionsView): Html {
  if (next !== null)
    return emptyState('No decision here so far.', html`Nothing on this page matches: look at older ones.`);
  if (Object.values(filter).every((wish) => wish === '')) return NO_DECISIONS;
  return emptyState('No decision here with this filter.', html`<a href="/decisions">Show all decisions</a>`);
}

/** What to do when nobody has asked yet. */
export const NO_DECISIONS: Html = emptyState(
  'No decision yet.',
  html`Put Sluice before a branch with <code>sluice init REPO --apply</code>, then merge something into it: the decision is here while it runs.`,
);

function filterForm(filter: DecisionsFilter, { repositories, tables }: DecisionsView['known']): Html {
  const text = (name: keyof DecisionsFilter, label: string, list: readonly string[] | null) =>
    html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${filter[name]}"${list === null ? null : html` list="${name}-known"`}>${list === null ? null : html`<datalist id="${name}-known">${list.map((word) => html`<option value="${word}"></option>`)}</datalist>`}</div>`;
  const day = (name: keyof DecisionsFilter, label: string) =>
    html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="date" value="${filter[name]}"></div>`;
  return html`<form class="filter" method="get" action="/decisions" aria-label="Filter"><div><label for="state">Verdict</label><select id="state" name="state"><option value="">any</option>${DECISION_STATES.map(
    (state) => html`<option${state === filter.state ? html` selected` : null}>${state}</option>`,
  )}</select></div>${text('repository', 'Repository', repositories)}${text('branch', 'Branch', null)}${text('table', 'Table', tables)}${day('since', 'From (UTC)')}${day('until', 'Until (UTC)')}<button class="primary">Filter</button></form>`;
}
