import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Contract, ContractTable, Property, Relationship, YamlNode } from './contract.ts';
import { nearestWord, suggestion } from './nearest-word.ts';
import { everyProperty, findProperty, propertyPaths } from './property-paths.ts';
import { sluiceBlock } from './read-context.ts';
import { childOf, itemsOf, scalarText } from './yaml-node.ts';

/** Keys, foreign keys and metric arguments that name a column or table the contract does not have. */
export function lintReferences(contract: Contract, root: YamlNode): readonly Problem[] {
  const nodes = itemsOf(root, 'schema');
  return contract.tables.flatMap((table, index) => {
    const relationships = [...table.relationships, ...everyProperty(table).flatMap((one) => one.relationships)];
    const node = nodes[index];
    if (node === undefined) return [];
    return [
      ...lintNamedColumns(table, node),
      ...lintKeyPositions(table),
      ...relationships.flatMap((one) => lintRelationship(contract, table, one, relationshipNode(node, one.at))),
    ];
  });
}

/** A column that no property of the table has, with the nearest one. */
export function unknownColumn(table: ContractTable, name: string, at: SourceLocation): readonly Problem[] {
  if (findProperty(table, name) !== undefined) return [];
  const known = propertyPaths(table).map((path) => path.name);
  const message = `The table ${table.name} has no property ${name}.`;
  return [problemAt(at, { code: 'column-unknown', message, hint: suggestion(name, known, 'It has') })];
}

function lintNamedColumns(table: ContractTable, node: YamlNode): readonly Problem[] {
  const block = sluiceBlock(node);
  const named = [...itemsOf(block, 'key'), ...itemsOf(childOf(block, 'samples'), 'columns')];
  return named.flatMap((item) => unknownColumn(table, scalarText(item) ?? '', item.at));
}

function lintKeyPositions(table: ContractTable): readonly Problem[] {
  const seen = new Map<number, string>();
  return table.properties.flatMap((property) => {
    const position = property.primaryKeyPosition;
    if (position === undefined || !property.primaryKey) return [];
    const first = seen.get(position);
    seen.set(position, first ?? property.name);
    if (first === undefined) return [];
    const message = `${first} and ${property.name} are both at place ${position} of the primary key.`;
    const at = property.attributeAt['primaryKeyPosition'] ?? property.at;
    return [problemAt(at, { code: 'key-position-repeated', message, hint: 'Count the places from 1.' })];
  });
}

function lintRelationship(
  contract: Contract,
  table: ContractTable,
  relationship: Relationship,
  node: YamlNode | undefined,
): readonly Problem[] {
  const { at, from, to } = relationship;
  const place = (key: string, index: number): SourceLocation => {
    const written = childOf(node, key);
    return (written?.kind === 'list' ? written.items[index] : written)?.at ?? at;
  };
  const own = from.flatMap((name, index) => unknownColumn(table, name, place('from', index)));
  // What another contract has is only known where all contracts are; there an unknown parent is an error.
  if (to.contract !== undefined) return own;
  const parent = contract.tables.find(({ name }) => name === to.table);
  if (parent === undefined) return [...own, unknownParent(contract, to.table, place('to', 0))];
  const missing = to.properties.flatMap((name, index) => unknownColumn(parent, name, place('to', index)));
  if (own.length + missing.length > 0) return [...own, ...missing];
  const placed = { ...relationship, at: place('to', 0) };
  return [...notAKey(parent, placed), ...typesDiffer(table, parent, placed)];
}

/** The mapping that was read as the relationship at this place. */
function relationshipNode(node: YamlNode, at: SourceLocation): YamlNode | undefined {
  if (node.kind === 'scalar') return undefined;
  const own = itemsOf(node, 'relationships').find((item) => item.at.line === at.line && item.at.column === at.column);
  if (own !== undefined) return own;
  const children = node.kind === 'list' ? node.items : node.entries.map((entry) => entry.value);
  for (const child of children) {
    const found = relationshipNode(child, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownParent(contract: Contract, name: string, at: SourceLocation): Problem {
  const nearest = nearestWord(
    name,
    contract.tables.map((table) => table.name),
  );
  return problemAt(at, {
    code: 'table-unknown',
    level: 'warning',
    message: `This contract has no table ${name}; the relationship holds only where another contract has it.`,
    hint: nearest === null ? 'Describe the table, or see that its contract is there.' : `Did you mean \`${nearest}\`?`,
  });
}

function notAKey(parent: ContractTable, { at, to }: Relationship): readonly Problem[] {
  const wanted = [...to.properties].sort().join('\n');
  const primary = parent.properties.filter((property) => property.primaryKey).map((property) => property.name);
  const keys = [parent.key, primary, ...uniqueNames(parent)].map((key) => [...key].sort().join('\n'));
  if (keys.includes(wanted)) return [];
  return [
    problemAt(at, {
      code: 'relationship-not-a-key',
      level: 'warning',
      message: `${to.properties.join(', ')} is no key of ${parent.name}, so a row may have several parents.`,
      hint: `Mark it with \`primaryKey: true\` or \`unique: true\` in ${parent.name}.`,
    }),
  ];
}

/** What the contract makes unique beside the primary key: `unique`, and duplicateValues that must be 0. */
function uniqueNames(table: ContractTable): readonly (readonly string[])[] {
  const single = propertyPaths(table)
    .filter(({ property }) => property.unique || property.quality.some(forbidsDuplicates))
    .map(({ name }) => [name]);
  const composite = table.quality.filter(forbidsDuplicates).map((rule) => {
    const node = rule.arguments;
    return itemsOf(node, 'properties').map((item) => scalarText(item) ?? '');
  });
  return [...single, ...composite];
}

function forbidsDuplicates(rule: Property['quality'][number]): boolean {
  const { metric, threshold, where } = rule;
  return metric?.name === 'duplicateValues' && where === undefined && isZero(threshold);
}

function isZero(threshold: Property['quality'][number]['threshold']): boolean {
  return threshold?.operator === 'mustBe' && threshold.bounds[0] === '0';
}

function typesDiffer(table: ContractTable, parent: ContractTable, { at, from, to }: Relationship): readonly Problem[] {
  return from.flatMap((name, index) => {
    const other = to.properties[index] ?? '';
    const left = findProperty(table, name)?.logicalType?.name;
    const right = findProperty(parent, other)?.logicalType?.name;
    if (left === undefined || right === undefined || left === right || bothNumbers(left, right)) return [];
    const message = `${table.name}.${name} is a ${left} and ${parent.name}.${other} a ${right}.`;
    const hint = 'Give both the same logical type, or no value will be found.';
    return [problemAt(at, { code: 'relationship-types-differ', level: 'warning', message, hint })];
  });
}

function bothNumbers(left: string, right: string): boolean {
  return [left, right].every((type) => type === 'integer' || type === 'number');
}
