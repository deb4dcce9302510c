/** Judges the files of tables in a run directory of their own: checks, rules about changes, origins, the diff. */
import { isAboutChanges } from '../core/check/registry.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { TableReport } from '../core/report/report.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import type { VersionsOf } from './base-versions.ts';
import type { LocalCheckDeps, LocalCheckRequest } from './check-local.ts';
import { checkTables, type TableInput, type TableOutput } from './check-tables.ts';
import type { DiffTableInput } from './diff-request.ts';
import { inputByContract } from './diff-versions.ts';
import { bytesOf } from './input-objects.ts';
import { localVersionsOf } from './local-changes.ts';
import type { TableFiles } from './local-tables.ts';
import type { LocalFile, LocalFiles } from './ports.ts';
import { withDiffs } from './report-diffs.ts';
import { type RequiredDiff, requiredDiffs } from './required-diffs.ts';
import { createRunTexts, type RunTexts } from './run-texts.ts';
import { type JudgedWithOutput, type WithOrigins, withOrigins } from './violation-origins.ts';

export interface LocalTables {
  readonly inputs: readonly TableInput[];
  readonly files: readonly TableFiles[];
  /** The tables to compare with; null: none. */
  readonly base: readonly TableFiles[] | null;
}

export interface JudgedLocal {
  readonly tables: readonly TableReport[];
  readonly problems: readonly Problem[];
}

type RunDeps = LocalCheckDeps & { readonly texts: RunTexts };

/** Never rejects for bad data; an engine that breaks is a problem. */
export async function judgeLocal(
  local: LocalTables,
  request: LocalCheckRequest,
  deps: LocalCheckDeps,
  signal: AbortSignal,
): Promise<JudgedLocal> {
  if (local.inputs.length === 0) return { tables: [], problems: [] };
  return deps.workspace.use((runDirectory) => {
    const texts = createRunTexts(runDirectory, deps.text);
    return judgeIn(runDirectory, local, request, { ...deps, texts }, signal);
  });
}

async function judgeIn(
  runDirectory: string,
  local: LocalTables,
  request: LocalCheckRequest,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<JudgedLocal> {
  const { inputs, files, base } = local;
  const { now } = request;
  const { outputs, broken } = await runTables(inputs, runDirectory, request, deps, signal);
  const versionsOf = localVersionsOf({ files, base: base ?? [] }, deps.files);
  const required =
    base === null ? null : await requiredDiffs({ outputs, versionsOf, unknown: null, now }, deps, signal);
  const judgedTables: JudgedWithOutput[] = [];
  for (const output of outputs) {
    const report = await judged(output, required?.get(output), local, request, deps, signal);
    judgedTables.push({ output, report });
  }
  const told = await toldApart(judgedTables, { versionsOf, now, isCompared: base !== null }, deps, signal);
  const tables = told.judged.map(({ report }) => report);
  const open = (within: AbortSignal) => diffInputs(outputs, local, versionsOf, within);
  const diffs =
    base === null
      ? { tables, problems: [] }
      : await withDiffs({ tables, inputs: open, withinMs: DIFF_MS }, deps, signal);
  return { tables: diffs.tables, problems: [...broken, ...told.problems, ...diffs.problems] };
}

/** Somebody waits for the verdict, which is there already. */
const DIFF_MS = 60_000;
/** Where a contract lets old failures pass, the verdict waits for this. */
const ORIGINS_MS = 120_000;

/** Failures, told apart by whether the base has them too, with rows of them that may be shown. */
function toldApart(
  tables: readonly JudgedWithOutput[],
  given: { readonly versionsOf: VersionsOf; readonly now: number; readonly isCompared: boolean },
  deps: RunDeps,
  signal: AbortSignal,
): Promise<WithOrigins<JudgedWithOutput>> {
  const request = {
    ...given,
    judged: tables,
    inputs: tables.map(({ output }) => output.input),
    withinMs: ORIGINS_MS,
    isBaseTrusted: true,
    place: 'in the base',
  };
  return withOrigins(request, deps, signal);
}

/** What to compare with the base: tables that have a key on which rows can be told apart. */
async function diffInputs(
  outputs: readonly TableOutput[],
  { files, base }: LocalTables,
  versionsOf: VersionsOf,
  signal: AbortSignal,
): Promise<readonly (DiffTableInput | null)[]> {
  const isThere = (side: readonly TableFiles[] | null, table: ContractTable) =>
    side?.some((one) => one.table === table) === true;
  // Where rules are about changes, the diff was made for them, or it is told why not.
  const isOpen = ({ table, checks }: TableInput) => table.key.length > 0 && !checks.some(isAboutChanges);
  const inputs = outputs.map(({ input }) => input);
  const wanted = inputs.filter((input) => isOpen(input) && isThere(base, input.table) && isThere(files, input.table));
  const versions = await versionsOf(
    wanted.map(({ table }) => table),
    signal,
  );
  return inputs.map((input) => {
    const own = wanted.includes(input) ? versions.get(input.table) : undefined;
    return own === undefined ? null : inputByContract(input.table, own);
  });
}

/** An engine that broke is a problem in the report, and so an undecided verdict with everything else that is known. */
async function runTables(
  tables: readonly TableInput[],
  runDirectory: string,
  { onProgress }: LocalCheckRequest,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<{ readonly outputs: readonly TableOutput[]; readonly broken: readonly Problem[] }> {
  try {
    const request = { tables, runDirectory, ...(onProgress === undefined ? {} : { onProgress }) };
    return { outputs: await checkTables(request, deps, signal), broken: [] };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { outputs: [], broken: [cause.problem] };
  }
}

async function judged(
  output: TableOutput,
  required: RequiredDiff | undefined,
  { files, base }: LocalTables,
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
  const read = { read: own.length, bytes: bytesOf(own), unseenByDiff: [] };
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

/** How the paths are called in the report. */
export function shownPaths({ shown, data, base }: LocalCheckRequest): {
  readonly data: string;
  readonly base: string | null;
} {
  return shown ?? { data, base };
}
