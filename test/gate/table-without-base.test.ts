/** A base that has nothing of a table: misspelt, not filled, or the table is new. */
import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal, type TestFile } from '../support/run-local.ts';

const ONE: TestFile = { select: 'SELECT 1 AS id' };
const plain = contractOf({ properties: '- name: id\n  logicalType: integer' });
const block = (place: string, value: string): string =>
  `${place}customProperties: [{property: sluice, value: ${value}}]`;
const appendOnly = plain.replace(
  '  - name: t\n',
  `  - name: t\n${block('    ', '{key: [id], diff: {appendOnly: true}}')}\n`,
);
const onlyNew = `${plain.trimEnd()}\n${block('', '{blockOn: new}')}\n`;

describe('a base without the table', () => {
  it.each([
    ['other.parquet', { 'other.parquet': ONE }],
    ['the table in capitals', { 'T.parquet': ONE }],
    ['nothing', {}],
    ['no data', { 't/_SUCCESS': '' }],
  ])('that has %s leaves the rules about changes unjudged, and the verdict undecided', async (_what, base) => {
    const report = await runLocal({ contract: appendOnly, files: { 't.parquet': ONE }, base });
    expect(report.problems).toMatchObject([
      { code: 'table-without-base', hint: expect.stringContaining('--new-table t') },
    ]);
    expect(report.problems[0]?.level).toBeUndefined();
    expect(report.tables[0]?.checks.map(({ kind }) => kind)).not.toContain('appendOnly');
    expect(report.tables[0]?.diff).toBeNull();
    expect(report.verdict).toBe('undecided');
  });

  it('is doubt as well where old failures may pass', async () => {
    const report = await runLocal({ contract: onlyNew, files: { 't.parquet': ONE }, base: {} });
    expect(report.problems).toMatchObject([{ code: 'table-without-base' }]);
    expect(report.verdict).toBe('undecided');
  });

  it('is a warning where the verdict does not depend on it', async () => {
    const report = await runLocal({ contract: plain, files: { 't.parquet': ONE }, base: {} });
    expect(report.problems).toMatchObject([{ code: 'table-without-base', level: 'warning' }]);
    expect(report.verdict).toBe('approved');
  });

  it('is right for a table that is said to be new, all rows of which are inserted', async () => {
    const report = await runLocal({ contract: appendOnly, files: { 't.parquet': ONE }, base: {}, newTables: ['t'] });
    expect(report.problems).toEqual([]);
    expect(checkOf(report, 'appendOnly')).toMatchObject({ outcome: 'pass', evaluated: 0 });
    expect(report.verdict).toBe('approved');
  });
});

it('a table that is called new and has a base is compared with it', async () => {
  const base = { 't.parquet': { select: 'SELECT unnest([1, 2]) AS id' } };
  const report = await runLocal({ contract: appendOnly, files: { 't.parquet': ONE }, base, newTables: ['t'] });
  expect(checkOf(report, 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
});

it('a new table that no contract has is a mistake', async () => {
  const report = await runLocal({ contract: plain, files: { 't.parquet': ONE }, base: {}, newTables: ['t', 'u'] });
  expect(report.problems).toMatchObject([{ code: 'new-table-unknown', hint: '--new-table takes one of t' }]);
  expect(report.verdict).toBe('undecided');
});
