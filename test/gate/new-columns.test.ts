/** A new column may come; values of it in rows that were there are changes of these rows. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';

const BASE = 'SELECT i AS id, {a: i} AS s FROM range(3) AS t(i)';
const NEW_ROW = "SELECT 3::BIGINT AS id, {a: 3::BIGINT} AS s, 'x' AS v";

function rewritten(select: string, diff = '{appendOnly: true}', key = '[id]'): RuledTable {
  const properties = '{name: id}, {name: s, logicalType: object}';
  return { diff, key, properties, base: { 'a.parquet': { select: BASE } }, files: { 'a.parquet': { select } } };
}

const FILLED = "SELECT i AS id, {a: i} AS s, CASE WHEN i = 1 THEN 'x' END AS v FROM range(3) AS t(i)";
const EMPTY = 'SELECT i AS id, {a: i} AS s, NULL::VARCHAR AS v FROM range(3) AS t(i)';
const FILLED_FIELD = "SELECT i AS id, {a: i, b: CASE WHEN i = 1 THEN 'x' END} AS s FROM range(3) AS t(i)";
const EMPTY_FIELD = 'SELECT i AS id, {a: i, b: NULL::VARCHAR} AS s FROM range(3) AS t(i)';

const KEEP = { 'dt=2030-01-01/a.parquet': { select: 'SELECT 9 AS id' } };
function inPartition(select: string): RuledTable {
  return {
    diff: '{protectedPartitions: [{column: dt, before: 2026-01-01}]}',
    properties: '{name: id}, {name: dt}',
    base: { ...KEEP, 'dt=2025-01-01/a.parquet': { select: 'SELECT 1 AS id' } },
    files: { ...KEEP, 'dt=2025-01-01/a.parquet': { select } },
  };
}

let report: Report;

beforeAll(async () => {
  report = await judgeTables({
    filled: rewritten(FILLED),
    'filled-without-key': rewritten(FILLED, '{appendOnly: true}', ''),
    'filled-field': rewritten(FILLED_FIELD),
    'filled-and-not-asked': rewritten(FILLED, '{updated: 0, deleted: 0, immutable: [s]}'),
    'in-protected': inPartition("SELECT 1 AS id, 'x' AS v"),
    empty: rewritten(`${EMPTY} UNION ALL ${NEW_ROW}`),
    'empty-without-key': rewritten(`${EMPTY} UNION ALL ${NEW_ROW}`, '{appendOnly: true}', ''),
    'empty-field': rewritten(EMPTY_FIELD),
    'empty-in-protected': inPartition('SELECT 1 AS id, NULL::VARCHAR AS v'),
    beside: {
      ...rewritten(BASE),
      files: { 'a.parquet': { select: BASE }, 'b.parquet': { select: NEW_ROW } },
    },
    csv: {
      diff: '{appendOnly: true}',
      properties: '{name: id, logicalType: integer}, {name: n, logicalType: integer}',
      base: { 'a.csv': 'id\n1\n2\n' },
      files: { 'a.csv': 'id,n\n1,\n2,5\n' },
    },
  });
}, 60_000);

describe('a new column', () => {
  it.each(['filled', 'filled-without-key', 'filled-field', 'csv'])('%s: rows that were there changed', (table) => {
    const found = ruleOf(report, table, 'appendOnly');
    expect(found).toMatchObject({ outcome: 'fail', failing: 1 });
    expect(found.observed).toContain('values in a new column included');
  });

  it('in-protected: a row of a protected partition changed', () => {
    expect(ruleOf(report, 'in-protected', 'protectedPartition')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it.each(['empty', 'empty-without-key', 'empty-field', 'beside'])(
    '%s: rows that were there are as they were',
    (table) => {
      expect(ruleOf(report, table, 'appendOnly')).toMatchObject({ outcome: 'pass', failing: 0 });
    },
  );

  it('empty-in-protected: no row changed', () => {
    expect(ruleOf(report, 'empty-in-protected', 'protectedPartition')).toMatchObject({ outcome: 'pass' });
  });

  it('is for `schemaChanges` to refuse where rows before are not asked for', () => {
    expect(ruleOf(report, 'filled-and-not-asked', 'rowChanges')).toMatchObject({ outcome: 'pass' });
    expect(ruleOf(report, 'filled-and-not-asked', 'immutable')).toMatchObject({ outcome: 'pass' });
  });
});
