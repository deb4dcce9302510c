/** Failing rows in a report: which ones, of which columns, and in which formats. */
import { expect, it } from 'vitest';
import { toHtml } from '../../src/core/report/to-html.ts';
import { toMarkdown } from '../../src/core/report/to-markdown.ts';
import { toText } from '../../src/core/report/to-text.ts';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal, type TestFile } from '../support/run-local.ts';

function rows(values: string): TestFile {
  return { select: `SELECT * FROM (VALUES ${values}) AS given(id, amount, secret)` };
}

const BASE = { 't/a.parquet': rows("(1, -1, 's1'), (9, -9, 's9')"), 't/b.parquet': rows("(2, -2, 's2')") };
const FILES = { 't/a.parquet': rows("(9, -9, 's9'), (3, -3, 's3')"), 't/b.parquet': rows("(2, -2, 's2')") };

function contract(samples: string): string {
  const table = `customProperties: [{property: sluice, value: {samples: ${samples}}}]`;
  const properties =
    '- {name: id, logicalType: integer, primaryKey: true}\n- {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}\n- {name: secret}';
  return contractOf({ properties, table });
}

function cellsOf(report: Awaited<ReturnType<typeof runLocal>>) {
  return checkOf(report, 'range').samples?.map(({ isNew, cells }) => [
    isNew,
    ...cells.map(({ value }) => (value.kind === 'value' ? value.text : value.kind)),
  ]);
}

it('are of the columns that may be shown, new ones first, then by key, wherever they lie', async () => {
  const allowed = contract('{columns: [amount, id], limit: 3}');
  const report = await runLocal({ contract: allowed, base: BASE, files: FILES });
  expect(cellsOf(report)).toEqual([
    [true, '-3', '3'],
    [false, '-9', '9'],
    [false, '-2', '2'],
  ]);
  expect(JSON.stringify(report)).not.toContain('s3');
  expect(toText(report)).toMatch(/rows {6}new {3}amount -3, id 3\n {14}old {3}amount -9, id 9/);
  expect(toHtml(report)).toContain('Failing rows: 3 of 3 shown');
  for (const bare of [toText(report, { values: false }), toMarkdown(report)]) expect(bare).not.toContain('-9');

  const alone = await runLocal({ contract: contract('{columns: [id], limit: 2}'), files: FILES });
  expect(cellsOf(alone)).toEqual([
    [null, '2'],
    [null, '3'],
  ]);
  expect(alone.problems).toEqual([]);
});

it('are none where the contract lets nothing be shown', async () => {
  const report = await runLocal({ contract: contract('{columns: []}'), base: BASE, files: FILES });
  expect(checkOf(report, 'range').samples).toBeUndefined();
});
