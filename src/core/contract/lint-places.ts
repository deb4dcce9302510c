import { type Problem, problemAt } from '../problem.ts';
import type { Contract, ContractTable, TableLocation } from './contract.ts';
import { countAlternatives, MOST_ALTERNATIVES } from './glob.ts';

/** Tables without a place, without columns, or in the place of another. */
export function lintPlaces(contract: Contract): readonly Problem[] {
  return [
    ...homeless(contract),
    ...shared(contract),
    ...contract.tables.flatMap((table) => [...tooManyAlternatives(table), ...withoutProperties(table)]),
  ];
}

/** One problem for all of them: they are homeless for one reason, the missing server. */
function homeless(contract: Contract): readonly Problem[] {
  const without = contract.tables.filter((table) => table.locations.length === 0);
  const [first, ...others] = without;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [
    problemAt(first.at, {
      code: 'location-missing',
      level: 'warning',
      message: `Nothing says where the objects of ${first.name}${more} are, so no merge is checked for them.`,
      hint: 'Add an `s3` server with `location: s3://<repository>/<branch>/<path>`, or a path as `physicalName`.',
    }),
  ];
}

function shared(contract: Contract): readonly Problem[] {
  const owners = new Map<string, string>();
  return contract.tables.flatMap((table) =>
    table.locations.flatMap((location) => {
      const owner = owners.get(keyOf(location));
      if (owner === undefined) owners.set(keyOf(location), table.name);
      return owner === undefined || owner === table.name ? [] : [sharedProblem(owner, table, location)];
    }),
  );
}

function keyOf({ repository, branch, glob }: TableLocation): string {
  return JSON.stringify([repository ?? null, branch ?? null, glob]);
}

function sharedProblem(owner: string, table: ContractTable, location: TableLocation): Problem {
  return problemAt(location.at, {
    code: 'location-shared',
    message: `${owner} and ${table.name} are in the same place (${location.glob}), so no object tells whose it is.`,
    hint: "Put `{model}` into the server's location, or give every table a path as `physicalName`.",
  });
}

function tooManyAlternatives(table: ContractTable): readonly Problem[] {
  return table.locations
    .filter((location) => countAlternatives(location.glob) > MOST_ALTERNATIVES)
    .map((location) =>
      problemAt(location.at, {
        code: 'location-invalid',
        message: `The braces of this pattern stand for more than ${MOST_ALTERNATIVES} paths.`,
        hint: 'Use `*`, or several locations.',
      }),
    );
}

function withoutProperties(table: ContractTable): readonly Problem[] {
  if (table.properties.length > 0) return [];
  const message = `The table ${table.name} has no properties, so its columns are not checked.`;
  const hint = 'Describe the columns under `properties`.';
  return [problemAt(table.at, { code: 'property-none', level: 'warning', message, hint })];
}
