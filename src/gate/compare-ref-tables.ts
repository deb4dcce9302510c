/** Compares tables of two commits, a handful at a time, so that the disk never holds all of them. */
import { dataName } from '../core/check/columns.ts';
import type { DiffedTable } from '../core/diff/diff-report.ts';
import { MAX_TABLES } from '../core/diff/order-tables.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import { type DiffLimits, type DiffOutcome, type DiffTableInput, diffTables } from './diff-tables.ts';
import { shownByContract } from './diff-versions.ts';
import { fetchVersions, type Versions } from './fetch-versions.ts';
import type { RefTable } from './find-ref-tables.ts';
import type { ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';

/** What the user may choose about every table. */
export interface HowToCompare {
  /** Key columns; null: the contract's key, without a contract none. */
  readonly key: readonly string[] | null;
  /** Columns whose values may be shown; with a contract its `samples` decide. */
  readonly show: readonly string[] | 'all';
  /** Rows shown of each kind of change. */
  readonly limit: number;
  readonly tolerance: Readonly<Record<string, string>>;
  readonly limits: DiffLimits;
  /** What may be read of one table. */
  readonly fetchLimits: { readonly objects: number; readonly bytes: number };
  readonly onProgress?: (progress: { readonly stage: string; readonly bytes?: number }) => void;
}

export interface CompareRequest extends HowToCompare {
  readonly versions: Versions;
  readonly tables: readonly RefTable[];
}

export interface CompareDeps {
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
}

const BATCH_TABLES = 20;
const BATCH_BYTES = 1024 ** 3;

/** Compares the tables, the largest first; those beyond two hundred are only counted, in `omitted`. */
export async function compareRefTables(
  request: CompareRequest,
  deps: CompareDeps,
  signal: AbortSignal,
): Promise<{ readonly tables: readonly DiffedTable[]; readonly omitted: number }> {
  const wanted = [...request.tables].sort((one, other) => bytesOf(other) - bytesOf(one)).slice(0, MAX_TABLES);
  const tables: DiffedTable[] = [];
  for (const batch of batches(wanted)) {
    const done = tables.length;
    const told = (index: number): string => (wanted.length === 1 ? '' : ` (${done + index + 1} of ${wanted.length})`);
    tables.push(...(await compareBatch(batch, { ...request, told }, deps, signal)));
  }
  return { tables, omitted: request.tables.length - wanted.length };
}

function batches(tables: readonly RefTable[]): readonly (readonly RefTable[])[] {
  const all: RefTable[][] = [];
  let bytes = 0;
  for (const table of tables) {
    const last = all.at(-1);
    const own = bytesOf(table);
    const fits = last !== undefined && last.length < BATCH_TABLES && bytes + own <= BATCH_BYTES;
    if (fits) last.push(table);
    else all.push([table]);
    bytes = fits ? bytes + own : own;
  }
  return all;
}

function bytesOf({ before, after }: RefTable): number {
  return [...before, ...after].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function compareBatch(
  batch: readonly RefTable[],
  request: CompareRequest & { readonly told: (index: number) => string },
  deps: CompareDeps,
  signal: AbortSignal,
): Promise<readonly DiffedTable[]> {
  const { onProgress, limits, told } = request;
  const outcomes = await deps.workspace.use(async (runDirectory): Promise<readonly DiffOutcome[]> => {
    const inputs: (DiffTableInput | { readonly problem: Problem })[] = [];
    for (const [index, table] of batch.entries()) {
      const stage = `reading ${table.table.name}${told(index)}`;
      onProgress?.({ stage });
      const onBytes = (bytes: number) => onProgress?.({ stage, bytes });
      inputs.push(await inputOf(table, { ...request, runDirectory, onBytes }, deps.objects, signal));
    }
    const tables = inputs.filter((input) => 'table' in input);
    const stages = { onProgress: (stage: string) => onProgress?.({ stage }) };
    const diffed =
      tables.length === 0 ? [] : await diffTables({ tables, runDirectory, limits, ...stages }, deps, signal);
    return inputs.map((input) => ('table' in input ? (diffed[tables.indexOf(input)] ?? LOST) : input));
  });
  return batch.map((table, index) => diffedTable(table, outcomes[index] ?? LOST, request));
}

const LOST: DiffOutcome = {
  problem: {
    code: 'diff-incomplete',
    message: 'the table was not compared',
    hint: 'This is a defect in Sluice; please report it.',
  },
};

/** What is wrong with one table is its own problem; a server that cannot be read from is everybody's. */
async function inputOf(
  ref: RefTable,
  request: CompareRequest & { readonly runDirectory: string; readonly onBytes: (bytes: number) => void },
  objects: ObjectReader,
  signal: AbortSignal,
): Promise<DiffTableInput | { readonly problem: Problem }> {
  const { table, fromData, problem } = ref;
  if (problem !== null) return { problem };
  const { versions, runDirectory, fetchLimits: limits, onBytes } = request;
  try {
    return {
      table,
      fromData,
      key: (request.key ?? table.key).map((name) => dataName(table, name)),
      tolerance: request.tolerance,
      show: fromData ? { columns: request.show, limit: request.limit } : shownByContract(table, request.limit),
      ...(await fetchVersions({ versions, table: ref, runDirectory, limits, onBytes }, objects, signal)),
    };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted || !OF_ONE_TABLE.test(cause.problem.code)) throw cause;
    return { problem: cause.problem };
  }
}

const OF_ONE_TABLE = /^(limit-|object-|objects-too-large$|coverage-gap$)/;

function diffedTable({ table, location }: RefTable, outcome: DiffOutcome, { key }: HowToCompare): DiffedTable {
  const { name } = table;
  if ('problem' in outcome) return { name, location, diff: null, problem: outcome.problem };
  const { diff } = outcome;
  const isKeyless = diff.key.length === 0 && key === null && table.key.length === 0;
  const notes = isKeyless ? [...diff.notes, KEYLESS] : diff.notes;
  return { name, location, diff: { ...diff, notes }, problem: null };
}

const KEYLESS =
  'no key is known, so a changed row counts as one that went and one that came: name a key with --key a,b';
