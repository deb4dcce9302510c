import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSession } from '../../../src/gate/ports.ts';
import { NEVER, place, run, runAuthored, temporaryFolder, testEngine, writeLateLie } from './harness.ts';

/** Two bad rows each, which the statistics in the files deny (test/fixtures/lying). */
const BAD = [
  { table: 'low', file: 'minimum-lies.parquet', column: 'amount', predicate: 'amount < 0', key: '-9' },
  {
    table: 'hot',
    file: 'nan-outside-statistics.parquet',
    column: 'temperature',
    predicate: 'temperature > 100',
    key: `'NaN'::DOUBLE`,
  },
] as const;

const engine = testEngine();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let session: EngineSession;

beforeAll(async () => {
  folder = await temporaryFolder();
  const inputFiles = await place(
    folder.path,
    BAD.map(({ file }) => file),
  );
  session = await engine.open({ inputFiles, stagedFiles: [], runDirectory: folder.path }, NEVER);
  for (const [index, { table }] of BAD.entries()) {
    await run(session, `CREATE VIEW ${table} AS FROM read_parquet('${inputFiles[index]}')`);
  }
});

afterAll(async () => {
  await session.close();
  await engine.close();
  await folder.remove();
});

describe.each(BAD)('$file is judged by its rows', ({ table, column, predicate, key }) => {
  it.each([
    ['WHERE', `SELECT count(*) AS n FROM ${table} WHERE ${predicate}`],
    ['FILTER', `SELECT count(*) FILTER (${predicate}) AS n FROM ${table}`],
    ['sum of CASE', `SELECT sum(CASE WHEN ${predicate} THEN 1 ELSE 0 END) AS n FROM ${table}`],
    ['count_if', `SELECT count_if(${predicate}) AS n FROM ${table}`],
    ['negation', `SELECT count(*) AS n FROM ${table} WHERE NOT (${column} BETWEEN 0 AND 1000)`],
    ['IN', `SELECT count(*) AS n FROM ${table} WHERE ${column} IN (${key}, 77777)`],
    ['subquery', `SELECT count(*) AS n FROM (SELECT ${column} FROM ${table}) WHERE ${predicate}`],
    ['CTE', `WITH c AS MATERIALIZED (FROM ${table}) SELECT count(*) AS n FROM c WHERE ${predicate}`],
    ['GROUP BY', `SELECT count(*) AS n FROM ${table} GROUP BY ${column} HAVING ${predicate}`],
    ['semi join', `SELECT count(*) AS n FROM ${table} SEMI JOIN (SELECT ${key} AS k) s ON s.k = ${column}`],
    ['inner join', `SELECT count(*) AS n FROM ${table} JOIN (SELECT ${key} AS k) s ON s.k = ${column}`],
    ['ORDER BY with LIMIT', `SELECT count(*) AS n FROM (FROM ${table} WHERE ${predicate} ORDER BY id LIMIT 9)`],
    [
      'window',
      `SELECT count(*) AS n FROM (SELECT * FROM ${table} QUALIFY row_number() OVER () > 0) WHERE ${predicate}`,
    ],
    [
      'CTE used twice',
      `WITH c AS (FROM ${table}) SELECT (SELECT count(*) FROM c WHERE ${predicate}) AS n, (SELECT count(*) FROM c WHERE ${predicate} AND id > 5) AS m`,
    ],
    ['UNION ALL', `SELECT count(*) AS n FROM (FROM ${table} UNION ALL FROM ${table} WHERE false) WHERE ${predicate}`],
  ])('%s finds both rows', async (_shape, sql) => {
    const [own] = await run(session, sql);
    expect(Number(own?.['n'])).toBe(2);
    const [authored] = await session.authoredQuery({ sql, relations: [table], maxRows: 5 }, NEVER);
    expect(Number(authored?.['n'])).toBe(2);
  });
});

it('finds the true extremes', async () => {
  expect(await run(session, 'SELECT min(amount) AS low FROM low')).toEqual([{ low: '-9' }]);
  expect(await run(session, 'SELECT max(temperature) AS high FROM hot')).toEqual([{ high: 'NaN' }]);
});

describe('a lie in the last row group', () => {
  let late: EngineSession;

  beforeAll(async () => {
    const path = join(folder.path, 'late.parquet');
    await writeLateLie(path);
    late = await engine.open({ inputFiles: [path], stagedFiles: [], runDirectory: folder.path }, NEVER);
    await run(late, `CREATE VIEW late AS FROM read_parquet('${path}')`);
    return () => late.close();
  });

  it.each([
    ['lowest row', 'SELECT amount AS n FROM late ORDER BY amount LIMIT 1'],
    ['lowest row with its id', 'SELECT * EXCLUDE id FROM (FROM late ORDER BY amount, id LIMIT 1) AS t(id, n)'],
    ['minimum', 'SELECT min(amount) AS n FROM late'],
    ['smallest few', 'SELECT min(amount, 3)[1] AS n FROM late'],
    ['arg_min', 'SELECT arg_min(amount, amount) AS n FROM late'],
    ['window', 'SELECT amount AS n FROM late QUALIFY row_number() OVER (ORDER BY amount) = 1'],
    ['scalar subquery', 'SELECT amount AS n FROM late WHERE amount = (SELECT min(amount) FROM late)'],
  ])('shows in the %s', async (_shape, sql) => {
    expect(await run(late, sql)).toEqual([{ n: '-9' }]);
  });
});

it('would be fooled with the optimizers on, so these files are worth testing with', async () => {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create()).connect();
  const [low = '', hot = ''] = await place(
    folder.path,
    BAD.map(({ file }) => file),
  );
  const sql = `SELECT (SELECT count(*) FROM '${low}' WHERE amount < 0) + (SELECT count(*) FROM '${hot}' WHERE temperature > 100) AS n`;
  expect((await connection.runAndReadAll(sql)).getRowObjectsJson()).toEqual([{ n: '0' }]);
  connection.closeSync();
});

it('runs an author over the same rows', async () => {
  await run(session, 'CREATE VIEW orders AS FROM low');
  expect(await runAuthored(session, 'SELECT id FROM orders WHERE amount < 0')).toHaveLength(2);
});
