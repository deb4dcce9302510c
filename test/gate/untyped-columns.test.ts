/** Columns that a writer gave no type because it saw no value. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

const untyped = readFileSync(new URL('../fixtures/parquet/note-without-a-type.parquet', import.meta.url));

describe('a column without a type', () => {
  const properties = '- name: id\n- name: note\n  logicalType: date\n  logicalTypeOptions: {minimum: "2026-01-01"}';

  it('goes with every logical type', async () => {
    const report = await runLocal({ contract: contractOf({ properties }), files: { 't.parquet': untyped } });
    expect(checkOf(report, 'type', 'note')).toMatchObject({ outcome: 'pass' });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'pass', failing: 0, evaluated: 0 });
  });

  it('goes with a typed one in another object, and its rows are null', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: `${properties}\n  required: true` }),
      files: { 't/a.parquet': untyped, 't/b.parquet': { select: "SELECT 4::BIGINT AS id, DATE '2025-12-31' AS note" } },
    });
    expect(checkOf(report, 'type', 'note')).toMatchObject({ outcome: 'pass' });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'fail', failing: 3, evaluated: 4 });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 1 });
  });
});
