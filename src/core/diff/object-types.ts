import type { ObjectColumn } from '../check/table-facts.ts';
import type { ReadableObject } from '../plan/object-groups.ts';
import type { Relation } from '../plan/relation.ts';
import type { StatedTypes } from './footer-types.ts';

/** By column. */
export type ObjectTypes = ReadonlyMap<string, readonly string[]>;

/** The types that a change of the schema is told from. */
export interface VersionTypes {
  readonly before: ObjectTypes;
  readonly after: ObjectTypes;
}

/**
 * The types that the objects of a version give each column. A column without any value has no type, and a key of JSON
 * that was not read has none that anyone knows.
 */
export function objectTypes(relation: Relation | null): ObjectTypes {
  return namedTypes(relation, (_object, column) => column.type.name);
}

/**
 * The types of both versions, as the footers state them where those of all objects do. Beside a text object, which has
 * the contract's types, they are what the engine reads.
 */
export function versionTypes(
  base: Relation | null,
  merge: Relation | null,
  stated: ReadonlyMap<ReadableObject, StatedTypes> = new Map(),
): VersionTypes {
  const unstated = new Set(
    [base, merge].flatMap((relation) =>
      (relation?.groups ?? []).flat().flatMap((object) => {
        const own = stated.get(object);
        return object.facts.columns.flatMap(({ name, type }) =>
          type.family === 'null' || own?.has(name) === true ? [] : [name],
        );
      }),
    ),
  );
  const nameOf = (object: ReadableObject, { name, type }: ObjectColumn): string =>
    unstated.has(name) ? type.name : (stated.get(object)?.get(name) ?? type.name);
  return { before: namedTypes(base, nameOf), after: namedTypes(merge, nameOf) };
}

function namedTypes(
  relation: Relation | null,
  nameOf: (object: ReadableObject, column: ObjectColumn) => string,
): ObjectTypes {
  const types = new Map<string, Set<string>>();
  for (const object of (relation?.groups ?? []).flat()) {
    for (const column of object.facts.columns) {
      const { name, type } = column;
      if (type.family === 'null' || (object.staged !== null && !Object.hasOwn(object.staged, name))) continue;
      types.set(name, (types.get(name) ?? new Set()).add(nameOf(object, column)));
    }
  }
  return new Map([...types].map(([name, own]) => [name, [...own].sort()]));
}
