import type { Relation } from '../plan/relation.ts';

/**
 * The types that the objects of a version give a column, each once. A column without any value has no type, and a key
 * of JSON that was not read has none that anyone knows.
 */
export function objectTypes(relation: Relation | null, column: string): readonly string[] {
  const types = (relation?.groups ?? []).flatMap(([object]) => {
    if (object === undefined || (object.staged !== null && !Object.hasOwn(object.staged, column))) return [];
    return object.facts.columns.filter(({ name, type }) => name === column && type.family !== 'null');
  });
  return [...new Set(types.map(({ type }) => type.name))].sort();
}
