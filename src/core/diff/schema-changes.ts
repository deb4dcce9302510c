/** What differs between the columns of two versions: their names and their types. */
import type { Relation } from '../plan/relation.ts';
import { columnOf } from '../plan/type-name.ts';
import { isInside } from './diff-columns.ts';
import { objectTypes, type VersionTypes } from './object-types.ts';
import type { SchemaChange } from './table-diff.ts';

/**
 * Differences of names and types; a column whose objects disagree shows all of its types. A type that no object of the
 * base has is a change also where the column can be read as before: who reads objects one by one meets another type.
 */
export function schemaChanges(
  base: Relation | null,
  merge: Relation | null,
  types: VersionTypes,
): readonly SchemaChange[] {
  if (base === null || merge === null) return [];
  const [before, after] = [topColumns(base), topColumns(merge)];
  const added = [...after].filter(([name]) => !before.has(name));
  const removed = [...before].filter(([name]) => !after.has(name));
  const changed = [...after].flatMap(([name, type]) => {
    const old = before.get(name);
    return old === undefined ? [] : typeChange(name, [old, type], types);
  });
  return [
    ...removed.map(([column, type]): SchemaChange => ({ change: 'removed', column, before: type, after: null })),
    ...added.map(([column, type]): SchemaChange => ({ change: 'added', column, before: null, after: type })),
    ...changed,
  ];
}

/** Top-level columns with their types' names, those included that cannot be read as one. */
function topColumns(relation: Relation): ReadonlyMap<string, string> {
  const names = [...relation.columns.keys(), ...relation.unreadable.keys()];
  const types = objectTypes(relation);
  return new Map(
    names
      .filter((name) => !isInside(name, relation, names))
      .map((name) => [name, relation.columns.get(name)?.type.name ?? types.get(name)?.join(' and ') ?? 'unreadable']),
  );
}

/** Told from the objects' own types where there are any, else from those that the versions are read as. */
function typeChange(
  name: string,
  [old, own]: readonly [string, string],
  { before, after }: VersionTypes,
): readonly SchemaChange[] {
  const olds = before.get(name) ?? [];
  const news = (after.get(name) ?? []).filter((type) => !olds.includes(type));
  const [was = '', ...othersBefore] = olds;
  const [is = '', ...othersAfter] = news;
  if (olds.length * news.length > 0 && othersBefore.length + othersAfter.length === 0)
    return typeChanges(name, was, is);
  if (old !== own) return typeChanges(name, old, own);
  if (olds.length === 0 || news.length === 0) return [];
  return [{ change: 'type', column: name, before: olds.join(' and '), after: news.join(' and ') }];
}

/** Structs are looked into, so that a new field is a new field and no new type of the whole. */
function typeChanges(name: string, before: string, after: string): readonly SchemaChange[] {
  if (before === after) return [];
  const whole: SchemaChange = { change: 'type', column: name, before, after };
  if (!before.startsWith('STRUCT(') || !after.startsWith('STRUCT(')) return [whole];
  const left = new Map(columnOf('', before).fields.map((field) => [field.name, field.type.name]));
  const right = new Map(columnOf('', after).fields.map((field) => [field.name, field.type.name]));
  const inner = [
    ...[...left].flatMap(([field, type]): readonly SchemaChange[] =>
      right.has(field) ? [] : [{ change: 'removed', column: `${name}.${field}`, before: type, after: null }],
    ),
    ...[...right].flatMap(([field, type]): readonly SchemaChange[] => {
      const old = left.get(field);
      return old === undefined
        ? [{ change: 'added', column: `${name}.${field}`, before: null, after: type }]
        : typeChanges(`${name}.${field}`, old, type);
    }),
  ];
  return inner.length === 0 ? [whole] : inner;
}
