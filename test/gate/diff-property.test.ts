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
import {
  add,
  type DiffCase,
  NOTHING,
  naiveDiff,
  type Objects,
  randomCase,
  randomFrom,
  type Truth,
  type Values,
} from '../support/diff-cases.ts';

const CASES = 2_000;
const TOGETHER = 10;
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? '20260822');

let connection: DuckDBConnection;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});

async function ask({ sql: text, parameters }: CompiledQuery): Promise<readonly Row[]> {
  const isList = (bound: unknown): bound is readonly string[] => Array.isArray(bound);
  // Where a constant is asked, a parameter does only in statements that name their files by one as well.
  const constant = (position: string): string => `'${String(parameters[Number(position) - 1]).replaceAll("'", "''")}'`;
  const inlined = parameters.some(isList) ? text : text.replaceAll(/\$(\d+)/g, (_all, position) => constant(position));
  const prepared = await connection.prepare(inlined);
  for (const [index, bound] of parameters.entries()) {
    if (isList(bound)) prepared.bindList(index + 1, listValue([...bound]), LIST(VARCHAR));
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

/** Of a case, of its key's number and its letter: one number, which is null where either is. */
const INTEGER_KEY = sql`n * 1000 + k * 2 + CASE l WHEN 'a' THEN 0 WHEN 'b' THEN 1 END`;

function relationOf(where: SqlFragment): Relation {
  const binding = (name: string, type: string) => ({
    expression: identifier(name),
    type: physicalType(type),
    invalid: null,
  });
  return {
    table: TABLE,
    rows: sql`(SELECT ${INTEGER_KEY} AS id, n, k, l, x, y, 0 AS ${identifier(GROUP_COLUMN)}, o AS ${identifier(OBJECT_COLUMN)} FROM rows_of_cases WHERE ${where})`,
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
      ['id', binding('id', 'INTEGER')],
      ['n', binding('n', 'INTEGER')],
      ['k', binding('k', 'INTEGER')],
      ['l', binding('l', 'VARCHAR')],
      ['x', binding('x', 'INTEGER')],
      ['y', binding('y', 'VARCHAR')],
    ]),
    inexact: new Map(),
    unreadable: new Map(),
  };
}

type Key = 'none' | 'three columns' | 'one integer';
const KEYS: Readonly<Record<Key, readonly string[]>> = {
  none: [],
  'three columns': ['n', 'k', 'l'],
  'one integer': ['id'],
};

async function changedObjectsDiff(by: Key, mostMoved: number): Promise<Truth & { readonly moved: number | null }> {
  const base = relationOf(sql`side = 0 AND NOT shared`);
  const merge = relationOf(sql`side = 1 AND NOT shared`);
  const whole = shapeOf({ base, merge, key: KEYS[by], tolerance: {}, fromData: true });
  const shape = { ...whole, values: whole.values.filter(({ name }) => name !== 'id') };
  const { inserted, updated, deleted, duplicateKeys, nullKeys, codes, moved } = await (by === 'none'
    ? compareWithoutKey
    : compareByKey)(
    {
      shape,
      base: { relation: base, side: 'base' },
      merge: { relation: merge, side: 'merge' },
      shared: { relation: relationOf(sql`side = 1 AND shared`), side: 'merge' },
      sampling: { oneIn: 1 },
      mostMoved,
      paths: PATHS,
    },
    ask,
  );
  const changed = codes.map((column) => [...column.values()].reduce((sum, rows) => sum + rows, 0));
  const [x = 0, y = 0] = changed.slice(-2);
  return { inserted, updated, deleted, duplicateKeys, nullKeys, changed: by === 'none' ? [0, 0] : [x, y], moved };
}

/** Without what a bitmap cannot tell: among the objects that differ, each side has every key once. */
function withSingleKeys({ base, merge }: DiffCase): DiffCase {
  const isShared = (path: string): boolean => base.get(path) === merge.get(path);
  const single = (objects: Objects): Objects => {
    const seen = new Set<string>();
    const isNew = (row: Values): boolean => {
      const key = JSON.stringify([row[0], row[1]]);
      const isOld = seen.has(key) && row[0] !== null && row[1] !== null;
      seen.add(key);
      return !isOld;
    };
    return new Map([...objects].map(([path, rows]) => [path, isShared(path) ? rows : rows.filter(isNew)]));
  };
  return { base: single(base), merge: single(merge) };
}

/** Rows of each class per case, from the table that the diff leaves behind. */
async function classesByCase(by: Key): Promise<readonly string[]> {
  const number = by === 'one integer' ? 'k0 // 1000' : 'k0';
  const rows = await ask({
    sql: `SELECT ${number} AS k0, count(*) FILTER (class = 'i') AS i, count(*) FILTER (class = 'u') AS u,
      count(*) FILTER (class = 'd') AS d FROM sluice_delta WHERE class <> 'm' GROUP BY 1 ORDER BY 1`,
    parameters: [],
  });
  return rows.map((row) => [row['k0'], row['i'], row['u'], row['d']].join(' '));
}

describe('the diff of changed objects', () => {
  it(`is the naive diff of the whole tables in ${CASES} random cases (seed ${SEED})`, { timeout: 60_000 }, async () => {
    const random = randomFrom(SEED);
    let seen = NOTHING;
    for (let from = 0; from < CASES; from += TOGETHER) {
      const turn = (from / TOGETHER) % 8;
      const by: Key = turn === 0 ? 'none' : turn % 3 === 0 ? 'one integer' : 'three columns';
      const keyed = by !== 'none';
      const drawn = Array.from({ length: TOGETHER }, () => randomCase(random));
      const cases = by === 'one integer' ? drawn.map(withSingleKeys) : drawn;
      await load(cases);
      const truths = cases.map((one) => naiveDiff(one, keyed));
      const expected = truths.reduce(add, NOTHING);
      const message = `cases from ${from}`;
      const { moved, ...found } = await changedObjectsDiff(by, 0);
      expect(found, message).toEqual(expected);
      expect(await changedObjectsDiff(by, 1_000), message).toEqual({ ...expected, moved });
      const differing = truths.flatMap(({ inserted, updated, deleted }, n) =>
        inserted + updated + deleted === 0 ? [] : [[n, inserted, updated, deleted].join(' ')],
      );
      if (keyed) expect(await classesByCase(by), message).toEqual(differing);
      seen = add(seen, expected);
    }
    // A generator that never makes a duplicate proves nothing about duplicates.
    const { duplicateKeys, nullKeys, changed, ...rows } = seen;
    const counts = [duplicateKeys.keys, nullKeys.inserted, nullKeys.deleted, ...changed, ...Object.values(rows)];
    for (const number of counts) expect(number).toBeGreaterThan(CASES / 10);
  });
});
