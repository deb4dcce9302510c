/**
 * Every check kind on passing, failing, NULL, NaN, empty and boundary data, in a real engine. A case is a column's
 * contract, its rows, and what the check must say.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { runLocal } from '../../support/run-local.ts';

interface Case {
  readonly title: string;
  /** YAML lines of the property `c`. */
  readonly property: string;
  /** A SELECT giving column `c`. */
  readonly rows: string;
  readonly kind: string;
  readonly outcome: string;
  readonly failing?: number | null;
  readonly evaluated?: number | null;
  readonly keys?: number;
}

const values = (type: string, ...list: readonly string[]): string =>
  `SELECT c FROM (VALUES ${list.map((one) => `(CAST(${one} AS ${type}))`).join(', ')}) AS v(c)`;
const empty = (type: string): string => `SELECT CAST(NULL AS ${type}) AS c WHERE false`;
const options = (type: string, lines: string): string => `logicalType: ${type}\nlogicalTypeOptions: {${lines}}`;
const rule = (type: string, lines: string): string => `logicalType: ${type}\nquality:\n  - {${lines}}`;

const CASES: readonly Case[] = [
  {
    title: 'required, no null',
    property: 'logicalType: integer\nrequired: true',
    rows: values('BIGINT', '1', '2'),
    kind: 'required',
    outcome: 'pass',
    failing: 0,
    evaluated: 2,
  },
  {
    title: 'required, nulls',
    property: 'logicalType: integer\nrequired: true',
    rows: values('BIGINT', '1', 'NULL', 'NULL'),
    kind: 'required',
    outcome: 'fail',
    failing: 2,
    evaluated: 3,
  },
  {
    title: 'required, NaN is a value',
    property: 'logicalType: number\nrequired: true',
    rows: values('DOUBLE', "'nan'", '1'),
    kind: 'required',
    outcome: 'pass',
    failing: 0,
  },
  {
    title: 'required, no rows',
    property: 'logicalType: integer\nrequired: true',
    rows: empty('BIGINT'),
    kind: 'required',
    outcome: 'pass',
    failing: 0,
    evaluated: 0,
  },
  {
    title: 'nullValues within a percentage',
    property: rule('integer', 'metric: nullValues, mustBeLessOrEqualTo: 25, unit: percent'),
    rows: values('BIGINT', '1', '2', '3', 'NULL'),
    kind: 'nullValues',
    outcome: 'pass',
    failing: 1,
    evaluated: 4,
  },
  {
    title: 'nullValues just over a percentage',
    property: rule('integer', 'metric: nullValues, mustBeLessThan: 25, unit: percent'),
    rows: values('BIGINT', '1', '2', '3', 'NULL'),
    kind: 'nullValues',
    outcome: 'fail',
    failing: 1,
    evaluated: 4,
  },
  {
    title: 'nullValues by rows',
    property: rule('integer', 'metric: nullValues, mustBe: 0'),
    rows: values('BIGINT', '1', 'NULL'),
    kind: 'nullValues',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'missingValues counts tokens and null',
    property: rule('string', "metric: missingValues, arguments: {missingValues: [null, '', 'N/A']}, mustBe: 0"),
    rows: values('VARCHAR', "'a'", "''", "'N/A'", 'NULL', "'n/a'"),
    kind: 'missingValues',
    outcome: 'fail',
    failing: 3,
    evaluated: 5,
  },
  {
    title: 'missingValues with a number token',
    property: rule('integer', 'metric: missingValues, arguments: {missingValues: [-1]}, mustBeLessThan: 2'),
    rows: values('INTEGER', '5', '-1', '7'),
    kind: 'missingValues',
    outcome: 'pass',
    failing: 1,
  },
  {
    title: 'invalidValues by list, null not evaluated',
    property: rule('string', 'metric: invalidValues, arguments: {validValues: [a, b]}, mustBe: 0'),
    rows: values('VARCHAR', "'a'", "'c'", 'NULL', "'A'"),
    kind: 'invalidValues',
    outcome: 'fail',
    failing: 2,
    evaluated: 3,
  },
  {
    title: 'invalidValues with null in the list',
    property: rule('integer', 'metric: invalidValues, arguments: {validValues: [1, null]}, mustBe: 0'),
    rows: values('INTEGER', '1', '2'),
    kind: 'invalidValues',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'invalidValues by pattern',
    property: rule('string', "metric: invalidValues, arguments: {pattern: '^[A-Z]{2}$'}, mustBe: 0"),
    rows: values('VARCHAR', "'AB'", "'ab'", "'ABC'", "'AB' || chr(10)"),
    kind: 'invalidValues',
    outcome: 'fail',
    failing: 3,
    evaluated: 4,
  },
  {
    title: 'invalidValues, decimal that the column cannot hold',
    property: rule('number', 'metric: invalidValues, arguments: {validValues: [1.005]}, mustBe: 0'),
    rows: values('DECIMAL(10,2)', '1.01'),
    kind: 'invalidValues',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'unique',
    property: 'logicalType: integer\nunique: true',
    rows: values('BIGINT', '1', '2', 'NULL', 'NULL'),
    kind: 'unique',
    outcome: 'pass',
    failing: 0,
    evaluated: 2,
    keys: 0,
  },
  {
    title: 'unique, a triple and a pair',
    property: 'logicalType: integer\nunique: true',
    rows: values('BIGINT', '1', '1', '1', '2', '2', '3'),
    kind: 'unique',
    outcome: 'fail',
    failing: 5,
    evaluated: 6,
    keys: 2,
  },
  {
    title: 'unique over a span too wide for a bitmap',
    property: 'logicalType: integer\nunique: true',
    rows: values('BIGINT', '-9223372036854775807', '9223372036854775807', '9223372036854775807'),
    kind: 'unique',
    outcome: 'fail',
    failing: 2,
    keys: 1,
  },
  {
    title: 'unique text',
    property: 'logicalType: string\nunique: true',
    rows: values('VARCHAR', "'a'", "'A'", "'a'"),
    kind: 'unique',
    outcome: 'fail',
    failing: 2,
    keys: 1,
  },
  {
    title: 'unique NaN',
    property: 'logicalType: number\nunique: true',
    rows: values('DOUBLE', "'nan'", "'nan'", '1'),
    kind: 'unique',
    outcome: 'fail',
    failing: 2,
    keys: 1,
  },
  {
    title: 'unique, no rows',
    property: 'logicalType: integer\nunique: true',
    rows: empty('BIGINT'),
    kind: 'unique',
    outcome: 'pass',
    failing: 0,
    evaluated: 0,
  },
  {
    title: 'duplicateValues with percent',
    property: rule('integer', 'metric: duplicateValues, mustBeLessThan: 50, unit: percent'),
    rows: values('BIGINT', '1', '1', '2', '3'),
    kind: 'duplicateValues',
    outcome: 'fail',
    failing: 2,
    evaluated: 4,
    keys: 1,
  },
  {
    title: 'primaryKey, null counts',
    property: 'logicalType: integer\nprimaryKey: true',
    rows: values('BIGINT', '1', '1', 'NULL', '2'),
    kind: 'primaryKey',
    outcome: 'fail',
    failing: 3,
    evaluated: 4,
    keys: 1,
  },
  {
    title: 'length in code points',
    property: options('string', 'minLength: 2, maxLength: 3'),
    rows: values('VARCHAR', "'ab'", "'äöü'", "'a'", "'abcd'", 'NULL', "''"),
    kind: 'length',
    outcome: 'fail',
    failing: 3,
    evaluated: 5,
  },
  {
    title: 'range, both ends inclusive',
    property: options('integer', 'minimum: 0, maximum: 10'),
    rows: values('INTEGER', '0', '10', '-1', '11', 'NULL'),
    kind: 'range',
    outcome: 'fail',
    failing: 2,
    evaluated: 4,
  },
  {
    title: 'range, exclusive',
    property: options('integer', 'exclusiveMinimum: 0, exclusiveMaximum: 10'),
    rows: values('INTEGER', '0', '10', '5'),
    kind: 'range',
    outcome: 'fail',
    failing: 2,
    evaluated: 3,
  },
  {
    title: 'range, fractional bound on integers',
    property: options('integer', 'minimum: 1.5'),
    rows: values('INTEGER', '1', '2'),
    kind: 'range',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'range, NaN passes no lone minimum',
    property: options('number', 'minimum: 0'),
    rows: values('DOUBLE', '1', "'nan'", "'inf'"),
    kind: 'range',
    outcome: 'fail',
    failing: 1,
    evaluated: 3,
  },
  {
    title: 'range, NaN and infinity above a maximum',
    property: options('number', 'maximum: 100'),
    rows: values('DOUBLE', '1', "'nan'", "'inf'"),
    kind: 'range',
    outcome: 'fail',
    failing: 2,
  },
  {
    title: 'range, four decimals are not rounded to three',
    property: options('number', 'minimum: 0, maximum: 1'),
    rows: values('DECIMAL(12,4)', '-0.0004', '1.0004', '0.5'),
    kind: 'range',
    outcome: 'fail',
    failing: 2,
  },
  {
    title: 'range, a bound beyond 2^53',
    property: options('integer', 'maximum: 9007199254740993'),
    rows: values('BIGINT', '9007199254740993', '9007199254740994'),
    kind: 'range',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'range of FLOAT at its own precision',
    property: options('number', 'maximum: 0.1'),
    rows: values('FLOAT', '0.1', '0.2'),
    kind: 'range',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'range of dates',
    property: options('date', "minimum: '2026-01-01', maximum: '2026-12-31'"),
    rows: values('DATE', "'2026-01-01'", "'2025-12-31'", "'2027-01-01'"),
    kind: 'range',
    outcome: 'fail',
    failing: 2,
  },
  {
    title: 'range of timestamps',
    property: options('timestamp', "minimum: '2026-01-01T00:00:00Z'"),
    rows: values('TIMESTAMP', "'2026-01-01 00:00:00'", "'2025-12-31 23:59:59'"),
    kind: 'range',
    outcome: 'fail',
    failing: 1,
  },
  {
    title: 'multipleOf an integer',
    property: options('integer', 'multipleOf: 5'),
    rows: values('INTEGER', '10', '-5', '0', '7'),
    kind: 'multipleOf',
    outcome: 'fail',
    failing: 1,
    evaluated: 4,
  },
  {
    title: 'multipleOf of doubles by their text',
    property: options('number', 'multipleOf: 0.1'),
    rows: values('DOUBLE', '0.3', '0.7', '0.35', "'nan'"),
    kind: 'multipleOf',
    outcome: 'fail',
    failing: 2,
  },
  {
    title: 'pattern is a search',
    property: options('string', "pattern: '[0-9]'"),
    rows: values('VARCHAR', "'a1'", "'b'"),
    kind: 'pattern',
    outcome: 'fail',
    failing: 1,
    evaluated: 2,
  },
  {
    title: 'pattern, anchored',
    property: options('string', "pattern: '^[0-9]+$'"),
    rows: values('VARCHAR', "'12'", "'1a'", "''"),
    kind: 'pattern',
    outcome: 'fail',
    failing: 2,
  },
  {
    title: 'freshness is judged by date',
    property: rule(
      'date',
      'type: custom, engine: sluice, implementation: {check: freshness, column: c, max: 2, unit: d}',
    ),
    rows: values('DATE', "'2026-05-31'", "'2020-01-01'"),
    kind: 'freshness',
    outcome: 'pass',
  },
  {
    title: 'freshness, old',
    property: rule(
      'timestamp',
      'type: custom, engine: sluice, implementation: {check: freshness, column: c, max: 1, unit: h}',
    ),
    rows: values('TIMESTAMP', "'2026-05-31 22:59:59'"),
    kind: 'freshness',
    outcome: 'fail',
  },
  {
    title: 'freshness without a value is no pass',
    property: rule(
      'timestamp',
      'type: custom, engine: sluice, implementation: {check: freshness, column: c, max: 1, unit: h}',
    ),
    rows: empty('TIMESTAMP'),
    kind: 'freshness',
    outcome: 'error',
  },
  {
    title: 'freshness is not fooled by infinity',
    property: rule(
      'timestamp',
      'type: custom, engine: sluice, implementation: {check: freshness, column: c, max: 1, unit: h}',
    ),
    rows: values('TIMESTAMP', "'infinity'", "'2020-01-01'"),
    kind: 'freshness',
    outcome: 'fail',
  },
  {
    title: 'rowExpression, NULL is not evaluated',
    property: rule(
      'integer',
      "type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'c > 0'}",
    ),
    rows: values('INTEGER', '1', '0', 'NULL'),
    kind: 'rowExpression',
    outcome: 'fail',
    failing: 1,
    evaluated: 2,
  },
  {
    title: 'rowExpression, NULL fails when asked',
    property: rule(
      'integer',
      "type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'c > 0', nulls: fail}",
    ),
    rows: values('INTEGER', '1', 'NULL'),
    kind: 'rowExpression',
    outcome: 'fail',
    failing: 1,
    evaluated: 2,
  },
  {
    title: 'failedRows',
    property: rule(
      'integer',
      "type: custom, engine: sluice, implementation: {check: failedRows, query: 'SELECT * FROM {object} WHERE {property} < 0 -- why'}",
    ),
    rows: values('INTEGER', '1', '-1', '-2'),
    kind: 'failedRows',
    outcome: 'fail',
    failing: 2,
    evaluated: 3,
  },
  {
    title: 'sql, number',
    property: rule('integer', "type: sql, query: 'SELECT sum({property}) FROM {object}', mustBeBetween: [3, 5]"),
    rows: values('INTEGER', '1', '2'),
    kind: 'sql',
    outcome: 'pass',
  },
  {
    title: 'sql, boolean',
    property: rule('integer', "type: sql, query: 'SELECT bool_and({property} > 1) FROM {object}', mustBe: 1"),
    rows: values('INTEGER', '1', '2'),
    kind: 'sql',
    outcome: 'fail',
  },
  {
    title: 'sql, NULL is no pass',
    property: rule('integer', "type: sql, query: 'SELECT sum(c) FROM {object}', mustBe: 0"),
    rows: empty('INTEGER'),
    kind: 'sql',
    outcome: 'error',
  },
  {
    title: 'sql, two rows are no value',
    property: rule('integer', "type: sql, query: 'SELECT c FROM {object}', mustBe: 1"),
    rows: values('INTEGER', '1', '1'),
    kind: 'sql',
    outcome: 'error',
  },
  {
    title: 'where applies to the rows',
    property: rule(
      'integer',
      "metric: nullValues, mustBe: 1, customProperties: [{property: sluice, value: {where: 'c IS NULL OR c > 1'}}]",
    ),
    rows: values('INTEGER', '1', '2', 'NULL'),
    kind: 'nullValues',
    outcome: 'pass',
    failing: 1,
    evaluated: 2,
  },
  {
    title: 'type, text is no number',
    property: 'logicalType: integer',
    rows: values('VARCHAR', "'1'"),
    kind: 'type',
    outcome: 'fail',
  },
  {
    title: 'type, a timestamp is no date',
    property: 'logicalType: date',
    rows: values('TIMESTAMP', "'2026-01-01'"),
    kind: 'type',
    outcome: 'fail',
  },
  {
    title: 'type, a decimal without scale is an integer',
    property: 'logicalType: integer',
    rows: values('DECIMAL(18,0)', '1'),
    kind: 'type',
    outcome: 'pass',
  },
  {
    title: 'type, a decimal with scale is none',
    property: 'logicalType: integer',
    rows: values('DECIMAL(18,2)', '1'),
    kind: 'type',
    outcome: 'fail',
  },
  {
    title: 'type by physicalType alone',
    property: 'physicalType: bigint',
    rows: values('VARCHAR', "'1'"),
    kind: 'type',
    outcome: 'fail',
  },
  {
    title: 'a check on a column of the wrong type could not run',
    property: options('string', 'maxLength: 3'),
    rows: values('INTEGER', '1'),
    kind: 'length',
    outcome: 'error',
  },
  {
    title: 'arrays by size',
    property: options('array', 'minItems: 1, maxItems: 2'),
    rows: values('INTEGER[]', '[1]', '[]', '[1,2,3]', 'NULL'),
    kind: 'arrayItems',
    outcome: 'fail',
    failing: 2,
    evaluated: 3,
  },
  {
    title: 'arrays without repeated items',
    property: options('array', 'uniqueItems: true'),
    rows: values('INTEGER[]', '[1,2]', '[1,1]', '[NULL,NULL]', '[NULL,1]'),
    kind: 'arrayItems',
    outcome: 'fail',
    failing: 2,
  },
];

describe('check kinds', () => {
  let report: Report;

  beforeAll(async () => {
    const tables = CASES.map(
      (one, index) => `  - name: t${index}\n    properties:\n      - name: c\n${indented(one.property, 8)}`,
    );
    const files = Object.fromEntries(CASES.map((one, index) => [`t${index}.parquet`, { select: one.rows }]));
    report = await runLocal({ contract: contractOfTables(tables.join('\n')), files });
  });

  it.each(CASES.map((one, index) => ({ ...one, table: `t${index}` })))(
    '$title',
    ({ table, kind, outcome, failing, evaluated, keys }) => {
      const check = report.tables.find((one) => one.name === table)?.checks.find((one) => one.kind === kind);
      expect(check).toMatchObject({
        outcome,
        ...(failing === undefined ? {} : { failing }),
        ...(evaluated === undefined ? {} : { evaluated }),
        ...(keys === undefined ? {} : { duplicateKeys: keys }),
      });
    },
  );

  it('knows no case without an outcome of its own', () => {
    expect(report.problems.filter((problem) => problem.level !== 'warning')).toEqual([]);
    expect(report.verdict).toBe('rejected');
    expect(report.tables).toHaveLength(CASES.length);
  });
});

describe('formats', () => {
  const GOOD: Readonly<Record<string, readonly string[]>> = {
    uuid: ['123e4567-e89b-12d3-a456-426614174000', 'A23E4567-E89B-12D3-A456-42661417400F'],
    email: ['a@b.co', "o'brien+tag@mail.example.org"],
    uri: ['https://example.org/a?b=c#d', 'urn:isbn:0451450523', 'mailto:a@b.c'],
    date: ['2026-02-28', '2024-02-29'],
    'date-time': ['2026-01-05T12:00:00Z', '2026-01-05T12:00:00.123+02:00'],
    ipv4: ['0.0.0.0', '255.255.255.255'],
    ipv6: ['::', '::1', '2001:db8::8a2e:370:7334', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1', '1::'],
    hostname: ['example.org', 'localhost', 'a-b.c'],
  };
  const BAD: Readonly<Record<string, readonly string[]>> = {
    uuid: ['123e4567e89b12d3a456426614174000', '{123e4567-e89b-12d3-a456-426614174000}', ''],
    email: ['a@b', 'a b@c.de', '@c.de', 'a@.de', 'a@b.co '],
    uri: ['example.org/a', 'http://a b', ''],
    date: ['2026-02-30', '2026/01/05', '2026-1-5', '2026-01-05 12:00:00', 'infinity'],
    'date-time': ['2026-01-05 12:00:00', '2026-01-05T12:00:00', '2026-02-30T12:00:00Z', '2026-01-05T25:00:00Z'],
    ipv4: ['256.0.0.1', '1.2.3', '01.2.3.4', '1.2.3.4.5'],
    ipv6: [':::', '1:2:3:4:5:6:7', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', 'g::'],
    hostname: ['-a.org', 'a..b', 'a_b', ''],
  };

  let report: Report;

  beforeAll(async () => {
    const names = Object.keys(GOOD);
    const tables = names.map(
      (format, index) =>
        `  - name: t${index}\n    properties:\n      - {name: c, logicalType: string, logicalTypeOptions: {format: ${format}}}`,
    );
    const rows = (format: string): string =>
      [...(GOOD[format] ?? []), ...(BAD[format] ?? [])].map((text) => `('${text.replaceAll("'", "''")}')`).join(', ');
    const files = Object.fromEntries(
      names.map((format, index) => [`t${index}.parquet`, { select: `SELECT c FROM (VALUES ${rows(format)}) AS v(c)` }]),
    );
    report = await runLocal({ contract: contractOfTables(tables.join('\n')), files });
  });

  it.each(Object.keys(GOOD).map((format, index) => ({ format, index })))('$format', ({ format, index }) => {
    const check = report.tables[index]?.checks.find((one) => one.kind === 'format');
    expect(check).toMatchObject({ outcome: 'fail', failing: BAD[format]?.length });
  });
});

function indented(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}

function contractOfTables(tables: string): string {
  return `apiVersion: v3.1.0\nkind: DataContract\nid: kinds\nversion: 1.0.0\nstatus: active\nschema:\n${tables}\n`;
}
