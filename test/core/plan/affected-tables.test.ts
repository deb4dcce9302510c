import { describe, expect, it } from 'vitest';
import { deriveChecks } from '../../../src/core/check/derive-checks.ts';
import type { ContractTable } from '../../../src/core/contract/contract.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { affectedTables, type CheckedTable } from '../../../src/core/plan/affected-tables.ts';

function tables(file: string, schema: string): readonly CheckedTable[] {
  const text = `apiVersion: v3.1.0\nkind: DataContract\nid: ${file}\nversion: 1.0.0\nstatus: active\nschema:\n${schema}`;
  const { contract, problems } = loadContract({ file, text, digest: '' }, { variables: {} });
  if (contract === null) throw new Error(JSON.stringify(problems));
  const { checks } = deriveChecks(contract);
  return contract.tables.map((table) => ({
    contract,
    table,
    checks: checks.filter((one) => one.table === table.name),
  }));
}

const shop = tables(
  'shop.odcs.yaml',
  `  - name: orders
    properties:
      - {name: id, required: true}
      - {name: customer, relationships: [{to: customers.id}]}
  - name: customers
    properties:
      - {name: id, primaryKey: true}
  - name: totals
    properties: [{name: sum}]
    quality: [{type: sql, query: 'SELECT count(*) FROM orders', mustBeGreaterThan: 0}]
`,
);
const other = tables('other.odcs.yaml', '  - name: alone\n    properties: [{name: x, required: true}]\n');
const all = [...shop, ...other];

function affected(...names: readonly string[]): {
  readonly checked: Readonly<Record<string, number>>;
  readonly read: readonly string[];
} {
  const { checked, read } = affectedTables(all, (table: ContractTable) => names.includes(table.name));
  return {
    checked: Object.fromEntries(checked.map(({ table, checks }) => [table.name, checks.length])),
    read: read.map(({ table }) => table.name),
  };
}

const checksOf = (name: string): number => all.find(({ table }) => table.name === name)?.checks.length ?? 0;

describe('affectedTables', () => {
  it('nothing changed, nothing to do', () => expect(affected()).toEqual({ checked: {}, read: [] }));

  it('a table that nothing refers to', () => {
    expect(affected('alone')).toEqual({ checked: { alone: checksOf('alone') }, read: [] });
  });

  it('a changed parent runs the relationships of its children, and nothing else of theirs', () => {
    expect(affected('customers').checked).toEqual({ customers: checksOf('customers'), orders: 1, totals: 1 });
  });

  it('a changed child reads its parent', () => {
    const { checked, read } = affected('orders');
    expect(checked).toEqual({ orders: checksOf('orders'), totals: 1 });
    expect(read).toEqual(['customers']);
  });

  it('a changed table with a query reads every table of its contract', () => {
    expect(affected('totals')).toEqual({ checked: { totals: checksOf('totals') }, read: ['orders', 'customers'] });
  });
});
