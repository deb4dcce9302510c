/** Makes the objects of both versions of a table readable, each once, under one set of types for both sides. */
import { isUnreadable } from '../core/check/table-facts.ts';
import { count, plural } from '../core/check/words.ts';
import type { ContractTable, Property } from '../core/contract/contract.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import type { ReadableObject } from '../core/plan/object-groups.ts';
import { jsonKeys, MAX_JSON_KEYS } from '../core/plan/stage-text.ts';
import { SluiceError } from '../core/problem.ts';
import { describeParquet } from './describe-objects.ts';
import { formatOf, type InputObject } from './input-objects.ts';
import type { EngineSession } from './ports.ts';
import type { TableTexts } from './run-texts.ts';

/** An object of one version. Equal identities stand for equal bytes. */
export interface DiffObject extends InputObject {
  readonly identity: string;
  /** Only the footer and the key columns of this Parquet object are here. */
  readonly isPartial?: true;
}

export interface ReadObject {
  readonly readable: ReadableObject;
  readonly rows: number;
  /** Parquet: digest of the schema as the footer states it; equal digests say the same of NULL. */
  readonly shape: string | null;
  readonly lost: readonly LostRecords[];
}

/** Records of a text object that cannot be read. */
interface LostRecords {
  readonly path: string;
  readonly records: number;
  readonly why: string;
}

export interface ReadObjects {
  readonly of: ReadonlyMap<DiffObject, ReadObject>;
}

/**
 * Reads the schema of every object, and text objects whole.
 *
 * @throws SluiceError `diff-unreadable` when an object cannot be read: without its rows there is no diff
 */
export async function readObjects(
  table: ContractTable,
  objects: readonly DiffObject[],
  texts: TableTexts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<ReadObjects> {
  const of = new Map<DiffObject, ReadObject>();
  const keep = (object: DiffObject, readable: ReadableObject, rows: bigint | null, shape: string | null): void => {
    refuseUnreadable(readable, rows);
    of.set(object, { readable, rows: Number(rows ?? 0n), shape, lost: lostRows(readable) });
  };
  const parquet = objects.filter((object) => !texts.of.has(object));
  refuseUnknownFormats(table, parquet);
  for (const [index, { facts, claimedRows, shape }] of (await describeParquet(parquet, session, signal)).entries()) {
    const object = parquet[index];
    if (object === undefined) continue;
    keep(object, { facts, localPath: object.localPath, staged: null, partition: object.partition }, claimedRows, shape);
  }
  for (const object of objects) {
    const input = texts.of.get(object);
    if (input === undefined) continue;
    const staged = await texts.stage(table, input, session, signal);
    keep(object, staged.readable, staged.rows, null);
  }
  return { of };
}

function refuseUnknownFormats(table: ContractTable, objects: readonly DiffObject[]): void {
  const unknown = objects.find((object) => formatOf(table, object.path) === null);
  if (unknown !== undefined) throw unreadable(unknown.path, 'its name tells no format');
}

function refuseUnreadable({ facts }: ReadableObject, rows: bigint | null): void {
  if (rows !== null && !isUnreadable(facts)) return;
  throw unreadable(facts.path, facts.defects[0]?.message ?? 'it does not say how many rows it has');
}

function unreadable(path: string, why: string): SluiceError {
  return new SluiceError({
    code: 'diff-unreadable',
    message: `${path} cannot be compared: ${why}`,
    hint: 'write the object again, or leave it out of the comparison',
  });
}

function lostRows({ facts: { path, defects } }: ReadableObject): readonly LostRecords[] {
  return defects.flatMap(({ message, rows }) =>
    rows === null || rows === 0n ? [] : [{ path, records: Number(rows), why: message }],
  );
}

/**
 * A sentence, no row values.
 *
 * @param side which version has the object, where the other has not
 */
export function lostWords({ path, records, why }: LostRecords, side?: 'before' | 'after'): string {
  const where = side === undefined ? path : `${path} (${side})`;
  return `${plural(records, 'record')} of ${where} ${records === 1 ? 'is' : 'are'} not compared: ${why}`;
}

/**
 * Records of either version that cannot be read, in numbers and in notes. Those of objects that both hold count, too:
 * nobody knows whether one among them has a key that changed.
 */
export function lostRecords(
  split: ObjectSplit<DiffObject>,
  { of }: ReadObjects,
): { readonly records: { readonly base: number; readonly merge: number }; readonly notes: readonly string[] } {
  const lostOf = (objects: readonly DiffObject[]) => objects.flatMap((object) => of.get(object)?.lost ?? []);
  const [shared, base, merge] = [lostOf(split.shared), lostOf(split.base), lostOf(split.merge)];
  const sum = (lost: readonly LostRecords[]) => lost.reduce((all, { records }) => all + records, 0);
  return {
    records: { base: sum(shared) + sum(base), merge: sum(shared) + sum(merge) },
    notes: [
      ...shared.map((one) => lostWords(one)),
      ...base.map((one) => lostWords(one, 'before')),
      ...merge.map((one) => lostWords(one, 'after')),
    ],
  };
}

/**
 * For a table without a contract: its JSON columns are the keys of all its JSON objects, on both sides.
 *
 * @throws SluiceError `diff-unreadable` for an object with more keys than are looked at
 */
export async function withJsonColumns(
  table: ContractTable,
  objects: readonly DiffObject[],
  texts: TableTexts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<ContractTable> {
  const names = new Set<string>();
  for (const object of objects) {
    const input = texts.of.get(object);
    if (input?.format !== 'json') continue;
    const { plain, stagedPath, index } = input;
    const rows = await session.query(jsonKeys({ localPath: plain.localPath, stagedPath, index }), signal);
    // Which of them these are is chance, and another thousand on the other side.
    if (rows.length >= MAX_JSON_KEYS) throw unreadable(object.path, `it has ${count(MAX_JSON_KEYS)} keys or more`);
    for (const row of rows) names.add(String(row['key']));
  }
  return { ...table, properties: [...names].sort().map((name) => textProperty(table, name)) };
}

/** Partition folders are columns, whether the contract knows them or not: a row that changes its folder has changed. */
export function withPartitionColumns(table: ContractTable, objects: readonly DiffObject[]): ContractTable {
  const known = new Set(table.properties.map((property) => property.column));
  const names = [...new Set(objects.flatMap((object) => Object.keys(object.partition)))].filter(
    (name) => !known.has(name),
  );
  if (names.length === 0) return table;
  return { ...table, properties: [...table.properties, ...names.sort().map((name) => textProperty(table, name))] };
}

function textProperty({ at }: ContractTable, name: string): Property {
  return {
    at,
    name,
    column: name,
    required: false,
    unique: false,
    primaryKey: false,
    options: [],
    relationships: [],
    quality: [],
    properties: [],
    attributeAt: {},
  };
}
