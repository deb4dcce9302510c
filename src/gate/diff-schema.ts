/** What differs between the columns of two versions of a table. */
import { orderChange, schemaChanges } from '../core/diff/diff-columns.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import type { SchemaChange } from '../core/diff/table-diff.ts';
import { changedNullability, guessRenames } from './diff-extras.ts';
import type { DiffObject, DiffTexts, ReadObjects } from './diff-objects.ts';
import type { DiffRelations } from './diff-relations.ts';
import type { Ask } from './diff-rows.ts';

/** Names, types, order and nullability, and guesses about new names. */
export async function schemaOf(
  { split, texts }: { readonly split: ObjectSplit<DiffObject>; readonly texts: DiffTexts },
  keyed: KeyedRequest,
  relations: DiffRelations,
  read: ReadObjects,
  ask: Ask,
): Promise<readonly SchemaChange[]> {
  const changes = schemaChanges(relations.whole.base, relations.whole.merge);
  const parquet = (objects: readonly DiffObject[]): readonly string[] =>
    objects.filter((object) => !texts.has(object)).map((object) => object.localPath);
  const [base, merge] = [parquet(split.base), parquet(split.merge)];
  const shared = parquet(split.shared);
  const shapes = new Set([...split.base, ...split.merge, ...split.shared].map((object) => read.of.get(object)?.shape));
  return [
    ...changes,
    ...(base.length + merge.length === 0 || (shapes.size === 1 && !shapes.has(null))
      ? []
      : await changedNullability(keyed, [...shared, ...base], [...shared, ...merge], ask)),
    ...reordered(split, read),
    ...(await guessRenames(keyed, changes, ask)),
  ];
}

function reordered(split: ObjectSplit<DiffObject>, { of }: ReadObjects): readonly SchemaChange[] {
  const columns = (objects: readonly DiffObject[]): readonly (readonly string[])[] =>
    objects.map((object) => (of.get(object)?.readable.facts.columns ?? []).map(({ name }) => name));
  return orderChange(columns([...split.base, ...split.shared]), columns(split.merge));
}
