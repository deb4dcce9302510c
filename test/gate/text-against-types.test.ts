/** Without a contract, CSV and JSON against Parquet: one value in two spellings, and what must stay a difference. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TableDiff } from '../../src/core/diff/table-diff.ts';
import { contractOf } from '../support/contract-of.ts';
import { diffOf } from '../support/run-diff.ts';

/** Of a type: the text, and the value as SQL. */
type Pairs = Readonly<Record<string, readonly (readonly [text: string, value: string])[]>>;

const SAME: Pairs = {
  BOOLEAN: [
    ['True', 'true'],
    ['FALSE', 'false'],
    ['true', 'true'],
  ],
  TIMESTAMP: [
    ['2026-01-01T10:00:00.000', "'2026-01-01 10:00:00'"],
    ['2026-01-01 10:00', "'2026-01-01 10:00:00'"],
  ],
  TIMESTAMPTZ: [
    ['2026-01-01 10:00:00+00:00', "'2026-01-01 10:00:00Z'"],
    ['2026-01-01T12:00:00+02:00', "'2026-01-01 10:00:00Z'"],
  ],
  TIMESTAMP_NS: [['2026-01-01T10:00:00.123456789', "'2026-01-01 10:00:00.123456789'"]],
  TIME: [
    ['12:00', "'12:00:00'"],
    ['12:00:00.500', "'12:00:00.5'"],
  ],
  DOUBLE: [
    ['5', '5'],
    ['12.50', '12.5'],
    ['0.1', '0.1'],
    ['12345678901234.5', '12345678901234.5'],
  ],
  FLOAT: [
    ['0.10', '0.1'],
    ['5', '5'],
  ],
  'DECIMAL(10,2)': [
    ['5', '5'],
    ['12.5', '12.5'],
    ['-0.10', '-0.1'],
  ],
};

const OTHER: Pairs = {
  BOOLEAN: [
    ['False', 'true'],
    ['yes', 'true'],
    ['1', 'true'],
    ['t', 'true'],
    [' true', 'true'],
    ['fal\u017fe', 'false'],
  ],
  TIMESTAMP: [
    ['2026-01-01T10:00:00Z', "'2026-01-01 10:00:00'"],
    ['2026-01-01T10:00:00.0000001', "'2026-01-01 10:00:00'"],
    ['2026-01-01', "'2026-01-01 00:00:00'"],
    ['2026-02-30T10:00:00', "'2026-03-02 10:00:00'"],
    ['2026-01-01T24:00:00', "'2026-01-02 00:00:00'"],
  ],
  TIMESTAMPTZ: [
    ['2026-01-01 10:00:00', "'2026-01-01 10:00:00Z'"],
    ['2026-01-01 10:00:00.1234569Z', "'2026-01-01 10:00:00.123456Z'"],
    ['2026-01-01 10:00:00+25:00', "'2025-12-31 09:00:00Z'"],
  ],
  TIMESTAMP_S: [
    ['2026-01-01T10:00:00.5', "'2026-01-01 10:00:00'"],
    ['2026-01-01T10:00:00.5', "'2026-01-01 10:00:01'"],
  ],
  DATE: [
    ['2026-01-01 10:00:00', "'2026-01-01'"],
    ['2026-01-01T00:00:00', "'2026-01-01'"],
  ],
  TIME: [['24:00:00', "'00:00:00'"]],
  DOUBLE: [
    ['0.1000000000000000055', '0.1'],
    ['9007199254740993', '9007199254740992'],
    ['007', '7'],
    ['1e-400', '0'],
    ['+5', '5'],
  ],
  FLOAT: [
    ['0.100000001', '0.1'],
    ['16777217', '16777216'],
  ],
  'DECIMAL(10,2)': [
    ['12.505', '12.51'],
    ['12.501', '12.5'],
    ['012.50', '12.5'],
    ['123456789.00', '12345678.9'],
  ],
  BIGINT: [
    ['007', '7'],
    ['7.0', '7'],
    ['+7', '7'],
  ],
};

/** A column for each type, in one row for each pair; where a type has no more pairs, nothing on both sides. */
function versions(pairs: Pairs) {
  const types = Object.keys(pairs);
  const ids = Array.from({ length: Math.max(...types.map((type) => pairs[type]?.length ?? 0)) }, (_none, id) => id);
  const cells = (id: number) => types.map((type) => ({ type, pair: pairs[type]?.[id] }));
  const csv = ids.map((id) => [id, ...cells(id).map(({ pair }) => pair?.[0] ?? '')].join(','));
  const rows = ids.map(
    (id) =>
      `SELECT ${[`${id} AS id`, ...cells(id).map(({ type, pair }) => `CAST(${pair?.[1] ?? 'NULL'} AS ${type}) AS "${type.replace(',', '_')}"`)].join(', ')}`,
  );
  return {
    texts: { 't.csv': `id,${types.map((type) => type.replace(',', '_')).join(',')}\n${csv.join('\n')}\n` },
    typed: { 't.parquet': { select: rows.join(' UNION ALL ') } },
  };
}

const changed = ({ columns }: TableDiff) => Object.fromEntries(columns.map((column) => [column.name, column.changed]));

describe('a text that reads as the value', () => {
  it('is no difference, on either side', async () => {
    const { texts, typed } = versions(SAME);
    expect(changed(await diffOf({ base: texts, data: typed }))).toEqual({});
    expect(changed(await diffOf({ base: typed, data: texts }))).toEqual({});
  });

  it('is the same key', async () => {
    const base = { 't.csv': 'at,v\n2026-01-01T10:00:00,1\n' };
    const data = { 't.parquet': { select: "SELECT TIMESTAMP '2026-01-01 10:00:00' AS at, 1 AS v" } };
    expect(await diffOf({ base, data, key: ['at'] })).toMatchObject({ inserted: 0, deleted: 0, unchanged: 1 });
  });

  it('of JSON is no difference', async () => {
    const base = { 't.jsonl': '{"id": 1, "at": "2026-01-01T10:00:00.000", "ok": true, "n": 12.50}\n' };
    const select = "SELECT 1 AS id, TIMESTAMP '2026-01-01 10:00:00' AS at, true AS ok, 12.5::DOUBLE AS n";
    expect(await diffOf({ base, data: { 't.parquet': { select } } })).toMatchObject({ updated: 0, unchanged: 1 });
  });
});

describe('a text that says anything else', () => {
  let there: TableDiff;
  let back: TableDiff;

  beforeAll(async () => {
    const { texts, typed } = versions(OTHER);
    there = await diffOf({ base: texts, data: typed });
    back = await diffOf({ base: typed, data: texts });
  }, 60_000);

  it.each(Object.keys(OTHER))('stays a difference: %s', (type) => {
    const name = type.replace(',', '_');
    expect(changed(there)[name]).toBe(OTHER[type]?.length);
    expect(changed(back)[name]).toBe(OTHER[type]?.length);
  });

  it('is compared as what it is told to be compared as', () => {
    const as = (name: string) => there.columns.find((column) => column.name === name)?.comparedAs;
    expect([as('BOOLEAN'), as('TIMESTAMPTZ'), as('DATE'), as('BIGINT')]).toEqual([
      'BOOLEAN',
      'TIMESTAMP WITH TIME ZONE',
      'text',
      'text',
    ]);
  });
});

describe('texts are compared letter by letter', () => {
  const typed = { 't.parquet': { select: 'SELECT 1 AS id, true AS v' } };

  it('where Parquet has them', async () => {
    const diff = await diffOf({ base: { 't.parquet': { select: "SELECT 1 AS id, 'True' AS v" } }, data: typed });
    expect(diff).toMatchObject({ updated: 1, columns: [{ comparedAs: 'text' }] });
  });

  it('where Parquet has some of them', async () => {
    const base = {
      'a.csv': 'id,v\n1,True\n',
      'b.parquet': { select: "SELECT '2' AS id, 'True' AS v" },
    };
    expect(await diffOf({ base, data: typed })).toMatchObject({ updated: 1, deleted: 1 });
  });

  it('where the contract says string', async () => {
    const contract = contractOf({
      table: 'customProperties: [{property: sluice, value: {key: [id]}}]',
      properties: '- {name: id, logicalType: integer}\n- {name: v, logicalType: string}',
    });
    const base = { 't.csv': 'id,v\n1,True\n' };
    expect(await diffOf({ contract, base, data: typed })).toMatchObject({ updated: 1 });
  });
});
