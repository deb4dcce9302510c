import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSession } from '../../../src/gate/ports.ts';
import { place, refusal, run, runAuthored, temporaryFolder, testEngine } from './harness.ts';

/**
 * Every attack is tried twice: as an author's SQL, where the guard must refuse it, and as a statement of our own in the
 * same session, where the lock must refuse it even if the guard had a hole.
 */
interface Attack {
  readonly what: string;
  readonly sql: string;
  /** What the lock answers; absent where DuckDB would let it pass and the guard alone stands. */
  readonly locked?: RegExp;
}

const OUTSIDE = /outside of this run was refused/;
const LOCKED = /the configuration is locked/;

const engine = testEngine({ spares: 1 });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let session: EngineSession;
let runDirectory: string;
let secrets: string;
let input: string;
let server: Server;
let requests = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  runDirectory = join(folder.path, 'run');
  secrets = join(folder.path, 'secrets');
  await Promise.all([mkdir(runDirectory), mkdir(secrets)]);
  [input = ''] = await place(runDirectory, ['minimum-lies.parquet']);
  await place(secrets, ['minimum-lies.parquet']);
  await chmod(input, 0o444);
  await writeFile(join(secrets, 'secret.csv'), 'token\ntop-secret\n');
  await writeFile(join(runDirectory, 'neighbour.csv'), 'token\ntop-secret\n');
  await symlink(join(secrets, 'secret.csv'), join(runDirectory, 'link.csv'));
  server = createServer((_request, response) => {
    requests += 1;
    response.end('a\n1\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  session = await openSession();
});

afterAll(async () => {
  await session.close();
  await engine.close();
  server.close();
  await folder.remove();
});

/** A session with the table `orders`. Refused statements leave no trace, so most tests share one. */
async function openSession(): Promise<EngineSession> {
  const signal = AbortSignal.timeout(10_000);
  const opened = await engine.open({ inputFiles: [input], stagedFiles: [], runDirectory }, signal);
  await run(opened, 'SET VARIABLE files = CAST($1 AS VARCHAR[])', [[input]]);
  await run(opened, `CREATE VIEW orders AS FROM read_parquet(getvariable('files'))`);
  return opened;
}

function fill(sql: string): string {
  const { port } = server.address() as AddressInfo;
  return sql
    .replaceAll('$SECRETS', secrets)
    .replaceAll('$RUN', runDirectory)
    .replaceAll('$INPUT', input)
    .replaceAll('$PORT', String(port));
}

const READING: readonly Attack[] = [
  { what: 'CSV', sql: `SELECT * FROM read_csv('$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'text', sql: `SELECT * FROM read_text('$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'bytes', sql: `SELECT * FROM read_blob('$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'JSON', sql: `SELECT * FROM read_json('$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'Parquet', sql: `SELECT * FROM read_parquet('$SECRETS/000000.parquet')`, locked: OUTSIDE },
  { what: 'a footer', sql: `SELECT * FROM parquet_metadata('$SECRETS/000000.parquet')`, locked: OUTSIDE },
  { what: 'a sniffer', sql: `SELECT * FROM sniff_csv('$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'a listing', sql: `SELECT * FROM glob('$SECRETS/*')`, locked: OUTSIDE },
  { what: 'a listing of the run', sql: `SELECT * FROM glob('$RUN/*')`, locked: OUTSIDE },
  { what: 'a neighbour in the run', sql: `SELECT * FROM read_csv('$RUN/neighbour.csv')`, locked: OUTSIDE },
  { what: 'a symlink leading out', sql: `SELECT * FROM read_csv('$RUN/link.csv')`, locked: OUTSIDE },
  { what: 'a way up', sql: `SELECT * FROM read_csv('$RUN/../secrets/secret.csv')`, locked: OUTSIDE },
  { what: 'a relative path', sql: `SELECT * FROM read_csv('..$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'a file URL', sql: `SELECT * FROM read_csv('file://$SECRETS/secret.csv')`, locked: OUTSIDE },
  { what: 'a file as table', sql: `SELECT * FROM '$SECRETS/secret.csv'`, locked: OUTSIDE },
  { what: 'a quoted file as table', sql: `SELECT * FROM "$SECRETS/secret.csv"`, locked: OUTSIDE },
  {
    what: 'a file named like a later CTE',
    sql: `WITH a AS (FROM "$SECRETS/secret.csv"), "$SECRETS/secret.csv" AS (SELECT 1) FROM a`,
    locked: OUTSIDE,
  },
  {
    what: 'a file named like its own CTE',
    sql: `WITH "$SECRETS/secret.csv" AS (FROM "$SECRETS/secret.csv") FROM "$SECRETS/secret.csv"`,
    locked: OUTSIDE,
  },
  { what: 'the environment as file', sql: `SELECT * FROM read_text('/proc/self/environ')`, locked: OUTSIDE },
  { what: 'the channel to the gate', sql: `SELECT * FROM read_blob('/dev/fd/3')`, locked: OUTSIDE },
  { what: 'an environment variable', sql: `SELECT getenv('PATH')`, locked: /does not exist/ },
  { what: 'http', sql: `SELECT * FROM read_csv('http://127.0.0.1:$PORT/x.csv')`, locked: OUTSIDE },
  { what: 'http as table', sql: `SELECT * FROM 'http://127.0.0.1:$PORT/x.csv'`, locked: OUTSIDE },
  { what: 's3', sql: `SELECT * FROM read_parquet('s3://bucket/x.parquet')`, locked: OUTSIDE },
  { what: 'a database', sql: `ATTACH '$SECRETS/x.duckdb'`, locked: OUTSIDE },
  { what: 'an import', sql: `IMPORT DATABASE '$SECRETS'`, locked: OUTSIDE },
  { what: 'settings', sql: `SELECT current_setting('temp_directory')` },
  { what: 'all settings', sql: 'SELECT * FROM duckdb_settings()' },
  { what: 'our file lists', sql: `SELECT getvariable('files')` },
  { what: 'the text of views', sql: 'SELECT sql FROM duckdb_views()' },
  { what: 'the catalog', sql: 'SELECT * FROM information_schema.tables' },
  { what: 'text bound as SQL', sql: `SELECT json_serialize_plan('FROM "$SECRETS/secret.csv"')` },
  { what: 'text run as SQL', sql: `SELECT * FROM query('SELECT 1')` },
];

const CHANGING: readonly Attack[] = [
  { what: 'COPY to a new file', sql: `COPY (SELECT 1) TO '$SECRETS/new.csv'`, locked: OUTSIDE },
  { what: 'COPY into the run', sql: `COPY (SELECT 1) TO '$RUN/new.csv' (USE_TMP_FILE false)`, locked: OUTSIDE },
  { what: 'EXPORT', sql: `EXPORT DATABASE '$SECRETS/export'`, locked: OUTSIDE },
  { what: 'ATTACH of a new file', sql: `ATTACH '$RUN/new.duckdb' AS d`, locked: OUTSIDE },
  { what: 'INSTALL', sql: 'INSTALL httpfs', locked: OUTSIDE },
  { what: 'LOAD', sql: 'LOAD httpfs', locked: OUTSIDE },
  { what: 'LOAD of a file', sql: `LOAD '$SECRETS/x.duckdb_extension'`, locked: OUTSIDE },
  { what: 'SET', sql: 'SET threads = 64', locked: LOCKED },
  { what: 'SET of access', sql: 'SET enable_external_access = true', locked: LOCKED },
  { what: 'SET of the optimizers', sql: `SET disabled_optimizers = ''`, locked: LOCKED },
  { what: 'RESET of the lock', sql: 'RESET lock_configuration', locked: LOCKED },
  { what: 'PRAGMA', sql: `PRAGMA memory_limit = '64GB'`, locked: LOCKED },
  { what: 'two statements', sql: 'SELECT 1; DROP VIEW orders', locked: /exactly one statement/ },
  { what: 'DROP VIEW', sql: 'DROP VIEW orders' },
  { what: 'another view of that name', sql: 'CREATE OR REPLACE VIEW orders AS SELECT 1' },
  { what: 'a table', sql: 'CREATE TABLE x AS SELECT 1' },
  { what: 'a variable', sql: 'SET VARIABLE files = []' },
  { what: 'a prepared statement', sql: 'PREPARE p AS SELECT 1' },
  { what: 'a transaction', sql: 'BEGIN' },
  { what: 'a call', sql: 'CALL pragma_version()' },
  { what: 'a log entry', sql: `SELECT write_log('x')` },
  { what: 'SHOW', sql: 'SHOW TABLES' },
  { what: 'DESCRIBE', sql: 'DESCRIBE orders' },
  { what: 'SUMMARIZE', sql: 'SUMMARIZE orders' },
];

describe('nothing else can be read', () => {
  it.each(READING)('$what', async ({ sql, locked }) => {
    expect(await refusal(runAuthored(session, fill(sql)))).toMatchObject({ code: 'sql-refused' });
    if (locked === undefined) return;
    const answer = await refusal(run(session, fill(sql)));
    expect(answer.message).toMatch(locked);
    expect(answer.message).not.toContain(secrets);
  });

  it('and no request leaves the machine', () => {
    expect(requests).toBe(0);
  });

  it('but the files of the session can', async () => {
    expect(await runAuthored(session, 'SELECT count(*) AS n FROM Orders')).toEqual([{ n: '4000' }]);
  });
});

describe('nothing can be changed', () => {
  it.each(CHANGING)('$what', async ({ sql, locked }) => {
    const before = await readdir(folder.path, { recursive: true });
    expect(await refusal(runAuthored(session, fill(sql)))).toMatchObject({ code: 'sql-refused' });
    expect(await runAuthored(session, 'SELECT count(*) AS n FROM orders')).toEqual([{ n: '4000' }]);
    if (locked !== undefined) expect((await refusal(run(session, fill(sql)))).message).toMatch(locked);
    expect(await readdir(folder.path, { recursive: true })).toEqual(before);
  });

  it('not even an input file, when its mode forbids writing', async () => {
    const before = await readFile(input);
    const sql = `COPY (SELECT 1 AS a) TO '${input}' (FORMAT parquet, USE_TMP_FILE false)`;
    expect(await refusal(runAuthored(session, sql))).toMatchObject({ code: 'sql-refused' });
    expect(await refusal(run(session, sql))).toMatchObject({ code: 'engine-query' });
    expect(await readFile(input)).toEqual(before);
  });

  it('a log file, which DuckDB would accept in a SELECT', async () => {
    const sql = fill(`SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '$SECRETS/log'})`);
    expect(await refusal(runAuthored(session, sql))).toMatchObject({ code: 'sql-refused' });
    const doomed = await openSession();
    await run(doomed, sql);
    expect(await refusal(run(doomed, 'SELECT 1'))).toMatchObject({ code: 'engine-query' });
    await doomed.close();
    expect(await readdir(secrets)).not.toContain('log');
  });
});

it('keeps the spill folder of the session inside the run directory, and removes it', async () => {
  const other = await openSession();
  const [{ folder: spill = '' } = {}] = await run(other, `SELECT current_setting('temp_directory') AS folder`);
  expect(await readdir(runDirectory)).toContain(basename(String(spill)));
  await other.close();
  expect(await readdir(runDirectory)).not.toContain(basename(String(spill)));
});
