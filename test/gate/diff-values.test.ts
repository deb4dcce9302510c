/** What is the same value and what is not, in a real engine. */
import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { diffOf, runDiff } from '../support/run-diff.ts';

/** Versions of a table with one column beside the key: a pair of SQL expressions per row. */
function versions(pairs: readonly (readonly [string, string])[], types: readonly [string, string]) {
  const side = (position: 0 | 1) => ({
    select: pairs
      .map((pair, id) => `SELECT ${id} AS id, CAST(${pair[position]} AS ${types[position]}) AS v`)
      .join(' UNION ALL '),
  });
  return { base: { 'a.parquet': side(0) }, data: { 'a.parquet': side(1) } };
}

async function changedRows(pairs: readonly (readonly [string, string])[], types: readonly [string, string]) {
  const diff = await diffOf(versions(pairs, types));
  return { updated: diff.updated, comparedAs: diff.columns[0]?.comparedAs ?? null, schema: diff.schema.length };
}

describe('values of one type', () => {
  it.each([
    [
      'NaN is NaN, 0 is -0',
      'DOUBLE',
      [
        ["'nan'", "'nan'"],
        ['0.0', '-0.0'],
        ['NULL', 'NULL'],
      ],
      0,
    ],
    [
      'NaN, null and numbers are not one another',
      'DOUBLE',
      [
        ["'nan'", 'NULL'],
        ["'nan'", '1'],
        ['1', '1.0000000000000002'],
      ],
      3,
    ],
    [
      'texts byte by byte',
      'VARCHAR',
      [
        ["'a'", "'a '"],
        ["''", 'NULL'],
        ["'é'", "'e\u0301'"],
        ["'NULL'", 'NULL'],
      ],
      4,
    ],
    ['moments whatever their zone', 'TIMESTAMPTZ', [["'2026-01-01 12:00:00+02'", "'2026-01-01 10:00:00+00'"]], 0],
    [
      'lists and structs by their contents',
      'STRUCT(a INTEGER, b DOUBLE[])',
      [["{'a': 1, 'b': ['nan', NULL]}", "{'a': 1, 'b': ['nan', NULL]}"]],
      0,
    ],
    [
      'a null list element is no missing one',
      'INTEGER[]',
      [
        ['[1, NULL]', '[1]'],
        ['[]', 'NULL'],
      ],
      2,
    ],
    [
      'a month is no thirty days',
      'INTERVAL',
      [
        ["'1 month'", "'30 days'"],
        ["'1 day'", "'24 hours'"],
        ["'60 minutes'", "'1 hour'"],
        ["'1 month'", 'NULL'],
      ],
      3,
    ],
    [
      'nor within a list of structs',
      'STRUCT(d INTERVAL)[]',
      [
        ["[{'d': '1 month'}]", "[{'d': '30 days'}]"],
        ["[{'d': '1 month'}]", "[{'d': '1 month'}]"],
      ],
      1,
    ],
    [
      'blobs',
      'BLOB',
      [
        ["'\\x00'", "'\\x00'"],
        ["'\\x00'", "''"],
      ],
      1,
    ],
  ] as const)('%s', async (_name, type, pairs, updated) => {
    expect(await changedRows(pairs, [type, type])).toEqual({ updated, comparedAs: null, schema: 0 });
  });
});

describe('a column whose type changed', () => {
  it.each([
    [
      'INTEGER',
      'BIGINT',
      'BIGINT',
      [
        ['1', '1'],
        ['2', '3000000000'],
      ],
      1,
    ],
    [
      'DECIMAL(10,2)',
      'DECIMAL(12,4)',
      'DECIMAL(12,4)',
      [
        ['1.50', '1.5000'],
        ['1.50', '1.5001'],
      ],
      1,
    ],
    [
      'INTEGER',
      'DECIMAL(10,2)',
      'DECIMAL(21,2)',
      [
        ['1', '1.00'],
        ['1', '1.01'],
      ],
      1,
    ],
    // A cast to DOUBLE would call these the same: 9007199254740993 is no double.
    [
      'BIGINT',
      'DOUBLE',
      'numbers',
      [
        ['9007199254740993', '9007199254740992'],
        ['5', '5.0'],
        ['NULL', "'nan'"],
        ['NULL', 'NULL'],
      ],
      2,
    ],
    [
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP',
      [
        ["'2026-01-05'", "'2026-01-05 00:00:00'"],
        ["'2026-01-05'", "'2026-01-05 12:00:00'"],
      ],
      1,
    ],
    [
      'TIMESTAMP',
      'TIMESTAMP_NS',
      'TIMESTAMP_NS',
      [
        ["'2026-01-05 00:00:00'", "'2026-01-05 00:00:00'"],
        ["'2026-01-05 00:00:00'", "'2026-01-05 00:00:00.000000001'"],
      ],
      1,
    ],
    [
      'INTEGER',
      'VARCHAR',
      'text',
      [
        ['1', "'1'"],
        ['1', "'1.0'"],
        ['1', "' 1'"],
      ],
      2,
    ],
    ['BOOLEAN', 'INTEGER', 'text', [['true', '1']], 1],
    [
      'STRUCT(a INTEGER, b VARCHAR)',
      'STRUCT(b VARCHAR, a BIGINT, c DATE)',
      'the fields that both have',
      [
        ["{'a': 1, 'b': 'x'}", "{'b': 'x', 'a': 1, 'c': NULL}"],
        ["{'a': 1, 'b': 'x'}", "{'b': 'y', 'a': 1, 'c': NULL}"],
      ],
      1,
    ],
  ] as const)('%s to %s is compared as %s', async (before, after, comparedAs, pairs, updated) => {
    const found = await changedRows(pairs, [before, after]);
    expect(found).toMatchObject({ updated, comparedAs });
    expect(found.schema).toBeGreaterThan(0);
  });

  it('within a side, from object to object, changes no row', async () => {
    const rows = (type: string, from: number) => ({
      select: `SELECT i AS id, i::${type} AS v FROM range(${from}, ${from + 5}) AS t(i)`,
    });
    const diff = await diffOf({
      base: { 'a.parquet': rows('INTEGER', 0), 'b.parquet': rows('INTEGER', 5) },
      data: { 'a.parquet': rows('INTEGER', 0), 'b.parquet': rows('BIGINT', 5) },
    });
    expect(diff).toMatchObject({
      updated: 0,
      unchanged: 10,
      schema: [{ change: 'type', before: 'INTEGER', after: 'BIGINT' }],
    });
  });

  it('to types that do not go together is not compared, and the report says so', async () => {
    const diff = await diffOf({
      base: { 'a.parquet': { select: 'SELECT 1 AS id, 5 AS v' }, 'b.parquet': { select: 'SELECT 2 AS id, 6 AS v' } },
      data: { 'a.parquet': { select: 'SELECT 1 AS id, 5 AS v' }, 'b.parquet': { select: "SELECT 2 AS id, '6' AS v" } },
    });
    expect(diff.notes).toEqual([expect.stringContaining('not compared: column v has types that do not go together')]);
    expect(diff.schema).toEqual([{ change: 'type', column: 'v', before: 'INTEGER', after: 'VARCHAR' }]);
  });
});

describe('a tolerance', () => {
  const pairs = [
    ['1.0', '1.004'],
    ['1.0', '1.02'],
    ["'nan'", '1.0'],
    ["'inf'", "'-inf'"],
  ] as const;

  it('forgives small differences of floating point numbers and counts them', async () => {
    const diff = await diffOf({ ...versions(pairs, ['DOUBLE', 'DOUBLE']), tolerance: { v: '0.01' } });
    expect(diff).toMatchObject({
      updated: 3,
      unchanged: 1,
      columns: [{ changed: 3, withinTolerance: 1, tolerance: '0.01' }],
    });
  });

  it('is refused for what is exact', async () => {
    const report = await runDiff({
      ...versions([['1', '2']], ['DECIMAL(4,2)', 'DECIMAL(4,2)']),
      tolerance: { v: '0.01' },
    });
    expect(report.tables[0]).toMatchObject({ diff: null, problem: { code: 'diff-tolerance' } });
  });
});

describe('JSON', () => {
  const json = (texts: readonly string[]) =>
    versions(
      texts.map((text) => [`'${text}'`, `'${text}'`] as const),
      ['JSON', 'JSON'],
    );

  it.each([
    ['the order of keys and spaces', '{"a":1,"b":[1,{"c":null}]}', '{ "b": [1, {"c": null}], "a": 1.0 }', 0],
    ['escapes', '{"a":"A"}', '{"a":"\\u0041"}', 0],
    ['the order of a list', '[1,2]', '[2,1]', 1],
    ['a missing key and a null', '{"a":null}', '{}', 1],
    ['a text and a number', '{"a":"1"}', '{"a":1}', 1],
    ['large numbers', '{"a":9007199254740993}', '{"a":9007199254740992}', 1],
    ['a dot in a key', '{"a.b":{},"a":{"b":{"c":1}}}', '{"a.b":{"c":1},"a":{"b":{}}}', 1],
    ['a key twice', '{"a":1,"a":2}', '{"a":2,"a":1}', 1],
  ])('%s', async (_name, before, after, updated) => {
    const base = json([before]).base;
    const diff = await diffOf({ base, data: json([after]).data });
    expect(diff).toMatchObject({ updated, columns: [updated === 1 ? { changed: 1 } : { changed: 0, sameJson: 1 }] });
  });
});

describe('text formats', () => {
  const contract = contractOf({
    table: 'customProperties: [{property: sluice, value: {key: [id]}}]',
    properties: '- {name: id, logicalType: integer}\n- {name: amount, logicalType: number}\n- {name: note}',
  });

  it('have the types of the contract; a text that fits none is compared as that text', async () => {
    const diff = await diffOf({
      contract,
      base: { 't.csv': 'id,amount,note\n1,1.50,a\n2,lots,b\n3,lots,c\n4,,d\nx,1,e\n' },
      data: { 't.csv': 'note,id,amount\na,1,1.5\nb,2,many\nc,3,lots\nd,4,\ne,x,2\n' },
    });
    expect(diff).toMatchObject({
      updated: 1,
      unchanged: 3,
      nullKeys: { inserted: 1, deleted: 1 },
      columns: [{ name: 'amount', changed: 1, valueToValue: 1 }],
    });
  });

  it('are compared as texts without one, and the report says so', async () => {
    const diff = await diffOf({
      base: { 'a.csv': 'id,amount\n1,1.50\n2,7\n', 'b.jsonl': '{"id":3,"amount":{"x":1}}\n' },
      data: { 'a.csv': 'id,amount\n1,1.5\n2,7\n', 'b.jsonl': '{"id":3,"amount":{"x":2}}\n' },
    });
    expect(diff).toMatchObject({ updated: 2, unchanged: 1, notes: [expect.stringContaining('compared as texts')] });
  });

  it('may become Parquet', async () => {
    const diff = await diffOf({
      contract,
      base: { 't/a.csv': 'id,amount,note\n1,1.5,a\n2,2,b\n' },
      data: {
        't/a.parquet': {
          select: "SELECT * FROM (VALUES (1::BIGINT, 1.5::DOUBLE, 'a'), (2, 2.5, 'b')) AS t(id, amount, note)",
        },
      },
    });
    expect(diff).toMatchObject({ updated: 1, unchanged: 1, inserted: 0, deleted: 0, moved: 1 });
  });

  it('say how many records were lost', async () => {
    const diff = await diffOf({
      contract,
      base: { 't.csv': 'id,amount,note\n1,1,a\n2,2,b\n' },
      data: { 't.csv': 'id,amount,note\n1,1,a\n2,2,b,too many\n' },
    });
    expect(diff).toMatchObject({
      deleted: 1,
      notes: [expect.stringContaining('1 record of t.csv (after) is not compared')],
    });
  });
});
