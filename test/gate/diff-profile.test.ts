/** The profile of a diff in the real engine: what shifted, what is exact, what must not be shown, and what must not break. */
import { describe, expect, it } from 'vitest';
import type { ColumnProfile, ProfileShift, TableDiff } from '../../src/core/diff/table-diff.ts';
import { diffOf, runDiff } from '../support/run-diff.ts';

const ROWS = 3_000;
const flights = (more: string) => ({
  select: `SELECT i AS id, ${more}, DATE '2024-01-01' + CAST(i % 30 AS INTEGER) AS day FROM range(${ROWS}) AS t(i)`,
});
const BEFORE = flights(
  "CASE WHEN i % 50 = 0 THEN NULL ELSE 'gate ' || (i % 40) END AS gate, CASE WHEN i % 20 = 0 THEN 'cancelled' ELSE 'landed' END AS status, 50.0 + i % 700 AS fare",
);
const AFTER = flights(
  "CASE WHEN i % 10 = 0 THEN NULL ELSE 'gate ' || (i % 40) END AS gate, CASE WHEN i % 3 = 0 THEN 'cancelled' ELSE 'landed' END AS status, CASE WHEN i = 7 THEN -1.0 ELSE 50.0 + i % 700 END AS fare",
);

function column({ profile }: TableDiff, name: string): ColumnProfile {
  const found = profile.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no profile of ${name}`);
  return found;
}

function shift(diff: TableDiff, name: string, measure: ProfileShift['measure']): ProfileShift | undefined {
  return column(diff, name).shifts?.find((one) => one.measure === measure);
}

describe('the profile of a diff', () => {
  it('tells what shifted, with the thresholds, and counts few values exactly', async () => {
    const diff = await diffOf({ base: { 'a.parquet': BEFORE }, data: { 'a.parquet': AFTER }, show: 'all' });
    expect(shift(diff, 'gate', 'nullRate')).toMatchObject({
      strength: 'strong',
      before: '0.02',
      after: '0.1',
      delta: 8,
      unit: 'points',
      threshold: { name: 'null-rate', value: 1 },
    });
    expect(shift(diff, 'status', 'distribution')).toMatchObject({
      strength: 'strong',
      unit: 'PSI',
      where: 'cancelled',
    });
    expect(shift(diff, 'fare', 'min')).toMatchObject({
      before: '50.0',
      after: '-1.0',
      threshold: { name: 'zero-crossed' },
    });
    expect(column(diff, 'id').shifts).toEqual([]);
    expect(column(diff, 'day').shifts).toEqual([]);
    expect(column(diff, 'fare').base).toMatchObject({ distinct: 700, distinctIsExact: true });
    expect(Number(column(diff, 'fare').base?.deviation)).toBeCloseTo(205.48, 2);
    expect(column(diff, 'status').topValues[0]).toMatchObject({ value: { text: 'landed' }, base: 2_850, merge: 2_000 });
  });

  it('has no value of a hidden column in any shift', async () => {
    const diff = await diffOf({ base: { 'a.parquet': BEFORE }, data: { 'a.parquet': AFTER }, show: ['id'] });
    const shifts = diff.profile.flatMap(({ name, shifts = [] }) => shifts.map(({ measure }) => `${name} ${measure}`));
    expect(shifts).toEqual(['gate nullRate']);
    expect(JSON.stringify(diff.profile)).not.toMatch(/landed|cancelled|gate 1|2024/);
  });

  it('survives numbers that overflow when they are added or squared', async () => {
    const huge = 'CAST(170141183460469231731687303715884105727 AS HUGEINT)';
    const of = (double: string) => ({
      select: `SELECT i AS id, ${double} AS d, ${huge} - i AS h, CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) AS m FROM range(200) AS t(i)`,
    });
    const diff = await diffOf({
      base: { 'a.parquet': of('CAST(i AS DOUBLE)') },
      data: {
        'a.parquet': of("CASE i % 4 WHEN 0 THEN 1e308 WHEN 1 THEN 'nan'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE ELSE i END"),
      },
      show: 'all',
    });
    expect(diff).toMatchObject({ updated: 150, notes: [] });
    expect(shift(diff, 'd', 'max')).toMatchObject({ threshold: { name: 'not-finite' }, delta: null });
    expect(column(diff, 'm').base?.distinct).toBe(1);
  });

  it('of two hundred columns stays within half a gigabyte', async () => {
    const of = (add: number) => ({
      select: `SELECT i AS id, ${Array.from({ length: 200 }, (_none, index) => `(i * ${index + 1}) % 97 + ${index % 2 === 0 ? add : 0} AS column_${index}`).join(', ')} FROM range(500) AS t(i)`,
    });
    const diff = await diffOf({ base: { 'a.parquet': of(0) }, data: { 'a.parquet': of(1) }, show: ['id', 'column_2'] });
    expect(diff).toMatchObject({ updated: 500, notes: [], unchangedColumns: 101, omitted: { profile: 1 } });
    expect(diff.columns).toHaveLength(100);
    expect(diff.samples.length).toBeGreaterThan(0);
    expect(diff.profile).toHaveLength(200);
  });
});

describe('versions that do not go together', () => {
  it.each([
    ['idd', 'did you mean id?'],
    ['order_number', 'both versions have: id, name'],
  ])('a key %s that is not there gets a hint', async (key, hint) => {
    const file = { select: "SELECT 1 AS id, 'a' AS name" };
    const report = await runDiff({
      base: { 'a.parquet': file },
      data: { 'a.parquet': { select: "SELECT 2 AS id, 'b' AS name" } },
      key: [key],
    });
    expect(report.tables[0]?.problem).toMatchObject({ code: 'diff-key-missing', hint });
  });

  it('have nothing in common: that is said, and no row is called unchanged', async () => {
    const base = { 'a.parquet': { select: 'SELECT 1 AS id, 2 AS b' } };
    const report = await runDiff({ base, data: { 'a.parquet': { select: 'SELECT 1 AS x' } }, key: [] });
    expect(report.tables[0]).toMatchObject({ diff: null, problem: { code: 'diff-nothing-common' } });
  });
});
