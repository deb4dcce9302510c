/** The data of a change: what it touches is brought here, checked, compared with the base, and judged table by table. */
import { governedPrefixes, type TableFinder, tableFinder } from '../core/contract/match-tables.ts';
import { type AffectedTables, affectedTables, type CheckedTable } from '../core/plan/affected-tables.ts';
import { hasErrors, type Problem } from '../core/problem.ts';
import type { TableReport } from '../core/report/report.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import { createBaseObjects } from './base-objects.ts';
import { mergeVersions } from './base-versions.ts';
import { confirmBranch, refuseLateWrites } from './branch-changed.ts';
import { checkTables, type TableOutput } from './check-tables.ts';
import { withMergeDiffs } from './diff-merge.ts';
import { fetchTables, type TableObjects } from './fetch-tables.ts';
import { timeOf } from './judged-tree.ts';
import { type FailingRowsRequest, keepFailingRows } from './keep-failing-rows.ts';
import type { LoadedContracts } from './load-contracts.ts';
import { type GateObserver, NO_OBSERVER } from './observer.ts';
import type { Lake, ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';
import type { Pinned } from './prepare-merge.ts';
import { type Changes, readChanges } from './read-changes.ts';
import type { RepositoryReader } from './repository-ports.ts';
import type { RequiredDiff } from './required-diffs.ts';
import { requiredMergeDiffs } from './required-merge-diffs.ts';
import { timeLeftMs } from './run-deadline.ts';
import { createRunTexts, type RunTexts } from './run-texts.ts';
import { unjudgeablePaths } from './unjudgeable-paths.ts';
import { type OriginsRequest, type WithOrigins, withOrigins } from './violation-origins.ts';

export interface DataPolicy {
  /** Objects and bytes one run may read. */
  readonly limits: { readonly objects: number; readonly bytes: number };
}

export interface DataDeps {
  readonly lake: Lake;
  readonly reader: Pick<RepositoryReader, 'listAt' | 'uncommitted' | 'readAt'>;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
  readonly observer?: GateObserver;
  /** Absent: failing rows are kept for nobody. */
  readonly failingRows?: Pick<FailingRowsRequest, 'keeper' | 'decisionId'>;
}

export interface JudgedData {
  readonly tables: readonly TableReport[];
  readonly problems: readonly Problem[];
  /** Changed objects that no contract governs. */
  readonly uncovered: readonly string[];
}

/** A table as the checks found it, and the objects it was judged on. */
export interface JudgedTable {
  readonly report: TableReport;
  readonly output: TableOutput;
}

/** Judges every table that the change affects. Rejects when the engine breaks or the lake refuses, never for bad data. */
export async function judgeData(
  pinned: Pinned,
  loaded: LoadedContracts,
  deps: DataDeps,
  policy: DataPolicy,
  signal: AbortSignal,
): Promise<JudgedData> {
  const { event, tree, destination, base } = pinned;
  const { repository, branch = '' } = event;
  const { observer = NO_OBSERVER } = deps;
  const prefixes = governedPrefixes(loaded.contracts, repository, branch);
  const changes = await observer.stage('changes', () =>
    readChanges({ repository, tree, destination, prefixes }, deps, signal),
  );
  refuseLateWrites(tree, changes);
  const find = tableFinder(loaded.contracts, repository, branch);
  const paths = [...changes.objects, ...(base.isUnjudged ? changes.after : [])].map(({ path }) => path);
  const suspect = new Set(paths.flatMap((path) => find(path).map((governed) => governed.table)));
  const affected = affectedTables(everyTable(loaded), (table) => suspect.has(table));
  const problems = [
    ...loaded.problems,
    ...unjudgeablePaths(pinned.event, loaded.contracts, changes, find),
    ...base.problems,
  ];
  // No engine for a merge that changes nothing governed: starting one takes longer than everything else.
  const nothingToCheck = hasErrors(problems) || affected.checked.length === 0;
  const { tables, problems: remarks } = nothingToCheck
    ? { tables: [], problems: [] }
    : await judgeTables({ pinned, affected, changes, find, isBaseTrusted: !base.isUnjudged }, deps, policy, signal);
  // Of contracts that could not be read nobody can say what they govern.
  const uncovered = hasErrors(problems) ? [] : changes.uncovered((path) => find(path).length > 0);
  return { tables, problems: [...problems, ...remarks], uncovered };
}

interface AffectedData {
  readonly pinned: Pinned;
  readonly affected: AffectedTables;
  readonly changes: Changes;
  readonly find: TableFinder;
  /** False: somebody came past the gate. */
  readonly isBaseTrusted: boolean;
}

/** Everything that needs the objects, while they are here. */
function judgeTables(
  data: AffectedData,
  run: DataDeps,
  policy: DataPolicy,
  signal: AbortSignal,
): Promise<Pick<JudgedData, 'tables' | 'problems'>> {
  const { pinned, affected, changes, find } = data;
  const { tree, destination } = pinned;
  const { repository } = pinned.event;
  const { limits } = policy;
  const { observer = NO_OBSERVER } = run;
  return run.workspace.use(async (runDirectory) => {
    const deps = { ...run, texts: createRunTexts(runDirectory, run.text) };
    const fetched = await observer.stage('fetch', () =>
      fetchTables({ pinned, affected, changes, find, runDirectory, limits }, deps, signal),
    );
    await confirmBranch(repository, tree, deps.reader, signal);
    const outputs = await observer.stage('checks', () =>
      checkTables({ tables: fetched.map((one) => one.input), runDirectory }, deps, signal),
    );
    const inputs = fetched.map((one) => one.input);
    const source = { repository, commitId: destination.id, maxBytes: limits.bytes, runDirectory };
    const baseObjects = createBaseObjects(source, deps);
    const versionsOf = mergeVersions({ changes, find, inputs, baseObjects });
    const required = await requiredMergeDiffs(pinned, outputs, versionsOf, deps, signal);
    const judged = judgeOutputs(outputs, required, fetched, timeOf(tree));
    const told = await toldApart(data, { judged, inputs, versionsOf }, deps, signal);
    const kept = await keptRows({ judged: told.judged, outputs, runDirectory }, pinned, deps, signal);
    const withinMs = diffTime(deps.elapsed() - pinned.startedAt);
    const diffs = await withMergeDiffs({ judged: told.judged, versionsOf, withinMs }, deps, signal);
    return { ...diffs, problems: [...told.problems, ...kept, ...diffs.problems] };
  });
}

/** Failures, told apart by whether the base has them too. */
function toldApart(
  { pinned, isBaseTrusted }: AffectedData,
  { judged, inputs, versionsOf }: Pick<OriginsRequest<JudgedTable>, 'judged' | 'inputs' | 'versionsOf'>,
  deps: DataDeps & { readonly texts: RunTexts },
  signal: AbortSignal,
): Promise<WithOrigins<JudgedTable>> {
  const elapsedMs = deps.elapsed() - pinned.startedAt;
  const decides = judged.some(({ output }) => output.input.contract.blockOn !== 'any');
  const withinMs = decides ? Math.min(MOST_ORIGINS_MS, halfOfTheRest(elapsedMs)) : diffTime(elapsedMs);
  return withOrigins(
    {
      judged,
      inputs,
      isBaseTrusted,
      isCompared: true,
      place: pinned.event.branch === undefined ? 'in the base' : `on ${pinned.event.branch}`,
      now: timeOf(pinned.tree),
      withinMs,
      versionsOf,
    },
    deps,
    signal,
  );
}

/** Failing rows for those who may have them, in the little time that a delivery can spare. */
async function keptRows(
  judged: Pick<FailingRowsRequest, 'judged' | 'outputs' | 'runDirectory'>,
  { startedAt }: Pinned,
  deps: DataDeps,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  if (deps.failingRows === undefined) return [];
  const withinMs = Math.min(MOST_ROWS_MS, halfOfTheRest(deps.elapsed() - startedAt));
  return keepFailingRows({ ...judged, ...deps.failingRows, withinMs }, deps, signal);
}

/** What writing failing rows may take, the start of an engine on a busy machine included. */
const MOST_ROWS_MS = 8_000;

/** A diff for people may double the time a run takes, and must be over long before anyone gives the run up. */
function diffTime(elapsedMs: number): number {
  return Math.floor(Math.min(Math.max(LEAST_DIFF_MS, elapsedMs), halfOfTheRest(elapsedMs)));
}

function halfOfTheRest(elapsedMs: number): number {
  return (timeLeftMs() ?? UNLIMITED_RUN_MS - elapsedMs) / 2;
}

/** What telling failures apart may take where a verdict depends on it. */
const MOST_ORIGINS_MS = 60_000;

/** How long a run is expected to take at most where nobody gave it a deadline. */
const UNLIMITED_RUN_MS = 300_000;
/** What a small diff may need on a busy machine: an engine has to start. */
const LEAST_DIFF_MS = 5_000;

function everyTable(loaded: LoadedContracts): readonly CheckedTable[] {
  return loaded.contracts.flatMap((contract) =>
    contract.tables.map((table) => ({
      contract,
      table,
      checks: (loaded.checks.get(contract.file) ?? []).filter((check) => check.table === table.name),
    })),
  );
}

function judgeOutputs(
  outputs: readonly TableOutput[],
  required: ReadonlyMap<TableOutput, RequiredDiff>,
  fetched: readonly TableObjects[],
  now: number,
): readonly JudgedTable[] {
  return outputs.flatMap((output) => {
    const { contract, table, checks } = output.input;
    const objects = fetched.find((one) => one.input === output.input);
    if (checks.length === 0 || objects === undefined) return [];
    const { facts, rows } = output;
    const { states: changeStates = [], diff = null } = required.get(output) ?? {};
    const states = new Map([...output.states, ...changeStates]);
    const report = judgeTable(
      { contract, table, checks, states, facts, rows, location: objects.location, changes: objects.changes },
      now,
    );
    return [{ report: { ...report, diff }, output }];
  });
}
