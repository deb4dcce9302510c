import type { Contract } from '../../../core/contract/contract.ts';
import type { LoadedContracts } from '../../../gate/load-contracts.ts';
import {
  DECISION_STATES,
  type Decision,
  type DecisionFilter,
  type DecisionOutline,
  type DecisionStore,
} from '../../../gate/record-ports.ts';
import type { RunProgress } from '../../run-progress.ts';
import { decisionReport } from '../api/decision-routes.ts';
import { type FailingRowsAccess, keptOf, NO_FAILING_ROWS, rowsFile } from '../failing-rows.ts';
import type { ProbeResult } from '../health/readiness.ts';
import { contractPage, contractsPage } from './contract-pages.ts';
import { decisionPage } from './decision-page.ts';
import { reportOf } from './decision-words.ts';
import { type DecisionsFilter, decisionsPage } from './decisions-page.ts';
import { healthPage } from './health-page.ts';
import type { PageCall, PageResult } from './page-call.ts';
import { historyOf, knownTables } from './table-history.ts';
import { tablePage, tablesPage } from './table-pages.ts';

/** The contracts in force: of a directory, or of one repository at the head of its default branch. */
export interface ContractsInForce {
  readonly kind: 'directory' | 'repository';
  load(
    repository: string | null,
    signal: AbortSignal,
  ): Promise<LoadedContracts & { readonly place: { readonly repository: string; readonly branch: string } | null }>;
}

export interface ViewDependencies {
  readonly store: Pick<DecisionStore, 'get' | 'list' | 'outlines'>;
  readonly contracts: ContractsInForce;
  readonly progress: Pick<RunProgress, 'of'>;
  /** Default: none are kept. */
  readonly failingRows?: FailingRowsAccess;
  readonly readiness: () => Promise<readonly ProbeResult[]>;
  readonly phase: () => string;
  readonly engine: { readonly sluice: string; readonly duckdb: string };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type View = (call: PageCall) => PageResult | Promise<PageResult>;

/** Decisions on one page of the list. */
const PAGE = 50;
/** Decisions that are looked through at most for one page: reports are read and parsed on the server's only thread. */
const MOST_READ = 400;
const TWO_WEEKS_MS = 14 * 86_400_000;
const REFRESH_SECONDS = 3;

/** Every page by its path. A page is three clicks from the first at most: list, decision, table. */
export function createViews(dependencies: ViewDependencies): Readonly<Record<string, View>> {
  const { store, engine, readiness, phase, progress, now } = dependencies;
  const { failingRows = NO_FAILING_ROWS } = dependencies;
  return {
    '/': (call) => decisionsView(call, dependencies),
    '/decisions/:id': async ({ path, viewer }) => {
      const decision = visible(store.get(path['id'] ?? ''), viewer);
      if (decision === null) return null;
      const kept = await keptOf(decision, failingRows);
      const page = decisionPage(decision, viewer, kept, { progress: progress.of(decision.id), now: now() });
      return decision.state === 'running' ? { page, refreshSeconds: REFRESH_SECONDS } : { page };
    },
    '/decisions/:id/report': ({ path, viewer, query }) => {
      const decision = visible(store.get(path['id'] ?? ''), viewer);
      return decision === null ? null : decisionReport(decision, query.get('format') ?? 'html');
    },
    '/decisions/:id/failing-rows/:number.parquet': ({ path, viewer }) => {
      const decision = visible(store.get(path['id'] ?? ''), viewer);
      return decision === null ? null : rowsFile(decision, path['number'] ?? '', viewer, failingRows);
    },
    '/tables': ({ viewer }) => ({ page: tablesPage(knownTables(judged(store, viewer, {})), viewer) }),
    '/table': ({ viewer, query }) => {
      const [repository, branch, name] = [
        query.get('repository') ?? '',
        query.get('branch') ?? '',
        query.get('name') ?? '',
      ];
      if (!viewer.maySee(repository)) return null;
      const history = historyOf(judged(store, viewer, { repository, branch }), name);
      return { page: tablePage({ viewer, repository, branch, name, history }) };
    },
    ...contractViews(dependencies),
    '/health': async ({ viewer }) => ({
      page: healthPage({ viewer, phase: phase(), probes: await readiness(), engine }),
    }),
  };
}

function contractViews({ store, contracts }: ViewDependencies): Readonly<Record<string, View>> {
  return {
    '/contracts': async ({ viewer, query, signal }) => {
      const repository = query.get('repository');
      if (repository !== null && !viewer.maySee(repository)) return null;
      if (contracts.kind === 'repository' && repository === null) {
        const choices = [...new Set(recent(store, viewer).map((decision) => decision.repository))].sort();
        return { page: contractsPage({ viewer, contracts: [], problems: [], place: null, choices }) };
      }
      const { contracts: loaded, problems, place } = await contracts.load(repository, signal);
      const shown = loaded.filter((contract) => mayRead(contract, viewer.maySee));
      return { page: contractsPage({ viewer, contracts: shown, problems, place, choices: [] }) };
    },
    '/contract': async ({ viewer, query, signal }) => {
      const repository = query.get('repository');
      if (contracts.kind === 'repository' && (repository === null || !viewer.maySee(repository))) return null;
      const loaded = await contracts.load(repository, signal);
      const contract = loaded.contracts.find(({ file }) => file === query.get('file'));
      if (contract === undefined || !mayRead(contract, viewer.maySee)) return null;
      return { page: contractPage({ viewer, contract, checks: loaded.checks.get(contract.file) ?? [] }) };
    },
  };
}

function decisionsView({ viewer, query }: PageCall, { store, now, progress }: ViewDependencies): PageResult {
  const filter = readForm(query);
  const found = page(store, viewer, filter, query.get('before'));
  const since = new Date(now() - TWO_WEEKS_MS).toISOString();
  const shown = decisionsPage({
    viewer,
    filter,
    decisions: found.decisions,
    next: found.next,
    recent: store.outlines({ since, limit: 5_000 }).filter(({ repository }) => viewer.maySee(repository)),
    now: now(),
    stageOf: (id) => progress.of(id)?.stage ?? null,
  });
  const underWay = found.decisions.some(({ state }) => state === 'running');
  return underWay ? { page: shown, refreshSeconds: REFRESH_SECONDS } : { page: shown };
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

/** Table and permission are known only after reading, so a page may take several reads. */
function page(
  store: ViewDependencies['store'],
  viewer: PageCall['viewer'],
  form: DecisionsFilter,
  before: string | null,
): { readonly decisions: readonly Decision[]; readonly next: string | null } {
  const filter = storeFilter(form);
  const decisions: Decision[] = [];
  let from = before;
  for (let read = 0; read < MOST_READ; ) {
    const batch = store.list({ ...filter, ...(from === null ? {} : { before: from }), limit: PAGE + 1 });
    for (const decision of batch.slice(0, PAGE)) {
      if (decisions.length === PAGE) return { decisions, next: from };
      from = decision.id;
      if (viewer.maySee(decision.repository) && concerns(decision, form.table)) decisions.push(decision);
    }
    if (batch.length <= PAGE) return { decisions, next: null };
    read += PAGE;
  }
  return { decisions, next: from };
}

function storeFilter({ repository, branch, state, since, until }: DecisionsFilter): Omit<DecisionFilter, 'limit'> {
  const known = DECISION_STATES.find((one) => one === state);
  return {
    ...(repository === '' ? {} : { repository }),
    ...(branch === '' ? {} : { branch }),
    ...(known === undefined ? {} : { state: known }),
    ...(since === '' ? {} : { since: `${since}T00:00:00.000Z` }),
    ...(until === '' ? {} : { until: new Date(Date.parse(until) + 86_400_000).toISOString() }),
  };
}

function concerns(decision: Decision, table: string): boolean {
  return table === '' || (reportOf(decision)?.tables.some(({ name }) => name === table) ?? false);
}

function recent(store: ViewDependencies['store'], viewer: PageCall['viewer']): readonly DecisionOutline[] {
  return store.outlines({ limit: MOST_READ }).filter(({ repository }) => viewer.maySee(repository));
}

/** Decisions that data was read for. */
function judged(
  store: ViewDependencies['store'],
  viewer: PageCall['viewer'],
  filter: Partial<DecisionFilter>,
): readonly Decision[] {
  const decisions = store.list({ ...filter, limit: MOST_READ });
  return decisions.filter(({ repository, origin }) => origin === 'hook' && viewer.maySee(repository));
}

function visible(decision: Decision | null, viewer: PageCall['viewer']): Decision | null {
  return decision !== null && viewer.maySee(decision.repository) ? decision : null;
}

/** A contract that names its repositories is shown to whoever may see one of them. */
function mayRead({ tables }: Contract, maySee: (repository: string) => boolean): boolean {
  const named = tables.flatMap(({ locations }) => locations.map(({ repository }) => repository));
  return named.some((repository) => repository === undefined || maySee(repository));
}
