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
