import type { ContractTable, Property } from '../contract/contract.ts';

/** A property of the contract under the name its column has in the data; fields of objects as a dotted path. */
export interface ContractColumn {
  /** `customer.address.zip`: the column's name, then the fields' names. */
  readonly name: string;
  readonly path: readonly string[];
  /** As the contract calls it, for looking up relationships and rule arguments. */
  readonly logicalName: string;
  readonly property: Property;
}

/** Every property of the table, objects before their fields. Array elements are not columns. */
export function contractColumns(table: Pick<ContractTable, 'properties'>): readonly ContractColumn[] {
  return table.properties.flatMap((property) => below(property, [], []));
}

function below(property: Property, parents: readonly string[], names: readonly string[]): readonly ContractColumn[] {
  const path = [...parents, property.column];
  const logical = [...names, property.name];
  const own = { name: path.join('.'), path, logicalName: logical.join('.'), property };
  return [own, ...property.properties.flatMap((field) => below(field, path, logical))];
}

/** The data's name for a column the contract names; the name itself when the contract does not know it. */
export function dataName(table: Pick<ContractTable, 'properties'>, name: string): string {
  const columns = contractColumns(table);
  const found = columns.find((column) => column.logicalName === name) ?? columns.find((column) => column.name === name);
  return found?.name ?? name;
}
