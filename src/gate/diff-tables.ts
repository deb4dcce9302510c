/**
 * Compares two versions of tables in one engine session: the changed objects of both sides, and the keys of the others
 * where a differing key could hide in them. What rules are judged by is told apart from what people see.
 */
import type { CertainChanges } from '../core/check/change-evidence.ts';
import { hasChangeRules } from '../core/contract/change-rules.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import { buildTableDiff, type DiffParts, type RowCounts } from '../core/diff/build-diff.ts';
import { type DiffShape, type ShapeRequest, shapeOf } from '../core/diff/diff-columns.ts';
import type { KnownChanges } from '../core/diff/evidence.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import type { ObjectsDiff, TableDiff } from '../core/diff/table-diff.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import { identityDoubts } from './diff-doubts.ts';
import {
  certainWithoutKey,
  compareNewColumns,
  compareRows,
  knownOrDoubt,
  newColumnsOf,
  partEvidence,
  rowsOfBoth,
  tableEvidence,
} from './diff-evidence.ts';
import { takeProfile, takeSamples } from './diff-extras.ts';
import { type DiffObject, lostRecords, readObjects, withJsonColumns, withPartitionColumns } from './diff-objects.ts';
import { type DiffRelations, relationsOf, rowsOf } from './diff-relations.ts';
import { type Ask, askIn } from './diff-rows.ts';
import { schemaOf } from './diff-schema.ts';
import { type FolderContradiction, folderContradictions } from './folder-contradictions.ts';
import type { EngineSession, QueryEngine } from './ports.ts';
import { lookThrough, sessionFiles, type TableTexts, type TextDeps, textsIn } from './run-texts.ts';

export interface DiffTableInput {
  /** For a table without a contract: no properties, and `fromData`. */
  readonly table: ContractTable;
  readonly fromData: boolean;
  /** As the data names them; empty: compared as a bag of rows. */
  readonly key: readonly string[];
  /** Largest difference that is none, per floating point column, decimal text. */
  readonly tolerance: Readonly<Record<string, string>>;
  /** Columns whose values may be shown, and rows of each kind of change. */
  readonly show: { readonly columns: readonly string[] | 'all'; readonly limit: number };
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
  /** Objects of both sides that are to be judged as if they were all there is, for each rule that asks for it. */
  readonly parts?: readonly ReadonlySet<DiffObject>[];
  /** Columns of which it is asked whether changed objects say in the file what their folders say. */
  readonly folderColumns?: readonly string[];
}

/** Rows of each kind of change. */
const MAX_SAMPLES = 200;

const MOST_MOVED = 5_000_000;

export interface DiffLimits {
  /** Rows of changed objects of both sides that are compared exactly; above it one key in so many is. */
  readonly exactRows: number;
  /** Bytes of objects that are read once more to see what the values look like; 0: never. */
  readonly profileBytes: number;
  /** Rows read up to which those that only moved are told by the comparison; default five million. */
  readonly movedRows?: number;
  /** Longest time for what a table's diff only shows (rows, profiles), in milliseconds; default: no end of its own. */
  readonly shownMs?: number;
}

export interface DiffTablesRequest {
  readonly tables: readonly DiffTableInput[];
  /** Existing directory of this run. */
  readonly runDirectory: string;
  readonly limits: DiffLimits;
  readonly onProgress?: (stage: string) => void;
}

/** In the order of the request; a table that could not be compared says why and stops no other. */
export type DiffOutcome =
  | ComparedVersions
  | {
      readonly problem: Problem;
      /** What rules may be judged by all the same; absent: nothing. */
      readonly certain?: CertainChanges;
    };

export interface ComparedVersions {
  readonly diff: TableDiff;
  /** What rules may be judged by; a diff for people is there also when something was not compared. */
  readonly changes: KnownChanges;
  /** In the order of the parts that were asked for. */
  readonly parts: readonly KnownChanges[];
  readonly contradictions: readonly FolderContradiction[];
}

/** Compares every table. Rejects when the engine cannot be opened or the signal is aborted, never for one table. */
export async function diffTables(
  request: DiffTablesRequest,
  deps: TextDeps & { readonly engine: QueryEngine },
  signal: AbortSignal,
): Promise<readonly DiffOutcome[]> {
  const { runDirectory } = request;
  const tables = request.tables.map((input) => {
    const split = splitObjects(input.base, input.merge);
    const objects = everyObject(split);
    // Texts are staged with the columns of their folders, and those of a table without a contract as they are found.
    const table = input.fromData ? input.table : withPartitionColumns(input.table, objects);
    return { input, split, table, objects, isExact: hasChangeRules(input.table.changeRules) };
  });
  const read = await lookThrough(tables, textsIn(runDirectory, deps), signal);
  const session = await deps.engine.open({ ...sessionFiles(read), runDirectory }, signal);
  try {
    const outcomes: DiffOutcome[] = [];
    for (const table of read) {
      request.onProgress?.(`comparing ${table.input.table.name}`);
      outcomes.push(await outcomeOf(() => diffTable({ ...table, limits: request.limits }, session, signal), signal));
    }
    return outcomes;
  } finally {
    await session.close();
  }
}

function everyObject(split: ObjectSplit<DiffObject>): readonly DiffObject[] {
  return [...split.shared, ...split.base, ...split.merge];
}

async function outcomeOf(work: () => Promise<DiffOutcome>, signal: AbortSignal): Promise<DiffOutcome> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { problem: cause.problem };
  }
}

interface TableWork {
  readonly input: DiffTableInput;
  readonly split: ObjectSplit<DiffObject>;
  readonly texts: TableTexts;
  readonly limits: DiffLimits;
}

async function diffTable(work: TableWork, session: EngineSession, signal: AbortSignal): Promise<DiffOutcome> {
  const { input, split, texts, limits } = work;
  const objects = everyObject(split);
  const known = input.fromData ? await withJsonColumns(input.table, objects, texts, session, signal) : input.table;
  const table = withPartitionColumns(known, objects);
  const read = await readObjects(table, objects, texts, session, signal);
  const relations = relationsOf(table, split, read);
  const shape = shapeOrKeyMissing({
    ...relations.whole,
    key: input.key,
    tolerance: input.tolerance,
    fromData: input.fromData,
  });
  if ('problem' in shape) {
    const certain = certainWithoutKey({ split, read }, relations.whole);
    return { ...shape, ...(certain === null ? {} : { certain }) };
  }
  const oneInOf = (rows: number): number => sampledOneIn(rows, limits.exactRows);
  const keyed: KeyedRequest = {
    shape,
    base: { relation: relations.base, side: 'base' },
    merge: { relation: relations.merge, side: 'merge' },
    shared: { relation: relations.shared, side: 'merge' },
    sampling: { oneIn: oneInOf(rowsOf(read, split.base) + rowsOf(read, split.merge)) },
    mostMoved: limits.movedRows ?? MOST_MOVED,
    paths: [...new Set(objects.map((object) => object.path))],
  };
  const ask = askIn(session, signal);
  const newColumns = newColumnsOf(input.table, shape, relations.whole);
  const doubts = await identityDoubts(input.table, split, read, keyed, ask);
  // Before the whole, whose differing keys stay in the session for the samples.
  const parts: KnownChanges[] = [];
  for (const part of input.parts ?? []) {
    parts.push(
      await knownOrDoubt(
        () => partEvidence({ table, split, read, keyed, newColumns, doubts }, part, oneInOf, ask),
        signal,
      ),
    );
  }
  const changed = [...split.base, ...split.merge].flatMap((object) => read.of.get(object)?.readable ?? []);
  const contradictions = await folderContradictions(table, changed, input.folderColumns ?? [], session, signal);
  const newColumnCounts = await compareNewColumns(keyed, newColumns, ask);
  const counts = await compareRows(keyed, ask);
  const schema = await schemaOf(work, keyed, relations, read, ask);
  const changes = tableEvidence({ split, read, keyed, counts, newColumnCounts, schema, doubts });
  const lost = lostRecords(split, read);
  const { notes, ...shown } = await shownOf(work, relations, keyed, counts, session, signal);
  const diff = buildTableDiff({
    shape,
    rows: rowsOfBoth(read, split),
    counts,
    oneIn: keyed.sampling.oneIn,
    schema: schema.changes,
    objects: objectsOf(split),
    ...shown,
    lost: lost.records,
    notes: [...shape.notes, ...lost.notes, ...textNote(input, texts, objects, shape), ...notes],
  });
  return { diff, changes, parts, contradictions };
}

function shapeOrKeyMissing(request: ShapeRequest): DiffShape | { readonly problem: Problem } {
  try {
    return shapeOf(request);
  } catch (cause) {
    if (cause instanceof SluiceError && cause.problem.code === 'diff-key-missing') return { problem: cause.problem };
    throw cause;
  }
}

type Shown = Pick<DiffParts, 'samples' | 'profile' | 'profileOf' | 'profileColumns' | 'notes'>;

/** Rows to look at, and the shape of the values. Nothing depends on them: where they are not to be had, a note says so. */
async function shownOf(
  work: TableWork,
  relations: DiffRelations,
  keyed: KeyedRequest,
  counts: RowCounts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<Shown> {
  const { shownMs } = work.limits;
  const within = shownMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(shownMs))]);
  const ask = askIn(session, within);
  const { columns, limit } = work.input.show;
  const mayShow = (column: string): boolean => columns === 'all' || columns.includes(column);
  try {
    const profile = await profileOf(work, relations, mayShow, ask);
    const samples = await takeSamples({ keyed, limit: Math.min(limit, MAX_SAMPLES), mayShow }, counts, ask);
    return { samples, ...profile, notes: [] };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    const why = within.aborted ? 'there was no more time for it' : cause.problem.message;
    const notes = [`rows and values cannot be shown: ${why}`];
    return { samples: [], profile: [], profileOf: 'changed-objects', profileColumns: 0, notes };
  }
}

/** The whole table while that is cheap, else the rows of changed objects, else nothing. */
async function profileOf(
  { split, limits }: TableWork,
  { whole, base, merge, shared }: DiffRelations,
  mayShow: (column: string) => boolean,
  ask: Ask,
): Promise<Pick<DiffParts, 'profile' | 'profileOf' | 'profileColumns'>> {
  const changed = bytesOf(split.base) + bytesOf(split.merge);
  const isHere = !split.shared.some(({ isPartial }) => isPartial === true);
  const isCheap = isHere && changed + bytesOf(split.shared) <= limits.profileBytes;
  const of = isCheap ? 'table' : 'changed-objects';
  const nothing = { profile: [], profileOf: of, profileColumns: 0 } as const;
  if (changed === 0 || changed > limits.profileBytes) return nothing;
  const { profile, columns } = await takeProfile(
    { base: { relation: whole.base, side: 'base' }, merge: { relation: whole.merge, side: 'merge' } },
    {
      base: { relation: base, side: 'base' },
      merge: { relation: merge, side: 'merge' },
      shared: isCheap ? { relation: shared, side: 'merge' } : null,
    },
    mayShow,
    ask,
  );
  return { profile, profileOf: of, profileColumns: columns };
}

/** A power of two, so that a diff that is a little larger looks at the same keys. */
function sampledOneIn(rows: number, exactRows: number): number {
  return rows <= exactRows ? 1 : 2 ** Math.ceil(Math.log2(rows / exactRows));
}

function objectsOf(split: ObjectSplit<DiffObject>): ObjectsDiff {
  const read = [...split.base, ...split.merge];
  const changed = new Set(read.map((object) => object.path)).size;
  return {
    read: read.length,
    of: read.length + 2 * split.shared.length,
    bytesRead: bytesOf(read),
    bytesOf: bytesOf(read) + 2 * bytesOf(split.shared),
    changed,
    renamed: split.renamed,
  };
}

function bytesOf(objects: readonly DiffObject[]): number {
  return objects.reduce((sum, object) => sum + object.sizeBytes, 0);
}

function textNote(
  input: DiffTableInput,
  texts: TableTexts,
  objects: readonly DiffObject[],
  { key, values }: DiffShape,
): readonly string[] {
  if (!input.fromData || !objects.some((object) => texts.of.has(object))) return [];
  const note = 'no contract gives the types of CSV and JSON: their values are compared as texts';
  return [...key, ...values].some(({ by }) => by.kind === 'spelling')
    ? [`${note}, and with Parquet by what they say`]
    : [note];
}
