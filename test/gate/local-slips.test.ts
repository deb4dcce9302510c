/** Data that slipped through, or was refused without a reason, before it was put here: one test per defect found. */
import { describe, expect, it } from 'vitest';
import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

function checksOf(report: Report, kind: string): readonly CheckReport[] {
  return report.tables.flatMap((table) => table.checks).filter((check) => check.kind === kind);
}

describe('two contracts for one text file', () => {
  const nested = contractOf({ properties: '- name: id\n  logicalType: integer\n  unique: true' });
  const other = contractOf({
    properties:
      '- name: note\n  logicalType: string\n  logicalTypeOptions: {maxLength: 3}\n- name: id\n  logicalType: string',
  }).replace('id: test', 'id: other');

  it('each contract reads it in its own types', async () => {
    const report = await runLocal({
      contract: nested,
      others: { 'other.odcs.yaml': other },
      files: { 't/a.csv': 'id,note\n1,abcd\n1,abc\n', 't/b.csv': 'id,note\n2,abcd\n' },
    });
    expect(report.problems).toEqual([]);
    expect(checkOf(report, 'unique')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 3 });
    expect(checkOf(report, 'length')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 3 });
    expect(checksOf(report, 'type').map((check) => check.outcome)).toEqual(['pass', 'pass', 'pass']);
  });

  it('and JSON as well, where the position of a column is the contract’s own', async () => {
    const lines = '{"id":1,"note":"abcd"}\n{"id":1,"note":"abc"}\n';
    const report = await runLocal({
      contract: nested,
      others: { 'other.odcs.yaml': other.replace('logicalType: string\n', 'logicalType: string\n') },
      files: { 't/a.jsonl': lines, 't/b.jsonl.gz': lines },
    });
    expect(report.verdict).toBe('rejected');
    expect(checksOf(report, 'readable').map((check) => check.objects)).toEqual([
      [{ path: 't/b.jsonl.gz', failing: 0 }],
      [{ path: 't/b.jsonl.gz', failing: 0 }],
    ]);
  });
});

describe('types that the engine would unify by rounding', () => {
  const contract = contractOf({
    properties: '- name: c\n  logicalType: number\n  logicalTypeOptions: {minimum: 0}',
  });

  it('decimals that no 38 digits hold together', async () => {
    const report = await runLocal({
      contract,
      files: {
        't/a.parquet': { select: 'SELECT 7::DECIMAL(38,0) AS c' },
        't/b.parquet': { select: 'SELECT -0.4::DECIMAL(38,10) AS c' },
      },
    });
    expect(report.verdict).not.toBe('approved');
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail' });
  });

  it('decimals of one width and two scales', async () => {
    const report = await runLocal({
      contract,
      files: {
        't/a.parquet': { select: 'SELECT 7::DECIMAL(10,0) AS c' },
        't/b.parquet': { select: 'SELECT -0.4::DECIMAL(10,4) AS c' },
      },
    });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'pass' });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });

  it('times with and without a zone', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: c\n  logicalType: time\n  unique: true' }),
      files: {
        't/a.parquet': { select: "SELECT TIME '12:00:00' AS c" },
        't/b.parquet': { select: "SELECT TIMETZ '12:00:00+01' AS c" },
      },
    });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail' });
  });

  it('lists of other elements', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: c\n  logicalType: array' }),
      files: {
        't/a.parquet': { select: 'SELECT [1, 2] AS c' },
        't/b.parquet': { select: "SELECT ['1', 'x'] AS c" },
      },
    });
    expect(checkOf(report, 'type')).toMatchObject({ outcome: 'fail' });
  });
});

describe('decimals at the edge of the engine', () => {
  it('a bound with more digits than the column holds is compared exactly', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties:
          '- name: c\n  logicalType: number\n  logicalTypeOptions: {minimum: 0.5, maximum: 99999999999999999999999999999999999998.5}',
      }),
      files: {
        't.parquet': {
          select:
            'SELECT c FROM (VALUES (0::DECIMAL(38,0)), (1), (99999999999999999999999999999999999998), (99999999999999999999999999999999999999)) AS v(c)',
        },
      },
    });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 4 });
  });

  it('a multiple is not told from rounded digits', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties: '- name: c\n  logicalType: number\n  logicalTypeOptions: {multipleOf: 0.01}',
      }),
      files: {
        't.parquet': { select: 'SELECT c FROM (VALUES (0.0100000000000001::DECIMAL(20,16)), (0.02)) AS v(c)' },
      },
    });
    expect(checkOf(report, 'multipleOf')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });

  it('a multiple of FLOAT is told at its own precision', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: c\n  logicalType: number\n  logicalTypeOptions: {multipleOf: 0.1}' }),
      files: { 't.parquet': { select: 'SELECT c::FLOAT AS c FROM (VALUES (0.3), (0.7), (0.25)) AS v(c)' } },
    });
    expect(checkOf(report, 'multipleOf')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 3 });
  });
});

describe('literals that are none', () => {
  it.each([
    ['date', 'DATE', '2026-02-30'],
    ['timestamp', 'TIMESTAMP', '2026-02-30T00:00:00Z'],
    ['timestamp', 'TIMESTAMP', '2026-01-01T25:61:00Z'],
  ])('a %s bound of type %s that no calendar has (%s) stops its own check alone', async (logical, type, bound) => {
    const report = await runLocal({
      contract: contractOf({
        properties: `- name: c\n  logicalType: ${logical}\n  required: true\n  quality:\n    - {metric: invalidValues, arguments: {validValues: ['${bound}']}, mustBe: 0}`,
      }),
      files: { 't.parquet': { select: `SELECT '2026-01-01'::${type} AS c` } },
    });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', evaluated: 1 });
    expect(checkOf(report, 'invalidValues')).toMatchObject({ outcome: 'fail', failing: 1 });
  });
});

describe('names that are ours or the engine’s', () => {
  it('two rules of one id, and a third that is called as the second is renamed', async () => {
    const rule = (id: string, bound: number): string =>
      `- {id: ${id}, metric: nullValues, mustBeLessOrEqualTo: ${bound}}`;
    const report = await runLocal({
      contract: contractOf({
        properties: `- name: a\n  quality:\n    ${rule('same-2', 0)}\n- name: b\n  quality:\n    ${rule('same', 0)}\n- name: c\n  quality:\n    ${rule('same', 0)}`,
      }),
      files: { 't.parquet': { select: 'SELECT NULL::INTEGER AS a, 1 AS b, 1 AS c' } },
    });
    if (report.problems.some((problem) => problem.level !== 'warning')) return expect(report.verdict).toBe('undecided');
    expect(new Set(checksOf(report, 'nullValues').map((check) => check.id)).size).toBe(3);
    expect(report.verdict).toBe('rejected');
  });

  it.each([
    ['file_index'],
    ['filename'],
    ['file_row_number'],
    ['constructor'],
    ['__proto__'],
    ['select'],
    ['a"b'],
    ["a'b"],
    ['ä ö.ü'],
    ['v0'],
    ['COUNT'],
  ])('a column named %s', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const report = await runLocal({
      contract: contractOf({
        properties: `- name: '${name.replaceAll("'", "''")}'\n  required: true\n  logicalType: integer\n  logicalTypeOptions: {minimum: 1}`,
      }),
      files: {
        't/a.parquet': { select: `SELECT c AS ${quoted} FROM (VALUES (1), (0), (NULL)) AS v(c)` },
        't/b.parquet': { select: `SELECT 1 AS ${quoted}` },
        't/c.csv': `"${name.replaceAll('"', '""')}",x\n0,1\n,2\n`,
      },
    });
    expect(checkOf(report, 'required')).toMatchObject({
      outcome: 'fail',
      failing: 2,
      evaluated: 6,
      objects: [
        { path: 't/a.parquet', failing: 1 },
        { path: 't/c.csv', failing: 1 },
      ],
    });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 4 });
  });

  it('a column under one of our own names is not read, and no rule on it passes', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: Sluice:group\n  required: true\n- name: id\n  required: true' }),
      files: { 't.parquet': { select: 'SELECT 1 AS "Sluice:group", 2 AS id' } },
    });
    expect(checkOf(report, 'required', 'Sluice:group')).toMatchObject({ outcome: 'error' });
    expect(checkOf(report, 'required', 'id')).toMatchObject({ outcome: 'pass', evaluated: 1 });
    expect(report.verdict).toBe('undecided');
  });

  it('columns named file_index and filename in one file', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties: '- name: file_index\n  required: true\n- name: Filename\n- name: file_row_number',
      }),
      files: {
        't/a.parquet': { select: 'SELECT 7 AS file_index, 8 AS "Filename", 9 AS file_row_number' },
        't/b.parquet': { select: 'SELECT NULL::INTEGER AS file_index, 8 AS "Filename", 9 AS file_row_number' },
      },
    });
    expect(checkOf(report, 'required')).toMatchObject({
      failing: 1,
      evaluated: 2,
      objects: [{ path: 't/b.parquet', failing: 1 }],
    });
  });

  it('a column with a dot in its name is no field of a struct', async () => {
    const report = await runLocal({
      contract: contractOf({
        properties:
          '- name: a\n  properties:\n    - name: b\n      logicalType: integer\n      required: true\n      logicalTypeOptions: {minimum: 0}',
      }),
      files: { 't.parquet': { select: `SELECT {'b': -1} AS a, 5 AS "a.b"` } },
    });
    expect(checkOf(report, 'range', 'a.b')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('and a field of a struct is no column with a dot in its name', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a.b\n  logicalType: integer' }),
      files: { 't.parquet': { select: `SELECT {'b': 1} AS a` } },
    });
    expect(checkOf(report, 'columnPresence', 'a.b')).toMatchObject({ outcome: 'fail' });
  });
});

describe('JSON', () => {
  it('arrays and objects have their types', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a\n  logicalType: array\n- name: o\n  logicalType: object' }),
      files: { 't.jsonl': '{"a":[1,2],"o":{"x":1}}\n{"a":"[1]","o":[1]}\n' },
    });
    expect(checkOf(report, 'type', 'a')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
    expect(checkOf(report, 'type', 'o')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 2 });
  });

  it('a key twice deep inside', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a\n  properties:\n    - name: b\n      logicalType: integer' }),
      files: { 't.jsonl': '{"a":{"b":1}}\n{"a":{"b":1,"b":-1}}\n' },
    });
    expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('keys beside the contract’s are seen and named', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a\n  logicalType: integer\n  required: true' }),
      files: { 't.jsonl': '{"a":1,"secret":2}\n{"a":2}\n' },
    });
    expect(checkOf(report, 'extraColumns')).toMatchObject({ outcome: 'warn', observed: 'secret' });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', evaluated: 2 });
    expect(report.verdict).toBe('approved');
  });

  it('below a partition folder', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a\n- name: dt\n  logicalType: date\n  required: true' }),
      files: { 't/dt=2026-01-01/x.jsonl': '{"a":"1"}\n' },
    });
    expect(checkOf(report, 'required')).toMatchObject({ outcome: 'pass', evaluated: 1 });
    expect(report.verdict).toBe('approved');
  });

  it('a key with a dot is no path', async () => {
    const report = await runLocal({
      contract: contractOf({ properties: '- name: a\n  properties:\n    - name: b\n      logicalType: integer' }),
      files: { 't.jsonl': '{"a":{},"a.b":1}\n' },
    });
    expect(checkOf(report, 'columnPresence', 'a.b')).toMatchObject({ outcome: 'fail' });
  });
});
