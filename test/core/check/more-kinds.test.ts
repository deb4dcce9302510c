/** Types at the edges, odd names, thresholds at their very bounds, and how severity and mode turn outcomes. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, Report } from '../../../src/core/report/report.ts';
import { contractOf } from '../../support/contract-of.ts';
import { checkOf, runLocal, type TestFile } from '../../support/run-local.ts';

interface Case {
  readonly title: string;
  readonly property: string;
  /** A SELECT giving column `c`, or several, one an object. */
  readonly rows: string | readonly string[];
  readonly kind: string;
  readonly says: Partial<CheckReport>;
}

const values = (type: string, ...list: readonly string[]): string =>
  `SELECT c FROM (VALUES ${list.map((one) => `(CAST(${one} AS ${type}))`).join(', ')}) AS v(c)`;
const none = (type: string): string => `SELECT CAST(NULL AS ${type}) AS c WHERE false`;
const rule = (type: string, lines: string): string => `logicalType: ${type}\nquality:\n  - {${lines}}`;
const nulls = (lines: string): string => rule('integer', `metric: nullValues, ${lines}`);
const fourOne = values('INTEGER', '1', '2', '3', 'NULL');
const UUID = "'123e4567-e89b-12d3-a456-426614174000'";

const CASES: readonly Case[] = [
  {
    title: 'unique UUIDs, one twice in other letters',
    property: 'logicalType: string\nunique: true',
    rows: values('UUID', UUID, UUID.toUpperCase(), 'NULL'),
    kind: 'unique',
    says: { outcome: 'fail', failing: 2, evaluated: 2, duplicateKeys: 1 },
  },
  {
    title: 'a UUID column has the format of its type',
    property: 'logicalType: string\nlogicalTypeOptions: {format: uuid}',
    rows: values('UUID', UUID),
    kind: 'format',
    says: { outcome: 'pass', failing: 0, evaluated: 1 },
  },
  {
    title: 'a UUID column is no e-mail address',
    property: 'logicalType: string\nlogicalTypeOptions: {format: email}',
    rows: values('UUID', UUID),
    kind: 'format',
    says: { outcome: 'error' },
  },
  {
    title: 'json text',
    property: 'logicalType: string\nlogicalTypeOptions: {format: json}',
    rows: values('VARCHAR', "'{}'", "'{'", "''", 'NULL'),
    kind: 'format',
    says: { outcome: 'fail', failing: 2, evaluated: 3 },
  },
  {
    title: 'UBIGINT beyond BIGINT',
    property: 'logicalType: integer\nlogicalTypeOptions: {maximum: 18446744073709551614}',
    rows: values('UBIGINT', "'18446744073709551615'", "'18446744073709551614'", '0'),
    kind: 'range',
    says: { outcome: 'fail', failing: 1, evaluated: 3 },
  },
  {
    title: 'a bound that no integer reaches',
    property: 'logicalType: integer\nlogicalTypeOptions: {maximum: 1e60}',
    rows: values('BIGINT', '9223372036854775807'),
    kind: 'range',
    says: { outcome: 'pass', failing: 0, evaluated: 1 },
  },
  {
    title: 'a bound that every integer is under',
    property: 'logicalType: integer\nlogicalTypeOptions: {minimum: 1e60}',
    rows: values('BIGINT', '9223372036854775807', 'NULL'),
    kind: 'range',
    says: { outcome: 'fail', failing: 1, evaluated: 1 },
  },
  {
    title: 'UBIGINT and BIGINT among objects',
    property: 'logicalType: integer\nunique: true',
    rows: [values('UBIGINT', '1', "'18446744073709551615'"), values('BIGINT', '1', '-1')],
    kind: 'unique',
    says: { outcome: 'fail', failing: 2, evaluated: 4, duplicateKeys: 1 },
  },
  {
    title: 'FLOAT and DOUBLE among objects are compared as the numbers they are',
    property: 'logicalType: number\nunique: true',
    rows: [values('FLOAT', '0.5', '0.1'), values('DOUBLE', '0.5', '0.1', "'nan'", "'-0.0'", '0.0')],
    kind: 'unique',
    says: { outcome: 'fail', failing: 4, evaluated: 7, duplicateKeys: 2 },
  },
  {
    title: 'an object without rows beside a full one',
    property: 'logicalType: integer\nrequired: true',
    rows: [none('INTEGER'), fourOne],
    kind: 'required',
    says: { outcome: 'fail', failing: 1, evaluated: 4 },
  },
  {
    title: 'nothing but NULL',
    property: 'logicalType: string\nlogicalTypeOptions: {maxLength: 1}',
    rows: values('VARCHAR', 'NULL', 'NULL'),
    kind: 'length',
    says: { outcome: 'pass', failing: 0, evaluated: 0 },
  },
  {
    title: 'an empty text is a value, and a short one',
    property: 'logicalType: string\nrequired: true\nlogicalTypeOptions: {minLength: 1}',
    rows: values('VARCHAR', "''"),
    kind: 'length',
    says: { outcome: 'fail', failing: 1, evaluated: 1 },
  },
  {
    title: 'times by range',
    property: "logicalType: time\nlogicalTypeOptions: {minimum: '08:00', exclusiveMaximum: '18:00:00'}",
    rows: values('TIME', "'08:00:00'", "'07:59:59.999999'", "'18:00:00'"),
    kind: 'range',
    says: { outcome: 'fail', failing: 2, evaluated: 3 },
  },
  {
    title: 'timestamps with a zone are compared as moments',
    property: "logicalType: timestamp\nlogicalTypeOptions: {maximum: '2026-01-01T02:00:00+02:00'}",
    rows: values('TIMESTAMPTZ', "'2026-01-01 00:00:00+00'", "'2026-01-01 00:00:01+00'", "'2026-01-01 05:00:00+05:00'"),
    kind: 'range',
    says: { outcome: 'fail', failing: 1, evaluated: 3 },
  },
  {
    title: 'a text column has no range of numbers',
    property: 'logicalType: integer\nlogicalTypeOptions: {minimum: 1}',
    rows: values('VARCHAR', "'5'"),
    kind: 'range',
    says: { outcome: 'error' },
  },
  {
    title: 'enum of booleans',
    property: 'logicalType: boolean\nenum: [{value: true}]',
    rows: values('BOOLEAN', 'true', 'false', 'NULL'),
    kind: 'enum',
    says: { outcome: 'fail', failing: 1, evaluated: 2 },
  },
  {
    title: 'enum of texts, exact to the letter',
    property: 'logicalType: string\nenum: [{value: A}, {value: ""}]',
    rows: values('VARCHAR', "'A'", "''", "'a'", "'A '"),
    kind: 'enum',
    says: { outcome: 'fail', failing: 2, evaluated: 4 },
  },
  ...(
    [
      ['mustBeLessThan: 25, unit: percent', 'fail'],
      ['mustBeLessThan: 25.0001, unit: percent', 'pass'],
      ['mustBeLessOrEqualTo: 25, unit: percent', 'pass'],
      ['mustBeLessOrEqualTo: 24.9999, unit: percent', 'fail'],
      ['mustBe: 25, unit: percent', 'pass'],
      ['mustNotBe: 25, unit: percent', 'fail'],
      ['mustBeGreaterThan: 25, unit: percent', 'fail'],
      ['mustBeGreaterOrEqualTo: 25, unit: percent', 'pass'],
      ['mustBeBetween: [25, 30], unit: percent', 'pass'],
      ['mustBeBetween: [0, 24], unit: percent', 'fail'],
      ['mustNotBeBetween: [25, 30], unit: percent', 'fail'],
      ['mustBeBetween: [1, 1]', 'pass'],
      ['mustNotBeBetween: [0, 1]', 'fail'],
    ] as const
  ).map(
    ([lines, outcome]): Case => ({
      title: `a quarter is null; ${lines}`,
      property: nulls(lines),
      rows: fourOne,
      kind: 'nullValues',
      says: { outcome, failing: 1, evaluated: 4 },
    }),
  ),
  {
    title: 'a percentage of no rows is none',
    property: nulls('mustBeLessOrEqualTo: 0, unit: percent'),
    rows: none('INTEGER'),
    kind: 'nullValues',
    says: { outcome: 'pass', failing: 0, evaluated: 0 },
  },
  {
    title: 'a failed rule that only warns',
    property: nulls('mustBe: 0, severity: warning'),
    rows: fourOne,
    kind: 'nullValues',
    says: { outcome: 'warn', severity: 'warning', failing: 1 },
  },
  {
    title: 'a failed rule for information',
    property: nulls('mustBe: 0, severity: info'),
    rows: fourOne,
    kind: 'nullValues',
    says: { outcome: 'warn', severity: 'info', failing: 1 },
  },
  {
    title: 'a rule for people is listed and skipped',
    property: rule('integer', 'type: text, description: ask Ann'),
    rows: fourOne,
    kind: 'text',
    says: { outcome: 'skip' },
  },
  {
    title: 'a divisor finer than the engine counts',
    property: `logicalType: number\nlogicalTypeOptions: {multipleOf: 1e-40}`,
    rows: values('DECIMAL(10,2)', '1'),
    kind: 'multipleOf',
    says: { outcome: 'error' },
  },
  {
    title: 'tokens that the column cannot hold are missing nowhere',
    property: rule('integer', "metric: missingValues, arguments: {missingValues: ['N/A', 0]}, mustBe: 0"),
    rows: values('INTEGER', '0', '1', 'NULL'),
    kind: 'missingValues',
    says: { outcome: 'fail', failing: 2, evaluated: 3 },
  },
];

const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');

describe('kinds at the edges', () => {
  let report: Report;

  beforeAll(async () => {
    const tables = CASES.map(
      ({ property }, index) => `  - name: t${index}\n    properties:\n      - name: c\n${indented(property, 8)}\n`,
    );
    const files = Object.fromEntries(
      CASES.flatMap(({ rows }, index) =>
        [rows].flat().map((select, part): readonly [string, TestFile] => [`t${index}/${part}.parquet`, { select }]),
      ),
    );
    const head = 'apiVersion: v3.2.0\nkind: DataContract\nid: edges\nversion: 1.0.0\nstatus: active\n';
    report = await runLocal({ contract: `${head}schema:\n${tables.join('')}`, files });
    expect(report.problems.filter((problem) => problem.level !== 'warning')).toEqual([]);
  });

  it.each(CASES.map((one, index) => ({ ...one, table: `t${index}` })))('$title', ({ table, kind, says }) => {
    const check = report.tables.find((one) => one.name === table)?.checks.find((one) => one.kind === kind);
    expect(check).toMatchObject(says);
  });
});

describe('row counts', () => {
  const counted = (lines: string): string =>
    contractOf({ properties: '- name: c', quality: `- {metric: rowCount, ${lines}}` });
  it.each([
    ['mustBeGreaterThan: 4', 'fail'],
    ['mustBeGreaterOrEqualTo: 4', 'pass'],
    ['mustBe: 4', 'pass'],
    ['mustBeBetween: [5, 9]', 'fail'],
  ])('%s of four', async (lines, outcome) => {
    const report = await runLocal({ contract: counted(lines), files: { 't.parquet': { select: fourOne } } });
    expect(checkOf(report, 'rowCount')).toMatchObject({ outcome, evaluated: 4, observed: '4 rows' });
  });

  it('under a condition', async () => {
    const where = 'customProperties: [{property: sluice, value: {where: "c > 1"}}]';
    const report = await runLocal({
      contract: counted(`mustBe: 2, ${where}`),
      files: { 't.parquet': { select: fourOne } },
    });
    expect(checkOf(report, 'rowCount')).toMatchObject({ outcome: 'pass', evaluated: 2 });
  });

  it('of an empty table is zero and not unknown', async () => {
    const report = await runLocal({
      contract: counted('mustBeGreaterThan: 0'),
      files: { 't.parquet': { select: none('INTEGER') } },
    });
    expect(checkOf(report, 'rowCount')).toMatchObject({ outcome: 'fail', evaluated: 0 });
  });
});

describe('mode', () => {
  it.each([
    ['enforce', 'fail', 'rejected'],
    ['warn', 'warn', 'approved'],
    ['audit', 'warn', 'approved'],
  ])('%s', async (mode, outcome, verdict) => {
    const top = `customProperties: [{property: sluice, value: {mode: ${mode}}}]`;
    const contract = contractOf({ properties: '- name: c\n  required: true', top });
    const report = await runLocal({ contract, files: { 't.parquet': { select: fourOne } } });
    expect(checkOf(report, 'required')).toMatchObject({ outcome });
    expect(report.verdict).toBe(verdict);
  });
});

describe('names', () => {
  it.each(['order', 'Sales-2026', 'größe', 'a b', "o'brien", 'main'])('a table called %s in queries', async (name) => {
    const contract = contractOf({
      properties:
        '- name: select\n  logicalType: integer\n  quality:\n    - {type: sql, query: "SELECT sum({property}) FROM {object} -- end", mustBe: 3}',
    }).replace('name: t\n', `name: ${JSON.stringify(name)}\n`);
    const report = await runLocal({
      contract,
      files: { [`${name}.csv`]: 'select\n1\n', [`${name}/b.parquet`]: { select: 'SELECT 2::BIGINT AS "select"' } },
    });
    expect(checkOf(report, 'sql')).toMatchObject({ outcome: 'pass', observed: '3' });
  });
});

describe('names of our own', () => {
  it('a table called like one of the session’s is not mistaken for it', async () => {
    const contract = contractOf({
      properties: '- name: line\n  quality:\n    - {type: sql, query: "SELECT count(*) FROM {object}", mustBe: 0}',
    }).replace('name: t\n', 'name: sluice_rejects_0\n');
    const report = await runLocal({ contract, files: { 'sluice_rejects_0.csv': 'line\n1\n' } });
    expect(checkOf(report, 'sql')).toMatchObject({ outcome: 'error' });
    expect(report.verdict).toBe('undecided');
  });
});

describe('relationships', () => {
  const pair = (child: string, parent: string, to = 'p.id'): string => `apiVersion: v3.1.0
kind: DataContract
id: pair
version: 1.0.0
status: active
schema:
  - name: c
    properties:
      - {name: p_id, ${child}, relationships: [{to: ${to}}]}
${parent}`;
  const parents = '  - name: p\n    properties:\n      - {name: id, logicalType: integer}\n';

  it('a parent that stands there twice is still one, and NULL points nowhere', async () => {
    const report = await runLocal({
      contract: pair('logicalType: integer', parents),
      files: {
        'c.parquet': { select: 'SELECT * FROM (VALUES (1), (1), (2), (NULL), (9)) v(p_id)' },
        'p.parquet': { select: 'SELECT * FROM (VALUES (1), (1), (2), (NULL)) v(id)' },
      },
    });
    expect(checkOf(report, 'relationship')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 4 });
  });

  it('integers of other widths and decimals compare, text does not', async () => {
    const compare = async (type: string): Promise<CheckReport> => {
      const files = {
        'c.parquet': { select: 'SELECT 1::BIGINT AS p_id UNION ALL SELECT 9223372036854775807' },
        'p.parquet': { select: `SELECT CAST(1 AS ${type}) AS id` },
      };
      return checkOf(await runLocal({ contract: pair('logicalType: integer', parents), files }), 'relationship');
    };
    expect(await compare('TINYINT')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
    expect(await compare('DECIMAL(19,0)')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
    expect(await compare('VARCHAR')).toMatchObject({ outcome: 'error' });
  });

  it('to the table itself', async () => {
    const contract = contractOf({
      properties:
        '- {name: id, logicalType: integer}\n- {name: boss, logicalType: integer, relationships: [{to: t.id}]}',
    });
    const report = await runLocal({
      contract,
      files: { 't.parquet': { select: 'SELECT * FROM (VALUES (1, NULL), (2, 1), (3, 7)) v(id, boss)' } },
    });
    expect(checkOf(report, 'relationship')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });

  it('to a table of another contract, whose namesake here is another table', async () => {
    const here = '  - name: p\n    physicalName: nearby\n    properties:\n      - {name: id, logicalType: integer}\n';
    const there = pair('logicalType: integer', parents)
      .replace(/ {2}- name: c[\s\S]*?(?= {2}- name: p)/, '')
      .replace('id: pair', 'id: far');
    const report = await runLocal({
      contract: pair('logicalType: integer', here, 'far.odcs.yaml#/schema/p/properties/id'),
      others: { 'contracts/far.odcs.yaml': there.replace('name: p\n', 'name: p\n    physicalName: distant\n') },
      files: {
        'c.csv': 'p_id\n5\n6\n',
        'nearby.csv': 'id\n6\n',
        'distant.csv': 'id\n5\n',
      },
    });
    const check = report.tables.flatMap((table) => table.checks).find((one) => one.kind === 'relationship');
    expect(check).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });
});
