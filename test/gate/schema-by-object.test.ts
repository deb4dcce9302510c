/** Changes of types and names that the version as a whole does not show: what single objects bring. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';

const files = (...selects: readonly string[]): RuledTable['files'] =>
  Object.fromEntries(selects.map((select, index) => [`${index}.parquet`, { select }]));

/** `note` of the rows 1 to 3 has no type. */
const UNTYPED = readFileSync(new URL('../fixtures/parquet/note-without-a-type.parquet', import.meta.url));
const BOTH = '{name: id}, {name: v}';
const STRICT = { diff: '{schemaChanges: []}', properties: BOTH } as const;
const WIDER = { diff: '{schemaChanges: [widened]}', properties: BOTH } as const;
const ONE = 'SELECT 1::BIGINT AS id, 1.5::DOUBLE AS v';

let report: Report;

beforeAll(async () => {
  report = await judgeTables({
    narrower: { ...STRICT, base: files(ONE), files: files(ONE, 'SELECT 2::INTEGER AS id, 2.5::FLOAT AS v') },
    decimals: {
      ...STRICT,
      base: files('SELECT 1 AS id, 1::DECIMAL(18,2) AS v'),
      files: files('SELECT 1 AS id, 1::DECIMAL(18,2) AS v', 'SELECT 2 AS id, 1::DECIMAL(9,1) AS v'),
    },
    'mixed-already': {
      ...STRICT,
      base: files('SELECT 1 AS id, 1::BIGINT AS v', 'SELECT 2 AS id, 1::INTEGER AS v'),
      files: files(
        'SELECT 1 AS id, 1::BIGINT AS v',
        'SELECT 2 AS id, 1::INTEGER AS v',
        'SELECT 3 AS id, 1::INTEGER AS v',
      ),
    },
    'mixed-made-one': {
      ...WIDER,
      base: files('SELECT 1 AS id, 1::SMALLINT AS v', 'SELECT 2 AS id, 1::INTEGER AS v'),
      files: files('SELECT 1 AS id, 1::BIGINT AS v', 'SELECT 2 AS id, 1::BIGINT AS v'),
    },
    'mixed-further': {
      ...WIDER,
      base: files('SELECT 1 AS id, 1::SMALLINT AS v', 'SELECT 2 AS id, 1::INTEGER AS v'),
      files: files(
        'SELECT 1 AS id, 1::SMALLINT AS v',
        'SELECT 2 AS id, 1::INTEGER AS v',
        'SELECT 3 AS id, 1::BIGINT AS v',
      ),
    },
    'empty-object': {
      ...STRICT,
      base: files(ONE),
      files: files(ONE, 'SELECT 2::INTEGER AS id, 1::DOUBLE AS v WHERE false'),
    },
    'other-objects-of-the-same-types': {
      ...STRICT,
      base: files(ONE),
      files: files('SELECT 2::BIGINT AS id, 2.5::DOUBLE AS v', ONE),
    },
    'immutable-in-another-case': {
      diff: '{immutable: [v]}',
      properties: BOTH,
      base: files('SELECT 1 AS id, \'a\' AS "V"'),
      files: files("SELECT 1 AS id, 'b' AS v"),
    },
    'append-only-in-another-case': {
      diff: '{appendOnly: true}',
      properties: BOTH,
      base: files('SELECT 1 AS id, \'a\' AS "V"'),
      files: files("SELECT 1 AS id, 'b' AS v"),
    },
    'bytes-as-text': {
      diff: '{immutable: [v]}',
      properties: BOTH,
      base: files("SELECT 1 AS id, '\\xFF'::BLOB AS v"),
      files: files("SELECT 1 AS id, '\\xFF' AS v"),
    },
    'list-as-text': {
      diff: '{immutable: [v]}',
      properties: BOTH,
      base: files('SELECT 1 AS id, [NULL]::INTEGER[] AS v'),
      files: files("SELECT 1 AS id, '[NULL]' AS v"),
    },
    'list-where-nothing-was': {
      diff: '{appendOnly: true}',
      properties: '{name: id}, {name: note}',
      base: { 'a.parquet': UNTYPED },
      files: files('SELECT unnest([1, 2, 3])::BIGINT AS id, NULL::INTEGER[] AS note'),
    },
    'new-column': {
      diff: '{immutable: [v]}',
      properties: BOTH,
      base: files('SELECT 1 AS id, 2 AS w'),
      files: files("SELECT 1 AS id, 'b' AS v"),
    },
  });
}, 60_000);

const rule = (table: string, kind = 'schemaChanges') => ruleOf(report, table, kind);

describe('a type that no object had before', () => {
  it('is another type, though both versions can be read as one', () => {
    expect(rule('narrower')).toMatchObject({ outcome: 'fail' });
    expect(rule('narrower').observed).toContain('id: BIGINT -> INTEGER (another type)');
    expect(rule('narrower').observed).toContain('v: DOUBLE -> FLOAT (another type)');
    expect(rule('decimals').observed).toContain('v: DECIMAL(18,2) -> DECIMAL(9,1) (another type)');
  });

  it('is in the diff that people see, once', () => {
    const diff = report.tables.find(({ name }) => name === 'narrower')?.diff;
    expect(diff?.schema).toEqual([
      { change: 'type', column: 'id', before: 'BIGINT', after: 'INTEGER' },
      { change: 'type', column: 'v', before: 'DOUBLE', after: 'FLOAT' },
    ]);
  });

  it('is a wider one when it holds every value of all the types before, and is the only one after', () => {
    expect(rule('mixed-made-one')).toMatchObject({ outcome: 'pass', observed: '1 change, all allowed' });
    expect(rule('mixed-further')).toMatchObject({ outcome: 'fail' });
    expect(rule('mixed-further').observed).toContain('v: INTEGER and SMALLINT -> BIGINT (another type)');
  });

  it('is one in an object without rows too: readers take the columns of any object', () => {
    expect(rule('empty-object')).toMatchObject({ outcome: 'fail' });
  });

  it('is none where an object before had it', () => {
    expect(rule('mixed-already')).toMatchObject({ outcome: 'pass', observed: 'the same columns' });
    expect(rule('other-objects-of-the-same-types')).toMatchObject({ outcome: 'pass' });
  });
});

describe('a column that became text', () => {
  it.each(['bytes-as-text', 'list-as-text'])('%s: looks like it was, and is not known to be it', (table) => {
    const found = rule(table, 'immutable');
    expect(found).toMatchObject({ outcome: 'error' });
    expect(found.observed).toContain('look alike as text');
  });
});

describe('a column without values', () => {
  it('may become a list', () => {
    expect(rule('list-where-nothing-was', 'appendOnly')).toMatchObject({ outcome: 'pass' });
  });
});

describe('a column that comes back under another case', () => {
  it('is not known to have kept its values', () => {
    const found = rule('immutable-in-another-case', 'immutable');
    expect(found).toMatchObject({ outcome: 'error' });
    expect(found.observed).toContain('it was called V before');
  });

  it('is gone for whoever asked for rows as they were', () => {
    expect(rule('append-only-in-another-case', 'appendOnly')).toMatchObject({ outcome: 'fail' });
  });

  it('is a new one where nothing of that name was there', () => {
    expect(rule('new-column', 'immutable')).toMatchObject({ outcome: 'pass' });
  });
});

describe('a column that is not known to have kept its values', () => {
  const table = {
    diff: '{schemaChanges: [], immutable: [v]}',
    base: files("SELECT 1 AS id, '\\xFF'::BLOB AS v"),
  } as const;

  it('has another type for certain, and leaves other rules undecided', async () => {
    const own = await judgeTables({
      refused: { ...table, properties: BOTH, files: files("SELECT 1 AS id, '\\xFF' AS v") },
      allowed: {
        ...table,
        properties: BOTH,
        diff: '{schemaChanges: [type]}',
        files: files("SELECT 1 AS id, '\\xFF' AS v"),
      },
    });
    expect(ruleOf(own, 'refused', 'schemaChanges')).toMatchObject({
      outcome: 'fail',
      observed: 'v: BLOB -> VARCHAR (another type)',
    });
    expect(ruleOf(own, 'refused', 'immutable')).toMatchObject({ outcome: 'error' });
    expect(ruleOf(own, 'allowed', 'schemaChanges')).toMatchObject({ outcome: 'error' });
    expect(own.verdict).toBe('rejected');
  });
});

describe('a key column that is gone from the data', () => {
  const PARTITION = '{protectedPartitions: [{column: dt, before: 2026-01-01}]}';
  const three = files('SELECT unnest([1, 2, 3]) AS id, 10 AS v');
  const without = files('SELECT unnest([10, 20]) AS v');

  it('breaks for certain whatever no column may leave, and leaves open which rows are which', async () => {
    const own = await judgeTables({
      gone: {
        diff: '{schemaChanges: [], appendOnly: true, deleted: 0, inserted: 0, immutable: [v]}',
        properties: BOTH,
        base: three,
        files: without,
      },
      allowed: { diff: '{schemaChanges: [removed]}', properties: BOTH, base: three, files: without },
      partitioned: {
        diff: PARTITION,
        properties: '{name: id}, {name: v}, {name: dt}',
        base: { 'dt=2025-01-01/a.parquet': { select: 'SELECT 1 AS id, 10 AS v' } },
        files: { 'dt=2025-01-01/a.parquet': { select: 'SELECT 10 AS v' } },
      },
    });
    const outcome = (kind: string, table = 'gone') => ruleOf(own, table, kind).outcome;
    expect(ruleOf(own, 'gone', 'schemaChanges')).toMatchObject({ outcome: 'fail', observed: 'id removed (INTEGER)' });
    expect(ruleOf(own, 'gone', 'appendOnly')).toMatchObject({ outcome: 'fail' });
    expect(outcome('immutable')).toBe('error');
    expect(ruleOf(own, 'allowed', 'schemaChanges')).toMatchObject({
      outcome: 'error',
      observed: expect.stringContaining('the key column id is not in the data'),
    });
    const limits = own.tables[0]?.checks.filter(({ kind }) => kind === 'rowChanges') ?? [];
    expect(limits.map((check) => check.outcome)).toEqual(['error', 'fail']);
    // How much of the partition there was is not known from the numbers of the whole.
    expect(outcome('protectedPartition', 'partitioned')).toBe('error');
  });
});
