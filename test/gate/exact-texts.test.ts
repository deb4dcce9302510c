/** CSV and JSON under rules about changes: a text that says more than its typed value is never the same as another. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';

interface Pair {
  readonly type: string;
  readonly before: string;
  readonly after: string;
}

const property = (type: string): string => (type === '' ? '{name: v}' : `{name: v, ${type}}`);

function csv({ type, before, after }: Pair): RuledTable {
  const file = (text: string): string => `id,v\n1,"${text.replaceAll('"', '""')}"\n2,"${text.replaceAll('"', '""')}"\n`;
  const properties = `{name: id, logicalType: integer}, ${property(type)}`;
  return { diff: '{immutable: [v]}', properties, base: { 't.csv': file(before) }, files: { 't.csv': file(after) } };
}

function json({ type, before, after }: Pair): RuledTable {
  const file = (text: string): string => `{"id": 1, "note": "a 1.5, 2", "v": ${text}}\n{"id": 2, "v": ${text}}\n`;
  const properties = `{name: id, logicalType: integer}, {name: note, logicalType: string}, ${property(type)}`;
  return { diff: '{immutable: [v]}', properties, base: { 't.jsonl': file(before) }, files: { 't.jsonl': file(after) } };
}

const NUMBER = 'logicalType: number';
const DAY_OF_MINUTE = 'logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd HH.mm}';

const CHANGED: Readonly<Record<string, RuledTable>> = {
  'csv-digits': csv({ type: NUMBER, before: '1234567890123456.78', after: '1234567890123456.80' }),
  'csv-large': csv({ type: NUMBER, before: '9007199254740993', after: '9007199254740992' }),
  'csv-tiny': csv({ type: NUMBER, before: '1e-400', after: '0' }),
  'csv-nanoseconds': csv({
    type: 'logicalType: timestamp',
    before: '2026-01-01T00:00:00.123456789Z',
    after: '2026-01-01T00:00:00.123456111Z',
  }),
  'csv-nanoseconds-of-a-day': csv({
    type: 'logicalType: time',
    before: '00:00:00.123456789',
    after: '00:00:00.123456111',
  }),
  'csv-time-in-a-date': csv({ type: DAY_OF_MINUTE, before: '2026-01-01 10.15', after: '2026-01-01 10.16' }),
  'json-digits': json({ type: NUMBER, before: '1234567890123456.78', after: '1234567890123456.80' }),
  'json-large': json({ type: NUMBER, before: '12345678901234567890', after: '12345678901234567891' }),
  'json-in-an-object': json({
    type: 'logicalType: object',
    before: '{"a": [0.1, "0.30000000000000000001"]}',
    after: '{"a": [0.10000000000000000555, "0.30000000000000000001"]}',
  }),
  'json-in-a-list': json({ type: 'logicalType: array', before: '[1e-400]', after: '[1e-401]' }),
  'json-misfit': json({ type: 'logicalType: integer', before: '0.1', after: '0.10000000000000000555' }),
  'json-untyped-digits': json({ type: '', before: '0.1', after: '0.10000000000000000555' }),
  'json-nanoseconds': json({
    type: 'logicalType: timestamp',
    before: '"2026-01-01T00:00:00.123456789Z"',
    after: '"2026-01-01T00:00:00.123456111Z"',
  }),
  'json-true-as-text': json({ type: '', before: '"true"', after: 'true' }),
  'json-number-as-text': json({ type: '', before: '"1"', after: '1' }),
  'json-list-as-text': json({ type: '', before: '"[1]"', after: '[1]' }),
};

const SAME: Readonly<Record<string, RuledTable>> = {
  'csv-spelled': csv({ type: NUMBER, before: '1.50', after: '0.15e1' }),
  'csv-double': csv({ type: NUMBER, before: '0.30000000000000004', after: '3.0000000000000004e-1' }),
  'csv-all-digits': csv({ type: NUMBER, before: '1234567890123456.78', after: '1234567890123456.78' }),
  'csv-zone': csv({
    type: 'logicalType: timestamp',
    before: '2026-01-01T00:00:00.123456000Z',
    after: '2026-01-01T02:00:00.123456+02:00',
  }),
  'json-double': json({
    type: 'logicalType: object',
    before: '{"a":0.30000000000000004}',
    after: '{"a":0.300000000000000040}',
  }),
  'json-snowflake': json({
    type: 'logicalType: object',
    before: '{"a": 1234567890123456789}',
    after: '{"a":1234567890123456789}',
  }),
  'json-all-digits': json({ type: NUMBER, before: '0.10000000000000000555', after: '0.10000000000000000555' }),
  'json-untyped': json({ type: '', before: '1', after: '1' }),
};

/** What rows of the key `before` become; each with the same value. */
function keys(type: string, before: readonly string[], after: readonly string[], ending: 'csv' | 'jsonl'): RuledTable {
  const file = (all: readonly string[]): string =>
    ending === 'csv'
      ? `k,v\n${all.map((one) => `${one},a\n`).join('')}`
      : all.map((one) => `{"k":${one},"v":"a"}\n`).join('');
  return {
    diff: '{appendOnly: true}',
    key: '[k]',
    properties: `{name: k${type === '' ? '' : `, ${type}`}}, {name: v, logicalType: string}`,
    base: { [`t.${ending}`]: file(before) },
    files: { [`t.${ending}`]: `${file(after)}` },
  };
}

const KEYS: Readonly<Record<string, RuledTable>> = {
  'key-digits': keys(NUMBER, ['1234567890123456.78', '2'], ['1234567890123456.80', '2'], 'csv'),
  'key-kind': keys('', ['"1"', '2'], ['1', '2'], 'jsonl'),
};
const GOOD_KEYS: Readonly<Record<string, RuledTable>> = {
  'key-numbers': keys('', ['1', '2'], ['2', '1', '3'], 'jsonl'),
  'key-texts': keys('', ['"1"', '"2"'], ['"2"', '"1"', '"3"'], 'jsonl'),
};

const folder = (moment: string): string => `at=2026-01-01T00:00:00.${moment}/t.parquet`;
const PARTITION: RuledTable = {
  diff: '{immutable: [at]}',
  properties: '{name: id}, {name: at, logicalType: timestamp}',
  base: { [folder('123456789')]: { select: 'SELECT 1 AS id' } },
  files: { [folder('123456111')]: { select: 'SELECT 1 AS id' } },
};

let report: Report;

beforeAll(async () => {
  report = await judgeTables({ ...CHANGED, ...SAME, ...KEYS, ...GOOD_KEYS, partition: PARTITION });
}, 60_000);

describe('texts under rules about changes', () => {
  it.each(Object.keys(CHANGED))('%s: another value', (table) => {
    expect(ruleOf(report, table, 'immutable')).toMatchObject({ outcome: 'fail', failing: 2 });
  });

  it.each(Object.keys(SAME))('%s: the same value', (table) => {
    expect(ruleOf(report, table, 'immutable')).toMatchObject({ outcome: 'pass' });
  });

  it.each(Object.keys(KEYS))('%s: rows cannot be told apart by such a key', (table) => {
    const found = ruleOf(report, table, 'appendOnly');
    expect(found).toMatchObject({ outcome: 'error' });
    expect(found.observed).toContain('the key k');
  });

  it.each(Object.keys(GOOD_KEYS))('%s: a key all of one kind', (table) => {
    expect(ruleOf(report, table, 'appendOnly')).toMatchObject({ outcome: 'pass', failing: 0 });
  });

  it('partition: a folder that says more than its type holds', () => {
    expect(ruleOf(report, 'partition', 'immutable')).toMatchObject({ outcome: 'error' });
  });
});
