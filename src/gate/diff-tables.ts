/**
 * Compares two versions of tables in one engine session: the changed objects of both sides, and the keys of the others
 * where a differing key could hide in them. It decides nothing.
 */
import type { ObjectColumn } from '../core/check/table-facts.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import { buildTableDiff, type DiffParts } from '../core/diff/build-diff.ts';
import { orderChange, schemaChanges, shapeOf } from '../core/diff/diff-columns.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import type { ObjectsDiff, SchemaChange, TableDiff } from '../core/diff/table-diff.ts';
import { buildRelation, type Relation } from '../core/plan/relation.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import { changedNullability, guessRenames, takeProfile, takeSamples } from './diff-extras.ts';
import {
  type DiffObject,
  type DiffTexts,
  makeTextsPlain,
  type ReadObjects,
  readObjects,
  withJsonColumns,
  withPartitionColumns,
} from './diff-objects.ts';
import { type Ask, askIn, compareByKey, compareWithoutKey } from './diff-rows.ts';
import type { EngineSession, QueryEngine, TextFiles } from './ports.ts';

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
}

/** Rows of each kind of change. */
const MAX_SAMPLES = 200;

export interface DiffLimits {
  /** Rows of changed objects of both sides that are compared exactly; above it one key in so many is. */
  readonly exactRows: number;
  /** Bytes of objects that are read once more to see what the values look like; 0: never. */
  readonly profileBytes: number;
}

export interface DiffTablesRequest {
  readonly tables: readonly DiffTableInput[];
  /** Existing directory of this run. */
  readonly runDirectory: string;
  readonly limits: DiffLimits;
  readonly onProgress?: (stage: string) => void;
}

/** In the order of the request; a table that could not be compared says why and stops no other. */
export type DiffOutcome = { readonly diff: TableDiff } | { readonly problem: Problem };

/** Compares every table. Rejects when the engine cannot be opened or the signal is aborted, never for one table. */
export async function diffTables(
  request: DiffTablesRequest,
  deps: { readonly engine: QueryEngine; readonly text: TextFiles },
  signal: AbortSignal,
): Promise<readonly DiffOutcome[]> {
  const tables = request.tables.map((input) => ({ input, split: splitObjects(input.base, input.merge) }));
  const read = tables.map(({ input, split }) => ({ table: input.table, objects: everyObject(split) }));
  const texts = await makeTextsPlain(read, request.runDirectory, deps.text, signal);
  const objects = read.flatMap((one) => one.objects);
  const session = await deps.engine.open(
    {
      inputFiles: [...new Set(objects.map((object) => texts.get(object)?.plain.localPath ?? object.localPath))],
      stagedFiles: [...texts.values()].map((text) => text.stagedPath),
      runDirectory: request.runDirectory,
    },
    signal,
  );
  try {
    const outcomes: DiffOutcome[] = [];
    for (const table of tables) {
      request.onProgress?.(`comparing ${table.input.table.name}`);
      outcomes.push(
        await outcomeOf(() => diffTable({ ...table, texts, limits: request.limits }, session, signal), signal),
      );
    }
    return outcomes;
  } finally {
    await session.close();
  }
}

function everyObject(split: ObjectSplit<DiffObject>): readonly DiffObject[] {
  return [...split.shared, ...split.base, ...split.merge];
}

async function outcomeOf(work: () => Promise<TableDiff>, signal: AbortSignal): Promise<DiffOutcome> {
  try {
    return { diff: await work() };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { problem: cause.problem };
  }
}

interface TableWork {
  readonly input: DiffTableInput;
  readonly split: ObjectSplit<DiffObject>;
  readonly texts: DiffTexts;
  readonly limits: DiffLimits;
}

async function diffTable(work: TableWork, session: EngineSession, signal: AbortSignal): Promise<TableDiff> {
  const { input, split, texts, limits } = work;
  const objects = everyObject(split);
  const known = input.fromData ? await withJsonColumns(input.table, objects, texts, session, signal) : input.table;
  const table = withPartitionColumns(known, objects);
  const read = await readObjects(table, objects, texts, session, signal);
  const relations = relationsOf(table, split, read);
  const shape = shapeOf({ ...relations.whole, key: input.key, tolerance: input.tolerance });
  const changedRows = rowsOf(read, split.base) + rowsOf(read, split.merge);
  const keyed: KeyedRequest = {
    shape,
    base: { relation: relations.base, side: 'base' },
    merge: { relation: relations.merge, side: 'merge' },
    shared: { relation: relations.shared, side: 'merge' },
    sampling: { oneIn: sampledOneIn(changedRows, limits.exactRows) },
    paths: [...new Set(objects.map((object) => object.path))],
  };
  const ask = askIn(session, signal);
  const counts = await (shape.key.length === 0 ? compareWithoutKey(keyed, ask) : compareByKey(keyed, ask));
  const shared = rowsOf(read, split.shared);
  const { columns, limit } = input.show;
  const mayShow = (column: string): boolean => columns === 'all' || columns.includes(column);
  const profile = await profileOf(work, relations, mayShow, ask);
  return buildTableDiff({
    shape,
    rows: { base: shared + rowsOf(read, split.base), merge: shared + rowsOf(read, split.merge) },
    counts,
    oneIn: keyed.sampling.oneIn,
    schema: await schemaOf(work, keyed, relations, read, ask),
    objects: objectsOf(split),
    samples: await takeSamples({ keyed, limit: Math.min(limit, MAX_SAMPLES), mayShow }, counts, ask),
    ...profile,
    notes: [...shape.notes, ...read.notes, ...textNote(input, texts, objects)],
  });
}

async function schemaOf(
  { split, texts }: TableWork,
  keyed: KeyedRequest,
  relations: Relations,
  read: ReadObjects,
  ask: Ask,
): Promise<readonly SchemaChange[]> {
  const changes = schemaChanges(relations.whole.base, relations.whole.merge);
  const parquet = (objects: readonly DiffObject[]): readonly string[] =>
    objects.filter((object) => !texts.has(object)).map((object) => object.localPath);
  const [base, merge] = [parquet(split.base), parquet(split.merge)];
  const shared = parquet(split.shared);
  return [
    ...changes,
    ...(base.length + merge.length === 0
      ? []
      : await changedNullability(keyed, [...shared, ...base], [...shared, ...merge], ask)),
    ...reordered(split, read),
    ...(await guessRenames(keyed, changes, ask)),
  ];
}

/** The whole table while that is cheap, else the rows of changed objects, else nothing. */
async function profileOf(
  { split, limits }: TableWork,
  { whole, base, merge, shared }: Relations,
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

interface Relations {
  /** All objects of each side, for types and columns. */
  readonly whole: { readonly base: Relation | null; readonly merge: Relation | null };
  readonly base: Relation | null;
  readonly merge: Relation | null;
  readonly shared: Relation | null;
}

function relationsOf(table: ContractTable, split: ObjectSplit<DiffObject>, { of }: ReadObjects): Relations {
  const relation = (objects: readonly DiffObject[]): Relation | null =>
    buildRelation(
      table,
      objects.flatMap((object) => of.get(object)?.readable ?? []),
    );
  return {
    whole: {
      base: relation([...split.shared, ...split.base]),
      merge: relation([...split.shared, ...split.merge]),
    },
    base: relation(split.base),
    merge: relation(split.merge),
    shared: relation(split.shared),
  };
}

function rowsOf({ of }: ReadObjects, objects: readonly DiffObject[]): number {
  return objects.reduce((sum, object) => sum + (of.get(object)?.rows ?? 0), 0);
}

/** A power of two, so that a diff that is a little larger looks at the same keys. */
function sampledOneIn(rows: number, exactRows: number): number {
  return rows <= exactRows ? 1 : 2 ** Math.ceil(Math.log2(rows / exactRows));
}

/** Told from the first changed object of each side; objects that both sides share have one order. */
function reordered(split: ObjectSplit<DiffObject>, { of }: ReadObjects): readonly SchemaChange[] {
  const columns = ([first]: readonly DiffObject[]): readonly ObjectColumn[] =>
    (first === undefined ? undefined : of.get(first)?.readable.facts.columns) ?? [];
  const names = (list: readonly ObjectColumn[]): readonly string[] => list.map((column) => column.name);
  return orderChange(names(columns(split.base)), names(columns(split.merge)));
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

function textNote(input: DiffTableInput, texts: DiffTexts, objects: readonly DiffObject[]): readonly string[] {
  if (!input.fromData || !objects.some((object) => texts.has(object))) return [];
  return ['no contract gives the types of CSV and JSON: their values are compared as texts'];
}
