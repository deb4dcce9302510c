/** Data that tries to slip through: the ways in which an obliging reader would make bad data look good. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal, type TestFile, writeTestFile } from '../support/run-local.ts';

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/lying/${name}`, import.meta.url));
const typed = (logical: string): string =>
  contractOf({ properties: `- name: id\n  logicalType: ${logical}\n- name: note\n  logicalType: string` });

describe('statistics that lie or leave out NaN', () => {
  const column = (name: string, extra: string): string =>
    contractOf({ properties: `- name: id\n- name: ${name}\n${extra}` });
  const minimum = { 't.parquet': fixture('minimum-lies.parquet') };
  const nan = { 't.parquet': fixture('nan-outside-statistics.parquet') };
  const CASES: readonly (readonly [string, string, Readonly<Record<string, TestFile>>, string, number])[] = [
    ['range', '  logicalTypeOptions: {minimum: 0}', minimum, 'amount', 2],
    ['range', '  logicalTypeOptions: {maximum: 100}', nan, 'temperature', 2],
    ['range', '  logicalTypeOptions: {minimum: 0}', nan, 'temperature', 2],
    [
      'invalidValues',
      `  quality: [{metric: invalidValues, arguments: {validValues: [${Array.from({ length: 40 }, (_, i) => 500 + i).join(', ')}]}, mustBe: 0}]`,
      minimum,
      'amount',
      2,
    ],
    [
      'missingValues',
      '  quality: [{metric: missingValues, arguments: {missingValues: [-9]}, mustBe: 0}]',
      minimum,
      'amount',
      2,
    ],
    [
      'rowExpression',
      "  quality: [{type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'amount >= 0'}}]",
      minimum,
      'amount',
      2,
    ],
    [
      'failedRows',
      "  quality: [{type: custom, engine: sluice, implementation: {check: failedRows, query: 'SELECT * FROM {object} WHERE amount < 0'}}]",
      minimum,
      'amount',
      2,
    ],
    [
      'nullValues',
      "  quality: [{metric: nullValues, mustBe: 1, customProperties: [{property: sluice, value: {where: 'amount < 0 OR amount IS NULL'}}]}]",
      minimum,
      'amount',
      0,
    ],
    ['multipleOf', '  logicalTypeOptions: {multipleOf: 0.5}', nan, 'temperature', 2],
  ];

  it.each(CASES)('%s sees every row (%s)', async (kind, extra, files, name, failing) => {
    const report = await runLocal({ contract: column(name, extra), files });
    expect(checkOf(report, kind)).toMatchObject({ outcome: 'fail', failing });
  });

  it('sql and relationships see every row', async () => {
    const contract = `apiVersion: v3.1.0
kind: DataContract
id: lies
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - name: id
      - name: amount
        relationships: [{to: p.amount}]
        quality:
          - {type: sql, query: 'SELECT min({property}) FROM {object}', mustBeGreaterOrEqualTo: 0}
          - {metric: duplicateValues, mustBeLessThan: 1}
  - name: p
    properties:
      - name: amount
        primaryKey: true
`;
    const report = await runLocal({
      contract,
      files: { ...minimum, 'p.parquet': { select: 'SELECT range::BIGINT AS amount FROM range(0, 1000)' } },
    });
    expect(checkOf(report, 'sql')).toMatchObject({ outcome: 'fail' });
    expect(checkOf(report, 'relationship')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 4000 });
    expect(checkOf(report, 'duplicateValues')).toMatchObject({ outcome: 'fail', failing: 4000 });
  });
});

describe('values in text that a cast would let through', () => {
  const bad: Readonly<Record<string, readonly string[]>> = {
    integer: ['1.7', '.5', '1_000', '0x10', '1e3', ' 5', '+7', '9223372036854775808', 'abc'],
    number: ['nan', 'inf', '1e400', '1_0.5', '5.', '1\u00a0000'],
    date: [
      'infinity',
      'epoch',
      '2026/01/05',
      '2026-1-5',
      '2026-01-05 12:00:00',
      '99999-01-01',
      '2026-02-30',
      '0000-00-00',
    ],
    timestamp: ['2026-01-05', '2026-01-05 12', 'now', '2026-02-30 00:00:00'],
    boolean: ['t', 'yes', 'y', '1', '0'],
    time: ['25:00:00', '12', '1:00:00'],
  };
  const good: Readonly<Record<string, readonly string[]>> = {
    integer: ['0', '-5', '9223372036854775807'],
    number: ['0', '-1.5', '1e3', '2.50'],
    date: ['2026-01-05', '2024-02-29'],
    timestamp: ['2026-01-05 12:00:00', '2026-01-05T12:00:00+02:00', '2026-01-05T12:00:00.123456789Z'],
    boolean: ['true', 'false', 'TRUE'],
    time: ['23:59:59', '00:00'],
  };

  it.each(Object.keys(bad))('CSV, %s', async (logical) => {
    const lines = [...(good[logical] ?? []), ...(bad[logical] ?? [])].map((text) => `"${text}",x`);
    const report = await runLocal({
      contract: typed(logical),
      files: { 't.csv': `id,note\n${lines.join('\n')}\n,x\n` },
    });
    expect(checkOf(report, 'type', 'id')).toMatchObject({
      outcome: 'fail',
      failing: bad[logical]?.length,
      evaluated: lines.length,
    });
  });

  it('JSON types are judged before their text', async () => {
    const lines = [
      '{"id": 1}',
      '{"id": "2"}',
      '{"id": 3.7}',
      '{"id": true}',
      '{"id": {"a": 1}}',
      '{"id": 99999999999999999999}',
      '{"id": null}',
      '{}',
    ];
    const contract = contractOf({ properties: '- name: id\n  logicalType: integer' });
    const report = await runLocal({ contract, files: { 't.jsonl': `${lines.join('\n')}\n` } });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail', failing: 5, evaluated: 6 });
  });

  it('a value that does not fit is not null', async () => {
    const contract = contractOf({ properties: '- name: id\n  logicalType: integer\n  required: true' });
    const report = await runLocal({ contract, files: { 't.csv': 'id\nabc\n1\n' } });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', failing: 0, evaluated: 2 });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('dates in the format of the contract, and only in it', async () => {
    const contract = contractOf({
      properties: '- name: id\n  logicalType: date\n  logicalTypeOptions: {format: dd/MM/yyyy}',
    });
    const report = await runLocal({
      contract,
      files: { 't.csv': 'id\n05/01/2026\n5/1/2026\n2026-01-05\n31/02/2026\n' },
    });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail', failing: 3, evaluated: 4 });
  });
});

describe('text objects whose records are not whole', () => {
  const many = (bad: (line: number) => string): string =>
    `id,note\n${Array.from({ length: 30_000 }, (_, i) => (i === 20_001 ? bad(i) : `${i},row ${i}`)).join('\n')}\n`;
  const CASES: readonly (readonly [string, string, TestFile, Readonly<Record<string, unknown>>])[] = [
    ['ragged records', 't.csv', 'id,note\n1,a\n2\n3,b,c\n4,d\n', { failing: 2 }],
    ['a quote never closed, after 20,000 good rows', 't.csv', many((i) => `${i},"open`), { failing: null }],
    ['text behind a closing quote', 't.csv', 'id,note\n1,"a"b\n2,c\n', { failing: 1 }],
    ['mixed line ends', 't.csv', 'id,note\r\n1,a\n2,b\r\n', { failing: null }],
    ['an empty file', 't.csv', '', { failing: null }],
    ['a column named twice', 't.csv', 'id,ID\n1,2\n', { failing: null }],
    ['latin-1 bytes', 't.csv', Buffer.from('id,note\n1,é\n2,b\n', 'latin1'), { failing: 1 }],
    ['a gzip stream cut short', 't.csv.gz', gzipSync(many((i) => `${i},x`)).subarray(0, 20_000), { failing: null }],
    ['a gzip stream with a flipped bit', 't.csv.gz', flipped(gzipSync(many((i) => `${i},x`))), { failing: null }],
    ['bytes that are no gzip', 't.csv.gz', 'id,note\n1,a\n', { failing: null }],
    ['a broken JSON line', 't.jsonl', '{"id":1,"note":"a"}\n{"id":2,\n{"id":3,"note":"c"}\n', { failing: 1 }],
    ['a trailing comma in JSON', 't.jsonl', '{"id":1,"note":"a"}\n{"id":2,"note":"b",}\n', { failing: 1 }],
    ['NaN in JSON', 't.jsonl', '{"id":1,"note":"a"}\n{"id":NaN,"note":"b"}\n', { failing: 1 }],
    ['a key twice in a JSON object', 't.jsonl', '{"id":1,"note":"a"}\n{"id":1,"id":2,"note":"b"}\n', { failing: 1 }],
    ['a JSON array for lines', 't.json', '[{"id":1,"note":"a"}]', { failing: null }],
    ['garbage as Parquet', 't.parquet', 'PAR1 this is none', { failing: null }],
    ['an empty Parquet file', 't.parquet', '', { failing: null }],
  ];

  it.each(CASES)('%s', async (_title, name, file, expected) => {
    const report = await runLocal({ contract: typed('integer'), files: { [name]: file } });
    expect(report.verdict).toBe('rejected');
    expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail', ...expected });
  });

  it('Parquet damaged in the middle, found by the scan and named', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sluice-damaged-')), 't.parquet');
    await writeTestFile(path, { select: "SELECT range AS id, 'row ' || range AS note FROM range(100000)" });
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 3);
    bytes.fill(0, middle, middle + 4096);
    const whole = { select: "SELECT 1::BIGINT AS id, 'x' AS note" };
    const report = await runLocal({
      contract: typed('integer'),
      files: { 't/a.parquet': whole, 't/b.parquet': bytes },
    });
    expect(report.verdict).toBe('rejected');
    const check = checkOf(report, 'readable');
    expect(check).toMatchObject({ outcome: 'fail', objects: [{ path: 't/b.parquet' }] });
    expect(checkOf(report, 'type', 'id')).toMatchObject({ outcome: 'error' });
  });

  it('Parquet with a damaged footer, wherever the damage is, ends in a report', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sluice-footer-')), 't.parquet');
    await writeTestFile(path, { select: "SELECT range AS id, 'row ' || range AS note FROM range(1000)" });
    const bytes = readFileSync(path);
    const places = Array.from({ length: 12 }, (_, index) => bytes.length - 12 - index * 31);
    const verdicts: string[] = [];
    for (const place of places) {
      const damaged = Buffer.from(bytes).fill(0, place - 16, place);
      const report = await runLocal({ contract: typed('integer'), files: { 't.parquet': damaged } });
      // Some of a footer says nothing about the rows: then all of them are there.
      if (report.verdict === 'approved') expect(report.tables[0]?.rows).toBe(1000);
      verdicts.push(report.verdict);
    }
    expect(new Set(verdicts).size).toBeGreaterThan(1);
  });

  it('Parquet cut short', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sluice-short-')), 't.parquet');
    await writeTestFile(path, { select: "SELECT range AS id, 'row ' || range AS note FROM range(1000)" });
    const bytes = readFileSync(path);
    const report = await runLocal({
      contract: typed('integer'),
      files: { 't.parquet': bytes.subarray(0, bytes.length - 20) },
    });
    expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail' });
  });
});

describe('schemas', () => {
  it('a CSV header in another order binds by name', async () => {
    const contract = contractOf({
      properties:
        '- name: id\n  logicalType: integer\n- name: note\n  logicalType: string\n  logicalTypeOptions: {maxLength: 1}',
    });
    const report = await runLocal({ contract, files: { 't.csv': 'note,id\na,1\nb,2\n' } });
    expect(report.verdict).toBe('approved');
  });

  it('a second object of another type is a finding', async () => {
    const contract = contractOf({ properties: '- name: id\n  logicalType: number\n- name: note' });
    const report = await runLocal({
      contract,
      files: {
        't/a.parquet': { select: "SELECT 1::INTEGER AS id, 'x' AS note" },
        't/b.parquet': { select: "SELECT 1.7::DOUBLE AS id, 'x' AS note" },
      },
    });
    expect(checkOf(report, 'type', 'id')).toMatchObject({ outcome: 'fail' });
  });

  it('a wider integer in a second object is none', async () => {
    const contract = contractOf({ properties: '- name: id\n  logicalType: integer\n  unique: true\n- name: note' });
    const report = await runLocal({
      contract,
      files: {
        't/a.parquet': { select: "SELECT 1::INTEGER AS id, 'x' AS note" },
        't/b.parquet': { select: "SELECT 1::BIGINT AS id, 'x' AS note" },
      },
    });
    expect(checkOf(report, 'type', 'id')).toMatchObject({ outcome: 'pass' });
    expect(checkOf(report, 'unique')).toMatchObject({ outcome: 'fail', failing: 2 });
  });

  it('a column missing in one object is a finding that names it', async () => {
    const report = await runLocal({
      contract: typed('integer'),
      files: { 't/a.parquet': { select: "SELECT 1 AS id, 'x' AS note" }, 't/b.parquet': { select: 'SELECT 1 AS id' } },
    });
    const check = checkOf(report, 'columnPresence', 'note');
    expect(check).toMatchObject({ outcome: 'fail' });
    expect(check.observed).toContain('t/b.parquet');
  });

  it('a name in other letters is missing, and the nearest one is named', async () => {
    const report = await runLocal({
      contract: typed('integer'),
      files: { 't.parquet': { select: "SELECT 1 AS ID, 'x' AS note" } },
    });
    expect(checkOf(report, 'columnPresence', 'id')).toMatchObject({
      outcome: 'fail',
      observed: expect.stringContaining('ID'),
    });
  });

  it('an empty JSON lines object has every column and no row', async () => {
    const contract = contractOf({ properties: '- name: id\n  logicalType: integer\n  required: true\n  unique: true' });
    const report = await runLocal({ contract, files: { 't.jsonl': '' } });
    expect(report.reasons).toEqual([]);
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', failing: 0, evaluated: 0 });
  });

  it('hive folders give columns, judged like text', async () => {
    const contract = contractOf({ properties: '- name: id\n- name: dt\n  logicalType: date\n  required: true' });
    const file = { select: 'SELECT 1 AS id' };
    const report = await runLocal({
      contract,
      files: {
        't/dt=2026-01-01/a.parquet': file,
        't/dt=__HIVE_DEFAULT_PARTITION__/b.parquet': file,
        't/dt=2026-02-30/c.parquet': file,
      },
    });
    expect(checkOf(report, 'required', 'dt')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 3 });
    expect(checkOf(report, 'type', 'dt')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });

  it('folders of one name and different values make an object unreadable, whatever the format', async () => {
    const contract = contractOf({ properties: '- name: id\n- name: dt\n  logicalType: date' });
    const file = { select: 'SELECT 1 AS id' };
    const report = await runLocal({
      contract,
      files: {
        't/dt=2026-01-01/a.parquet': file,
        't/dt=2026-01-01/dt=2026-01-01/same.parquet': file,
        't/dt=2026-01-01/dt=2026-01-02/twice.parquet': file,
        't/DT=2026-01-01/dt=2026-01-02/case.csv': 'id\n1\n',
        't/dt=2026-01-01/d%74=__HIVE_DEFAULT_PARTITION__/null.jsonl': '{"id":1}\n',
      },
    });
    expect(checkOf(report, 'readable')).toMatchObject({
      outcome: 'fail',
      observed: expect.stringContaining('several folders dt=... with different values'),
      objects: [
        { path: 't/DT=2026-01-01/dt=2026-01-02/case.csv' },
        { path: 't/dt=2026-01-01/d%74=__HIVE_DEFAULT_PARTITION__/null.jsonl' },
        { path: 't/dt=2026-01-01/dt=2026-01-02/twice.parquet' },
      ],
    });
    expect(report.verdict).toBe('rejected');
  });

  it('fields of structs and of JSON objects are columns', async () => {
    const contract = contractOf({
      properties:
        '- name: a\n  logicalType: object\n  properties:\n    - name: b c\n      logicalType: integer\n      required: true\n      logicalTypeOptions: {minimum: 0}',
    });
    const parquet = await runLocal({
      contract,
      files: { 't.parquet': { select: "SELECT {'b c': -1} AS a UNION ALL SELECT {'b c': NULL}" } },
    });
    expect(checkOf(parquet, 'required', 'a.b c')).toMatchObject({ outcome: 'fail', failing: 1 });
    expect(checkOf(parquet, 'range', 'a.b c')).toMatchObject({ outcome: 'fail', failing: 1 });
    const json = await runLocal({ contract, files: { 't.jsonl': '{"a":{"b c":-1}}\n{"a":{}}\n' } });
    expect(checkOf(json, 'required', 'a.b c')).toMatchObject({ outcome: 'fail', failing: 1 });
    expect(checkOf(json, 'range', 'a.b c')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('extra columns warn, and fail when asked', async () => {
    const files = { 't.parquet': { select: "SELECT 1 AS id, 'x' AS note, 2 AS secret" } };
    const warned = await runLocal({ contract: typed('integer'), files });
    expect(checkOf(warned, 'extraColumns')).toMatchObject({ outcome: 'warn', observed: 'secret' });
    expect(warned.verdict).toBe('approved');
    const top = 'customProperties: [{property: sluice, value: {extraColumns: fail}}]';
    const failed = await runLocal({ contract: contractOf({ properties: '- name: id\n- name: note', top }), files });
    expect(failed.verdict).toBe('rejected');
  });
});

describe('expressions of authors', () => {
  it.each(['g', 'o', 'n', 'k0', 'failing'])('do not find our own column %s where the data has none', async (name) => {
    const rule = `{type: custom, engine: sluice, implementation: {check: rowExpression, expression: '${name} >= 0'}}`;
    const contract = contractOf({ properties: `- name: id\n  required: true\n  quality: [${rule}]` });
    const report = await runLocal({ contract, files: { 't.parquet': { select: 'SELECT 1 AS id' } } });
    expect(checkOf(report, 'rowExpression')).toMatchObject({ outcome: 'error' });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', evaluated: 1 });
  });
});

describe('tables together', () => {
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: pair
version: 1.0.0
status: active
schema:
  - name: child
    properties:
      - name: a
        logicalType: integer
      - name: b
        logicalType: string
    relationships:
      - {type: foreignKey, from: [child.a, child.b], to: [parent.x, parent.y]}
  - name: parent
    properties:
      - {name: x, logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
      - {name: y, logicalType: string, primaryKey: true, primaryKeyPosition: 2}
`;
  it('a composite foreign key; rows with a null in it are not evaluated', async () => {
    const report = await runLocal({
      contract,
      files: {
        'child.csv': 'a,b\n1,u\n1,v\n2,\n,u\n3,w\n',
        'parent.parquet': { select: "SELECT 1::INTEGER AS x, 'u' AS y UNION ALL SELECT 3, 'w'" },
      },
    });
    expect(checkOf(report, 'relationship')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 3 });
  });

  it('a parent that is not there is no pass', async () => {
    const report = await runLocal({ contract, files: { 'child.csv': 'a,b\n1,u\n' } });
    expect(report.verdict).toBe('undecided');
    expect(checkOf(report, 'relationship')).toMatchObject({ outcome: 'error' });
  });
});

function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([(bytes[at] ?? 0) ^ 0x40]), bytes.subarray(at + 1)]);
}
