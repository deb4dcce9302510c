import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Contract, Property } from './contract.ts';
import { everyProperty } from './property-paths.ts';

/** Names and ids that stand twice where they must tell things apart. */
export function lintNames(contract: Contract): readonly Problem[] {
  const tables = contract.tables;
  return [
    ...repeated('table', tables.map(named)),
    ...tables.flatMap((table) => [
      ...columnsRepeated(table.properties),
      ...everyProperty(table).flatMap((property) => columnsRepeated(property.properties)),
      ...ruleIds(table.quality),
      ...everyProperty(table).flatMap((property) => ruleIds(property.quality)),
    ]),
    ...repeatedIds(contract.slaProperties, 'service level'),
  ];
}

interface Named {
  readonly name: string;
  readonly at: SourceLocation;
}

function named({ name, at }: Named): Named {
  return { name, at };
}

/** Names that differ by case alone are one name to the engine, and to most others. */
function repeated(what: string, all: readonly Named[]): readonly Problem[] {
  return secondOnes(all).map(({ first, second }) =>
    problemAt(second.at, {
      code: 'name-repeated',
      message:
        first.name === second.name
          ? `There are two of the ${what} ${second.name}; the first is in line ${first.at.line}.`
          : `The ${what} names ${first.name} and ${second.name} differ by case alone.`,
      hint: `Give every ${what} a name of its own.`,
    }),
  );
}

/** The first of each name with every later one. */
function secondOnes<T extends Named>(all: readonly T[]): readonly { readonly first: T; readonly second: T }[] {
  const seen = new Map<string, T>();
  return all.flatMap((one) => {
    const key = one.name.toLowerCase();
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one);
    return first === undefined ? [] : [{ first, second: one }];
  });
}

function columnsRepeated(properties: readonly Property[]): readonly Problem[] {
  const names = repeated('property', properties.map(named));
  if (names.length > 0) return names;
  const columns = properties.map(({ column, at }) => ({ name: column, at }));
  return repeated('column', columns);
}

function ruleIds(rules: readonly { readonly id?: string; readonly at: SourceLocation }[]): readonly Problem[] {
  return repeatedIds(rules, 'rule');
}

function repeatedIds(
  all: readonly { readonly id?: string; readonly at: SourceLocation }[],
  what: string,
): readonly Problem[] {
  const ids = all.flatMap(({ id, at }) => (id === undefined ? [] : [{ name: id, at }]));
  return secondOnes(ids).map(({ first, second }) =>
    problemAt(second.at, {
      code: 'id-repeated',
      message: `The ${what} id ${second.name} is taken by the one in line ${first.at.line}.`,
      hint: 'An id is unique within its list.',
    }),
  );
}
