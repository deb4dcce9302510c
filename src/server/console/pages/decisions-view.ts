import { DECISION_STATES, type DecisionFilter, type DecisionOutline } from '../../../gate/record-ports.ts';
import { type DecisionsFilter, decisionsPage } from './decisions-page.ts';
import type { PageCall, PageResult } from './page-call.ts';
import type { ViewDependencies } from './views.ts';

/** Decisions on one page of the list. */
const PAGE = 50;
/** Decisions that are looked through at most for one page, where some may not be seen. */
const MOST_READ = 2_000;
/** Names that a form proposes. */
const MOST_NAMES = 200;
const REFRESH_SECONDS = 3;

/** The list of decisions, as its form asks. */
export function decisionsView(
  { viewer, query }: PageCall,
  { store, now, progress }: Pick<ViewDependencies, 'store' | 'now' | 'progress'>,
): PageResult {
  const filter = readForm(query);
  const before = query.get('before');
  const { decisions, next } = onePage(store, viewer, filter, before);
  const tables = store.knownTables().filter(({ decision }) => viewer.maySee(decision.repository));
  const page = decisionsPage({
    viewer,
    filter,
    decisions,
    next,
    isFirst: before === null,
    now: now(),
    stageOf: (id) => progress.of(id)?.stage ?? null,
    known: {
      repositories: distinct(tables.map(({ decision }) => decision.repository)),
      tables: distinct(tables.map(({ name }) => name)),
    },
  });
  return decisions.some(({ state }) => state === 'running') ? { page, refreshSeconds: REFRESH_SECONDS } : { page };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort().slice(0, MOST_NAMES);
}

/** What is not of this console's words, such as a date typed by hand that is none, is no wish. */
function readForm(query: URLSearchParams): DecisionsFilter {
  const text = (name: string) => (query.get(name) ?? '').trim();
  const date = (name: string) =>
    /^\d{4}-\d{2}-\d{2}$/.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : '';
  const state = DECISION_STATES.find((known) => known === text('state')) ?? '';
  return {
    repository: text('repository'),
    branch: text('branch'),
    table: text('table'),
    state,
    since: date('since'),
    until: date('until'),
  };
}

/** The store knows nothing of permissions, so a page may take several reads. */
function onePage(
  store: ViewDependencies['store'],
  viewer: PageCall['viewer'],
  form: DecisionsFilter,
  before: string | null,
): { readonly decisions: readonly DecisionOutline[]; readonly next: string | null } {
  const filter = storeFilter(form);
  const decisions: DecisionOutline[] = [];
  let from = before;
  for (let read = 0; read < MOST_READ; read += PAGE) {
    const batch = store.outlines({ ...filter, ...(from === null ? {} : { before: from }), limit: PAGE + 1 });
    for (const decision of batch.slice(0, PAGE)) {
      if (decisions.length === PAGE) return { decisions, next: from };
      from = decision.id;
      if (viewer.maySee(decision.repository)) decisions.push(decision);
    }
    if (batch.length <= PAGE) return { decisions, next: null };
  }
  return { decisions, next: from };
}

function storeFilter(form: DecisionsFilter): Omit<DecisionFilter, 'limit'> {
  const { repository, branch, table, state, since, until } = form;
  const known = DECISION_STATES.find((one) => one === state);
  return {
    ...(repository === '' ? {} : { repository }),
    ...(branch === '' ? {} : { branch }),
    ...(table === '' ? {} : { table }),
    ...(known === undefined ? {} : { state: known }),
    ...(since === '' ? {} : { since: `${since}T00:00:00.000Z` }),
    ...(until === '' ? {} : { until: new Date(Date.parse(until) + 86_400_000).toISOString() }),
  };
}
