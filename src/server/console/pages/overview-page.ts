import { count, plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { stackedBars } from '../../../core/html/plot.ts';
import type { DecisionOutline } from '../../../gate/record-ports.ts';
import { type DayCount, type JudgedTable, MOST_NEEDING_ATTENTION } from '../../../gate/table-records.ts';
import { type DecisionListView, decisionList } from './decision-list.ts';
import { NO_DECISIONS } from './decisions-page.ts';
import type { ListedDecision } from './fold-landed.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';
import { tableList } from './table-pages.ts';
import { byState, type TableState, tableState } from './table-state.ts';

export interface OverviewView {
  readonly viewer: Viewer;
  /** Whether merges can be judged; null: not known yet. */
  readonly ready: boolean | null;
  /** Changes whose newest decision is no approval, newest first. */
  readonly blocked: readonly DecisionOutline[];
  /** Approved, but what landed is not what was judged. */
  readonly strayed: readonly DecisionOutline[];
  readonly running: readonly DecisionOutline[];
  /** Newest first. */
  readonly latest: readonly ListedDecision[];
  readonly tables: readonly JudgedTable[];
  readonly activity: readonly DayCount[];
  readonly now: number;
  readonly stageOf: DecisionListView['stageOf'];
}

/** Days that the overview looks back. */
export const DAYS = 14;
const DAY_MS = 86_400_000;
const MOST_BLOCKED = 10;
const MOST_TABLES = 8;

/** The first page: is the lake fine, and if not, what stands in the way. */
export function overviewPage(view: OverviewView): string {
  const { viewer, latest, now, stageOf } = view;
  return consolePage({
    title: answer(view).title,
    place: '/',
    viewer,
    body: html`${banner(view)}
${tiles(view)}
${blockedSection(view)}
${tablesSection(view)}
${headed('latest', 'Last decisions', html`<a href="/decisions">All decisions</a>`)}
${latest.length === 0 ? NO_DECISIONS : decisionList({ decisions: latest, label: 'Last decisions', now, stageOf })}
${latest.length === 0 ? null : html`<div class="wide">${dayBars(view)}</div>`}`,
  });
}

interface Answer {
  readonly tone: 'good' | 'bad' | 'doubt' | 'caution' | 'quiet';
  readonly title: string;
  readonly more: Html;
}

/** The worst that is true, in one sentence. */
function answer({ ready, blocked, strayed, running, latest }: OverviewView): Answer {
  if (ready === false) {
    const more = html`Nothing can be merged into a gated branch until that is mended: <a href="/health">see what is in the way</a>.`;
    return { tone: 'bad', title: 'Merges cannot be judged', more };
  }
  if (strayed.length > 0) {
    const more = html`What landed on a branch is not what was approved: ${strayed.slice(0, 3).map(({ id, branch, repository }) => html`<a href="/decisions/${id}">${branch} of ${repository}</a> `)}`;
    return { tone: 'bad', title: 'A branch holds what nobody judged', more };
  }
  if (blocked.length > 0) {
    const title = `${blockedWords(blocked.length)} ${blocked.length === 1 ? 'change' : 'changes'} blocked`;
    return {
      tone: 'bad',
      title,
      more: html`The branches themselves are as they were: what was rejected did not get in.`,
    };
  }
  if (latest.length === 0)
    return { tone: 'quiet', title: 'Nothing judged yet', more: html`Sluice waits for the first merge.` };
  const more = html`Nothing is blocked: the newest decision about each change of the last ${DAYS} days is an approval${running.length === 0 ? null : html`, or under way`}.`;
  return { tone: 'good', title: 'All is well', more };
}

function blockedWords(number: number): string {
  return number >= MOST_NEEDING_ATTENTION ? `${MOST_NEEDING_ATTENTION}+` : count(number);
}

function banner(view: OverviewView): Html {
  const { tone, title, more } = answer(view);
  return html`<div class="verdict ${tone}"><h1>${title}</h1><p>${more}</p></div>`;
}

function tiles({ blocked, running, tables, activity, ready }: OverviewView): Html {
  const of = (state: TableState) => tables.filter((table) => tableState(table) === state).length;
  const notWell = (['failed', 'in doubt', 'warned'] as const).filter((state) => of(state) > 0);
  const tableWords = ['tables well', ...notWell.map((state) => `${count(of(state))} ${state}`)].join(', ');
  const decided = activity.reduce((sum, { decisions }) => sum + decisions, 0);
  const approved = activity.filter(({ state }) => state === 'approved').reduce((sum, day) => sum + day.decisions, 0);
  const gate = ready === null ? 'being asked' : ready ? 'ready' : 'not ready';
  return html`<ul class="tiles">
${tile('#blocked', blockedWords(blocked.length), 'blocked now')}
${tile('/decisions?state=running', count(running.length), 'under way')}
${tile('/tables', `${count(of('well'))} of ${count(tables.length)}`, tableWords)}
${tile('/decisions', count(decided), `decisions in ${DAYS} days, ${decided === 0 ? 'none' : count(approved)} approved`)}
${tile('/health', gate, 'the gate')}
</ul>`;
}

function tile(href: string, value: string, words: string): Html {
  return html`<li><a href="${href}"><strong>${value}</strong><span>${words}</span></a></li>`;
}

function headed(id: string, title: string, link: Html | null): Html {
  return html`<div class="row-head"><h2 id="${id}">${title}</h2>${link}</div>`;
}

function blockedSection({ blocked, now, stageOf }: OverviewView): Html {
  const more = blocked.length - MOST_BLOCKED;
  return html`${headed('blocked', 'Blocked now', null)}
${blocked.length === 0 ? html`<p class="muted">No change of the last ${DAYS} days waits to be mended.</p>` : decisionList({ decisions: blocked.slice(0, MOST_BLOCKED), label: 'Blocked now', now, stageOf })}
${more > 0 ? html`<p class="muted">${plural(more, 'more change')}: see the <a href="/decisions?state=rejected">rejected</a> and <a href="/decisions?state=undecided">undecided</a> ones.</p>` : null}`;
}

function tablesSection({ tables, now }: OverviewView): Html | null {
  if (tables.length === 0) return null;
  return html`${headed('tables', 'Tables', html`<a href="/tables">All ${plural(tables.length, 'table')}</a>`)}
${tableList(byState(tables).slice(0, MOST_TABLES), now)}`;
}

function dayBars({ activity, now }: OverviewView): Html {
  const today = Math.floor(now / DAY_MS);
  const days = Array.from({ length: DAYS }, (_, index) =>
    new Date((today - DAYS + 1 + index) * DAY_MS).toISOString().slice(0, 10),
  );
  const layers = [
    { name: 'approved', style: 'fill-good', states: ['approved'] },
    { name: 'rejected', style: 'fill-bad', states: ['rejected'] },
    { name: 'undecided', style: 'fill-doubt', states: ['undecided', 'abandoned'] },
  ];
  const bars = days.map((label) => ({
    label,
    values: layers.map(({ states }) =>
      activity
        .filter(({ day, state }) => day === label && states.includes(state))
        .reduce((sum, { decisions }) => sum + decisions, 0),
    ),
  }));
  return stackedBars({ name: `Decisions a day, last ${DAYS} days (UTC)`, layers, bars });
}
