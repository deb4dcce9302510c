/** Why a rule about changes cannot be judged although everything was read: rows or columns that are not told apart. */
import { contractColumns } from '../core/check/columns.ts';
import { hasChangeRules } from '../core/contract/change-rules.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { Doubt } from '../core/diff/evidence.ts';
import { besideKeys, keyDoubts } from '../core/diff/key-doubts.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import { lookAlikes } from '../core/diff/look-alikes.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import type { DiffObject, ReadObjects } from './diff-objects.ts';
import type { Ask } from './diff-rows.ts';
import { formatOf } from './input-objects.ts';

/** Asked only where rules are judged by it. Objects that both versions hold cancel out, whatever they are like. */
export async function identityDoubts(
  table: ContractTable,
  split: ObjectSplit<DiffObject>,
  read: ReadObjects,
  keyed: KeyedRequest,
  ask: Ask,
): Promise<readonly Doubt[]> {
  if (!hasChangeRules(table.changeRules)) return [];
  const query = besideKeys(keyed);
  const ofKeys = query === null ? [] : keyDoubts(keyed, (await ask(query))[0]);
  const ofNames = flatNameDoubts(table, split, read);
  return [...ofKeys, ...folderDoubts(table, [...split.base, ...split.merge]), ...ofNames, ...lookAlikes(keyed)];
}

/** The value of a folder is typed like a text, and what its type does not hold is not compared. */
function folderDoubts(table: ContractTable, changed: readonly DiffObject[]): readonly Doubt[] {
  return table.properties.flatMap(({ column, logicalType }) => {
    const says = BEYOND[logicalType?.name ?? ''];
    const found = changed.find(({ partition }) => says?.test(partition[column] ?? '') === true);
    if (found === undefined) return [];
    const why = `the folder ${column}=... of ${found.path} says more than a ${logicalType?.name} holds`;
    return [{ why, help: `give ${column} the logicalType string` }];
  });
}

/** What does not surely fit: more than 15 digits, parts of a second below the microsecond. */
const BEYOND: Readonly<Record<string, RegExp>> = {
  number: /[0-9.]{16}|e/i,
  timestamp: /\.[0-9]{7}/,
  time: /\.[0-9]{7}/,
};

/** Where a name is both a column and the path of a nested property, the property is read and the column is not. */
function flatNameDoubts(table: ContractTable, split: ObjectSplit<DiffObject>, read: ReadObjects): readonly Doubt[] {
  const nested = contractColumns(table).filter(({ path }) => path.length > 1);
  if (nested.length === 0) return [];
  const namesOf = (object: DiffObject): readonly string[] =>
    (read.of.get(object)?.readable.facts.columns ?? []).map(({ name }) => name);
  const all = new Set([...split.shared, ...split.base, ...split.merge].flatMap(namesOf));
  const clashes = (object: DiffObject): readonly string[] => {
    const own = new Set(namesOf(object));
    const format = formatOf(table, object.path);
    return nested.flatMap(({ name, path: [head = ''] }) => {
      if (Object.hasOwn(object.partition, name)) return [name];
      // A header names a nested property so, unless there is a column with all of them; a key of JSON is shown in quotes.
      return own.has(name) && (format === 'parquet' || (format === 'csv' && all.has(head))) ? [name] : [];
    });
  };
  return [...split.base, ...split.merge].flatMap((object) =>
    clashes(object).map((name) => ({
      why: `the column ${name} of ${object.path} is not compared: a property within an object has the same name`,
      help: 'give the column another name',
    })),
  );
}
