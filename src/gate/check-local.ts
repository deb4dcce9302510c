/** `sluice check` on local files: the same checks, verdict and report as a merge, without a lake. */
import { partitionValues } from '../core/change/partition.ts';
import type { CheckSpec } from '../core/check/check.ts';
import type { Contract, ContractDocument, ContractTable } from '../core/contract/contract.ts';
import { hasErrors, type Problem } from '../core/problem.ts';
import { buildReport } from '../core/report/build-report.ts';
import type { Report } from '../core/report/report.ts';
import type { TableInput } from './check-tables.ts';
import type { InputObject } from './input-objects.ts';
import { judgeLocal, shownPaths } from './judge-local.ts';
import { type LoadedContracts, readContracts } from './load-contracts.ts';
import { comparableWith, unknownNewTables } from './local-changes.ts';
import { assignFiles, type TableFiles } from './local-tables.ts';
import type { LocalFile, LocalFiles, QueryEngine, TextFiles, Workspace } from './ports.ts';

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
  const judged = await judgeLocal({ inputs: asked.inputs, files, base: asked.base }, request, deps, signal);
  return buildReport({
    tables: judged.tables,
    contracts: loaded.contracts,
    problems: [
      ...loaded.problems.filter(concernsLocalFiles),
      ...missing,
      ...unknownNewTables(newTables, loaded.contracts),
      ...asked.problems,
      ...judged.problems,
    ],
    uncovered: { paths: [], policy: 'allow' },
    ruleChanges: [],
    scope: { kind: 'local', ...shownPaths(request) },
    engine: { sluice: deps.version, duckdb: deps.engine.version },
    durationMs: Math.round(deps.elapsed() - started),
  });
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

/** Where a table's objects lie in the lake is of no concern to files that were named. */
function concernsLocalFiles(problem: Problem): boolean {
  return problem.code !== 'location-missing';
}
