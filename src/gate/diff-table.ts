/**
 * Compares two versions of one table: the changed objects of both sides, and the keys of the others where a differing key
 * could hide in them. What rules are judged by is told apart from what people see.
 */
import { buildTableDiff } from '../core/diff/build-diff.ts';
import { type DiffShape, type ShapeRequest, shapeOf } from '../core/diff/diff-columns.ts';
import type { KnownChanges } from '../core/diff/evidence.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import type { ObjectsDiff } from '../core/diff/table-diff.ts';
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
import {
  type DiffObject,
  lostRecords,
  type ReadObjects,
  readObjects,
  withJsonColumns,
  withPartitionColumns,
} from './diff-objects.ts';
import { type DiffRelations, relationsOf, rowsOf } from './diff-relations.ts';
import type { DiffLimits, DiffOutcome, DiffTableInput } from './diff-request.ts';
import { askIn } from './diff-rows.ts';
import { schemaOf } from './diff-schema.ts';
import { shownOf } from './diff-shown.ts';
import { folderContradictions } from './folder-contradictions.ts';
import { bytesOf } from './input-objects.ts';
import type { EngineSession } from './ports.ts';
import type { TableTexts } from './run-texts.ts';

const MOST_MOVED = 5_000_000;

/** A table of both versions, its texts looked through. */
export interface TableWork {
  readonly input: DiffTableInput;
  readonly split: ObjectSplit<DiffObject>;
  /** Of both versions, those that both have once. */
  readonly objects: readonly DiffObject[];
  readonly texts: TableTexts;
  readonly limits: DiffLimits;
}

/**
 * Compares one table. Rejects with what the engine says of it.
 */
export async function diffTable(work: TableWork, session: EngineSession, signal: AbortSignal): Promise<DiffOutcome> {
  const { input, split, texts, limits, objects } = work;
  const known = input.fromData ? await withJsonColumns(input.table, objects, texts, session, signal) : input.table;
  const table = withPartitionColumns(known, objects);
  const read = await readObjects(table, objects, texts, session, signal);
  const relations = relationsOf(table, split, read);
  const { key, tolerance, fromData } = input;
  const shape = shapeOrKeyMissing({ ...relations.whole, key, tolerance, fromData });
  if ('problem' in shape) {
    const certain = certainWithoutKey({ split, read }, relations.whole);
    return { ...shape, ...(certain === null ? {} : { certain }) };
  }
  const oneInOf = (rows: number): number => sampledOneIn(rows, limits.exactRows);
  const keyed = keyedRequest(work, { shape, relations, read }, oneInOf);
  const ask = askIn(session, signal);
  const newColumns = newColumnsOf(input.table, shape, relations.whole);
  const doubts = await identityDoubts(input.table, split, read, keyed, ask);
  // Before the whole, whose differing keys stay in the session for the samples.
  const parts: KnownChanges[] = [];
  for (const part of input.parts ?? []) {
    const judge = () => partEvidence({ table, split, read, keyed, newColumns, doubts }, part, oneInOf, ask);
    parts.push(await knownOrDoubt(judge, signal));
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

/** What the statements of the comparison are made of. */
function keyedRequest(
  { split, limits, objects }: TableWork,
  made: { readonly shape: DiffShape; readonly relations: DiffRelations; readonly read: ReadObjects },
  oneInOf: (rows: number) => number,
): KeyedRequest {
  const { shape, relations, read } = made;
  return {
    shape,
    base: { relation: relations.base, side: 'base' },
    merge: { relation: relations.merge, side: 'merge' },
    shared: { relation: relations.shared, side: 'merge' },
    sampling: { oneIn: oneInOf(rowsOf(read, split.base) + rowsOf(read, split.merge)) },
    mostMoved: limits.movedRows ?? MOST_MOVED,
    paths: [...new Set(objects.map((object) => object.path))],
  };
}

function shapeOrKeyMissing(request: ShapeRequest): DiffShape | { readonly problem: Problem } {
  try {
    return shapeOf(request);
  } catch (cause) {
    if (cause instanceof SluiceError && cause.problem.code === 'diff-key-missing') return { problem: cause.problem };
    throw cause;
  }
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
