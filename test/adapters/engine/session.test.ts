import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, sql, value } from '../../../src/core/sql.ts';
import type { EngineSession } from '../../../src/gate/ports.ts';
import { NEVER, refusal, run, runAuthored, temporaryFolder, testEngine } from './harness.ts';

const engine = testEngine();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let session: EngineSession;
let csv: string;
let staged: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  csv = join(folder.path, '000000.csv');
  staged = join(folder.path, '000000.parquet');
  await writeFile(csv, 'id,name\n1,anna\n2,hunter2\n');
  session = await engine.open({ inputFiles: [csv], stagedFiles: [staged], runDirectory: folder.path }, NEVER);
  await run(session, 'CREATE VIEW orders AS SELECT range AS id, range % 7 AS qty FROM range(10000)');
});

afterAll(async () => {
  await session.close();
  await engine.close();
  await folder.remove();
});

describe('values', () => {
  it('come back without losing a digit', async () => {
    const [row] = await run(
      session,
      `SELECT 9007199254740993 AS big, 170141183460469231731687303715884105727::HUGEINT AS huge,
         1.10::DECIMAL(20, 2) AS exact, 'NaN'::DOUBLE AS nan, 5 AS small, NULL AS nothing, [1::BIGINT] AS list,
         DATE '2026-01-05' AS day, TIMESTAMPTZ '2026-01-05 12:00:00+02' AS moment`,
    );
    expect(row).toEqual({
      big: '9007199254740993',
      huge: '170141183460469231731687303715884105727',
      exact: '1.10',
      nan: 'NaN',
      small: 5,
      nothing: null,
      list: ['1'],
      day: '2026-01-05',
      moment: '2026-01-05 10:00:00+00',
    });
  });

  it.each([
    ["it's", 'VARCHAR', "it's"],
    ['', 'VARCHAR', ''],
    [true, 'BOOLEAN', true],
    [7, 'INTEGER', 7],
    [-2_147_483_649, 'BIGINT', '-2147483649'],
    [Number.MAX_SAFE_INTEGER, 'BIGINT', '9007199254740991'],
    [0.1, 'DOUBLE', 0.1],
    [1e300, 'DOUBLE', 1e300],
    [null, '"NULL"', null],
    [['a', "b'c", ''], 'VARCHAR[]', ['a', "b'c", '']],
    [[], 'VARCHAR[]', []],
  ])('%j is bound as %s', async (given, type, back) => {
    expect(await run(session, 'SELECT typeof($1) AS type, $1 AS back', [given])).toEqual([{ type, back }]);
  });

  it('that travel as text are cast in SQL', async () => {
    const query = compile(sql`SELECT CAST(${value('12345678901234567890.12')} AS DECIMAL(38, 2)) AS exact`);
    expect(await session.query(query, NEVER)).toEqual([{ exact: '12345678901234567890.12' }]);
  });

  it('must be as many as the statement has places', async () => {
    expect(await refusal(run(session, 'SELECT $1, $2', ['one']))).toMatchObject({ code: 'engine-query' });
  });
});

describe('statements', () => {
  it('convert text to a staged Parquet file that can be read afterwards', async () => {
    const copy = `COPY (SELECT * FROM read_csv($1, header = true, auto_detect = false, columns = {id: 'BIGINT', name: 'VARCHAR'}))
      TO '${staged}' (FORMAT parquet, USE_TMP_FILE false)`;
    expect(await run(session, copy, [csv])).toEqual([{ Count: '2' }]);
    expect(await run(session, 'SELECT sum(id) AS ids FROM read_parquet($1)', [staged])).toEqual([{ ids: '3' }]);
  });

  it('asked at once run one after the other, in order', async () => {
    await run(session, 'CREATE TABLE log AS SELECT 0 AS n');
    const steps = Array.from({ length: 20 }, () =>
      run(session, 'INSERT INTO log SELECT max(n) + 1 FROM log RETURNING n'),
    );
    expect((await Promise.all(steps)).flat()).toEqual(steps.map((_, index) => ({ n: index + 1 })));
  });

  it('of an author give at most the rows asked for', async () => {
    expect(await runAuthored(session, 'SELECT id FROM orders', 3)).toHaveLength(3);
    expect(await runAuthored(session, 'SELECT id FROM orders WHERE id < 2', 3)).toHaveLength(2);
  });

  it('of an author stop early instead of building every row', async () => {
    const sqlText = 'SELECT a.range FROM range(1000000) a, range(1000000) b';
    expect(await runAuthored(session, sqlText, 5)).toHaveLength(5);
  });

  it('that fail leave the session usable', async () => {
    await refusal(run(session, 'SELECT nonsense'));
    expect(await run(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('guarding an expression', () => {
  it('lets one through and says whether it reads the clock', async () => {
    expect(await session.guardExpression('id > 0 AND qty IS NOT NULL', NEVER)).toEqual({ readsClock: false });
    expect(await session.guardExpression("id > 0 AND current_date > DATE '2026-01-01'", NEVER)).toEqual({
      readsClock: true,
    });
  });

  it('refuses aggregates, which only the engine can name', async () => {
    expect(await refusal(session.guardExpression('sum(id) > 0', NEVER))).toMatchObject({ code: 'sql-refused' });
  });
});

describe('messages', () => {
  it('name the column that is missing', async () => {
    const { message } = await refusal(runAuthored(session, 'SELECT custmer_id FROM orders'));
    expect(message).toContain('custmer_id');
  });

  it.each([
    ['a cast', `SELECT CAST(name AS INTEGER) FROM read_csv($1, header = true)`],
    ['a CSV line', `SELECT * FROM read_csv($1, auto_detect = false, columns = {id: 'INTEGER'}, header = true)`],
    [
      'a broken type',
      `SELECT * FROM read_csv($1, auto_detect = false, header = true, columns = {id: 'INTEGER', name: 'DATE'})`,
    ],
    ['JSON', `SELECT name::JSON FROM read_csv($1, header = true)`],
    ['a raised error', `SELECT error(name) FROM read_csv($1, header = true)`],
  ])('about %s hold no row value and no folder', async (_what, sqlText) => {
    const { code, message } = await refusal(run(session, sqlText, [csv]));
    expect(code).toMatch(/^engine-(query|input)$/);
    expect(message).not.toMatch(/hunter2|anna/);
    expect(message).not.toContain(folder.path);
    expect(message.length).toBeLessThanOrEqual(300);
  });

  it('about a file name it without its folder', async () => {
    await writeFile(staged, 'this is no Parquet file at all');
    const { message } = await refusal(run(session, 'SELECT * FROM read_parquet($1)', [staged]));
    expect(message).toContain('not Parquet');
    expect(message).toContain('000000.parquet');
    expect(message).not.toContain(folder.path);
  });
});
