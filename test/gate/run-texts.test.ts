/** Within one run every object of the base is fetched once, and every text is looked through and staged once. */
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { createMergeLake, type MergeRun } from '../support/merge-lake.ts';

const lake = createMergeLake();
afterAll(() => lake.close());

function contract(table: string, name = 'orders'): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: ${name}
version: 1.0.0
status: active
servers: [{server: lake, type: s3, location: 's3://*/main/orders/'}]
schema:
  - name: ${name}
${table}`;
}

/** Failures that rows tell apart (range), and some that only the base as a whole does (rowCount). */
const ORDERS = `    customProperties: [{property: sluice, value: {key: [id], samples: {columns: [id, amount]}}}]
    properties:
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
      - {name: day, logicalType: date}
    quality: [{id: many, type: library, metric: rowCount, mustBeGreaterThan: 1000}]
`;

const rows = (from: number, to: number, amount = (id: number) => id): readonly (readonly [number, number])[] =>
  Array.from({ length: to - from }, (_none, index) => [from + index, amount(from + index)]);
const csv = (data: readonly (readonly [number, number])[]): string =>
  `id,amount,day\n${data.map(([id, amount]) => `${id},${amount},2026-01-01\n`).join('')}`;
const json = (data: readonly (readonly [number, number])[]): string =>
  data.map(([id, amount]) => `{"id": ${id}, "amount": ${amount}, "day": "2026-01-01"}\n`).join('');

const negative = (id: number): number => (id % 10 === 0 ? -id : id);

function blocked(ending: 'csv' | 'jsonl', write: typeof csv): MergeRun {
  return {
    contracts: { 'orders.odcs.yaml': contract(ORDERS) },
    base: {
      [`orders/a.${ending}`]: write(rows(1, 21)),
      [`orders/b.${ending}`]: write(rows(21, 41)),
      [`orders/c.${ending}`]: write(rows(41, 51)),
    },
    merge: {
      [`orders/a.${ending}`]: write(rows(1, 21, negative)),
      [`orders/b.${ending}`]: write(rows(21, 41)),
    },
  };
}

function checkOf(report: Report, kind: string, table = 'orders'): CheckReport | undefined {
  return report.tables.find(({ name }) => name === table)?.checks.find((check) => check.kind === kind);
}

describe('a blocked merge', () => {
  it.each([
    ['csv', csv],
    ['jsonl', json],
  ] as const)('of %s costs one fetch, one look and one staging of each object', async (ending, write) => {
    const { report, traffic } = await lake.judge(blocked(ending, write));
    expect(report.verdict).toBe('rejected');
    expect(report.problems).toEqual([]);
    expect(checkOf(report, 'range')).toMatchObject({
      outcome: 'fail',
      failing: 2,
      origin: { rows: { new: 2, old: 0 } },
      samples: [{ isNew: true }, { isNew: true }],
    });
    expect(checkOf(report, 'rowCount')).toMatchObject({ outcome: 'fail', origin: { failedBefore: true } });
    expect(report.tables[0]?.diff).toMatchObject({ inserted: 0, updated: 2, deleted: 10, unchanged: 38 });
    const all = [`a.${ending}`, `b.${ending}`, `a.${ending}`, `c.${ending}`].map((name) => `orders/${name}`);
    expect([...traffic.scanned].sort()).toEqual([...all].sort());
    expect(traffic.staged).toHaveLength(4);
    expect([...traffic.fetched].sort()).toEqual([
      `head orders/a.${ending}`,
      `head orders/c.${ending}`,
      `merge orders/a.${ending}`,
      `merge orders/b.${ending}`,
    ]);
  });
});

describe('what slips through if stagings are mixed up', () => {
  it('a text that says more than its value: rules about changes see it, checks do not', async () => {
    const digits = (amount: string) => `id,amount,day\n1,${amount},2026-01-01\n2,-2,2026-01-01\n`;
    const table = ORDERS.replace('{key: [id]', '{key: [id], diff: {immutable: [amount]}');
    const { report, traffic } = await lake.judge({
      contracts: { 'orders.odcs.yaml': contract(table) },
      base: { 'orders/a.csv': digits('1234567890123456.78') },
      merge: { 'orders/a.csv': digits('1234567890123456.80') },
    });
    expect(checkOf(report, 'immutable')).toMatchObject({ outcome: 'fail', failing: 1 });
    // Told apart after the exact staging was made: 2 is no bad value, and -2 was there before.
    expect(checkOf(report, 'range')).toMatchObject({ failing: 1, origin: { rows: { new: 0, old: 1 } } });
    expect(report.tables[0]?.checks.filter(({ kind }) => kind === 'type')).not.toContainEqual({ outcome: 'fail' });
    expect(traffic.scanned).toEqual(['orders/a.csv', 'orders/a.csv']);
    expect(new Set(traffic.staged).size).toBe(4);
  });

  it('contracts that read one object under other types, as other text, or alike', async () => {
    const typed = (
      amount: string,
      csvOptions = '',
    ) => `    customProperties: [{property: sluice, value: {key: [id]${csvOptions}}}]
    properties: [{name: id, logicalType: integer}, {name: amount, logicalType: ${amount}, required: true}]
`;
    const contracts = {
      'number.yaml': contract(typed('number'), 'as_number'),
      'again.yaml': contract(typed('number'), 'again'),
      'integer.yaml': contract(typed('integer'), 'as_integer'),
      'null.yaml': contract(typed('number', ', csv: {nullTokens: ["1.5"]}'), 'with_nulls'),
    };
    const file = (last: string) => `id,amount\n1,1.5\n2,2\n3,${last}\n`;
    const { report, traffic } = await lake.judge({
      contracts,
      base: { 'orders/a.csv': file('3') },
      merge: { 'orders/a.csv': file('4') },
    });
    const failed = Object.fromEntries(
      report.tables.map(({ name, checks }) => [
        name,
        checks.filter(({ outcome }) => outcome === 'fail').map(({ kind, failing }) => `${kind} ${failing}`),
      ]),
    );
    expect(failed).toEqual({ as_number: [], again: [], as_integer: ['type 1'], with_nulls: ['required 1'] });
    // Three ways to read each version; two of them look for the same records.
    expect(new Set(traffic.staged).size).toBe(6);
    expect(traffic.staged).toHaveLength(6);
  });

  it('an object that was moved to another folder, or to a name that says another compression', async () => {
    const table = `    customProperties: [{property: sluice, value: {key: [id]}}]
    properties: [{name: id, logicalType: integer}, {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}]
`;
    const { report, traffic } = await lake.judge({
      contracts: { 'orders.odcs.yaml': contract(table) },
      base: { 'orders/day=1/a.csv': 'id,amount\n1,1\n2,-2\n', 'orders/b.csv': 'id,amount\n3,3\n' },
      merge: {},
      linked: { merge: { 'orders/day=2/a.csv': 'orders/day=1/a.csv', 'orders/b.csv.gz': 'orders/b.csv' } },
    });
    expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail' });
    expect(traffic.scanned).toEqual(['orders/b.csv.gz', 'orders/day=2/a.csv', 'orders/b.csv']);
    const moved = await lake.judge({
      contracts: { 'orders.odcs.yaml': contract(table) },
      base: { 'orders/day=1/a.csv': 'id,amount\n1,1\n2,-2\n' },
      merge: {},
      linked: { merge: { 'orders/day=2/a.csv': 'orders/day=1/a.csv' } },
    });
    expect(moved.report.tables[0]?.diff).toMatchObject({ updated: 2, inserted: 0, deleted: 0 });
    expect(moved.report.tables[0]?.objects).toMatchObject({ added: 1, removed: 1 });
    expect(checkOf(moved.report, 'range')).toMatchObject({ failing: 1, origin: { rows: { new: 0, old: 1 } } });
    expect(moved.traffic.fetched).toEqual(['merge orders/day=2/a.csv']);
    expect(moved.traffic.staged).toHaveLength(1);
  });

  it('two objects of the base with one place, of which the merge has one', async () => {
    const { report, traffic } = await lake.judge({
      contracts: { 'orders.odcs.yaml': contract(ORDERS) },
      base: { 'orders/a.csv': csv(rows(1, 3)) },
      merge: { 'orders/a.csv': csv(rows(1, 3)), 'orders/c.csv': csv([[9, -9]]) },
      linked: { base: { 'orders/b.csv': 'orders/a.csv' } },
    });
    expect(report.problems).toEqual([]);
    expect(checkOf(report, 'rowCount')).toMatchObject({
      outcome: 'fail',
      observed: '3 rows; worse than on main, where it failed already',
    });
    expect(checkOf(report, 'range')).toMatchObject({ failing: 1, origin: { rows: { new: 1, old: 0 } } });
    expect(report.tables[0]?.objects).toMatchObject({ added: 1, removed: 1 });
    expect(traffic.staged).toHaveLength(2);
  });
});
