import type { ContractTable, Property } from './contract.ts';

/** A property with the names a contract may call it by, dotted for fields of objects. */
export interface PropertyPath {
  /** `address.zip`. */
  readonly name: string;
  /** The same in the data's names. */
  readonly column: string;
  readonly property: Property;
}

/** Every property of a table that has a name, objects before their fields. */
export function propertyPaths(table: ContractTable): readonly PropertyPath[] {
  return table.properties.flatMap((property) => below(property, '', ''));
}

function below(property: Property, name: string, column: string): readonly PropertyPath[] {
  const own = { name: name + property.name, column: column + property.column, property };
  return [own, ...property.properties.flatMap((field) => below(field, `${own.name}.`, `${own.column}.`))];
}

/** The property a contract calls by this name. */
export function findProperty(table: ContractTable, name: string): Property | undefined {
  const paths = propertyPaths(table);
  return (paths.find((path) => path.name === name) ?? paths.find((path) => path.column === name))?.property;
}

/** Properties and the elements of arrays below them: everything that can carry a rule. */
export function everyProperty(table: ContractTable): readonly Property[] {
  return table.properties.flatMap(withElements);
}

function withElements(property: Property): readonly Property[] {
  const deeper = property.items === undefined ? property.properties : [...property.properties, property.items];
  return [property, ...deeper.flatMap(withElements)];
}
