import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLOCK_FUNCTIONS,
  isRefusedFunction,
  ROW_CHANGING_FUNCTIONS,
  TABLE_FUNCTIONS,
} from '../../../src/core/plan/guard-functions.ts';
import {
  assertParsable,
  expressionProbes,
  type GuardedSql,
  judgeExpression,
  judgeQuery,
} from '../../../src/core/plan/guard-sql.ts';
import { SluiceError } from '../../../src/core/problem.ts';

let connection: DuckDBConnection;
let aggregates: ReadonlySet<string>;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create()).connect();
  aggregates = new Set(
    await texts(`SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'`),
  );
});

afterAll(() => connection.closeSync());

async function texts(sql: string, parameters: readonly string[] = []): Promise<readonly string[]> {
  const result = await connection.runAndReadAll(sql, [...parameters]);
  return result.getRowsJson().map(([value]) => String(value));
}

async function parse(text: string): Promise<string> {
  assertParsable(text);
  return (await texts('SELECT json_serialize_sql($1::VARCHAR)', [text]))[0] ?? '';
}

async function query(sql: string): Promise<GuardedSql> {
  return judgeQuery(await parse(sql), ['orders', 'customers']);
}

async function expression(text: string): Promise<GuardedSql> {
  assertParsable(text);
  const [alone, wrapped] = expressionProbes(text);
  return judgeExpression([await parse(alone), await parse(wrapped)], aggregates);
}

const REFUSED = { problem: { code: 'sql-refused' } };

describe('a query is allowed', () => {
  it.each([
    'SELECT * FROM orders',
    'select o.id from Orders as o join CUSTOMERS c on o.customer = c.id',
    'FROM orders',
    'SELECT count(*) FROM orders WHERE id IS NULL;',
    'SELECT a, count(*) FILTER (b > 1) FROM orders GROUP BY ALL HAVING count(*) > 1 ORDER BY 2 DESC NULLS LAST LIMIT 5',
    'SELECT *, row_number() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders',
    'SELECT DISTINCT ON (a) a FROM orders QUALIFY rank() OVER (ORDER BY b) = 1',
    'WITH x AS (SELECT * FROM orders), y AS (FROM x) SELECT * FROM y WHERE a IN (SELECT id FROM customers)',
    'WITH x AS MATERIALIZED (FROM orders) FROM x UNION ALL FROM x EXCEPT FROM customers',
    'WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n',
    'SELECT (WITH z AS (SELECT 1) SELECT * FROM z) FROM orders',
    'SELECT * FROM (VALUES (1), (2)) v(a), range(3) r, generate_series(1, 3), unnest([1, 2])',
    'SELECT * FROM orders, LATERAL (SELECT orders.a + 1)',
    "SELECT * EXCLUDE (a) REPLACE (b + 1 AS b), COLUMNS('x.*') FROM orders",
    'SELECT CASE WHEN a THEN 1 ELSE 2 END, a::DECIMAL(10, 2), TRY_CAST(b AS DATE), c COLLATE nocase FROM orders',
    "SELECT list_transform(l, lambda x: x + 1), {'a': 1}, MAP {'a': 1}, s.a.b, l[1], l[1:2] FROM orders",
    'SELECT 1 -- a remark',
    "SELECT 'DROP TABLE x; COPY y TO z' AS text",
    'SELECT * FROM orders POSITIONAL JOIN customers',
    'SELECT * FROM orders ASOF JOIN customers USING (id, seen)',
    'SELECT sum(a) FROM orders GROUP BY GROUPING SETS ((a), (b), ())',
  ])('%s', async (sql) => {
    expect(await query(sql)).toEqual({ readsClock: false });
  });

  it('with thousands of branches without exhausting the stack', async () => {
    const sql = Array.from({ length: 3_000 }, (_, index) => `SELECT ${index}`).join(' UNION ALL ');
    expect(await query(sql)).toEqual({ readsClock: false });
  });
});

describe('a query is refused', () => {
  it.each([
    ['another statement', 'DELETE FROM orders', /only a SELECT/],
    ['a copy', "COPY orders TO 'x.csv'", /only a SELECT/],
    ['two statements', 'SELECT 1; SELECT 2', /exactly one statement/],
    ['no statement', '-- nothing', /exactly one statement|does not parse/],
    ['an unknown table', 'SELECT * FROM products', /no table products/],
    ['a file', "SELECT * FROM 'orders.csv'", /no table orders\.csv/],
    ['a qualified table', 'SELECT * FROM main.orders', /qualified/],
    ['a table of another database', 'SELECT * FROM memory.main.orders', /qualified/],
    ['a table in a subquery', 'SELECT (SELECT max(a) FROM secrets) FROM orders', /no table secrets/],
    ['a table in EXISTS', 'FROM orders WHERE EXISTS (FROM secrets)', /no table secrets/],
    ['a table in a join condition', 'FROM orders JOIN customers ON (SELECT a FROM secrets)', /no table secrets/],
    ['a table in ORDER BY', 'FROM orders ORDER BY (SELECT a FROM secrets)', /no table secrets/],
    ['a table in LIMIT', 'FROM orders LIMIT (SELECT a FROM secrets)', /no table secrets/],
    ['a table in VALUES', 'FROM (VALUES ((SELECT a FROM secrets)))', /no table secrets/],
    ['a table in an argument', 'FROM range((SELECT max(a) FROM secrets))', /no table secrets/],
    ['a table in a window', 'SELECT sum(a) OVER (ORDER BY (SELECT b FROM secrets)) FROM orders', /no table secrets/],
    ['a table in a FILTER', 'SELECT count(*) FILTER ((SELECT b FROM secrets)) FROM orders', /no table secrets/],
    [
      'a table in a lambda',
      'SELECT list_filter(l, lambda x: x > (SELECT b FROM secrets)) FROM orders',
      /no table secrets/,
    ],
    ['a CTE seen from outside', 'SELECT (WITH secrets AS (SELECT 1) SELECT 1) FROM secrets', /no table secrets/],
    ['a CTE before its time', 'WITH a AS (FROM secrets), secrets AS (SELECT 1) FROM a', /no table secrets/],
    ['a CTE inside itself', 'WITH secrets AS (FROM secrets) FROM secrets', /no table secrets/],
    ['the start of its own recursion', 'WITH RECURSIVE s AS (FROM s UNION ALL SELECT 1 FROM s) FROM s', /no table s /],
    ['a name that only JavaScript folds', 'SELECT * FROM \u212Austomers', /no table/],
    ['a table function', "SELECT * FROM read_csv('x.csv')", /read_csv/],
    ['a quoted table function', 'SELECT * FROM "READ_CSV"(\'x.csv\')', /read_csv/],
    ['text as SQL', "SELECT * FROM query('SELECT 1')", /query/],
    ['a hidden function', "SELECT lower(current_setting('threads')) FROM orders", /current_setting/],
    ['a qualified function', "SELECT main.current_setting('threads') FROM orders", /current_setting/],
    ['a chained function', 'SELECT a.current_setting() FROM orders', /current_setting/],
    ['a function as window', 'SELECT query(a) OVER () FROM orders', /query|does not parse/],
    ['chance', 'SELECT random() FROM orders', /random/],
    ['a sample', 'SELECT * FROM orders USING SAMPLE 10%', /luck/],
    ['a sample of a table', 'SELECT * FROM orders TABLESAMPLE 10%', /luck/],
    ['a parameter', 'SELECT * FROM orders WHERE a = $1', /parameters/],
    ['SHOW', 'SHOW TABLES', /SHOW/],
    ['DESCRIBE', 'SELECT * FROM (DESCRIBE orders)', /SHOW/],
    ['a version', 'SELECT * FROM orders AT (VERSION => 1)', /AT is not allowed/],
    ['a pivot', 'PIVOT orders ON a USING sum(b)', /only a SELECT/],
    ['a static pivot, not judged yet', "FROM orders PIVOT (sum(b) FOR a IN ('x'))", /not allowed/],
    ['a syntax error', 'SELEC 1', /does not parse/],
    ['nothing', '   ', /empty/],
    ['a NUL, where the parser stops reading', 'SELECT 1\0; DROP TABLE orders', /NUL/],
    ['a flood', `SELECT ${'1 + '.repeat(20_000)}1`, /longer/],
  ])('%s', async (_what, sql, reason) => {
    const judged = Promise.resolve().then(() => query(sql));
    await expect(judged).rejects.toMatchObject(REFUSED);
    await expect(judged).rejects.toThrow(reason);
  });
});

describe('an expression is allowed', () => {
  it.each([
    'a > 1',
    "status IN ('open', 'closed') AND NOT (b IS NULL)",
    'a BETWEEN 1 AND 2 OR c IS DISTINCT FROM d',
    "regexp_full_match(email, '.+@.+')",
    "CASE WHEN a THEN b ELSE c END = 'x'",
    "CAST(a AS DATE) >= DATE '2026-01-01'",
    'list_filter(l, lambda x: x > 1) = []',
    "payload ->> '$.kind' = 'x'",
    'a /* a remark */ > 1',
    'a > 1 -- a remark\n',
    'list_sum(l) > 1',
    's.a.b = 1 AND l[1] = 2',
    "a LIKE '%(' AND b = ')'",
    'a\u00a0> 1',
    '((a))',
  ])('%s', async (text) => {
    expect(await expression(text)).toEqual({ readsClock: false });
  });
});

describe('an expression is refused', () => {
  it.each([
    ['closing our parenthesis', 'a) OR (b'],
    ['closing it and adding a clause', 'a) FROM t WHERE (b'],
    ['hiding it in a remark', 'a --'],
    ['hiding it in an open remark', 'a /*'],
    ['two expressions', 'a, b'],
    ['an alias', 'a AS b'],
    ['a bare alias', 'a b'],
    ['an added table', 'a FROM secrets --'],
    ['another statement', '1; SELECT 2'],
    ['a semicolon', '1;'],
    ['a subquery', '(SELECT 1)'],
    ['EXISTS', 'EXISTS (SELECT 1)'],
    ['IN a subquery', 'a IN (SELECT 1)'],
    ['an aggregate', 'sum(a) > 1'],
    ['a hidden aggregate', 'coalesce(max(a), 1) > 1'],
    ['an aggregate by macro', 'weighted_avg(a, b) > 1'],
    ['an aggregate with FILTER', 'count(*) FILTER (b) > 1'],
    ['a window', 'row_number() OVER () = 1'],
    ['a window over a column', 'lag(a) OVER (ORDER BY b) < a'],
    ['more rows', 'unnest(l) > 1'],
    ['all columns', 'COLUMNS(*) > 1'],
    ['a star', '*'],
    ['a position', '#1'],
    ['a parameter', 'a = $1'],
    ['an unnamed parameter', 'a = ?'],
    ['a default', 'DEFAULT'],
    ['grouping', 'grouping(a) = 1'],
    ['chance', 'random() > 0.5'],
    ['a setting', "current_setting('threads') = 1"],
    ['a raised error, which would show the row', 'error(email)'],
    ['a NUL', 'a > 1\0) OR true'],
    ['nothing', ''],
    ['only a remark', '-- a'],
  ])('%s', async (_what, text) => {
    await expect(Promise.resolve().then(() => expression(text))).rejects.toMatchObject(REFUSED);
  });
});

describe('the clock', () => {
  it.each(['now() > a', 'current_date > a', 'CURRENT_TIMESTAMP > a', 'today() = a', 'age(current_date, a) > b'])(
    'is seen in %s',
    async (text) => {
      expect(await expression(text)).toEqual({ readsClock: true });
      expect(await query(`SELECT * FROM orders WHERE ${text}`)).toEqual({ readsClock: true });
    },
  );
});

describe('a tree that is not what we know', () => {
  it.each([
    ['no JSON', 'x'],
    ['no object', '[]'],
    ['no statements', '{"error": false}'],
    ['no parameters', '{"error": false, "statements": [{"node": {"type": "SELECT_NODE"}}]}'],
    ['a new node', '{"error": false, "statements": [{"node": {"type": "MERGE_NODE"}, "named_param_map": []}]}'],
    ['a new expression', '{"error": false, "statements": [{"node": {"class": "PYTHON"}, "named_param_map": []}]}'],
  ])('is refused: %s', (_what, tree) => {
    expect(() => judgeQuery(tree, ['orders'])).toThrow(SluiceError);
  });
});

describe("the engine's catalog", () => {
  it('has no function that answers differently each time and is allowed', async () => {
    const names = await texts(
      `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'scalar' AND stability <> 'CONSISTENT'`,
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !isRefusedFunction(name) && !CLOCK_FUNCTIONS.has(name))).toEqual([]);
  });

  it('has no macro that aggregates, multiplies rows or reads the catalog and is allowed in an expression', async () => {
    const macros = await connection.runAndReadAll(
      `SELECT lower(function_name) AS name, macro_definition AS body FROM duckdb_functions() WHERE function_type = 'macro'`,
    );
    const suspects = new Set([...aggregates, ...ROW_CHANGING_FUNCTIONS]);
    const called = (body: string) => [...body.matchAll(/"?(\w+)"?\(/g)].map(([, name = '']) => name);
    const bad = macros
      .getRowObjectsJson()
      .map(({ name, body }) => ({ name: String(name), body: String(body) }))
      .filter(
        ({ body }) =>
          /\bSELECT\b/.test(body) || called(body).some((name) => suspects.has(name) || isRefusedFunction(name)),
      )
      .map(({ name }) => name)
      .filter((name) => !isRefusedFunction(name) && !ROW_CHANGING_FUNCTIONS.has(name));
    expect(bad).toEqual([]);
  });

  it('knows the table functions that are allowed', async () => {
    const names = await texts(
      `SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table' AND function_name IN ('range', 'generate_series', 'unnest')`,
    );
    expect([...names].sort()).toEqual([...TABLE_FUNCTIONS].sort());
  });
});
