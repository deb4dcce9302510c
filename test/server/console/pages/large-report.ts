import type { ColumnProfile } from '../../../../src/core/diff/table-diff.ts';
import type { Report, TableReport } from '../../../../src/core/report/report.ts';
import { richDiff } from '../../../core/report/diffs.ts';
import { check, failed, report, table } from '../../../core/report/reports.ts';

/** A report of many tables, 25 checks and ten profiled columns each; every third one fails in its first table. */
export function largeReport(tables: number, index: number): Report {
  const bad = index % 3 === 0;
  return report({
    verdict: bad ? 'rejected' : 'approved',
    reasons: bad ? ['table_0: range on amount: 214 of 8,400 rows outside the range (2.5 %)'] : [],
    tables: Array.from({ length: tables }, (_, number) => tableOf(number, index, bad && number === 0)),
  });
}

function tableOf(number: number, index: number, bad: boolean): TableReport {
  const checks = Array.from({ length: 25 }, (_, column) => check({ columns: [`column_${column}`] }));
  const profile = Array.from({ length: 10 }, (_, column) => profileOf(column, index));
  return table({
    name: `table_${number}`,
    rows: 8_400 + index,
    checks: bad ? [failed(), ...checks.slice(1)] : checks,
    diff: { ...richDiff(), profile },
  });
}

function profileOf(column: number, index: number): ColumnProfile {
  const side = {
    rows: 8_400,
    nulls: (index * (column + 1)) % 97,
    distinct: 8_000 - column,
    min: '0.10',
    max: '99999.95',
    mean: '417.23',
    quantiles: { q25: '12.00', q50: '100.50', q75: '800.00' },
  };
  const edges = Array.from({ length: 21 }, (_, edge) => edge * 5_000);
  const bins = edges.slice(1).map((edge) => (edge * (column + 7)) % 911);
  const histogram = { edges, unit: 'number' as const, base: bins, merge: bins };
  return { name: `column_${column}`, type: 'DECIMAL(12,2)', base: side, merge: side, histogram, topValues: [] };
}
