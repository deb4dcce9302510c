import type { TableDiff } from '../../../src/core/diff/table-diff.ts';
import type { CheckReport, Report, TableReport } from '../../../src/core/report/report.ts';

/** Reports that the tests render, and that people look at when they change the layout. */

const DIGEST = '3b1f9a02c4d57766aabbccddeeff00112233445566778899aabbccddeeff0011';

export function check(overrides: Partial<CheckReport> = {}): CheckReport {
  const kind = overrides.kind ?? 'required';
  const columns = overrides.columns ?? ['customer_id'];
  return {
    id: ['orders', ...columns, kind].join('.'),
    kind,
    name: null,
    columns,
    outcome: 'pass',
    severity: 'error',
    dimension: 'completeness',
    failing: 0,
    evaluated: 8_400,
    duplicateKeys: null,
    observed: '0 of 8,400 rows null',
    expected: 'customer_id is never null',
    help: null,
    contract: { file: 'contracts/orders.odcs.yaml', line: 41 },
    origin: null,
    objects: [],
    ...overrides,
  };
}

export function failed(overrides: Partial<CheckReport> = {}): CheckReport {
  return check({
    kind: 'range',
    columns: ['amount'],
    outcome: 'fail',
    failing: 214,
    observed: '214 of 8,400 rows outside the range (2.5 %)',
    expected: 'amount from 0 to 100000',
    help: 'correct the values, or change the range in the contract',
    objects: [
      { path: 'tables/orders/day=2026-08-22/part-3.parquet', failing: 200 },
      { path: 'tables/orders/day=2026-08-21/part-1.parquet', failing: 14 },
    ],
    ...overrides,
  });
}

/** A diff of a table in which nothing changed, but for the overrides. */
export function tableDiff(overrides: Partial<TableDiff> = {}): TableDiff {
  return {
    key: ['customer_id'],
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    rows: { base: 0, merge: 0 },
    duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
    nullKeys: { inserted: 0, deleted: 0 },
    moved: 0,
    columns: [],
    unchangedColumns: 7,
    schema: [],
    objects: { read: 3, of: 5, bytesRead: 1_234_567, bytesOf: 2_345_678, changed: 2, renamed: [] },
    samples: [],
    profileOf: 'changed-objects',
    profile: [],
    estimate: null,
    notes: [],
    omitted: {
      columns: 0,
      schema: 0,
      renamedObjects: 0,
      samples: { inserted: 0, updated: 0, deleted: 0 },
      profile: 0,
    },
    ...overrides,
  };
}

export function table(overrides: Partial<TableReport> = {}): TableReport {
  return {
    name: 'orders',
    contract: { file: 'contracts/orders.odcs.yaml', id: 'orders', version: '1.2.0', digest: DIGEST },
    owner: 'payments-data',
    location: 'tables/orders/**/*.parquet',
    rows: 12_196_000,
    objects: { read: 61, bytes: 264_000_000, added: 5, changed: 2, removed: 0, unseenByDiff: [] },
    checks: [check()],
    diff: null,
    ...overrides,
  };
}

export const MERGE: Report['scope'] = {
  kind: 'merge',
  event: 'pre-merge',
  read: 'commit',
  decisionId: '01J8ZK3V9Q6T4W2X0Y5A7B8C9D',
  repository: 'lake',
  destination: 'main',
  source: 'etl/2026-08-22',
  mergeCommit: '5f2c01ab9a1e77665544332211009988776655443322110099887766554433ff',
  baseCommit: '81d077c3aa10ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766',
  metaRange: 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1',
  mergeResult: true,
  committer: 'etl-bot',
};

export function report(overrides: Partial<Report> = {}): Report {
  return {
    reportVersion: '1.0',
    verdict: 'approved',
    reasons: [],
    tables: [table()],
    problems: [],
    scope: MERGE,
    uncovered: { count: 0, paths: [] },
    ruleChanges: [],
    engine: { sluice: '0.1.0', duckdb: 'duckdb v1.5.6' },
    durationMs: 2_431,
    ...overrides,
  };
}

const PASSED: readonly CheckReport[] = [
  ...['id', 'customer_id', 'amount'].map((name) => check({ columns: [name] })),
  ...['id', 'customer_id', 'amount', 'note'].map((name) => check({ kind: 'type', columns: [name] })),
  check({ kind: 'readable', columns: [] }),
  check({ kind: 'rowCount', columns: [], failing: null, evaluated: null }),
];

export const APPROVED = report({
  tables: [
    table({ checks: PASSED }),
    table({
      name: 'customers',
      location: 'tables/customers/',
      rows: 48_120,
      objects: { read: 2, bytes: 1_234_567, added: 0, changed: 1, removed: 1, unseenByDiff: [] },
      checks: PASSED.slice(3),
    }),
  ],
});

export const REJECTED = report({
  verdict: 'rejected',
  reasons: [
    'orders: range on amount: 214 of 8,400 rows outside the range (2.5 %)',
    'orders: columnPresence on currency: missing in 2 of 61 objects',
    'orders: primaryKey on order_id, line: 8 of 12,196,000 rows break the key (<0.1 %): 4 distinct keys',
    'customers: relationship on country: 9 of 48,120 rows without a row in countries (<0.1 %)',
  ],
  tables: [
    table({
      name: 'products',
      location: 'tables/products/',
      rows: 812,
      objects: { read: 1, bytes: 40_112, added: 0, changed: 1, removed: 0, unseenByDiff: [] },
      checks: PASSED,
    }),
    table({
      objects: {
        read: 61,
        bytes: 264_000_000,
        added: 5,
        changed: 2,
        removed: 1,
        unseenByDiff: ['tables/orders/day=2026-01-04/part-0.parquet'],
      },
      checks: [
        ...PASSED,
        check({
          kind: 'nullValues',
          columns: ['note'],
          outcome: 'warn',
          severity: 'warning',
          failing: 203,
          observed: '203 of 8,400 rows null (2.4 %); allowed: at most 2 %',
          expected: 'at most 2 % of the rows null in note',
        }),
        failed({ name: 'Amounts are positive and below the credit limit' }),
        failed({
          kind: 'columnPresence',
          columns: ['currency'],
          failing: null,
          evaluated: null,
          observed:
            'missing in 2 of 61 objects: tables/orders/a.parquet, tables/orders/b.parquet; there is a column Currency',
          expected: 'a column currency in every object',
          help: 'names are compared exactly: rename Currency to currency',
          objects: [
            { path: 'tables/orders/a.parquet', failing: 0 },
            { path: 'tables/orders/b.parquet', failing: 0 },
          ],
        }),
        failed({
          kind: 'primaryKey',
          columns: ['order_id', 'line'],
          failing: 8,
          evaluated: 12_196_000,
          duplicateKeys: 4,
          observed: '8 of 12,196,000 rows share their key with another row (<0.1 %): 4 distinct keys',
          expected: 'order_id, line present and different in every row',
          help: 'remove or merge the rows that repeat order_id, line',
        }),
        check({
          kind: 'sql',
          columns: [],
          outcome: 'error',
          failing: null,
          evaluated: null,
          observed: 'the query ran for more than 20 s and was stopped',
          expected: 'the query gives 0',
          help: 'make the query cheaper, or raise the deadline of the hook',
        }),
        check({ kind: 'text', columns: [], outcome: 'skip', observed: 'for people: not executed' }),
      ],
    }),
    table({
      name: 'customers',
      location: 'tables/customers/',
      rows: 48_120,
      objects: { read: 2, bytes: 1_234_567, added: 0, changed: 1, removed: 1, unseenByDiff: [] },
      owner: null,
      diff: tableDiff({ inserted: 120, updated: 4, unchanged: 47_996, rows: { base: 48_000, merge: 48_120 } }),
      checks: [
        ...PASSED,
        failed({
          kind: 'relationship',
          columns: ['country'],
          failing: 9,
          evaluated: 48_120,
          observed: '9 of 48,120 rows without a row in countries (<0.1 %)',
          expected: 'every country in countries.code',
          help: 'add the missing rows to countries, or remove the rows that point to them',
          objects: [{ path: 'tables/customers/part-0.parquet', failing: 9 }],
        }),
      ],
    }),
  ],
  uncovered: { count: 3, paths: ['scratch/a.csv', 'scratch/b.csv', 'tmp/readme.txt'] },
});

export const UNDECIDED = report({
  verdict: 'undecided',
  reasons: ['orders: orders.amount.range could not run: the engine process ended (signal SIGKILL)'],
  tables: [
    table({
      checks: [
        ...PASSED,
        check({
          kind: 'range',
          columns: ['amount'],
          outcome: 'error',
          failing: null,
          evaluated: null,
          observed: 'the engine process ended (signal SIGKILL)',
          expected: 'amount from 0 to 100000',
          help: 'merge again; if it happens again, give the engine more memory (limits.memory)',
        }),
      ],
    }),
  ],
});

export const CONTRACT_PROBLEM = report({
  verdict: 'undecided',
  reasons: ['`requird` is no key of a property.'],
  tables: [],
  problems: [
    {
      code: 'contract-deprecated',
      level: 'warning',
      message: 'The key `rule` is called `metric` since version 3.1.',
      file: 'contracts/orders.odcs.yaml',
      line: 30,
      column: 11,
    },
    {
      code: 'contract-unknown-key',
      message: '`requird` is no key of a property.',
      file: 'contracts/orders.odcs.yaml',
      line: 14,
      column: 9,
      hint: 'Did you mean `required`?',
    },
  ],
  durationMs: 38,
});

export const NOTHING_CHANGED = report({
  tables: [],
  uncovered: { count: 1, paths: ['notes/readme.md'] },
  durationMs: 4,
});

export const LOCAL = report({
  scope: { kind: 'local', data: 'data/orders.parquet', base: null },
  tables: [table({ location: 'data/orders.parquet', checks: PASSED })],
  durationMs: 212,
});

/** Many tables with many failures: has to be cut. */
export function huge(tables: number, failures: number): Report {
  return report({
    verdict: 'rejected',
    reasons: Array.from({ length: tables * failures }, (_, index) => `reason ${index}`),
    tables: Array.from({ length: tables }, (_, index) =>
      table({
        name: `table_${index}`,
        checks: [
          ...PASSED,
          ...Array.from({ length: failures }, (_unused, row) =>
            failed({ columns: [`column_${row}`], failing: row + 1 }),
          ),
          check({ outcome: 'warn', severity: 'warning' }),
        ],
      }),
    ),
  });
}
