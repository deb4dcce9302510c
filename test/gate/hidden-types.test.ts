/** Types that a footer states and the engine reads as one: what Spark, Trino and pyarrow see of a change. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';
import { asEnum, parquetOf, withoutLogicalType } from '../support/patched-parquet.ts';
import type { TestFile } from '../support/run-local.ts';

const NOON = "'2026-01-01 12:00:00'";
const ofType = (type: string, value = NOON): TestFile => ({ select: `SELECT 1 AS id, ${value}::${type} AS v` });
const fixture = (name: string): TestFile =>
  readFileSync(new URL(`../fixtures/parquet/${name}.parquet`, import.meta.url));
const changed = (base: TestFile, merge: TestFile, allowed = ''): RuledTable => ({
  diff: `{schemaChanges: [${allowed}]}`,
  properties: '{name: id}, {name: v}',
  base: { '0.parquet': base },
  files: { '0.parquet': merge },
});

const US = ofType('TIMESTAMP');
const MS = ofType('TIMESTAMP_MS');
const STRUCT = (type: string, amount: string): TestFile => ({
  select: `SELECT 1 AS id, {'at': ${NOON}::${type}, 'amount': 1::${amount}, 'all': [${NOON}::TIMESTAMP]} AS v`,
});
const LISTS = (type: string): TestFile => ({ select: `SELECT 1 AS id, [MAP {'a': ${NOON}::${type}}] AS v` });

const TOLD: Readonly<Record<string, string>> = {
  'coarser-unit': 'v: TIMESTAMP in microseconds -> TIMESTAMP in milliseconds (another type)',
  'finer-unit': 'v: TIMESTAMP in milliseconds -> TIMESTAMP in microseconds (another type)',
  'one-object-more': 'v: TIMESTAMP in microseconds -> TIMESTAMP in milliseconds (another type)',
  nanoseconds: 'v: TIMESTAMP in milliseconds -> TIMESTAMP in nanoseconds (another type)',
  'zoned-unit': 'v: TIMESTAMP WITH TIME ZONE in microseconds -> TIMESTAMP WITH TIME ZONE in nanoseconds (another type)',
  int96: 'v: TIMESTAMP in microseconds -> TIMESTAMP as INT96 (another type)',
  'unstated-zone': 'v: TIMESTAMP in microseconds -> TIMESTAMP in microseconds of an unstated zone (another type)',
  'time-unit': 'v: TIME in microseconds -> TIME in milliseconds (another type)',
  'enum-to-text': 'v: ENUM -> VARCHAR (another type)',
  'text-to-enum': 'v: VARCHAR -> ENUM (another type)',
  'fixed-length': 'v: BLOB -> BLOB of 4 bytes (another type)',
  'half-float-narrower': 'v: FLOAT -> FLOAT16 (another type)',
  'digits-beyond-38': 'v: DOUBLE -> DECIMAL(40,2) read as DOUBLE (another type)',
  'in-a-struct': 'v.at: TIMESTAMP in microseconds -> TIMESTAMP in milliseconds (another type)',
  'beside-a-seen-change': 'v.at: TIMESTAMP in microseconds -> TIMESTAMP in milliseconds (another type)',
  'in-lists-of-maps':
    'v: MAP(VARCHAR, TIMESTAMP in microseconds)[] -> MAP(VARCHAR, TIMESTAMP in milliseconds)[] (another type)',
};
const SAME = [
  'decimal-as-bytes-or-integer',
  'enum-as-ever',
  'unit-that-was-there',
  'text-beside-parquet',
  'required-or-not',
];

let report: Report;

beforeAll(async () => {
  const text = await parquetOf("SELECT 1 AS id, 'a' AS v");
  const plain = await parquetOf(`SELECT 1 AS id, ${NOON}::TIMESTAMP AS v`);
  const added = (base: TestFile, more: TestFile): RuledTable => ({
    ...changed(base, base),
    files: { '0.parquet': base, '1.parquet': more },
  });
  report = await judgeTables({
    'coarser-unit': changed(US, MS, 'widened'),
    'finer-unit': changed(MS, US, 'widened'),
    'one-object-more': added(US, { select: `SELECT 2 AS id, ${NOON}::TIMESTAMP_MS AS v` }),
    nanoseconds: changed(MS, ofType('TIMESTAMP_NS')),
    'zoned-unit': changed(ofType('TIMESTAMPTZ'), fixture('zoned-timestamp-in-nanoseconds')),
    int96: changed(US, fixture('timestamp-as-int96')),
    'unstated-zone': changed(plain, withoutLogicalType(plain, 'v')),
    'time-unit': changed(ofType('TIME', "'12:00:00'"), fixture('time-in-milliseconds')),
    'enum-to-text': changed(asEnum(text, 'v'), text, 'widened'),
    'text-to-enum': changed(text, asEnum(text, 'v')),
    'fixed-length': changed(ofType('BLOB', "'abcd'"), fixture('bytes-of-fixed-length')),
    'half-float-narrower': changed(ofType('FLOAT', '1'), fixture('float-of-16-bits')),
    'half-float-wider': changed(fixture('float-of-16-bits'), ofType('FLOAT', '1'), 'widened'),
    'digits-beyond-38': changed(ofType('DOUBLE', '1'), fixture('decimal-of-40-digits'), 'widened'),
    'in-a-struct': changed(STRUCT('TIMESTAMP', 'INTEGER'), STRUCT('TIMESTAMP_MS', 'INTEGER')),
    'beside-a-seen-change': changed(STRUCT('TIMESTAMP', 'INTEGER'), STRUCT('TIMESTAMP_MS', 'BIGINT'), 'widened'),
    'in-lists-of-maps': changed(LISTS('TIMESTAMP'), LISTS('TIMESTAMP_MS')),
    'decimal-as-bytes-or-integer': changed(fixture('decimal-as-bytes'), ofType('DECIMAL(9,2)', '1')),
    'enum-as-ever': {
      ...added(asEnum(text, 'v'), asEnum(await parquetOf("SELECT 2 AS id, 'b' AS v, 3 AS w"), 'v')),
      diff: '{schemaChanges: [added]}',
    },
    'unit-that-was-there': {
      ...changed(US, US),
      base: { '0.parquet': US, '1.parquet': { select: `SELECT 2 AS id, ${NOON}::TIMESTAMP_MS AS v` } },
      files: { '0.parquet': MS, '1.parquet': { select: `SELECT 2 AS id, ${NOON}::TIMESTAMP_MS AS v` } },
    },
    'text-beside-parquet': {
      ...changed(US, US),
      properties: '{name: id, logicalType: integer}, {name: v, logicalType: timestamp}',
      base: { '0.csv': 'id,v\n1,2026-01-01T12:00:00\n' },
      files: { '0.parquet': { select: `SELECT 1::BIGINT AS id, ${NOON}::TIMESTAMPTZ AS v` } },
    },
    'required-or-not': changed(fixture('decimal-as-bytes'), ofType('DECIMAL(9,2)', '1'), 'nullability'),
  });
}, 60_000);

const rule = (table: string) => ruleOf(report, table, 'schemaChanges');

describe('a change of type that the engine does not see', () => {
  it.each(Object.entries(TOLD))('%s is told as %s', (table, words) => {
    expect(rule(table).observed).toContain(words);
    expect(rule(table).outcome).toBe('fail');
  });

  it('is allowed as a wider type where it is one', () => {
    expect(rule('half-float-wider')).toMatchObject({ outcome: 'pass', observed: '1 change, all allowed' });
    expect(rule('beside-a-seen-change').observed).not.toContain('amount');
  });

  it('is in the diff that people see', () => {
    const diff = report.tables.find(({ name }) => name === 'enum-to-text')?.diff;
    expect(diff?.schema).toEqual([{ change: 'type', column: 'v', before: 'ENUM', after: 'VARCHAR' }]);
  });
});

describe('what is only written differently', () => {
  it.each(SAME)('%s is no change', (table) => {
    expect([rule(table).observed, rule(table).outcome]).toEqual([
      expect.stringMatching(/^the same columns|all allowed$/),
      'pass',
    ]);
  });
});
