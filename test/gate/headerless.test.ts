/** CSV without a header line: its columns are the contract's, and folders of the path are not in the file. */
import { describe, expect, it } from 'vitest';
import { checkOf, runLocal } from '../support/run-local.ts';

function contract(properties: string): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    customProperties: [{property: sluice, value: {key: [id], csv: {header: false}}}]
    properties: [${properties}]
`;
}
const FIELDS = '{name: id, logicalType: integer}, {name: n, logicalType: integer, logicalTypeOptions: {maximum: 9}}';

describe('a CSV without its header, by design', () => {
  it.each([
    ['that the contract knows', `{name: day, logicalType: date}, ${FIELDS}`],
    ['that the contract does not know', FIELDS],
  ])('is read below a folder %s', async (_what, properties) => {
    const report = await runLocal({
      contract: contract(properties),
      base: { 't/day=2026-01-01/a.csv': '1,2\n2,3\n' },
      files: { 't/day=2026-01-01/a.csv': '1,2\n2,30\n3,4\n' },
    });
    expect(checkOf(report, 'readable').outcome).toBe('pass');
    expect(checkOf(report, 'range', 'n')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 3 });
    expect(report.tables[0]?.diff).toMatchObject({ inserted: 1, updated: 1, deleted: 0, notes: [] });
  });

  it('has a field too many where the folder is in the file as well', async () => {
    const report = await runLocal({
      contract: contract(`{name: day, logicalType: date}, ${FIELDS}`),
      files: { 't/day=2026-01-01/a.csv': '2026-01-01,1,2\n' },
    });
    expect(checkOf(report, 'readable').outcome).toBe('fail');
  });

  it('is read whole where no folder is in the path', async () => {
    const report = await runLocal({
      contract: contract(`{name: day, logicalType: date}, ${FIELDS}`),
      files: { 't/a.csv': '2026-01-01,1,2\n' },
    });
    expect(report.verdict).toBe('approved');
  });
});
