/** `sluice diff` on local files: two versions of one table, or of every table that contracts name. */
import { dataName } from '../core/check/columns.ts';
import type { ContractDocument, ContractTable } from '../core/contract/contract.ts';
import { DIFF_REPORT_VERSION, type DiffedTable, type DiffReport } from '../core/diff/diff-report.ts';
import { orderTables } from '../core/diff/order-tables.ts';
import { hasErrors, type Problem, SluiceError } from '../core/problem.ts';
import type { LocalCheckDeps } from './check-local.ts';
import type { DiffLimits, DiffOutcome, DiffTableInput } from './diff-request.ts';
import { diffTables } from './diff-tables.ts';
import { localVersions, shownByContract } from './diff-versions.ts';
import { formatOf } from './input-objects.ts';
import { readContracts } from './load-contracts.ts';
import { assignFiles, isData } from './local-tables.ts';
import type { LocalFile, LocalFiles } from './ports.ts';
import { tableWithoutContract } from './table-without-contract.ts';

export interface LocalDiffRequest {
  /** Empty: both paths are one table, whose columns come from the data. */
  readonly documents: readonly ContractDocument[];
  readonly base: string;
  readonly data: string;
  /** How the paths are called in the report; default: as they are. */
  readonly shown?: { readonly base: string; readonly data: string };
  /** Key columns; null: the contract's key, without a contract none. */
  readonly key: readonly string[] | null;
  /** Columns whose values may be shown; with a contract its `samples` decide. */
  readonly show: readonly string[] | 'all';
  /** Rows shown of each kind of change. */
  readonly limit: number;
  readonly tolerance: Readonly<Record<string, string>>;
  readonly limits: DiffLimits;
  /** `${NAME}` of ODCS 3.2 in contracts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onProgress?: (stage: string) => void;
}

export type LocalDiffDeps = Pick<LocalCheckDeps, 'engine' | 'text' | 'files' | 'workspace' | 'version' | 'elapsed'>;

/**
 * Compares what lies at the two paths. Tables that cannot be compared say why in the report.
 *
 * @throws SluiceError `data-missing`, `data-ambiguous`, and what the engine breaks with
 */
export async function diffLocal(
  request: LocalDiffRequest,
  deps: LocalDiffDeps,
  signal: AbortSignal,
): Promise<DiffReport> {
  const started = deps.elapsed();
  const { problems, tables } = await findTables(request, deps.files);
  const inputs: DiffTableInput[] = [];
  for (const table of tables) inputs.push(await withIdentities(table, request, deps.files, signal));
  const { onProgress, limits } = request;
  const outcomes =
    inputs.length === 0
      ? []
      : await deps.workspace.use((runDirectory) =>
          diffTables(
            { tables: inputs, runDirectory, limits, ...(onProgress === undefined ? {} : { onProgress }) },
            deps,
            signal,
          ),
        );
  const diffed = outcomes.map((outcome, index) => diffedTable(inputs[index], outcome, request));
  const { base, data } = request.shown ?? request;
  return {
    diffVersion: DIFF_REPORT_VERSION,
    scope: { kind: 'local', base, data },
    ...orderTables(diffed),
    problems,
    engine: { sluice: deps.version, duckdb: deps.engine.version },
    durationMs: Math.round(deps.elapsed() - started),
  };
}

interface TwoVersions {
  readonly table: ContractTable;
  readonly fromData: boolean;
  readonly base: readonly LocalFile[];
  readonly data: readonly LocalFile[];
}

async function findTables(
  request: LocalDiffRequest,
  files: LocalFiles,
): Promise<{ readonly problems: readonly Problem[]; readonly tables: readonly TwoVersions[] }> {
  const [before, after] = [await files.list(request.base), await files.list(request.data)];
  if (request.documents.length === 0) return { problems: [], tables: [tableFromData(request, before, after)] };
  const { contracts, problems } = readContracts(request.documents, request.variables);
  const known = problems.filter((problem) => problem.code !== 'location-missing');
  if (hasErrors(known)) return { problems: known, tables: [] };
  const base = assignFiles(contracts, before, request.base);
  const data = assignFiles(contracts, after, request.data);
  const tables = data.map(({ table, files: own }): TwoVersions => {
    const old = base.find((one) => one.table === table)?.files ?? [];
    return { table, fromData: false, base: old, data: own };
  });
  const present = tables.filter((one) => one.base.length + one.data.length > 0);
  if (present.length > 0) return { problems: known, tables: present };
  throw new SluiceError({
    code: 'data-missing',
    message: `no table of the contracts has data at ${request.base} or ${request.data}`,
    hint: 'name files or folders like the tables, or leave the contract out and give --key',
  });
}

/** Everything below both paths is one table; all that is not data is left alone. */
function tableFromData(
  request: LocalDiffRequest,
  before: readonly LocalFile[],
  after: readonly LocalFile[],
): TwoVersions {
  const { data } = request.shown ?? request;
  const name =
    data
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? data;
  const table = tableWithoutContract(
    name,
    [...before, ...after].map((file) => file.localPath),
  );
  const own = (files: readonly LocalFile[]): readonly LocalFile[] =>
    files.filter((file) => file.path === '' || (isData(file.path) && formatOf(table, file.path) !== null));
  return { table, fromData: true, base: own(before), data: own(after) };
}

async function withIdentities(
  { table, fromData, base, data }: TwoVersions,
  request: LocalDiffRequest,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<DiffTableInput> {
  const key = (request.key ?? table.key).map((name) => dataName(table, name));
  return {
    table,
    fromData,
    key,
    tolerance: request.tolerance,
    show: fromData ? { columns: request.show, limit: request.limit } : shownByContract(table, request.limit),
    ...(await localVersions(base, data, files, signal)),
  };
}

function diffedTable(input: DiffTableInput | undefined, outcome: DiffOutcome, request: LocalDiffRequest): DiffedTable {
  const name = input?.table.name ?? '';
  const location = (request.shown ?? request).data;
  return 'diff' in outcome
    ? { name, location, diff: outcome.diff, problem: null }
    : { name, location, diff: null, problem: outcome.problem };
}
