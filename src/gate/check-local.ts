/** `sluice check` on local files: the same checks, verdict and report as a merge, without a lake. */
import { partitionValues } from '../core/change/partition.ts';
import type { CheckSpec } from '../core/check/check.ts';
import { isAboutChanges } from '../core/check/registry.ts';
import type { Contract, ContractDocument, ContractTable } from '../core/contract/contract.ts';
import { hasErrors, type Problem, SluiceError } from '../core/problem.ts';
import { buildReport } from '../core/report/build-report.ts';
import type { Report, TableReport } from '../core/report/report.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import type { TableVersions } from './base-versions.ts';
import { checkTables, type InputObject, type TableInput, type TableOutput } from './check-tables.ts';
import type { DiffTableInput } from './diff-tables.ts';
import { inputByContract, localVersions } from './diff-versions.ts';
import { type LoadedContracts, readContracts } from './load-contracts.ts';
import { comparableWith, requiredLocalDiffs, unknownNewTables } from './local-changes.ts';
import { assignFiles, type TableFiles } from './local-tables.ts';
import type { LocalFile, LocalFiles, QueryEngine, TextFiles, Workspace } from './ports.ts';
import { withDiffs } from './report-diffs.ts';
import type { RequiredDiff } from './required-diffs.ts';
import { type JudgedWithOutput, type WithOrigins, withOrigins } from './violation-origins.ts';

export interface LocalCheckRequest {
  readonly documents: readonly ContractDocument[];
  readonly data: string;
  readonly base: string | null;
  /** Names of tables that may have no data at the base. */
  readonly newTables?: readonly string[];
  /** How the paths are called in the report; default: as they are. */
  readonly shown?: { readonly data: string; readonly base: string | null };
  /** Reference time for freshness, milliseconds since 1970. */
  readonly now: number;
  /** `${NAME}` of ODCS 3.2 in contracts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onProgress?: (stage: string) => void;
}

export interface LocalCheckDeps {
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly files: LocalFiles;
  readonly workspace: Workspace;
  readonly version: string;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
}

/** Checks the tables of the contracts that have data at the path. Never rejects for bad data or bad contracts. */
export async function checkLocal(
  request: LocalCheckRequest,
  deps: LocalCheckDeps,
  signal: AbortSignal,
): Promise<Report> {
  const started = deps.elapsed();
  const loaded = readContracts(request.documents, request.variables);
  const files = hasErrors(loaded.problems)
    ? []
    : assignFiles(loaded.contracts, await deps.files.list(request.data), request.data);
  const missing = files.filter((one) => one.files.length === 0).map((one) => noData(one, shownPaths(request).data));
  const given =
    request.base === null ? null : assignFiles(loaded.contracts, await deps.files.list(request.base), request.base);
  const present = files.filter((one) => one.files.length > 0).map((one) => tableInput(one, loaded));
  const { newTables = [] } = request;
  const asked = comparableWith(present, { base: given, place: shownPaths(request).base ?? '', newTables });
  const { base } = asked;
  const { outputs, broken } = await runTables(asked.inputs, request, deps, signal);
  const required =
    base === null ? null : await requiredLocalDiffs(outputs, { files, base, now: request.now }, deps, signal);
  const judgedTables: JudgedWithOutput[] = [];
  for (const output of outputs) {
    judgedTables.push({
      output,
      report: await judged(output, required?.get(output), { files, base }, request, deps, signal),
    });
  }
  const told = await toldApart(judgedTables, { files, base, now: request.now }, deps, signal);
  const tables = told.judged.map(({ report }) => report);
  const inputs = (_directory: string, within: AbortSignal) => diffInputs(outputs, files, base, deps.files, within);
  const diffs =
    base === null ? { tables, problems: [] } : await withDiffs({ tables, inputs, withinMs: DIFF_MS }, deps, signal);
  return buildReport({
    tables: diffs.tables,
    contracts: loaded.contracts,
    problems: [
      ...loaded.problems.filter(concernsLocalFiles),
      ...missing,
      ...unknownNewTables(newTables, loaded.contracts),
      ...asked.problems,
      ...broken,
      ...told.problems,
      ...diffs.problems,
    ],
    uncovered: { paths: [], policy: 'allow' },
    ruleChanges: [],
    scope: { kind: 'local', ...shownPaths(request) },
    engine: { sluice: deps.version, duckdb: deps.engine.version },
    durationMs: Math.round(deps.elapsed() - started),
  });
}

/** Somebody waits for the verdict, which is there already. */
const DIFF_MS = 60_000;
/** Where a contract lets old failures pass, the verdict waits for this. */
const ORIGINS_MS = 120_000;

/** Failures, told apart by whether the base has them too, with rows of them that may be shown. */
function toldApart(
  tables: readonly JudgedWithOutput[],
  sides: { readonly files: readonly TableFiles[]; readonly base: readonly TableFiles[] | null; readonly now: number },
  deps: LocalCheckDeps,
  signal: AbortSignal,
): Promise<WithOrigins<JudgedWithOutput>> {
  const { files, base, now } = sides;
  const filesOf = (side: readonly TableFiles[], table: ContractTable) =>
    side.find((one) => one.table === table)?.files ?? [];
  const versions = async (wanted: readonly ContractTable[], _directory: string, within: AbortSignal) => {
    const found = new Map<ContractTable, TableVersions>();
    for (const table of wanted) {
      found.set(table, await localVersions(filesOf(base ?? [], table), filesOf(files, table), deps.files, within));
    }
    return found;
  };
  const inputs = tables.map(({ output }) => output.input);
  const request = {
    judged: tables,
    inputs,
    versions,
    now,
    withinMs: ORIGINS_MS,
    isBaseTrusted: true,
    isCompared: base !== null,
    place: 'in the base',
  };
  return withOrigins(request, deps, signal);
}

/** What to compare with the base: tables that have a key on which rows can be told apart. */
async function diffInputs(
  outputs: readonly TableOutput[],
  data: readonly TableFiles[],
  base: readonly TableFiles[] | null,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<readonly (DiffTableInput | null)[]> {
  const inputs: (DiffTableInput | null)[] = [];
  for (const { table, checks } of outputs.map((output) => output.input)) {
    const [before, after] = [base, data].map((side) => side?.find((one) => one.table === table)?.files);
    // Where rules are about changes, the diff was made for them, or it is told why not.
    const isOpen = table.key.length > 0 && !checks.some(isAboutChanges);
    const isTold = before !== undefined && after !== undefined && isOpen;
    inputs.push(isTold ? inputByContract(table, await localVersions(before, after, files, signal)) : null);
  }
  return inputs;
}

/** An engine that broke is a problem in the report, and so an undecided verdict with everything else that is known. */
async function runTables(
  tables: readonly TableInput[],
  { onProgress }: LocalCheckRequest,
  deps: LocalCheckDeps,
  signal: AbortSignal,
): Promise<{ readonly outputs: readonly TableOutput[]; readonly broken: readonly Problem[] }> {
  if (tables.length === 0) return { outputs: [], broken: [] };
  try {
    const outputs = await deps.workspace.use((runDirectory) =>
      checkTables({ tables, runDirectory, ...(onProgress === undefined ? {} : { onProgress }) }, deps, signal),
    );
    return { outputs, broken: [] };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { outputs: [], broken: [cause.problem] };
  }
}

function tableInput({ contract, table, files }: TableFiles, loaded: LoadedContracts): TableInput {
  return { contract, table, objects: files.map(inputObject), checks: checksOf(loaded, contract, table) };
}

function checksOf(loaded: LoadedContracts, contract: Contract, table: ContractTable): readonly CheckSpec[] {
  return (loaded.checks.get(contract.file) ?? []).filter((check) => check.table === table.name);
}

function inputObject({ path, localPath, sizeBytes }: LocalFile): InputObject {
  return { path: path === '' ? localPath : path, localPath, sizeBytes, partition: partitionValues(path) };
}

function noData({ table }: TableFiles, data: string): Problem {
  return {
    code: 'table-without-data',
    message: `no data found for the table ${table.name} at ${data}`,
    hint: `name the file or folder ${table.name}${table.physicalName === undefined ? '' : ` or ${table.physicalName}`}`,
  };
}

function shownPaths({ shown, data, base }: LocalCheckRequest): { readonly data: string; readonly base: string | null } {
  return shown ?? { data, base };
}

/** Where a table's objects lie in the lake is of no concern to files that were named. */
function concernsLocalFiles(problem: Problem): boolean {
  return problem.code !== 'location-missing';
}

async function judged(
  output: TableOutput,
  required: RequiredDiff | undefined,
  { files, base }: { readonly files: readonly TableFiles[]; readonly base: readonly TableFiles[] | null },
  request: LocalCheckRequest,
  deps: LocalCheckDeps,
  signal: AbortSignal,
): Promise<TableReport> {
  const { contract, table, checks } = output.input;
  const own = files.find((one) => one.table === table)?.files ?? [];
  const before = base?.find((one) => one.table === table)?.files ?? null;
  const changes = await changesOf(own, before, deps.files, signal);
  const { facts, rows } = output;
  const states = new Map([...output.states, ...(required?.states ?? [])]);
  const report = judgeTable(
    { contract, table, checks, states, facts, rows, location: shownPaths(request).data, changes },
    request.now,
  );
  return { ...report, diff: required?.diff ?? null };
}

/** Without a base every file counts as added; with one, files of the same path are compared by their bytes. */
async function changesOf(
  own: readonly LocalFile[],
  before: readonly LocalFile[] | null,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<TableReport['objects']> {
  const read = { read: own.length, bytes: own.reduce((sum, file) => sum + file.sizeBytes, 0), unseenByDiff: [] };
  if (before === null) return { ...read, added: own.length, changed: 0, removed: 0 };
  const old = new Map(before.map((file) => [file.path, file]));
  let changed = 0;
  for (const file of own) {
    const previous = old.get(file.path);
    if (previous === undefined) continue;
    const same =
      previous.sizeBytes === file.sizeBytes &&
      (await files.sha256(previous.localPath, signal)) === (await files.sha256(file.localPath, signal));
    if (!same) changed += 1;
  }
  const paths = new Set(own.map((file) => file.path));
  return {
    ...read,
    added: own.filter((file) => !old.has(file.path)).length,
    changed,
    removed: before.filter((file) => !paths.has(file.path)).length,
  };
}
