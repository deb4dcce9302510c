import type { Relation } from '../plan/relation.ts';

/** By column. */
export type ObjectTypes = ReadonlyMap<string, readonly string[]>;

/**
 * The types that the objects of a version give each column. A column without any value has no type, and a key of JSON
 * that was not read has none that anyone knows.
 */
export function objectTypes(relation: Relation | null): ObjectTypes {
  const types = new Map<string, Set<string>>();
  for (const [object] of relation?.groups ?? []) {
    for (const { name, type } of object?.facts.columns ?? []) {
      const staged = object?.staged ?? null;
      if (type.family === 'null' || (staged !== null && !Object.hasOwn(staged, name))) continue;
      types.set(name, (types.get(name) ?? new Set()).add(type.name));
    }
  }
  return new Map([...types].map(([name, own]) => [name, [...own].sort()]));
}
