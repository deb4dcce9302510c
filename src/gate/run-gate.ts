import { governedPrefixes, tableFinder, unsupportedTableFormats } from '../core/contract/match-tables.ts';
import { affectedTables, type CheckedTable } from '../core/plan/affected-tables.ts';
import { hasErrors, type Problem } from '../core/problem.ts';
import { buildReport } from '../core/report/build-report.ts';
import type { Report, TableReport } from '../core/report/report.ts';
import { sourceOf } from '../core/report/undecided-report.ts';
import type { UncoveredPolicy } from '../core/verdict/decide.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import { checkTables, type TableOutput } from './check-tables.ts';
import { fetchTables, type TableObjects } from './fetch-tables.ts';
import { createContractReader, type LoadedContracts } from './load-contracts.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type {
  ContractSource,
  Judgement,
  Lake,
  MergeJudge,
  ObjectReader,
  QueryEngine,
  TextFiles,
  Workspace,
} from './ports.ts';
import { type Pinned, pinnedOf, prepareMerge } from './prepare-merge.ts';
import { type Changes, readChanges } from './read-changes.ts';

export interface GatePolicy {
  readonly uncovered: UncoveredPolicy;
  /** Objects and bytes one run may read. */
  readonly limits: { readonly objects: number; readonly bytes: number };
  /** `${NAME}` of contracts. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface GateDeps {
  readonly lake: Lake;
  readonly contracts: ContractSource;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
  readonly version: string;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
  readonly observer?: GateObserver;
}

/** The judge of merges: reads what a merge would change, and says what the contracts say of it. */
export function createMergeJudge(deps: GateDeps, policy: GatePolicy): MergeJudge {
  const readContracts = createContractReader(policy.variables);
  return {
    prepare: (event, signal) => prepareMerge(event, deps, policy, signal),
    judge: async (prepared, decisionId, signal) => {
      const pinned = pinnedOf(prepared);
      return judge(pinned, await readContracts(pinned.documents, signal), decisionId, deps, policy, signal);
    },
  };
}

async function judge(
  pinned: Pinned,
  loaded: LoadedContracts,
  decisionId: string,
  deps: GateDeps,
  policy: GatePolicy,
  signal: AbortSignal,
): Promise<Judgement> {
  const { event, merge, destination } = pinned;
  const { observer = NO_OBSERVER } = deps;
  const changes = await observer.stage('changes', () =>
    readChanges(
      {
        repository: event.repository,
        merge,
        destination,
        prefixes: governedPrefixes(loaded.contracts, event.repository, event.branch ?? ''),
      },
      deps.lake,
      signal,
    ),
  );
  const find = tableFinder(loaded.contracts, event.repository, event.branch ?? '');
  const changed = new Set(changes.objects.flatMap((change) => find(change.path).map((governed) => governed.table)));
  const affected = affectedTables(everyTable(loaded), (table) => changed.has(table));
  const problems = [...loaded.problems, ...formatProblems(pinned, loaded, changes)];
  // No engine for a merge that changes nothing governed: starting one takes longer than everything else.
  const nothingToCheck = hasErrors(problems) || affected.checked.length === 0;
  const tables = nothingToCheck
    ? []
    : await deps.workspace.use(async (runDirectory) => {
        const fetched = await observer.stage('fetch', () =>
          fetchTables({ pinned, affected, changes, find, runDirectory, limits: policy.limits }, deps, signal),
        );
        const outputs = await observer.stage('checks', () =>
          checkTables({ tables: fetched.map((one) => one.input), runDirectory }, deps, signal),
        );
        return judgeOutputs(outputs, fetched, merge.creationDate * 1000);
      });
  const report = buildReport({
    tables,
    contracts: loaded.contracts,
    problems: [...problems, ...withoutMergeResult(pinned)],
    // Of contracts that could not be read nobody can say what they govern.
    uncovered: {
      paths: hasErrors(problems) ? [] : changes.uncovered((path) => find(path).length > 0),
      policy: policy.uncovered,
    },
    scope: scopeOf(pinned, decisionId),
    engine: { sluice: deps.version, duckdb: deps.engine.version },
    durationMs: Math.round(deps.elapsed() - pinned.startedAt),
  });
  return { verdict: report.verdict, report };
}

function everyTable(loaded: LoadedContracts): readonly CheckedTable[] {
  return loaded.contracts.flatMap((contract) =>
    contract.tables.map((table) => ({
      contract,
      table,
      checks: (loaded.checks.get(contract.file) ?? []).filter((check) => check.table === table.name),
    })),
  );
}

/** Tables whose live rows only a table format's log can tell are not judged at all, rather than wrongly. */
function formatProblems({ event }: Pinned, { contracts }: LoadedContracts, changes: Changes): readonly Problem[] {
  const folders = unsupportedTableFormats(
    changes.after.map((entry) => entry.path),
    contracts,
    event.repository,
    event.branch ?? '',
  );
  return folders.map(({ format, folder }) => ({
    code: 'table-format-unsupported',
    message: `${folder} belongs to a ${format} table, whose files do not tell which rows are live`,
    hint: 'Sluice reads plain Parquet, CSV and JSON lines; take this folder out of the contract',
  }));
}

function judgeOutputs(
  outputs: readonly TableOutput[],
  fetched: readonly TableObjects[],
  now: number,
): readonly TableReport[] {
  return outputs.flatMap((output) => {
    const { contract, table, checks } = output.input;
    const objects = fetched.find((one) => one.input === output.input);
    if (checks.length === 0 || objects === undefined) return [];
    const { states, facts, rows } = output;
    return [
      judgeTable(
        { contract, table, checks, states, facts, rows, location: objects.location, changes: objects.changes },
        now,
      ),
    ];
  });
}

function withoutMergeResult({ mergeResult }: Pinned): readonly Problem[] {
  if (mergeResult) return [];
  return [
    {
      code: 'merge-result-unavailable',
      level: 'warning',
      message: 'this lakeFS does not tell the merge commit: the source commit was judged, not the merge result',
      hint: 'upgrade lakeFS to 1.23 or newer',
    },
  ];
}

function scopeOf({ event, merge, destination, mergeResult }: Pinned, decisionId: string): Report['scope'] {
  return {
    kind: 'merge',
    decisionId,
    repository: event.repository,
    destination: event.branch ?? '',
    source: sourceOf(event),
    mergeCommit: merge.id,
    baseCommit: destination.id,
    metaRange: merge.metaRangeId,
    mergeResult,
    committer: event.committer ?? null,
  };
}
