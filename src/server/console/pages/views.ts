import type { Contract } from '../../../core/contract/contract.ts';
import { SluiceError } from '../../../core/problem.ts';
import type { LoadedContracts } from '../../../gate/load-contracts.ts';
import type { Decision, DecisionStore } from '../../../gate/record-ports.ts';
import type { TableRecords } from '../../../gate/table-records.ts';
import type { RunProgress } from '../../run-progress.ts';
import { decisionReport } from '../api/decision-routes.ts';
import { type FailingRowsAccess, keptOf, NO_FAILING_ROWS, rowsFile } from '../failing-rows.ts';
import type { ProbeResult } from '../health/readiness.ts';
import { type ContractGroup, contractPage, contractsPage } from './contract-pages.ts';
import { decisionPage } from './decision-page.ts';
import { decisionsView } from './decisions-view.ts';
import { healthPage, type StatePart } from './health-page.ts';
import { overviewView } from './overview-view.ts';
import type { PageCall, PageResult } from './page-call.ts';
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
  readonly store: Pick<DecisionStore, 'get' | 'outlines'> & Omit<TableRecords, 'adoptOne'>;
  readonly contracts: ContractsInForce;
  readonly progress: Pick<RunProgress, 'of'>;
  /** Default: none are kept. */
  readonly failingRows?: FailingRowsAccess;
  readonly readiness: () => Promise<readonly ProbeResult[]>;
  readonly phase: () => string;
  /** Parts of the state directory, largest first. */
  readonly stateParts: () => Promise<readonly StatePart[]>;
  readonly engine: { readonly sluice: string; readonly duckdb: string };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type View = (call: PageCall) => PageResult | Promise<PageResult>;

/** Judgements in the history of one table. */
const MOST_POINTS = 120;
/** Repositories whose contracts are read for one page; more are a list to choose from. */
const MOST_AT_ONCE = 6;
const REFRESH_SECONDS = 3;

/** Every page by its path. A page is three clicks from the first at most. */
export function createViews(dependencies: ViewDependencies): Readonly<Record<string, View>> {
  const { store, engine, readiness, phase, progress, stateParts, now } = dependencies;
  const { failingRows = NO_FAILING_ROWS } = dependencies;
  return {
    '/': (call) => overviewView(call, dependencies),
    '/decisions': (call) => decisionsView(call, dependencies),
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
    ...tableViews(dependencies),
    ...contractViews(dependencies),
    '/health': async ({ viewer }) => {
      const [probes, parts] = await Promise.all([readiness(), stateParts()]);
      const extent = store.extent();
      return { page: healthPage({ viewer, phase: phase(), probes, engine, extent, parts, now: now() }) };
    },
  };
}

function tableViews({ store, now }: ViewDependencies): Readonly<Record<string, View>> {
  return {
    '/tables': ({ viewer, query }) => {
      const tables = store.knownTables().filter(({ decision }) => viewer.maySee(decision.repository));
      const search = (query.get('search') ?? '').trim();
      return { page: tablesPage({ viewer, tables, search, now: now(), unread: store.extent().unread }) };
    },
    '/table': ({ viewer, query }) => {
      const [repository = '', branch = '', name = ''] = ['repository', 'branch', 'name'].map(
        (part) => query.get(part) ?? '',
      );
      if (!viewer.maySee(repository)) return null;
      const table = { repository, branch, name };
      const history = store.tableHistory(table, MOST_POINTS);
      return { page: tablePage({ viewer, table, history, now: now(), unread: store.extent().unread }) };
    },
  };
}

function contractViews({ store, contracts }: ViewDependencies): Readonly<Record<string, View>> {
  return {
    '/contracts': async ({ viewer, query, signal }) => {
      const repository = query.get('repository');
      if (repository !== null && !viewer.maySee(repository)) return null;
      if (contracts.kind === 'repository' && repository === null) {
        const known = store.knownTables().map(({ decision }) => decision.repository);
        const choices = [...new Set(known)].filter((one) => viewer.maySee(one)).sort();
        if (choices.length > MOST_AT_ONCE) return { page: contractsPage({ viewer, groups: [], choices }) };
        const groups = await Promise.all(choices.map((one) => groupOrProblem(one, contracts, viewer, signal)));
        return { page: contractsPage({ viewer, groups, choices: [] }) };
      }
      const group = await contractGroup(repository, contracts, viewer, signal);
      return { page: contractsPage({ viewer, groups: [group], choices: [] }) };
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

async function contractGroup(
  repository: string | null,
  contracts: ContractsInForce,
  viewer: PageCall['viewer'],
  signal: AbortSignal,
): Promise<ContractGroup> {
  const { contracts: loaded, problems, place } = await contracts.load(repository, signal);
  return { contracts: loaded.filter((contract) => mayRead(contract, viewer.maySee)), problems, place };
}

/** One repository that is gone hides no other. */
async function groupOrProblem(
  repository: string,
  contracts: ContractsInForce,
  viewer: PageCall['viewer'],
  signal: AbortSignal,
): Promise<ContractGroup> {
  try {
    return await contractGroup(repository, contracts, viewer, signal);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { contracts: [], problems: [error.problem], place: { repository, branch: '' } };
  }
}

function visible(decision: Decision | null, viewer: PageCall['viewer']): Decision | null {
  return decision !== null && viewer.maySee(decision.repository) ? decision : null;
}

/** A contract that names its repositories is shown to whoever may see one of them. */
function mayRead({ tables }: Contract, maySee: (repository: string) => boolean): boolean {
  const named = tables.flatMap(({ locations }) => locations.map(({ repository }) => repository));
  return named.some((repository) => repository === undefined || maySee(repository));
}
