/** Values of which DuckDB reads less than the file says: nanoseconds of UTC and of INT96, decimals of more than 38 digits. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

const parquet = (name: string): RuledTable['files'] => ({
  'data.parquet': readFileSync(new URL(`../fixtures/parquet/${name}.parquet`, import.meta.url)),
});

const RULES = '{updated: 0, immutable: [v]}';
const BOTH = '{name: id}, {name: v}';
const ruled = (base: string, merge: string): RuledTable => ({
  diff: RULES,
  properties: BOTH,
  base: parquet(base),
  files: parquet(merge),
});

describe('rules about changes of what is read with loss', () => {
  let report: Report;

  beforeAll(async () => {
    report = await judgeTables({
      utc: ruled('nanoseconds-of-utc', 'other-nanoseconds-of-utc'),
      'utc-to-whole': ruled('nanoseconds-of-utc', 'whole-microseconds-of-utc'),
      int96: ruled('nanoseconds-in-96-bits', 'other-nanoseconds-in-96-bits'),
      digits: ruled('44-digits', 'other-44-digits'),
      struct: ruled('nanoseconds-of-utc-in-a-struct', 'whole-microseconds-of-utc'),
      list: ruled('nanoseconds-of-utc-in-a-list', 'nanoseconds-of-utc'),
      whole: ruled('whole-microseconds-of-utc', 'whole-microseconds-of-utc'),
      'whole-int96': ruled('whole-microseconds-in-96-bits', 'whole-microseconds-in-96-bits'),
    });
  }, 60_000);

  it.each(['utc', 'utc-to-whole', 'int96', 'digits', 'struct', 'list'])('cannot be judged: %s', (table) => {
    expect(ruleOf(report, table, 'immutable').outcome).toBe('error');
    expect(ruleOf(report, table, 'rowChanges').outcome).toBe('error');
  });

  it.each(['whole', 'whole-int96'])('hold where nothing is lost: %s', (table) => {
    expect(ruleOf(report, table, 'immutable').outcome).toBe('pass');
    expect(ruleOf(report, table, 'rowChanges').outcome).toBe('pass');
  });
});

describe('checks of what is read with loss', () => {
  const check = async (name: string, property: string, kind: string) => {
    const report = await runLocal({
      contract: `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties: [{name: id, required: true}, {name: v, ${property}}]
`,
      files: Object.fromEntries(Object.entries(parquet(name)).map(([path, file]) => [`t/${path}`, file])),
    });
    return { check: checkOf(report, kind, 'v'), verdict: report.verdict };
  };
  const LATEST = 'logicalType: timestamp, logicalTypeOptions: {maximum: "2026-01-01T00:00:00.123456Z"}';

  it.each([
    ['a bound', 'nanoseconds-of-utc', LATEST, 'range'],
    ['a bound', 'nanoseconds-in-96-bits', LATEST, 'range'],
    ['uniqueness', 'nanoseconds-of-utc', 'unique: true', 'unique'],
    ['uniqueness', '44-digits', 'unique: true', 'unique'],
  ])('say so: %s of %s', async (_what, name, property, kind) => {
    const { check: found, verdict } = await check(name, property, kind);
    expect(found.outcome).toBe('error');
    expect(found.observed).toContain('column v cannot be read exactly: t/data.parquet has');
    expect(verdict).toBe('undecided');
  });

  it('tell in how many rows', async () => {
    const { check: found } = await check('nanoseconds-of-utc', LATEST, 'range');
    expect(found.observed).toContain('timestamps in nanoseconds that say more than microseconds in 1 row');
  });

  it.each([
    ['whole-microseconds-of-utc', 'unique: true', 'unique'],
    ['whole-microseconds-in-96-bits', 'unique: true', 'unique'],
    ['nanoseconds-without-a-zone', 'unique: true', 'unique'],
  ])('judge the values of %s', async (name, property, kind) => {
    expect((await check(name, property, kind)).check.outcome).toBe('pass');
  });

  it('ask where there is no value all the same', async () => {
    const { check: found } = await check('nanoseconds-of-utc', 'required: true', 'required');
    expect(found).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('judge other columns of the object', async () => {
    const { verdict } = await check('nanoseconds-of-utc', 'description: moment', 'columnPresence');
    expect(verdict).toBe('approved');
  });

  it("leave the column out of the author's view", async () => {
    const quality = 'quality: [{type: sql, query: "SELECT count(*) FROM t WHERE v IS NULL", mustBe: 1}]';
    const { check: found } = await check('nanoseconds-of-utc', quality, 'sql');
    expect(found.outcome).toBe('error');
  });
});
