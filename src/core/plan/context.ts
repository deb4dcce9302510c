import type { CompileContext, ParentReference } from '../check/check.ts';
import { dataName } from '../check/columns.ts';
import { identifier } from '../sql.ts';
import type { Relation } from './relation.ts';

/**
 * What a check kind may know of the data while it compiles.
 *
 * @param parentOf the relation of a referenced table, in this contract or another
 */
export function compileContext(
  relation: Relation,
  parentOf: (reference: ParentReference) => Relation | undefined,
): CompileContext {
  return {
    column: (name) => relation.columns.get(name),
    presence: (name) => relation.columns.get(name) ?? relation.inexact.get(name),
    whyNot: (name) => relation.unreadable.get(name) ?? `column ${name} is missing`,
    parent: (reference) => {
      const parent = parentOf(reference);
      if (parent === undefined) return undefined;
      return { relation: parent.rows, column: (name) => parent.columns.get(dataName(parent.table, name)) };
    },
    authoredRelation: identifier(relation.table.name),
  };
}
