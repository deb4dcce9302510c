/** The objects of two versions as relations. */
import type { ContractTable } from '../core/contract/contract.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import { buildRelation, type Relation } from '../core/plan/relation.ts';
import type { DiffObject, ReadObjects } from './diff-objects.ts';

/** Null: no objects. */
export interface DiffRelations {
  /** All objects of each side, for types and columns. */
  readonly whole: { readonly base: Relation | null; readonly merge: Relation | null };
  readonly base: Relation | null;
  readonly merge: Relation | null;
  readonly shared: Relation | null;
}

export function relationsOf(table: ContractTable, split: ObjectSplit<DiffObject>, { of }: ReadObjects): DiffRelations {
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

/** Rows that footers claim, or that staging wrote. */
export function rowsOf({ of }: ReadObjects, objects: readonly DiffObject[]): number {
  return objects.reduce((sum, object) => sum + (of.get(object)?.rows ?? 0), 0);
}
