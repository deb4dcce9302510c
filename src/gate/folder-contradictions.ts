/** Objects that say one thing of a column in the file and another in the name of a folder. */
import { isUnreadable } from '../core/check/table-facts.ts';
import { plural } from '../core/check/words.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import { folderQuestions } from '../core/plan/folder-columns.ts';
import type { ReadableObject } from '../core/plan/object-groups.ts';
import { integer } from '../core/plan/states.ts';
import { isUnreadableContent } from './describe-objects.ts';
import type { EngineSession } from './ports.ts';

export interface FolderContradiction {
  readonly object: ReadableObject;
  readonly column: string;
  readonly rows: bigint;
}

/** One statement for each schema and column that is both in files and in folders, and none where there is no such. */
export async function folderContradictions(
  table: ContractTable,
  objects: readonly ReadableObject[],
  columns: readonly string[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly FolderContradiction[]> {
  const found: FolderContradiction[] = [];
  for (const { column, objects: group, query } of folderQuestions(table, objects, columns)) {
    for (const row of await session.query(query, signal)) {
      const object = group[Number(integer(row['position']) ?? -1n)];
      const rows = integer(row['differing']) ?? 0n;
      if (object !== undefined && rows > 0n) found.push({ object, column, rows });
    }
  }
  return found;
}

/** Where columns of the contract contradict their folders, the object is no longer without a defect. */
export async function withFolderDefects(
  table: ContractTable,
  objects: readonly ReadableObject[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly ReadableObject[]> {
  if (objects.some(({ facts }) => isUnreadable(facts))) return objects;
  try {
    const columns = table.properties.map(({ column }) => column);
    const found = await folderContradictions(table, objects, columns, session, signal);
    return objects.map((object) => {
      const own = found.filter((one) => one.object === object).map(defectOf);
      return own.length === 0
        ? object
        : { ...object, facts: { ...object.facts, defects: [...object.facts.defects, ...own] } };
    });
  } catch (cause) {
    // The scan meets the same bytes, and names the object.
    if (!isUnreadableContent(cause)) throw cause;
    return objects;
  }
}

/** Every row was read, so none is lost. */
function defectOf({ column, rows }: FolderContradiction) {
  const message = `the folder ${column}=... of its path says something else than the column ${column} in ${plural(rows, 'row')}`;
  return { message, line: null, rows: 0n };
}
