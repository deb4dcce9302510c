import type { DiffReport } from '../../../src/core/diff/diff-report.ts';
import type { ColumnDiff, RowSample, TableDiff } from '../../../src/core/diff/table-diff.ts';
import { report, table, tableDiff } from './reports.ts';

export function columnDiff(overrides: Partial<ColumnDiff> = {}): ColumnDiff {
  return {
    name: 'amount',
    changed: 8_000,
    nullToValue: 0,
    valueToNull: 0,
    valueToValue: 8_000,
    caseOnly: 0,
    whitespaceOnly: 0,
    withinTolerance: 0,
    tolerance: null,
    sameJson: 0,
    comparedAs: null,
    matchRate: { numerator: 11_988_000, denominator: 11_996_000, of: 'rows on both sides' },
    ...overrides,
  };
}

const value = (text: string, cut = 0) => ({ kind: 'value', text, cut }) as const;

export function sample(text: string, change: RowSample['change'] = 'updated'): RowSample {
  return {
    change,
    key: [{ column: 'order_id', value: value('1000214') }],
    cells: [
      { column: 'amount', base: value('12.50'), merge: value('-50.00') },
      { column: 'note', base: { kind: 'null' }, merge: value(text, 3) },
      { column: 'email', base: { kind: 'hidden' }, merge: { kind: 'hidden' } },
    ],
  };
}

/** One of everything. */
export function richDiff(text = 'call back'): TableDiff {
  return tableDiff({
    key: ['order_id'],
    inserted: 200_000,
    updated: 8_200,
    deleted: 4_000,
    unchanged: 11_987_800,
    rows: { base: 12_000_000, merge: 12_196_000 },
    duplicateKeys: { keys: 4, baseRows: 4, mergeRows: 8 },
    nullKeys: { inserted: 2, deleted: 1 },
    moved: 31_000,
    columns: [columnDiff(), columnDiff({ name: text, changed: 200, valueToNull: 200, valueToValue: 0, caseOnly: 2 })],
    schema: [
      { change: 'type', column: 'amount', before: 'DECIMAL(10,2)', after: 'DECIMAL(12,2)' },
      { change: 'added', column: text, before: null, after: 'VARCHAR' },
      {
        change: 'renamed?',
        column: 'mail',
        before: 'email',
        after: 'mail',
        guess: { numerator: 9, denominator: 10, of: 'rows' },
      },
    ],
    objects: {
      read: 7,
      of: 61,
      bytesRead: 31_000_000,
      bytesOf: 264_000_000,
      changed: 4,
      renamed: [{ from: 'tables/orders/a.parquet', to: text }],
    },
    samples: [sample(text), sample(text, 'inserted'), sample(text, 'deleted')],
    profile: [
      {
        name: 'amount',
        type: 'DECIMAL(12,2)',
        base: {
          rows: 100,
          nulls: 0,
          distinct: 90,
          min: '0.10',
          max: '99.00',
          mean: '41.2',
          quantiles: { q25: '10', q50: '40', q75: '70' },
        },
        merge: {
          rows: 120,
          nulls: 3,
          distinct: 95,
          min: '-50.00',
          max: '99.00',
          mean: '38.9',
          quantiles: { q25: '8', q50: '39', q75: '70' },
        },
        histogram: {
          edges: [-50, -25, 0, 25, 50, 75, 100],
          unit: 'number',
          base: [0, 0, 30, 40, 20, 10],
          merge: [6, 2, 30, 42, 25, 12],
        },
        topValues: [],
        shifts: [
          {
            measure: 'min',
            strength: 'notable',
            before: '0.10',
            after: '-50.00',
            delta: -0.51,
            unit: 'ranges',
            threshold: { name: 'range', value: 0.1 },
            where: null,
          },
        ],
      },
      {
        name: 'status',
        type: 'VARCHAR',
        base: {
          rows: 100,
          nulls: 0,
          distinct: 2,
          distinctIsExact: true,
          min: null,
          max: null,
          mean: null,
          quantiles: null,
        },
        merge: {
          rows: 120,
          nulls: 0,
          distinct: 2,
          distinctIsExact: true,
          min: null,
          max: null,
          mean: null,
          quantiles: null,
        },
        histogram: null,
        topValues: [
          { value: value('landed'), base: 80, merge: 60 },
          { value: value(text), base: 20, merge: 60 },
        ],
        shifts: [],
      },
      {
        name: text,
        type: 'VARCHAR',
        base: null,
        merge: { rows: 120, nulls: 60, distinct: 3, min: null, max: null, mean: null, quantiles: null },
        histogram: null,
        topValues: [],
      },
    ],
    notes: ['The column region comes from the path.'],
    omitted: {
      columns: 3,
      schema: 1,
      renamedObjects: 2,
      samples: { inserted: 5, updated: 10, deleted: 0 },
      profile: 4,
    },
  });
}

export const DIFFED = report({ verdict: 'approved', tables: [table({ diff: richDiff() })] });

export const DIFF_REPORT: DiffReport = {
  diffVersion: '1.0',
  scope: {
    kind: 'refs',
    repository: 'lake',
    base: 'main',
    head: 'etl',
    baseCommit: 'a'.repeat(64),
    headCommit: 'b'.repeat(64),
  },
  tables: [
    { name: 'orders', location: 'tables/orders/', diff: richDiff(), problem: null },
    {
      name: 'broken',
      location: 'tables/broken/',
      diff: null,
      problem: { code: 'diff-unreadable', message: 'an object cannot be read' },
    },
  ],
  omittedTables: 3,
  problems: [],
  engine: { sluice: '0.1.0', duckdb: 'duckdb v1.5.6' },
  durationMs: 812,
};
