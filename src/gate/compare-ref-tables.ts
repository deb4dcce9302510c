/** Compares tables of two commits, a handful at a time, so that the disk never holds all of them. */
import { dataName } from '../core/check/columns.ts';
import type { DiffedTable } from '../core/diff/diff-report.ts';
import { MAX_TABLES } from '../core/diff/order-tables.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { DiffLimits, DiffOutcome, DiffTableInput } from './diff-request.ts';
import { diffTables } from './diff-tables.ts';
import { shownByContract } from './diff-versions.ts';
import { type FetchLimits, fetchVersions, type Versions } from './fetch-versions.ts';
import { type RefTable, shortName } from './find-ref-tables.ts';
import { bytesOf } from './input-objects.ts';
import type { ObjectParts, ObjectReader, QueryEngine, TextFiles, Workspace } from './ports.ts';

/** What the user may choose about every table. */
export interface HowToCompare {
  /** Key columns; null: the contract's key, without a contract none. */
  readonly key: readonly string[] | null;
  /** Keys of single tables, by name or the last part of it. */
  readonly keyOf: ReadonlyMap<string, readonly string[]>;
  /** Columns whose values may be shown; with a contract its `samples` decide. */
  readonly show: readonly string[] | 'all';
  /** Rows shown of each kind of change. */
  readonly limit: number;
  readonly tolerance: Readonly<Record<string, string>>;
  readonly limits: DiffLimits;
  /** What may be read of one table. */
  readonly fetchLimits: FetchLimits;
  readonly onProgress?: (progress: { readonly stage: string; readonly bytes?: number }) => void;
}

export interface CompareRequest extends HowToCompare {
  readonly versions: Versions;
  readonly tables: readonly RefTable[];
}

export interface CompareDeps {
  readonly objects: ObjectReader;
  readonly parts: ObjectParts;
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
}

const BATCH_TABLES = 50;
const BATCH_BYTES = 1024 ** 3;

/** Compares the tables, the largest first; those beyond two hundred are only counted, in `omitted`. */
export async function compareRefTables(
  request: CompareRequest,
  deps: CompareDeps,
  signal: AbortSignal,
): Promise<{ readonly tables: readonly DiffedTable[]; readonly omitted: number }> {
  const wanted = [...request.tables].sort((one, other) => bytesOfBoth(other) - bytesOfBoth(one)).slice(0, MAX_TABLES);
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
    const own = bytesOfBoth(table);
    const fits = last !== undefined && last.length < BATCH_TABLES && bytes + own <= BATCH_BYTES;
    if (fits) last.push(table);
    else all.push([table]);
    bytes = fits ? bytes + own : own;
  }
  return all;
}

function bytesOfBoth({ before, after }: RefTable): number {
  return bytesOf([...before, ...after]);
}

async function compareBatch(
  batch: readonly RefTable[],
  request: CompareRequest & { readonly told: (index: number) => string },
  deps: CompareDeps,
  signal: AbortSignal,
): Promise<readonly DiffedTable[]> {
  const { onProgress, limits, told } = request;
  const outcomes = await deps.workspace.use(async (runDirectory): Promise<readonly BatchOutcome[]> => {
    const inputs: PreparedInput[] = [];
    for (const [index, table] of batch.entries()) {
      const stage = `reading ${table.table.name}${told(index)}`;
      onProgress?.({ stage });
      const onBytes = (bytes: number) => onProgress?.({ stage, bytes });
      const place = { runDirectory, prefix: `table-${index}`, onBytes };
      inputs.push(await inputOf(table, { ...request, ...place }, deps, signal));
    }
    const ready = inputs.filter((input) => 'input' in input);
    const tables = ready.map(({ input }) => input);
    const stages = { onProgress: (stage: string) => onProgress?.({ stage }) };
    const diffed =
      tables.length === 0 ? [] : await diffTables({ tables, runDirectory, limits, ...stages }, deps, signal);
    return inputs.map((input) => {
      if (!('input' in input)) return input;
      const outcome = diffed[ready.indexOf(input)] ?? LOST;
      return 'problem' in outcome && input.isPartial ? 'read whole' : outcome;
    });
  });
  const done: DiffedTable[] = [];
  for (const [index, table] of batch.entries()) {
    const outcome = outcomes[index] ?? LOST;
    if (outcome === 'read whole') done.push(...(await compareBatch([table], readingWhole(request), deps, signal)));
    else done.push(diffedTable(table, outcome));
  }
  return done;
}

type PreparedInput = { readonly input: DiffTableInput; readonly isPartial: boolean } | { readonly problem: Problem };

/** A Parquet object may be laid out so that its parts do not do; whether the whole does better is seen by reading it. */
type BatchOutcome = DiffOutcome | 'read whole';

function readingWhole<T extends CompareRequest>(request: T): T {
  return { ...request, fetchLimits: { ...request.fetchLimits, unchangedBytes: Number.POSITIVE_INFINITY } };
}

const LOST: DiffOutcome = {
  problem: {
    code: 'diff-incomplete',
    message: 'the table was not compared',
    hint: 'This is a defect in Sluice; please report it.',
  },
};

interface Place {
  readonly runDirectory: string;
  readonly prefix: string;
  readonly onBytes: (bytes: number) => void;
}

/** What is wrong with one table is its own problem; a server that cannot be read from is everybody's. */
async function inputOf(
  ref: RefTable,
  request: CompareRequest & Place,
  deps: CompareDeps,
  signal: AbortSignal,
): Promise<PreparedInput> {
  const { table, fromData, problem } = ref;
  if (problem !== null) return { problem };
  const { versions, runDirectory, prefix, fetchLimits: limits, onBytes } = request;
  const asked = request.keyOf.get(table.name) ?? request.keyOf.get(shortName(table.name)) ?? request.key;
  const key = (asked ?? table.key).map((name) => dataName(table, name));
  const wanted = { versions, table: ref, key, runDirectory, prefix, limits, onBytes };
  try {
    const { isPartial, base, merge } = await fetchVersions(wanted, deps, signal);
    const show = fromData ? { columns: request.show, limit: request.limit } : shownByContract(table, request.limit);
    return { isPartial, input: { table, fromData, key, tolerance: request.tolerance, show, base, merge } };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    const { code } = cause.problem;
    if (IN_PARTS.test(code) && limits.unchangedBytes < Number.POSITIVE_INFINITY) {
      const again = { ...readingWhole(request), prefix: `${prefix}-whole` };
      return inputOf(ref, again, deps, signal);
    }
    if (OF_ONE_TABLE.test(code)) return { problem: cause.problem };
    throw cause;
  }
}

/** What a footer that cannot be used is called. */
const IN_PARTS = /^(object-not-parquet|engine-input|engine-query)$/;
const OF_ONE_TABLE = /^(limit-|object-|objects-too-large$|coverage-gap$)/;

function diffedTable({ table, location }: RefTable, outcome: DiffOutcome): DiffedTable {
  const { name } = table;
  if ('problem' in outcome) return { name, location, diff: null, problem: outcome.problem };
  const { diff } = outcome;
  const isKeyless = diff.key.length === 0 && diff.inserted > 0 && diff.deleted > 0;
  const notes = isKeyless ? [...diff.notes, KEYLESS] : diff.notes;
  return { name, location, diff: { ...diff, notes }, problem: null };
}

const KEYLESS =
  'no key is known, so a changed row counts as one that went and one that came: name a key with --key a,b';
