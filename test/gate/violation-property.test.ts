/**
 * New, old and gone failing rows, told from changed objects where that is enough, against a count over all rows of both
 * versions that knows no objects. Cases share a statement, a few at a time, told apart by a key column of their own.
 */
import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { beforeAll, expect, it } from 'vitest';
import type { CheckDetail, CheckSpec } from '../../src/core/check/check.ts';
import { physicalType } from '../../src/core/check/physical-type.ts';
import type { Contract, ContractTable } from '../../src/core/contract/contract.ts';
import { GROUP_COLUMN, OBJECT_COLUMN, type Relation } from '../../src/core/plan/relation.ts';
import { type CompiledQuery, identifier, type SqlFragment, sql } from '../../src/core/sql.ts';
import { countViolations } from '../../src/gate/count-violations.ts';
import type { EngineSession, Row } from '../../src/gate/ports.ts';
import type { VersionedTable } from '../../src/gate/versioned-tables.ts';
import { type DiffCase, type Objects, randomCase, randomFrom, type Values } from '../support/diff-cases.ts';

const CASES = 320;
const TOGETHER = 4;
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? '20261121');

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});

async function ask({ sql: text, parameters }: CompiledQuery): Promise<readonly Row[]> {
  const prepared = await connection.prepare(text);
  for (const [index, bound] of parameters.entries()) {
    if (Array.isArray(bound)) prepared.bindList(index + 1, listValue([...bound]), LIST(VARCHAR));
    else prepared.bindVarchar(index + 1, String(bound));
  }
  return (await prepared.runAndReadAll()).getRowObjectsJson();
}

const SESSION: EngineSession = {
  query: ask,
  guardExpression: async () => ({ readsClock: false }),
  guardQuery: () => Promise.reject(new Error('no author here')),
  authoredQuery: () => Promise.reject(new Error('no author here')),
  inexactColumns: async () => new Map(),
  close: async () => {},
};

async function load(cases: readonly DiffCase[]): Promise<void> {
  const rows = cases.flatMap(({ base, merge }, n) =>
    [base, merge].flatMap((objects, side) =>
      [...objects].flatMap(([path, own]) => own.map((row) => [n, side, base.get(path) === merge.get(path), ...row])),
    ),
  );
  await ask({
    sql: `CREATE OR REPLACE TEMP TABLE rows_of_cases AS SELECT row[1]::INTEGER AS n, row[2]::INTEGER AS side,
        row[3]::BOOLEAN AS shared, row[4]::INTEGER AS k, row[5] AS l, row[6]::INTEGER AS x, row[7] AS y
      FROM (SELECT json_extract_string(one, ['$[0]', '$[1]', '$[2]', '$[3]', '$[4]', '$[5]', '$[6]']) AS row
        FROM (SELECT unnest(CAST($1 AS VARCHAR[])) AS one))`,
    parameters: [rows.map((row) => JSON.stringify(row))],
  });
}

function tableOf(keyed: boolean): ContractTable {
  return { name: 't', properties: [], key: keyed ? ['n', 'k', 'l'] : [] } as unknown as ContractTable;
}

/** The base has narrower columns, as if the merge had widened them. */
function relationOf(table: ContractTable, side: 'base' | 'merge', where: SqlFragment, widened: boolean): Relation {
  const wide = widened && side === 'merge';
  const binding = (name: string, type: string) => ({
    expression: identifier(name),
    type: physicalType(type),
    invalid: null,
  });
  const type = wide ? sql`BIGINT` : sql`INTEGER`;
  return {
    table,
    rows: sql`(SELECT n, CAST(k AS ${type}) AS k, l, CAST(x AS ${type}) AS x, y, 0 AS ${identifier(GROUP_COLUMN)},
      0 AS ${identifier(OBJECT_COLUMN)} FROM rows_of_cases WHERE side = ${side === 'base' ? sql`0` : sql`1`} AND ${where})`,
    authored: sql``,
    groups: [],
    columns: new Map([
      ['n', binding('n', 'INTEGER')],
      ['k', binding('k', wide ? 'BIGINT' : 'INTEGER')],
      ['l', binding('l', 'VARCHAR')],
      ['x', binding('x', wide ? 'BIGINT' : 'INTEGER')],
      ['y', binding('y', 'VARCHAR')],
    ]),
    inexact: new Map(),
    unreadable: new Map(),
  };
}

function versioned(keyed: boolean, widened: boolean): VersionedTable {
  const table = tableOf(keyed);
  const relation = (side: 'base' | 'merge', where: SqlFragment) => relationOf(table, side, where, widened);
  return {
    input: { contract: { file: 'c' } as Contract, table, objects: [], checks: [] },
    base: relation('base', sql`true`),
    merge: relation('merge', sql`true`),
    changed: { base: relation('base', sql`NOT shared`), merge: relation('merge', sql`NOT shared`) },
    shared: relation('merge', sql`shared`),
  };
}

type NumberedRow = readonly [n: number, ...Values];

interface Rule {
  readonly detail: CheckDetail;
  readonly columns: readonly string[];
  readonly failing: (rows: readonly NumberedRow[]) => readonly NumberedRow[];
}

const minimum = { text: '1', exclusive: false };
const RULES: readonly Rule[] = [
  {
    detail: { kind: 'range', minimum, maximum: null },
    columns: ['x'],
    failing: (rows) => rows.filter(([, , , x]) => x !== null && x < 1),
  },
  { detail: { kind: 'required' }, columns: ['y'], failing: (rows) => rows.filter((row) => row[4] === null) },
  {
    detail: { kind: 'rowExpression', expression: "x > 0 OR y = 'x'", nulls: 'fail' },
    columns: [],
    failing: (rows) => rows.filter(([, , , x, y]) => !((x !== null && x > 0) || y === 'x')),
  },
  {
    detail: { kind: 'primaryKey' },
    columns: ['n', 'k', 'l'],
    failing: (rows) =>
      rows.filter((row) => row[1] === null || row[2] === null || rows.filter((o) => sameKey(o, row)).length > 1),
  },
  {
    detail: { kind: 'unique' },
    columns: ['n', 'x'],
    failing: (rows) =>
      rows.filter((row) => row[3] !== null && rows.filter((o) => o[0] === row[0] && o[3] === row[3]).length > 1),
  },
];

function sameKey(one: NumberedRow, other: NumberedRow): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2];
}

const NAMES = ['n', 'k', 'l', 'x', 'y'];

function naive({ columns, detail, failing }: Rule, keyed: boolean, cases: readonly DiffCase[]) {
  const isKnown = keyed && detail.kind !== 'rowExpression';
  const identity = isKnown ? NAMES.filter((name) => ['n', 'k', 'l', ...columns].includes(name)) : NAMES;
  const bag = (side: (one: DiffCase) => Objects): readonly string[] =>
    failing(cases.flatMap((one, n) => [...side(one).values()].flat().map((row): NumberedRow => [n, ...row]))).map(
      (row) =>
        JSON.stringify((row[1] === null || row[2] === null ? NAMES : identity).map((name) => row[NAMES.indexOf(name)])),
    );
  const [before, after] = [bag(({ base }) => base), bag(({ merge }) => merge)];
  const [added, gone] = [without(after, before), without(before, after)];
  return { failing: after.length, new: added, old: after.length - added, fixed: gone };
}

/** How many are left of a bag without another. */
function without(bag: readonly string[], other: readonly string[]): number {
  const left = [...other];
  return bag.filter((one) => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  }).length;
}

function specOf({ detail, columns }: Rule): CheckSpec {
  const at = { file: 'c', line: 1, column: 1 };
  return {
    ...detail,
    id: detail.kind,
    name: null,
    table: 't',
    columns,
    severity: 'error',
    dimension: null,
    where: null,
    threshold: { operator: 'mustBe', bounds: ['0'], unit: 'rows', at },
    at,
    expected: '',
  };
}

it(`tells failing rows as a count of everything does, in ${CASES} random cases (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  const seen = { new: 0, old: 0, fixed: 0 };
  for (let from = 0; from < CASES; from += TOGETHER) {
    const cases = Array.from({ length: TOGETHER }, () => randomCase(random));
    const [keyed, widened] = [random() < 0.75, random() < 0.3];
    await load(cases);
    const own = versioned(keyed, widened);
    for (const rule of RULES) {
      const { failing, ...rows } = naive(rule, keyed, cases);
      const told = await countViolations(
        { spec: specOf(rule), failing },
        own,
        [own],
        SESSION,
        AbortSignal.timeout(60_000),
      );
      const expected = { kind: 'told', origin: { failedBefore: rows.old + rows.fixed > 0, rows, worse: false } };
      expect(told, `${rule.detail.kind} in cases from ${from}`).toEqual(expected);
      for (const name of ['new', 'old', 'fixed'] as const) seen[name] += rows[name];
    }
  }
  // A generator that makes no old dirt proves nothing about it.
  for (const number of Object.values(seen)) expect(number).toBeGreaterThan(CASES);
}, 60_000);
