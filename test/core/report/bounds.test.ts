/** A merge of two hundred tables with five thousand changed columns: every format keeps its bound, and says what it left out. */
import { describe, expect, it } from 'vitest';
import type { DiffReport } from '../../../src/core/diff/diff-report.ts';
import { shiftsOf } from '../../../src/core/diff/profile-shift.ts';
import type { ColumnProfile, TableDiff } from '../../../src/core/diff/table-diff.ts';
import { diffToHtml } from '../../../src/core/report/diff-to-html.ts';
import { diffToText } from '../../../src/core/report/diff-to-text.ts';
import { RENDERERS } from '../../../src/core/report/formats.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { columnDiff, richDiff, sample } from './diffs.ts';
import { failed, report, table } from './reports.ts';

const TABLES = 200;
const COLUMNS = 25;

function profiled(name: string): ColumnProfile {
  const side = {
    rows: 10_000,
    nulls: 0,
    distinct: 500,
    min: '0',
    max: '100',
    mean: '50',
    deviation: '20',
    quantiles: { q25: '35', q50: '50', q75: '65' },
  };
  const profile: ColumnProfile = {
    name,
    type: 'DOUBLE',
    base: side,
    merge: { ...side, nulls: 900, max: '999', mean: '70' },
    histogram: {
      edges: Array.from({ length: 21 }, (_none, index) => index * 50),
      unit: 'number',
      base: Array.from({ length: 20 }, () => 500),
      merge: Array.from({ length: 20 }, (_none, index) => (index < 10 ? 900 : 10)),
    },
    topValues: Array.from({ length: 10 }, (_none, index) => ({
      value: { kind: 'value', text: `value ${index}`, cut: 0 },
      base: 50,
      merge: 40,
    })),
  };
  return { ...profile, shifts: shiftsOf(profile, false) };
}

function wide(columns: number, rows = 2, characters = 300): TableDiff {
  const names = Array.from({ length: columns }, (_none, index) => `a_column_with_a_long_name_${index}`);
  return {
    ...richDiff(),
    columns: names.map((name) => columnDiff({ name })),
    profile: names.map(profiled),
    samples: (['updated', 'inserted', 'deleted'] as const).flatMap((change) =>
      Array.from({ length: rows }, () => ({
        ...sample('x', change),
        cells: names.map((name) => ({
          column: name,
          base: { kind: 'value', text: `old ${'y'.repeat(characters)}`, cut: 5 } as const,
          merge: { kind: 'value', text: `new ${'z'.repeat(characters)}`, cut: 5 } as const,
        })),
      })),
    ),
  };
}

const DIFF = wide(COLUMNS);
const HUGE: Report = report({
  verdict: 'rejected',
  reasons: Array.from({ length: 1_000 }, (_none, index) => `a check failed, ${index}`),
  tables: Array.from({ length: TABLES }, (_none, index) =>
    table({
      name: `table_${index}`,
      diff: DIFF,
      checks: Array.from({ length: COLUMNS + 1 }, (_one, place) => failed({ id: `t${index}.c${place}.range` })),
    }),
  ),
});
const HUGE_DIFF: DiffReport = {
  diffVersion: '1.0',
  scope: { kind: 'local', base: 'before', data: 'after' },
  tables: HUGE.tables.map(({ name }) => ({ name, location: name, diff: DIFF, problem: null })),
  omittedTables: 7,
  problems: [],
  engine: { sluice: '0.1.0', duckdb: 'v1' },
  durationMs: 1,
};
/** One table with all that its lists hold. */
const WIDEST: DiffReport = {
  ...HUGE_DIFF,
  tables: [{ name: 't', location: 't', diff: wide(200, 50, 900), problem: null }],
};

const KIB = 1024;

describe('a report of two hundred tables and five thousand changed columns', () => {
  it.each([
    ['text', 32 * KIB, /Left out to keep this short: .*shifts of profiles|The rest does not fit here/],
    ['html', 1024 * KIB, /More tables[\s\S]*table_199/],
    [
      'markdown',
      3_000 + 200,
      /… and \d+ more tables[\s\S]*… and [\d,]+ more findings[\s\S]*… and [\d,]+ more columns with a shifted profile/,
    ],
    ['sarif', 8 * KIB * KIB, /"omittedResults": 200/],
    ['junit', 8 * KIB * KIB, /<testsuites name="sluice rejected" tests="5201"/],
    ['github', 16 * KIB, /5[\d,]+ more findings are not shown here/],
  ] as const)('as %s stays within %d bytes', (format, bytes, says) => {
    const text = RENDERERS[format](HUGE);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
    expect(text.replaceAll(format === 'text' ? /\s+/g : /\r/g, ' ')).toMatch(says);
  });

  it('as Markdown has no value of the data', () => {
    const few = { ...HUGE, tables: HUGE.tables.slice(0, 1).map((one) => ({ ...one, checks: [] })), reasons: [] };
    const text = RENDERERS.markdown(few);
    expect(text).toContain(
      '- profile `table_0.a_column_with_a_long_name_0`: null rate 0 % → 9.0 % (none before), distribution (PSI 2.19), mean (+1.00 sd)',
    );
    expect(text).not.toMatch(/999|old y|new z/);
  });

  it('as a GitHub step has ten errors at most', () => {
    const errors = RENDERERS.github(HUGE)
      .split('\n')
      .filter((line) => line.startsWith('::error'));
    expect(errors.length).toBeLessThanOrEqual(10);
  });

  it('as JUnit counts what passed when there are too many cases', () => {
    const checks = [failed(), ...Array.from({ length: 120 }, () => failed({ outcome: 'pass' }))];
    const xml = RENDERERS.junit({ ...HUGE, tables: HUGE.tables.map((one) => ({ ...one, checks })) });
    expect(xml).toContain('<property name="omitted" value="120 that passed"/>');
    expect(xml).toMatch(/<testsuites name="sluice rejected" tests="201" failures="201"/);
  });

  it('as text for a log that is kept has no value at all', () => {
    const one = { ...HUGE, tables: [table({ diff: { ...DIFF, profile: [profiled('amount')] } })] };
    expect(RENDERERS.text(one)).toMatch(/mean +50 -> 70/);
    expect(RENDERERS.text(one)).toContain('old yyy');
    const kept = RENDERERS.text(one, { values: false });
    expect(kept).toMatch(/mean +\(\+1\.00 sd\)/);
    expect(kept).toMatch(/null rate +0 % -> 9\.0 %/);
    expect(kept).not.toMatch(/old yyy|50 -> 70/);
  });
});

describe('sluice diff of two hundred tables', () => {
  it('as text keeps to 32 KiB and names what is not there', () => {
    const text = diffToText(HUGE_DIFF);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * KIB);
    expect(text).toMatch(/… \d+ more tables; all of it: --format json/);
    expect(text).toContain('left out to keep this short: shifts of profiles, rows; all of it: --format json');
  });

  it.each([
    ['all tables', HUGE_DIFF, /1\d\d more tables in the list above alone/],
    ['one table of two hundred columns', WIDEST, /170 more pictures left out/],
  ] as const)('as a page of %s keeps to 1 MiB and names what is not there', (_name, diff, says) => {
    const page = diffToHtml(diff);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(KIB * KIB);
    expect(page).toMatch(says);
  });

  it('as a page shows as many rows and columns of a wide table as fit, and says how many', () => {
    expect(diffToHtml(WIDEST)).toMatch(/Rows updated: \d+ of 60 shown, 40 of 200 columns/);
  });

  it('as text shows the worst shifts first, a few of each table, and how many more there are', () => {
    const text = diffToText({ ...HUGE_DIFF, tables: HUGE_DIFF.tables.slice(0, 1), omittedTables: 0 });
    expect(text).toMatch(/! a_column_wit…_long_name_0 +null rate +0 % -> 9\.0 % +\(none before\)/);
    expect(text).toMatch(/\(67 more shifts, 22 more columns with shifts, of the rows of changed objects alone\)/);
    expect(
      text.split('\n').filter((line) => /^ {2}[!~] a_column\S+ +(null rate|distribution|mean) /.test(line)),
    ).toHaveLength(8);
  });
});
