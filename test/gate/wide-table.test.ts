import { expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

const COLUMNS = Array.from({ length: 300 }, (_none, index) => `c${index}`);

/** An aggregate with FILTER holds a chunk of every column for each of its like: this took more than four gigabytes. */
it('a table of three hundred columns with rules on each is checked in half a gigabyte', async () => {
  const contract = contractOf({
    properties: [
      '- {name: id, logicalType: integer, required: true, primaryKey: true}',
      ...COLUMNS.map(
        (name) =>
          `- {name: ${name}, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0, maximum: 999}}`,
      ),
    ].join('\n'),
  });
  const select = (from: number, to: number) =>
    `SELECT i AS id, ${COLUMNS.map((name, index) => `(i * ${index + 3}) % 1000 AS ${name}`).join(', ')} FROM range(${from}, ${to}) AS t(i)`;
  const bad = `SELECT * REPLACE (1000 AS c299) FROM (${select(9_000, 9_001)})`;
  const report = await runLocal({
    contract,
    files: {
      't/a.parquet': { select: select(0, 5_000) },
      't/b.parquet': { select: select(5_000, 9_000) },
      't/c.parquet': { select: bad },
    },
  });
  expect(report.problems).toEqual([]);
  const failed = report.tables.flatMap((table) => table.checks.filter((check) => check.outcome !== 'pass'));
  expect(failed).toEqual([checkOf(report, 'range', 'c299')]);
  expect(failed).toMatchObject([{ columns: ['c299'], failing: 1, evaluated: 9_001 }]);
});
