import type { ContractTable, Relationship } from '../contract/contract.ts';
import { dataName } from './columns.ts';
import type { Draft } from './draft.ts';

/**
 * The check of a foreign key.
 *
 * @param own the column a property's relationship starts from; absent at schema level, where `from` names the columns
 */
export function relationshipDraft(table: ContractTable, relationship: Relationship, own?: string): Draft {
  const { at, id, from, to } = relationship;
  const columns = from.length === 0 && own !== undefined ? [own] : from.map((name) => dataName(table, name));
  return {
    detail: {
      kind: 'relationship',
      parent: { contract: to.contract ?? null, table: to.table, columns: to.properties },
    },
    columns,
    at,
    id,
    expected: `every ${columns.join(', ')} in ${to.table}.${to.properties.join(', ')}`,
    dimension: 'consistency',
  };
}
