/** What differs between the columns of two versions of a table. */
import { orderChange } from '../core/diff/diff-columns.ts';
import { footerTypesQuery, type StatedTypes, statedTypes } from '../core/diff/footer-types.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import { type VersionTypes, versionTypes } from '../core/diff/object-types.ts';
import { schemaChanges } from '../core/diff/schema-changes.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import type { SchemaChange } from '../core/diff/table-diff.ts';
import type { ReadableObject } from '../core/plan/object-groups.ts';
import { changedNullability, guessRenames } from './diff-extras.ts';
import type { DiffObject, ReadObject, ReadObjects } from './diff-objects.ts';
import type { DiffRelations } from './diff-relations.ts';
import type { Ask } from './diff-rows.ts';
import type { TableTexts } from './run-texts.ts';

export interface SchemaDiff {
  readonly changes: readonly SchemaChange[];
  /** What the changes of types are told from. */
  readonly types: VersionTypes;
}

/** Names, types, order and nullability, and guesses about new names. */
export async function schemaOf(
  { split, texts }: { readonly split: ObjectSplit<DiffObject>; readonly texts: TableTexts },
  keyed: KeyedRequest,
  { whole }: DiffRelations,
  read: ReadObjects,
  ask: Ask,
): Promise<SchemaDiff> {
  const parquet = (objects: readonly DiffObject[]): readonly DiffObject[] =>
    objects.filter((object) => !texts.of.has(object));
  // Objects of one shape agree about NULL, so that one footer of each is read.
  const oneOfEach = (objects: readonly DiffObject[]): readonly string[] => [
    ...new Map(objects.map((one) => [read.of.get(one)?.shape ?? one.localPath, one.localPath])).values(),
  ];
  const [base, merge, shared] = [parquet(split.base), parquet(split.merge), parquet(split.shared)];
  const shapes = new Set([...split.base, ...split.merge, ...split.shared].map((object) => read.of.get(object)?.shape));
  // Footers that all state the same schema hide no change of it.
  const isOne = base.length + merge.length === 0 || (shapes.size === 1 && !shapes.has(null));
  const stated = isOne ? new Map() : await statedByObject([...shared, ...base, ...merge], read, ask);
  const types = versionTypes(whole.base, whole.merge, stated);
  const changes = schemaChanges(whole.base, whole.merge, types);
  return {
    types,
    changes: [
      ...changes,
      ...(isOne
        ? []
        : await changedNullability(keyed, oneOfEach([...shared, ...base]), oneOfEach([...shared, ...merge]), ask)),
      ...reordered(split, read),
      ...(await guessRenames(keyed, changes, ask)),
    ],
  };
}

/** Objects of one shape state the same, so one footer of each is read. */
async function statedByObject(
  objects: readonly DiffObject[],
  { of }: ReadObjects,
  ask: Ask,
): Promise<ReadonlyMap<ReadableObject, StatedTypes>> {
  const found = objects.map((object) => of.get(object)).filter((one): one is ReadObject => one !== undefined);
  const examples = new Map(found.map((one) => [one.shape, one.readable]));
  const rows = await ask(footerTypesQuery([...examples.values()].map(({ localPath }) => localPath)));
  const byShape = new Map(
    [...examples].map(([shape, { localPath, facts }]) => {
      const own = rows.filter((row) => row['file_name'] === localPath);
      return [shape, statedTypes(own, facts.columns)] as const;
    }),
  );
  return new Map(found.map(({ shape, readable }) => [readable, byShape.get(shape) ?? new Map()]));
}

function reordered(split: ObjectSplit<DiffObject>, { of }: ReadObjects): readonly SchemaChange[] {
  const columns = (objects: readonly DiffObject[]): readonly (readonly string[])[] =>
    objects.map((object) => (of.get(object)?.readable.facts.columns ?? []).map(({ name }) => name));
  return orderChange(columns([...split.base, ...split.shared]), columns(split.merge));
}
