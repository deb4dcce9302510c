import { expect, it } from 'vitest';
import { checkOf, runLocal } from '../support/run-local.ts';

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n';

it('runs the SQL of one table beside a JSON object without any record', async () => {
  const report = await runLocal({
    contract: `${head}schema:
  - name: silent
    properties: [{name: id}]
    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBe: 0}]
  - name: orders
    properties: [{name: id, logicalType: integer}]
    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBe: 2}]
`,
    files: { 'silent.jsonl': '', 'orders.csv': 'id\n1\n2\n' },
  });
  const sql = report.tables.map((table) => table.checks.find((check) => check.kind === 'sql')?.outcome);
  expect(sql).toEqual(['pass', 'pass']);
});

it('counts the records of a JSON object whose records have no key', async () => {
  const report = await runLocal({
    contract: `${head}schema:
  - name: hollow
    properties: [{name: id}]
    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBe: 2}]
`,
    files: { 'hollow.jsonl': '{}\n{}\n' },
  });
  expect(checkOf(report, 'sql').outcome).toBe('pass');
});

it('puts a column name with a dot, and the field of an object, for {property}', async () => {
  const report = await runLocal({
    contract: `${head}schema:
  - name: t
    properties:
      - name: a.b
        quality: [{type: sql, query: 'SELECT sum({property}) FROM {object}', mustBe: 6}]
      - name: o
        logicalType: object
        properties:
          - name: x.y
            quality: [{type: sql, query: 'SELECT sum({property}) FROM {object}', mustBe: 9}]
`,
    files: { 't.parquet': { select: 'SELECT 6 AS "a.b", {\'x.y\': 9} AS o' } },
  });
  const sql = report.tables.flatMap((table) => table.checks).filter((check) => check.kind === 'sql');
  expect(sql.map(({ outcome, observed }) => [outcome, observed])).toEqual([
    ['pass', '6'],
    ['pass', '9'],
  ]);
});

it('says of a table without one readable column what is wrong, and runs the others', async () => {
  const report = await runLocal({
    contract: `${head}schema:
  - name: torn
    properties: [{name: id, logicalType: integer}]
  - name: orders
    properties: [{name: id, logicalType: integer}]
    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBe: 2}]
`,
    files: {
      'torn/a.parquet': { select: 'SELECT 1 AS id' },
      'torn/b.parquet': { select: "SELECT 'x' AS id" },
      'orders.csv': 'id\n1\n2\n',
    },
  });
  expect(checkOf(report, 'type').outcome).toBe('fail');
  expect(checkOf(report, 'sql').outcome).toBe('pass');
});

it.each([
  ['CSV header', 'torn.csv', 'id,\0x\n1,2\n'],
  ['JSON key', 'torn.jsonl', '{"id":1,"\\u0000x":2}\n'],
])('runs every table beside one with a NUL character in a %s', async (_where, file, text) => {
  const report = await runLocal({
    contract: `${head}schema:
  - name: torn
    properties: [{name: id, logicalType: integer}]
  - name: orders
    properties: [{name: id, logicalType: integer}]
    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBe: 2}]
`,
    files: { [file]: text, 'orders.csv': 'id\n1\n2\n' },
  });
  expect(checkOf(report, 'sql').outcome).toBe('pass');
  expect(checkOf(report, 'extraColumns').outcome).toBe('warn');
});
