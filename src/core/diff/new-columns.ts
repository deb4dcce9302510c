/**
 * Rows compared as if the base had the merge's new columns and fields, with NULL in every row: who says that rows which
 * were there stay as they are, also means that nothing is written into them.
 */
import type { PhysicalType } from '../check/physical-type.ts';
import type { Relation } from '../plan/relation.ts';
import { columnOf } from '../plan/type-name.ts';
import { type Comparison, comparisonOf } from './compare-types.ts';
import { type DiffColumn, type DiffShape, isInside } from './diff-columns.ts';

/** Null: the merge brings no column and no field of a struct that the base lacks. */
export function shapeWithNewColumns(shape: DiffShape, base: Relation | null, merge: Relation | null): DiffShape | null {
  if (base === null || merge === null) return null;
  const names = [...merge.columns.keys()];
  const added = names.filter((name) => !base.columns.has(name) && !isInside(name, merge, names));
  const grown = shape.values.filter((column) => column.by.kind === 'fields' && hasNewField(column.base, column.merge));
  if (added.length + grown.length === 0) return null;
  return {
    ...shape,
    values: [
      ...shape.values.map((column) => (grown.includes(column) ? withNewFields(column) : column)),
      ...added.flatMap((name) => newColumn(name, merge)),
    ],
  };
}

function newColumn(name: string, merge: Relation): readonly DiffColumn[] {
  const binding = merge.columns.get(name);
  if (binding === undefined) return [];
  const { type, invalid } = binding;
  const by = comparisonOf(type, type);
  return [{ name, by, comparedAs: null, base: type, merge: type, hasInvalid: invalid !== null, tolerance: null }];
}

function withNewFields(column: DiffColumn): DiffColumn {
  return { ...column, by: allFields(column.base, column.merge) };
}

function hasNewField(base: PhysicalType, merge: PhysicalType): boolean {
  const theirs = fieldsOf(base);
  return [...fieldsOf(merge)].some(([name, type]) => {
    const old = theirs.get(name);
    return old === undefined || (old.family === 'struct' && type.family === 'struct' && hasNewField(old, type));
  });
}

/** Every field of the merge. Those that went are told elsewhere. */
function allFields(base: PhysicalType, merge: PhysicalType): Comparison {
  const theirs = fieldsOf(base);
  const fields = [...fieldsOf(merge)].map(([name, type]) => {
    const old = theirs.get(name) ?? type;
    const isGrown = old.family === 'struct' && type.family === 'struct' && old.name !== type.name;
    return { name, by: isGrown ? allFields(old, type) : comparisonOf(old, type) };
  });
  return { kind: 'fields', fields };
}

function fieldsOf(type: PhysicalType): ReadonlyMap<string, PhysicalType> {
  return new Map(columnOf('', type.name).fields.map((field) => [field.name, field.type]));
}
