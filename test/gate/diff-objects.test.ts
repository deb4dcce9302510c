/** Objects: moved, rewritten, renamed, partitioned, unreadable. */
import { describe, expect, it } from 'vitest';
import { diffOf, runDiff } from '../support/run-diff.ts';

const rows = (from: number, to: number, extra = '') => ({
  select: `SELECT i AS id, 'v' || i AS v${extra} FROM range(${from}, ${to}) AS t(i)`,
});

describe('objects', () => {
  it('rewritten with the same rows change no row', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': rows(0, 10), 'b.parquet': rows(10, 20), 'c.parquet': rows(20, 30) },
      data: { 'all.parquet': rows(0, 20), 'c.parquet': rows(20, 30) },
    });
    expect(diff).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 30,
      moved: 20,
      objects: { read: 3, of: 5, changed: 3, renamed: [] },
    });
  });

  it('between which rows move and change at once', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': rows(0, 10), 'b.parquet': rows(10, 20) },
      data: {
        'a.parquet': rows(5, 15),
        'b.parquet': {
          select:
            "SELECT i AS id, CASE WHEN i = 3 THEN 'new' ELSE 'v' || i END AS v FROM (SELECT * FROM range(0, 5) UNION ALL SELECT * FROM range(15, 20)) AS t(i)",
        },
      },
    });
    expect(diff).toMatchObject({ inserted: 0, updated: 1, deleted: 0, unchanged: 19, moved: 9 });
  });

  it('under another name are the same, and not read', async () => {
    const diff = await diffOf({ base: { 'old.parquet': rows(0, 10) }, data: { 'new.parquet': rows(0, 10) } });
    expect(diff).toMatchObject({
      unchanged: 10,
      objects: { read: 0, of: 2, renamed: [{ from: 'old.parquet', to: 'new.parquet' }] },
    });
  });

  it('in another partition have other values', async () => {
    const diff = await diffOf({
      base: { 'day=1/a.parquet': rows(0, 10), 'day=2/b.parquet': rows(10, 20) },
      data: { 'day=1/a.parquet': rows(0, 10), 'day=3/b.parquet': rows(10, 20) },
    });
    expect(diff).toMatchObject({ updated: 10, unchanged: 10, columns: [{ name: 'day', changed: 10 }] });
  });

  it('whose partition is part of the key', async () => {
    const diff = await diffOf({
      key: ['day', 'id'],
      base: { 'day=1/a.parquet': rows(0, 10) },
      data: { 'day=2/a.parquet': rows(0, 10) },
    });
    expect(diff).toMatchObject({ inserted: 10, deleted: 10, updated: 0, unchanged: 0 });
  });

  it('of one side only make a table new, or empty', async () => {
    const made = await diffOf({ base: { 'readme.md': 'none' }, data: { 'a.parquet': rows(0, 10) } });
    expect(made).toMatchObject({ inserted: 10, unchanged: 0, rows: { base: 0, merge: 10 } });
    const emptied = await diffOf({ base: { 'a.parquet': rows(0, 10) }, data: { 'readme.md': 'none' } });
    expect(emptied).toMatchObject({ deleted: 10, rows: { base: 10, merge: 0 } });
  });

  it('that both sides share are looked into for keys that came anew', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': rows(0, 10) },
      data: { 'a.parquet': rows(0, 10), 'b.parquet': rows(8, 12) },
    });
    expect(diff).toMatchObject({
      inserted: 2,
      updated: 0,
      unchanged: 8,
      duplicateKeys: { keys: 2, baseRows: 2, mergeRows: 4 },
    });
  });

  it('that cannot be read leave the table uncompared, and say so', async () => {
    const report = await runDiff({ base: { 'a.parquet': rows(0, 3) }, data: { 'a.parquet': 'PAR1 and then nothing' } });
    expect(report.tables).toMatchObject([{ diff: null, problem: { code: 'diff-unreadable' } }]);
  });

  it('without the key column say so', async () => {
    const report = await runDiff({ key: ['nr'], base: { 'a.parquet': rows(0, 3) }, data: { 'a.parquet': rows(0, 4) } });
    expect(report.tables).toMatchObject([
      { problem: { code: 'diff-key-missing', message: 'the key column nr is not in either side' } },
    ]);
  });
});

describe('a table without a key', () => {
  it('is compared as a bag of rows', async () => {
    const twice = { select: 'SELECT 1 AS a UNION ALL SELECT 1 UNION ALL SELECT 2' };
    const diff = await diffOf({
      key: [],
      base: { 'a.parquet': twice },
      data: { 'a.parquet': { select: 'SELECT 1 AS a UNION ALL SELECT 3' } },
    });
    expect(diff).toMatchObject({
      key: [],
      inserted: 1,
      deleted: 2,
      updated: 0,
      unchanged: 1,
      moved: null,
      columns: [],
    });
  });
});

describe('the schema', () => {
  it('lists what came and went, and guesses a new name', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': rows(0, 100, ', i % 7 AS old, 1 AS gone') },
      data: { 'a.parquet': rows(0, 100, ', i % 7 AS "new", 2 AS come') },
    });
    expect(diff.schema).toEqual([
      { change: 'removed', column: 'old', before: 'BIGINT', after: null },
      { change: 'removed', column: 'gone', before: 'INTEGER', after: null },
      { change: 'added', column: 'new', before: null, after: 'BIGINT' },
      { change: 'added', column: 'come', before: null, after: 'INTEGER' },
      {
        change: 'renamed?',
        column: 'new',
        before: 'old',
        after: 'new',
        guess: { numerator: 100, denominator: 100, of: 'rows compared that have a value' },
      },
    ]);
  });

  it('tells another order of the columns', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': { select: 'SELECT 1 AS id, 2 AS x, 3 AS y' } },
      data: { 'a.parquet': { select: 'SELECT 3 AS y, 1 AS id, 2 AS x' } },
    });
    expect(diff.updated).toBe(0);
    expect(diff.schema).toEqual([{ change: 'order', column: 'y, id, x', before: 'id, x, y', after: 'y, id, x' }]);
  });
});

describe('too many rows to compare each', () => {
  it('are compared key by key in a part, the same part on both sides, and called an estimate', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': rows(0, 40_000) },
      data: {
        'a.parquet': {
          select: "SELECT i AS id, CASE WHEN i % 4 = 0 THEN 'x' ELSE 'v' || i END AS v FROM range(1000, 41000) AS t(i)",
        },
      },
      limits: { exactRows: 10_000, profileBytes: 0 },
    });
    expect(diff.estimate).toMatchObject({ oneIn: 8, sampledShare: 0.125 });
    const { inserted, updated, deleted, estimate } = diff;
    expect(Math.abs(updated - 9_750)).toBeLessThan(2 * (estimate?.margin95.updated ?? 0));
    expect(Math.abs(inserted - 1_000)).toBeLessThan(2 * (estimate?.margin95.inserted ?? 0));
    expect(Math.abs(deleted - 1_000)).toBeLessThan(2 * (estimate?.margin95.deleted ?? 0));
    expect(diff.rows).toEqual({ base: 40_000, merge: 40_000 });
  });
});

describe('names', () => {
  it('of columns are quoted, whatever they hold', async () => {
    const name = `a"; DROP TABLE x; --`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const diff = await diffOf({
      key: [name],
      show: 'all',
      base: { "o'dd.parquet": { select: `SELECT 1 AS ${quoted}, 2 AS "k0", 3 AS "c0", 4 AS p` } },
      data: { "o'dd.parquet": { select: `SELECT 1 AS ${quoted}, 2 AS "k0", 5 AS "c0", 4 AS p` } },
    });
    expect(diff).toMatchObject({ key: [name], updated: 1, columns: [{ name: 'c0', changed: 1 }] });
  });
});
