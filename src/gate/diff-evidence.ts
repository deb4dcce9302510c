/** What the objects of a table add to the evidence of a diff: what was not read, and the diff of some partitions alone. */

import type { CertainChanges } from '../core/check/change-evidence.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { RowCounts } from '../core/diff/build-diff.ts';
import type { DiffShape } from '../core/diff/diff-columns.ts';
import { type Doubt, evidenceOf, type KnownChanges, schemaDifferences } from '../core/diff/evidence.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import { shapeWithNewColumns } from '../core/diff/new-columns.ts';
import { versionTypes } from '../core/diff/object-types.ts';
import { schemaChanges } from '../core/diff/schema-changes.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import { SluiceError } from '../core/problem.ts';
import { type DiffObject, lostWords, type ReadObjects } from './diff-objects.ts';
import { type DiffRelations, relationsOf, rowsOf } from './diff-relations.ts';
import { type Ask, compareByKey, compareWithoutKey } from './diff-rows.ts';
import type { SchemaDiff } from './diff-schema.ts';

export interface ReadTable {
  readonly table: ContractTable;
  readonly split: ObjectSplit<DiffObject>;
  readonly read: ReadObjects;
  readonly keyed: KeyedRequest;
  /** With the columns that are new; null: there are none, or no rule asks. */
  readonly newColumns: DiffShape | null;
  /** Of what rows and columns are told apart by. */
  readonly doubts: readonly Doubt[];
}

export interface ComparedTable extends Omit<ReadTable, 'table' | 'newColumns'> {
  readonly counts: RowCounts;
  readonly newColumnCounts: RowCounts | null;
  readonly schema: SchemaDiff;
}

/** By key where there is one, else as bags of whole rows. */
export function compareRows(request: KeyedRequest, ask: Ask): Promise<RowCounts> {
  return request.shape.key.length === 0 ? compareWithoutKey(request, ask) : compareByKey(request, ask);
}

/** What is asked by rules alone, of the shape for it. Null where no object of the base changed: no row of it did. */
export async function compareNewColumns(
  keyed: KeyedRequest,
  newColumns: DiffShape | null,
  ask: Ask,
): Promise<RowCounts | null> {
  if (newColumns === null || keyed.base.relation === null || keyed.merge.relation === null) return null;
  return compareRows({ ...keyed, shape: newColumns }, ask);
}

/** The shape by which rows that were there are to stay as they are; null: that of the diff, or no rule asks. */
export function newColumnsOf(
  { changeRules }: ContractTable,
  shape: DiffShape,
  whole: DiffRelations['whole'],
): DiffShape | null {
  const isAsked = changeRules.appendOnly !== null || changeRules.protectedPartitions.length > 0;
  return isAsked ? shapeWithNewColumns(shape, whole.base, whole.merge) : null;
}

/** Rows of both versions, objects that both hold included. */
export function rowsOfBoth(read: ReadObjects, split: ObjectSplit<DiffObject>): { base: number; merge: number } {
  const shared = rowsOf(read, split.shared);
  return { base: shared + rowsOf(read, split.base), merge: shared + rowsOf(read, split.merge) };
}

/** The evidence of a compared table. */
export function tableEvidence(compared: ComparedTable): KnownChanges {
  const { split, read, keyed, counts, newColumnCounts, schema, doubts } = compared;
  const differences = [...schemaDifferences(schema.changes, schema.types), ...unstagedDifferences(split, read)];
  return evidenceOf({
    shape: keyed.shape,
    rows: rowsOfBoth(read, split),
    counts,
    newColumnCounts,
    oneIn: keyed.sampling.oneIn,
    schema: differences,
    doubts: [...doubts, ...lostRecords(split, read), ...unknownKeys(split, read)],
    isComplete: lostRecords(split, read).length === 0,
  });
}

/** What holds of a table whose rows cannot be told apart, as a column of its key is not there. Null: nothing does. */
export function certainWithoutKey(
  { split, read }: Pick<ReadTable, 'split' | 'read'>,
  { base, merge }: DiffRelations['whole'],
): CertainChanges | null {
  if (lostRecords(split, read).length > 0) return null;
  const types = versionTypes(base, merge);
  const differences = schemaDifferences(schemaChanges(base, merge, types), types);
  return { schema: [...differences, ...unstagedDifferences(split, read)], rows: rowsOfBoth(read, split) };
}

/**
 * The evidence of some objects of a table, as if they were all there is. Columns and types are those of the
 * whole table: a column that only these objects lose is one whose values became null.
 */
export async function partEvidence(
  whole: ReadTable,
  part: ReadonlySet<DiffObject>,
  oneInOf: (rows: number) => number,
  ask: Ask,
): Promise<KnownChanges> {
  const { table, read, newColumns, doubts } = whole;
  const own = (objects: readonly DiffObject[]) => objects.filter((object) => part.has(object));
  const { shared, base, merge } = whole.split;
  const split = { shared: own(shared), base: own(base), merge: own(merge), renamed: [] };
  const relations = relationsOf(table, split, read);
  const keyed: KeyedRequest = {
    ...whole.keyed,
    base: { relation: relations.base, side: 'base' },
    merge: { relation: relations.merge, side: 'merge' },
    shared: { relation: relations.shared, side: 'merge' },
    sampling: { oneIn: oneInOf(rowsOf(read, split.base) + rowsOf(read, split.merge)) },
  };
  const newColumnCounts = await compareNewColumns(keyed, newColumns, ask);
  const counts = await compareRows(keyed, ask);
  // Rules about a part ask which columns are gone, and not for the types that footers state.
  const types = versionTypes(relations.whole.base, relations.whole.merge);
  const changes = schemaChanges(relations.whole.base, relations.whole.merge, types);
  return tableEvidence({ split, read, keyed, counts, newColumnCounts, schema: { changes, types }, doubts });
}

/** A failed comparison of a part takes no other with it; what ends the run is thrown on. */
export async function knownOrDoubt(work: () => Promise<KnownChanges>, signal: AbortSignal): Promise<KnownChanges> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { doubt: { why: cause.problem.message, help: cause.problem.hint ?? '' } };
  }
}

/** Objects that both versions hold cancel out, whatever of them cannot be read. */
function lostRecords(split: ObjectSplit<DiffObject>, read: ReadObjects): readonly Doubt[] {
  const lost = [...split.base, ...split.merge].flatMap((object) => read.of.get(object)?.lost ?? []);
  return lost.map((one) => ({ why: lostWords(one), help: 'write the object anew, with records that can be read' }));
}

/** New objects alone change no row that was there, whatever else is in them. */
function unknownKeys(split: ObjectSplit<DiffObject>, read: ReadObjects): readonly Doubt[] {
  if (split.base.length === 0) return [];
  return [...split.base, ...split.merge].flatMap((object) => {
    const [key] = unstagedKeys(object, read);
    if (key === undefined) return [];
    const why = `the key ${key} of ${object.path} is not compared: the contract does not know it`;
    return [{ why, help: 'add it to the properties of the table' }];
  });
}

/** Keys of JSON that the contract does not know: they are seen, and nothing of them is read. */
function unstagedKeys(object: DiffObject, { of }: ReadObjects): readonly string[] {
  const { facts, staged } = of.get(object)?.readable ?? { facts: null, staged: null };
  if (facts === null || staged === null) return [];
  return facts.columns.map(({ name }) => name).filter((name) => !Object.hasOwn(staged, name));
}

function unstagedDifferences(split: ObjectSplit<DiffObject>, read: ReadObjects): ReturnType<typeof schemaDifferences> {
  const keys = (objects: readonly DiffObject[]) => new Set(objects.flatMap((object) => unstagedKeys(object, read)));
  const [before, after] = [keys([...split.shared, ...split.base]), keys([...split.shared, ...split.merge])];
  if (split.shared.length + split.base.length === 0 || split.shared.length + split.merge.length === 0) return [];
  const gone = [...before].filter((name) => !after.has(name));
  const come = [...after].filter((name) => !before.has(name));
  return [
    ...gone.map((column) => ({ change: 'removed' as const, column, before: 'JSON', after: null })),
    ...come.map((column) => ({ change: 'added' as const, column, before: null, after: 'JSON' })),
  ];
}
