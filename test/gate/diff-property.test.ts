/**
 * The diff of changed objects against a naive diff of the whole tables: rows that move between objects, keys that occur
 * several times and across objects, null keys, null values, objects kept, dropped and rewritten.
 *
 * Cases share a statement, ten at a time, told apart by a third key column; that makes thousands affordable.
 */
import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { physicalType } from '../../src/core/check/physical-type.ts';
import type { ContractTable } from '../../src/core/contract/contract.ts';
import { shapeOf } from '../../src/core/diff/diff-columns.ts';
import { GROUP_COLUMN, OBJECT_COLUMN, type Relation } from '../../src/core/plan/relation.ts';
import { type CompiledQuery, identifier, type SqlFragment, sql } from '../../src/core/sql.ts';
import { compareByKey, compareWithoutKey } from '../../src/gate/diff-rows.ts';
import type { Row } from '../../src/gate/ports.ts';
import { add, type DiffCase, NOTHING, naiveDiff, randomCase, randomFrom, type Truth } from '../support/diff-cases.ts';

const CASES = 2_000;
const TOGETHER = 10;
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? '20260822');

let connection: DuckDBConnection;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});

async function ask({ sql: text, parameters }: CompiledQuery): Promise<readonly Row[]> {
  const prepared = await connection.prepare(text);
  for (const [index, bound] of parameters.entries()) {
    if (Array.isArray(bound)) prepared.bindList(index + 1, listValue([...bound]), LIST(VARCHAR));
    else prepared.bindVarchar(index + 1, String(bound));
  }
  return (await prepared.runAndReadAll()).getRowObjectsJson();
}

/** One table of all rows: case `n`, side, whether both sides share the object, the object's number, the row. */
async function load(cases: readonly DiffCase[]): Promise<void> {
  const rows = cases.flatMap(({ base, merge }, n) =>
    [base, merge].flatMap((objects, side) =>
      [...objects].flatMap(([path, own]) =>
        own.map((row) => [n, side, base.get(path) === merge.get(path), numberOf(path), ...row]),
      ),
    ),
  );
  await ask({
    sql: `CREATE OR REPLACE TEMP TABLE rows_of_cases AS SELECT
        row[1]::INTEGER AS n, row[2]::INTEGER AS side, row[3]::BOOLEAN AS shared, row[4]::INTEGER AS o,
        row[5]::INTEGER AS k, row[6] AS l, row[7]::INTEGER AS x, row[8] AS y
      FROM (SELECT json_extract_string(one, ['$[0]', '$[1]', '$[2]', '$[3]', '$[4]', '$[5]', '$[6]', '$[7]']) AS row
        FROM (SELECT unnest(CAST($1 AS VARCHAR[])) AS one))`,
    parameters: [rows.map((row) => JSON.stringify(row))],
  });
}

const PATHS = ['o0', 'o1', 'o2', 'o3', 'new'];

function numberOf(path: string): number {
  return PATHS.indexOf(path);
}

const TABLE = { name: 't', properties: [] } as unknown as ContractTable;

function relationOf(where: SqlFragment): Relation {
  const binding = (name: string, type: string) => ({
    expression: identifier(name),
    type: physicalType(type),
    invalid: null,
  });
  return {
    table: TABLE,
    rows: sql`(SELECT n, k, l, x, y, 0 AS ${identifier(GROUP_COLUMN)}, o AS ${identifier(OBJECT_COLUMN)} FROM rows_of_cases WHERE ${where})`,
    authored: sql``,
    groups: [
      PATHS.map((path) => ({
        facts: { path, format: 'parquet', sizeBytes: 0, columns: [], defects: [], records: null },
        localPath: path,
        staged: null,
        partition: {},
      })),
    ],
    columns: new Map([
      ['n', binding('n', 'INTEGER')],
      ['k', binding('k', 'INTEGER')],
      ['l', binding('l', 'VARCHAR')],
      ['x', binding('x', 'INTEGER')],
      ['y', binding('y', 'VARCHAR')],
    ]),
    unreadable: new Map(),
  };
}

async function changedObjectsDiff(keyed: boolean): Promise<Truth> {
  const base = relationOf(sql`side = 0 AND NOT shared`);
  const merge = relationOf(sql`side = 1 AND NOT shared`);
  const shape = shapeOf({ base, merge, key: keyed ? ['n', 'k', 'l'] : [], tolerance: {} });
  const { inserted, updated, deleted, duplicateKeys, nullKeys, codes } = await (keyed
    ? compareByKey
    : compareWithoutKey)(
    {
      shape,
      base: { relation: base, side: 'base' },
      merge: { relation: merge, side: 'merge' },
      shared: { relation: relationOf(sql`side = 1 AND shared`), side: 'merge' },
      sampling: { oneIn: 1 },
      paths: PATHS,
    },
    ask,
  );
  const [x = 0, y = 0] = codes.map((column) => [...column.values()].reduce((sum, rows) => sum + rows, 0));
  return { inserted, updated, deleted, duplicateKeys, nullKeys, changed: keyed ? [x, y] : [0, 0] };
}

/** Rows of each class per case, from the table that the diff leaves behind. */
async function classesByCase(): Promise<readonly string[]> {
  const rows = await ask({
    sql: `SELECT k0, count(*) FILTER (class = 'i') AS i, count(*) FILTER (class = 'u') AS u,
      count(*) FILTER (class = 'd') AS d FROM sluice_delta GROUP BY k0 ORDER BY k0`,
    parameters: [],
  });
  return rows.map((row) => [row['k0'], row['i'], row['u'], row['d']].join(' '));
}

describe('the diff of changed objects', () => {
  it(`is the naive diff of the whole tables in ${CASES} random cases (seed ${SEED})`, { timeout: 60_000 }, async () => {
    const random = randomFrom(SEED);
    let seen = NOTHING;
    for (let from = 0; from < CASES; from += TOGETHER) {
      const cases = Array.from({ length: TOGETHER }, () => randomCase(random));
      const keyed = (from / TOGETHER) % 8 !== 0;
      await load(cases);
      const truths = cases.map((one) => naiveDiff(one, keyed));
      const expected = truths.reduce(add, NOTHING);
      const message = `cases from ${from}`;
      expect(await changedObjectsDiff(keyed), message).toEqual(expected);
      const differing = truths.flatMap(({ inserted, updated, deleted }, n) =>
        inserted + updated + deleted === 0 ? [] : [[n, inserted, updated, deleted].join(' ')],
      );
      if (keyed) expect(await classesByCase(), message).toEqual(differing);
      seen = add(seen, expected);
    }
    // A generator that never makes a duplicate proves nothing about duplicates.
    const { duplicateKeys, nullKeys, changed, ...rows } = seen;
    const counts = [duplicateKeys.keys, nullKeys.inserted, nullKeys.deleted, ...changed, ...Object.values(rows)];
    for (const number of counts) expect(number).toBeGreaterThan(CASES / 10);
  });
});
