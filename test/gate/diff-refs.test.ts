import { describe, expect, it } from 'vitest';
import type { TableDiff } from '../../src/core/diff/table-diff.ts';
import { type RefFiles, type RefRun, runRefDiff } from '../support/ref-lake.ts';

const rows = (from: number, to: number, v = "'v' || i") => ({
  select: `SELECT i AS id, ${v} AS v, repeat('filler ' || i, 20) AS filler FROM range(${from}, ${to}) AS t(i)`,
});
const people = (...lines: readonly string[]) => `${['id,name', ...lines].join('\n')}\n`;

const LAKE: RefFiles = {
  't/orders/day=1/a.parquet': rows(0, 3000),
  't/orders/day=2/a.parquet': rows(3000, 6000),
  't/people/people.csv': people('1,Ann', '2,Bob'),
  't/untouched/part-0.parquet': rows(0, 10),
  'README.md': 'read me',
};

async function tablesOf(run: RefRun) {
  const { report } = await runRefDiff(run);
  return new Map(report.tables.map((table) => [table.name, table]));
}

async function onlyDiff(run: RefRun): Promise<TableDiff> {
  const { report } = await runRefDiff(run);
  const [table] = report.tables;
  if (report.tables.length !== 1 || table === undefined || table.diff === null) throw new Error(JSON.stringify(report));
  return table.diff;
}

describe('two refs without a contract', () => {
  it('are compared table by table, and only where something changed', async () => {
    const head = {
      ...LAKE,
      't/orders/day=2/a.parquet': rows(3001, 6000, "CASE WHEN i = 4000 THEN 'new' ELSE 'v' || i END"),
      't/orders/day=3/a.parquet': rows(6000, 6007),
      't/people/people.csv': people('1,Ann', '2,Ben'),
      'lakes.parquet': rows(0, 3),
      'README.md': 'read me again',
      '_hidden/x.parquet': rows(0, 3),
    };
    const { report, traffic } = await runRefDiff({ at: { base: LAKE, head }, key: ['id'] });
    expect(report.scope).toMatchObject({ kind: 'refs', repository: 'lake', base: 'base', head: 'head' });
    expect(report.tables).toMatchObject([
      { name: 't/orders', location: 't/orders/', diff: { inserted: 7, updated: 1, deleted: 1, unchanged: 5998 } },
      { name: 'lakes.parquet', diff: { inserted: 3, rows: { base: 0, merge: 3 } } },
      { name: 't/people/people.csv', diff: { updated: 1, columns: [{ name: 'name', changed: 1 }] } },
    ]);
    expect(report.problems).toMatchObject(
      [{ code: 'diff-no-table', level: 'warning', message: /README\.md$/ }].map((one) => ({
        ...one,
        message: expect.stringMatching(one.message),
      })),
    );
    expect(traffic.objects).not.toContain('t/untouched/part-0.parquet');
  });

  it('of which one was compacted: no row changed', async () => {
    const at = {
      base: { 't/a.parquet': rows(0, 100), 't/b.parquet': rows(100, 200) },
      head: { 't/all.parquet': { select: `SELECT * FROM (${rows(0, 200).select}) ORDER BY id DESC` } },
    };
    expect(await onlyDiff({ at, key: ['id'] })).toMatchObject({ unchanged: 200, moved: 200, objects: { changed: 3 } });
    expect(await onlyDiff({ at })).toMatchObject({ key: [], inserted: 0, deleted: 0, unchanged: 200, notes: [] });
  });

  it('show a change of the schema, and say how to give a key', async () => {
    const at = {
      base: { 't/a.parquet': { select: 'SELECT 1 AS id, 2 AS n' } },
      head: { 't/a.parquet': { select: "SELECT 1 AS id, CAST(3 AS BIGINT) AS n, 'x' AS extra" } },
    };
    expect(await onlyDiff({ at })).toMatchObject({
      inserted: 1,
      deleted: 1,
      schema: [
        { change: 'added', column: 'extra' },
        { change: 'type', column: 'n' },
      ],
      notes: [expect.stringContaining('--key a,b')],
    });
  });

  it('hide every cell that was not asked for', async () => {
    const at = { base: { 'p.csv': people('1,Ann') }, head: { 'p.csv': people('1,secret') } };
    expect(JSON.stringify((await runRefDiff({ at, key: ['id'], show: ['id'] })).report)).not.toContain('secret');
    expect(JSON.stringify((await runRefDiff({ at, key: ['id'], show: 'all' })).report)).toContain('secret');
  });

  it('are the same', async () => {
    const { report, traffic } = await runRefDiff({ at: { base: LAKE, head: LAKE } });
    expect(report).toMatchObject({ tables: [], problems: [] });
    expect(traffic).toEqual({ objects: [], parts: [], listed: [] });
  });

  it('see bytes that the diff of lakeFS hides', async () => {
    const head = { ...LAKE, 't/people/people.csv': people('1,Ann', '2,Bad') };
    const { report } = await runRefDiff({ at: { base: LAKE, head }, key: ['id'], hidden: ['t/people/people.csv'] });
    expect(report.tables).toMatchObject([{ name: 't/people/people.csv', diff: { updated: 1 } }]);
    expect(report.problems).toMatchObject([{ code: 'diff-unseen', level: 'warning' }]);
  });

  it('are listed no further than folders that were asked for', async () => {
    const head = { ...LAKE, 't/people/people.csv': people('1,Ann') };
    const listed = async (...tables: readonly string[]) => {
      const { report, traffic } = await runRefDiff({ at: { base: LAKE, head }, tables });
      expect(report.tables.map(({ name }) => name)).toContain('t/people/people.csv');
      return [...new Set(traffic.listed)].sort();
    };
    expect(await listed('t/people/', 't/orders/', 't/people/')).toEqual(['t/orders/', 't/people/']);
    expect(await listed('t/people/', 'people')).toEqual(['']);
  });

  it('refuse a key for a table that is not there', async () => {
    const at = { base: LAKE, head: { ...LAKE, 'x.csv': people('1,Ann') } };
    const unknown = runRefDiff({ at, keyOf: new Map([['ordrs', ['id']]]) });
    await expect(unknown).rejects.toMatchObject({ problem: { code: 'diff-table-unknown' } });
    const keys = new Map([['x', ['id']]]);
    expect(await onlyDiff({ at, keyOf: keys, key: ['nr'] })).toMatchObject({ key: ['id'], inserted: 1 });
  });

  it('warn of what is not committed', async () => {
    const { report } = await runRefDiff({ at: { base: LAKE, head: LAKE }, dirty: ['head'] });
    expect(report.problems).toMatchObject([{ code: 'diff-uncommitted', message: expect.stringContaining('head has') }]);
  });
});

describe('objects that did not change', () => {
  const base = { 't/0.parquet': rows(0, 5000), 't/1.parquet': rows(5000, 10_000), 't/2.parquet': rows(10_000, 10_100) };
  const changes: Readonly<Record<string, RefFiles>> = {
    'a change of rows': {
      ...base,
      't/2.parquet': rows(10_001, 10_110, "CASE WHEN i = 10050 THEN 'x' ELSE 'v' || i END"),
    },
    'keys that they have': { ...base, 't/3.parquet': rows(4990, 5003) },
  };

  it.each(Object.entries(changes))('in part tell the same as whole: %s', async (_name, head) => {
    for (const key of [['id'], null]) {
      const whole = await runRefDiff({ at: { base, head }, key, limits: { exactRows: 1e6, profileBytes: 0 } });
      const parts = await runRefDiff({
        at: { base, head },
        key,
        limits: { exactRows: 1e6, profileBytes: 0 },
        unchangedBytes: 0,
      });
      expect(parts.report.tables).toEqual(whole.report.tables);
      const untouched = Object.keys(base).filter((path) => head[path] === base[path as keyof typeof base]);
      expect(parts.traffic.parts).toEqual(untouched);
      expect(parts.traffic.objects.filter((path) => untouched.includes(path))).toEqual([]);
    }
  });

  it('have no profile when they are there in part', async () => {
    const at = { base, head: changes['a change of rows'] ?? {} };
    const diff = await onlyDiff({ at, key: ['id'], unchangedBytes: 0 });
    expect(diff.profileOf).toBe('changed-objects');
    expect(diff.profile.find(({ name }) => name === 'v')).toMatchObject({ base: { rows: 100 }, merge: { rows: 109 } });
  });

  it('are read whole when their parts do not do', async () => {
    const text = { ...base, 't/odd.parquet': 'no Parquet at all' };
    const { report, traffic } = await runRefDiff({
      at: { base: text, head: { ...text, 't/2.parquet': rows(10_000, 10_101) } },
      key: ['id'],
      unchangedBytes: 0,
    });
    expect(report.tables).toMatchObject(
      [{ diff: null, problem: { code: 'diff-unreadable', message: /odd/ } }].map((one) => ({
        ...one,
        problem: { ...one.problem, message: expect.stringMatching(one.problem.message) },
      })),
    );
    expect(traffic.objects).toContain('t/odd.parquet');
  });

  it('never have zeros for rows: where a column stayed away, the object is read whole', async () => {
    const at = { base, head: changes['keys that they have'] ?? {} };
    const { report, traffic } = await runRefDiff({ at, key: ['id'], unchangedBytes: 0, withoutColumns: true });
    expect(report.tables).toMatchObject([{ diff: { inserted: 0, duplicateKeys: { keys: 13 } } }]);
    expect(traffic.objects).toEqual(expect.arrayContaining(Object.keys(base)));
  });
});

describe('tables of a contract', () => {
  const contract = `apiVersion: v3.0.2
kind: DataContract
id: people
version: 1.0.0
status: active
servers: [{ server: lake, type: s3, location: 's3://lake/main/t/people/*.csv' }]
schema:
  - name: persons
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - { name: name, logicalType: string }
customProperties:
  - property: sluice
    value: { samples: { columns: [id] } }
`;
  const head = { ...LAKE, 't/people/people.csv': people('1,Ann', '2,secret'), 'x.csv': people('9,open') };

  it('have its name, key, types and samples; others are beside them', async () => {
    const { report } = await runRefDiff({ at: { base: LAKE, head }, contract, show: 'all' });
    expect(report.tables).toMatchObject([
      { name: 'persons', location: 't/people/*.csv', diff: { key: ['id'], updated: 1 } },
      { name: 'x.csv', diff: { key: [], inserted: 1 } },
    ]);
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('are not compared by a broken one', async () => {
    const { report } = await runRefDiff({ at: { base: LAKE, head }, contract: 'kind: [' });
    expect(report).toMatchObject({ tables: [], problems: [{ file: 'contract.odcs.yaml' }] });
  });
});

describe('what cannot be compared', () => {
  const head = { ...LAKE, 't/people/people.csv': people('1,Ann'), 't/orders/day=2/a.parquet': rows(3000, 6001) };

  it('says why and stops no other: data that is gone, a key that is missing, too many bytes', async () => {
    const lost = await tablesOf({ at: { base: LAKE, head }, gone: ['t/orders/day=2/a.parquet'] });
    expect(lost.get('t/orders')).toMatchObject({ diff: null, problem: { code: 'object-missing' } });
    expect(lost.get('t/people/people.csv')).toMatchObject({ diff: { deleted: 1 } });
    const large = await tablesOf({
      at: { base: LAKE, head: { ...head, 'x.parquet': rows(0, 3) } },
      key: ['name'],
      maxBytes: 2000,
    });
    expect(large.get('t/orders')).toMatchObject({ problem: { code: 'limit-bytes' } });
    expect(large.get('x.parquet')).toMatchObject({ problem: { code: 'diff-key-missing' } });
    expect(large.get('t/people/people.csv')).toMatchObject({ diff: { deleted: 1 } });
  });

  it('a table whose live rows its files do not tell', async () => {
    const delta = { ...head, 't/orders/_delta_log/00000000000000000000.json': '{}' };
    const tables = await tablesOf({ at: { base: LAKE, head: delta } });
    expect(tables.get('t/orders')).toMatchObject({ problem: { code: 'table-format-unsupported' } });
    expect(tables.get('t/people/people.csv')).toMatchObject({ problem: null });
  });

  it('more tables than two hundred: the largest are compared, and the rest is an error', async () => {
    const large = Array.from({ length: 197 }, (_none, index) => [
      `many/t${index}/part-0.csv`,
      people(`${index},${'x'.repeat(99)}`),
    ]);
    const small = Array.from({ length: 8 }, (_none, index) => [`few/t${index}/part-0.csv`, people(`${index},x`)]);
    const at = { base: {}, head: Object.fromEntries([...large, ...small]) };
    const { report } = await runRefDiff({ at, key: ['id'], maxBytes: 50 });
    expect(report.tables).toHaveLength(200);
    expect(report.tables.filter(({ diff }) => diff?.inserted === 1)).toHaveLength(3);
    expect(report).toMatchObject({ omittedTables: 5, problems: [{ code: 'diff-too-many-tables' }] });
  });
});
