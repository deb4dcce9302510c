import { governedPrefixes, tableFinder, unsupportedTableFormats } from '../core/contract/match-tables.ts';
import { affectedTables, type CheckedTable } from '../core/plan/affected-tables.ts';
import { hasErrors, type Problem } from '../core/problem.ts';
import { buildReport } from '../core/report/build-report.ts';
import type { Report, TableReport } from '../core/report/report.ts';
import { sourceOf } from '../core/report/undecided-report.ts';
import type { UncoveredPolicy } from '../core/verdict/decide.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import { confirmBranch, refuseLateWrites } from './branch-changed.ts';
import { checkTables, type TableOutput } from './check-tables.ts';
import { judgingContracts } from './contracts-after.ts';
import { type MergeDiffsRequest, withMergeDiffs } from './diff-merge.ts';
import { fetchTables, type TableObjects } from './fetch-tables.ts';
import { type Approvals, judgeBase } from './judge-base.ts';
import type { JudgedTree } from './judged-tree.ts';
import { createContractReader, type LoadedContracts } from './load-contracts.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type { ContractSource, Lake, MergeJudge, ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';
import { type Pinned, pinnedOf, prepareCommit, prepareMerge } from './prepare-merge.ts';
import { type Changes, readChanges } from './read-changes.ts';
import { type RulePolicy, readRuleChanges } from './read-rule-changes.ts';
import type { RepositoryReader } from './repository-ports.ts';
import { timeLeftMs } from './run-deadline.ts';

export interface GatePolicy {
  readonly uncovered: UncoveredPolicy;
  /** Objects and bytes one run may read. */
  readonly limits: { readonly objects: number; readonly bytes: number };
  /** `${NAME}` of contracts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: RulePolicy;
  /** When a run's diffs have to be over, in milliseconds since its start; default 20 seconds. Half a deadline is good. */
  readonly diffsUntilMs?: number;
}

export interface GateDeps {
  readonly lake: Lake;
  readonly reader: Pick<RepositoryReader, 'listAt' | 'uncommitted' | 'readAt'>;
  readonly contracts: ContractSource;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
  readonly version: string;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
  readonly observer?: GateObserver;
  /** What is known of the commits that changes are based on; a machine without records knows nothing. */
  readonly approvals?: Approvals;
}

/** The judge: reads what a merge or a commit would change, and says what the contracts say of it. */
export function createMergeJudge(deps: GateDeps, policy: GatePolicy): MergeJudge {
  const readContracts = createContractReader(policy.variables);
  return {
    prepare: (event, signal) =>
      event.eventType === 'pre-commit'
        ? prepareCommit(event, { ...deps, readContracts }, policy, signal)
        : prepareMerge(event, deps, policy, signal),
    judge: async (prepared, decisionId, signal) => {
      const pinned = pinnedOf(prepared);
      const rules = await readRuleChanges(pinned, policy.rules, deps, signal);
      const { loaded, problems } = await judgingContracts(
        pinned,
        rules,
        policy.rules,
        { ...deps, readContracts },
        signal,
      );
      const parts = hasErrors(rules.problems)
        ? { tables: [], problems: loaded.problems, uncovered: [] }
        : await judgeData(pinned, loaded, deps, policy, signal);
      const report = buildReport({
        tables: parts.tables,
        contracts: loaded.contracts,
        problems: [...rules.problems, ...problems, ...parts.problems, ...remarks(pinned)],
        uncovered: { paths: parts.uncovered, policy: policy.uncovered },
        ruleChanges: rules.changes,
        scope: scopeOf(pinned, decisionId),
        engine: { sluice: deps.version, duckdb: deps.engine.version },
        durationMs: Math.round(deps.elapsed() - pinned.startedAt),
      });
      return { verdict: report.verdict, report };
    },
  };
}

interface JudgedData {
  readonly tables: readonly TableReport[];
  readonly problems: readonly Problem[];
  readonly uncovered: readonly string[];
}

async function judgeData(
  pinned: Pinned,
  loaded: LoadedContracts,
  deps: GateDeps,
  policy: GatePolicy,
  signal: AbortSignal,
): Promise<JudgedData> {
  const { event, tree, destination } = pinned;
  const { repository, branch = '' } = event;
  const { observer = NO_OBSERVER } = deps;
  const prefixes = governedPrefixes(loaded.contracts, repository, branch);
  const changes = await observer.stage('changes', () =>
    readChanges({ repository, tree, destination, prefixes }, deps, signal),
  );
  refuseLateWrites(tree, changes);
  const find = tableFinder(loaded.contracts, repository, branch);
  const base = judgeBase(pinned, deps.approvals);
  const paths = [...changes.objects, ...(base.isUnjudged ? changes.after : [])].map(({ path }) => path);
  const suspect = new Set(paths.flatMap((path) => find(path).map((governed) => governed.table)));
  const affected = affectedTables(everyTable(loaded), (table) => suspect.has(table));
  const problems = [...loaded.problems, ...formatProblems(pinned, loaded, changes), ...base.problems];
  // No engine for a merge that changes nothing governed: starting one takes longer than everything else.
  const nothingToCheck = hasErrors(problems) || affected.checked.length === 0;
  const { tables, problems: remarks } = nothingToCheck
    ? { tables: [], problems: [] }
    : await deps.workspace.use(async (runDirectory) => {
        const fetched = await observer.stage('fetch', () =>
          fetchTables({ pinned, affected, changes, find, runDirectory, limits: policy.limits }, deps, signal),
        );
        await confirmBranch(repository, tree, deps.reader, signal);
        const outputs = await observer.stage('checks', () =>
          checkTables({ tables: fetched.map((one) => one.input), runDirectory }, deps, signal),
        );
        const judged = judgeOutputs(outputs, fetched, timeOf(tree));
        const withinMs = diffTime(deps.elapsed() - pinned.startedAt, policy);
        const merge = { repository, baseCommit: destination.id, changes, find, judged, withinMs };
        return withMergeDiffs({ ...merge, maxBytes: policy.limits.bytes }, deps, signal);
      });
  // Of contracts that could not be read nobody can say what they govern.
  const uncovered = hasErrors(problems) ? [] : changes.uncovered((path) => find(path).length > 0);
  return { tables, problems: [...problems, ...remarks], uncovered };
}

/** A diff may double the time a run takes, and must be over long before anyone gives the run up. */
function diffTime(elapsedMs: number, { diffsUntilMs = DIFFS_UNTIL_MS }: GatePolicy): number {
  const halfOfTheRest = (timeLeftMs() ?? Number.POSITIVE_INFINITY) / 2;
  return Math.floor(Math.min(diffsUntilMs - elapsedMs, Math.max(LEAST_DIFF_MS, elapsedMs), halfOfTheRest));
}

const DIFFS_UNTIL_MS = 20_000;
/** What a small diff may need on a busy machine: an engine has to start. */
const LEAST_DIFF_MS = 5_000;

/** Milliseconds since 1970: what "now" is to a check, the same whenever the tree is judged. */
function timeOf(tree: JudgedTree): number {
  return (tree.kind === 'commit' ? tree.commit.creationDate : tree.closedAt) * 1000;
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
): MergeDiffsRequest['judged'] {
  return outputs.flatMap((output) => {
    const { contract, table, checks } = output.input;
    const objects = fetched.find((one) => one.input === output.input);
    if (checks.length === 0 || objects === undefined) return [];
    const { states, facts, rows } = output;
    const report = judgeTable(
      { contract, table, checks, states, facts, rows, location: objects.location, changes: objects.changes },
      now,
    );
    return [{ report, input: output.input }];
  });
}

/** What a reader has to know of how the change was read. */
function remarks({ mergeResult, tree }: Pinned): readonly Problem[] {
  if (tree.kind === 'branch') return [branchRead(tree.branch)];
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

function branchRead(branch: string): Problem {
  return {
    code: 'branch-read',
    level: 'warning',
    message: `The branch ${branch} was read as it stood during the hook: the commit itself is not there yet.`,
    hint: 'post-commit compares what was committed with what was judged; let the action file have it.',
  };
}

function scopeOf({ event, tree, destination, mergeResult }: Pinned, decisionId: string): Report['scope'] {
  const commit = tree.kind === 'commit' ? tree.commit : null;
  return {
    kind: 'merge',
    event: event.eventType,
    read: tree.kind,
    decisionId,
    repository: event.repository,
    destination: event.branch ?? '',
    source: sourceOf(event),
    mergeCommit: commit?.id ?? '',
    baseCommit: destination.id,
    metaRange: commit?.metaRangeId ?? '',
    mergeResult,
    committer: event.committer ?? null,
  };
}
