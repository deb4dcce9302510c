import { describe, expect, it } from 'vitest';
import { diffOf } from '../support/run-diff.ts';

const people = (rows: string) => ({ select: `SELECT * FROM (VALUES ${rows}) AS t(id, name, age)` });

describe('rows by key', () => {
  it('counts inserted, updated, deleted and unchanged rows, and how each column changed', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': people("(1, 'Ann', 30), (2, 'Bob', NULL), (3, 'Cy', 50), (4, 'Di', 60)") },
      data: { 'a.parquet': people("(1, 'Ann', 31), (2, 'bob', 40), (3, 'Cy', NULL), (5, 'Ed', 70)") },
    });
    expect(diff).toMatchObject({
      inserted: 1,
      updated: 3,
      deleted: 1,
      unchanged: 0,
      rows: { base: 4, merge: 4 },
      moved: 0,
      columns: [
        { name: 'age', changed: 3, nullToValue: 1, valueToNull: 1, valueToValue: 1 },
        { name: 'name', changed: 1, caseOnly: 1, matchRate: { numerator: 2, denominator: 3 } },
      ],
    });
  });
});
