/** Where the rows of repeated keys are: whoever mends them needs the objects. */
import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

describe('repeated keys', () => {
  it('are told by object, across objects and with nulls', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties:
          '- name: a\n  primaryKey: true\n  primaryKeyPosition: 1\n- name: b\n  primaryKey: true\n  primaryKeyPosition: 2',
      }),
      files: {
        't/one.parquet': { select: "SELECT * FROM (VALUES (1, 'x'), (2, 'x'), (3, NULL)) AS v(a, b)" },
        't/two.parquet': { select: "SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (4, 'y')) AS v(a, b)" },
        't/three.parquet': { select: "SELECT * FROM (VALUES (5, 'x')) AS v(a, b)" },
      },
    });
    expect(checkOf(report, 'primaryKey')).toMatchObject({
      outcome: 'fail',
      failing: 4,
      duplicateKeys: 1,
      objects: [
        { path: 't/one.parquet', failing: 2 },
        { path: 't/two.parquet', failing: 2 },
      ],
    });
  });

  it('are told by object under a row condition', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties:
          "- name: a\n  quality: [{metric: duplicateValues, mustBe: 0, customProperties: [{property: sluice, value: {where: 'a > 1'}}]}]",
      }),
      files: {
        't/one.parquet': { select: 'SELECT unnest([1, 1, 2]) AS a' },
        't/two.parquet': { select: 'SELECT unnest([2, 3]) AS a' },
      },
    });
    expect(checkOf(report, 'duplicateValues')).toMatchObject({
      failing: 2,
      evaluated: 3,
      objects: [
        { path: 't/one.parquet', failing: 1 },
        { path: 't/two.parquet', failing: 1 },
      ],
    });
  });
});
