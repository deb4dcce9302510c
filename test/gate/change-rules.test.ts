/** Rules about changes on real files in a real engine: what a diff finds, and what it must not be trusted with. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { runLocal, type TestFile } from '../support/run-local.ts';

type Files = Readonly<Record<string, TestFile>>;

interface Table {
  readonly diff: string;
  /** Below the table's folder. */
  readonly base: Files;
  readonly files: Files;
  readonly properties?: string;
  readonly key?: string;
}

/** One run over all of the tables: what is wrong with one must not be told of another. */
async function judged(tables: Readonly<Record<string, Table>>, withBase = true): Promise<Report> {
  const schema = Object.entries(tables).map(([name, { diff, key = '[id]', properties = ID }]) => {
    const block = key === '' ? `{diff: ${diff}}` : `{key: ${key}, diff: ${diff}}`;
    return `  - name: ${name}
    customProperties: [{property: sluice, value: ${block}}]
    properties: [${properties}]
`;
  });
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
${schema.join('')}`;
  const side = (which: 'base' | 'files'): Files =>
    Object.fromEntries(
      Object.entries(tables).flatMap(([name, table]) =>
        Object.entries(table[which]).map(([path, file]) => [`${name}/${path}`, file] as const),
      ),
    );
  const newTables = Object.keys(tables).filter((name) => Object.keys(tables[name]?.base ?? {}).length === 0);
  return runLocal({ contract, files: side('files'), ...(withBase ? { base: side('base'), newTables } : {}) });
}

const ID = '{name: id, logicalType: integer}';

function rows(select: string): TestFile {
  return { select };
}

const TEN = rows("SELECT i AS id, 'v' || i AS v FROM range(10) AS t(i)");
const MORE = rows("SELECT i AS id, 'w' AS v FROM range(10, 15) AS t(i)");

const dated = (dt: string): TestFile => rows(`SELECT 99 AS id, 'x' AS v, ${dt} AS dt`);
const OTHER = rows("SELECT 99 AS id, 'x' AS v");

let report: Report;

/** The check of a kind of a table. */
function checkOf(table: string, kind: CheckReport['kind']): CheckReport {
  const found = report.tables.find(({ name }) => name === table)?.checks.find((check) => check.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} of ${table} in ${JSON.stringify(report.problems)}`);
  return found;
}

function diffOf(table: string) {
  return report.tables.find(({ name }) => name === table)?.diff;
}

describe('changes that can be told', () => {
  const only = { diff: '{appendOnly: true}' };
  const many = (value: string): TestFile => {
    const columns = Array.from({ length: 210 }, (_none, index) => `i || '${value}' AS c${index}`).join(', ');
    // Changes least, so that it is the last of those that changed.
    const watched = value === 'old' ? "'w'" : "CASE WHEN i = 3 THEN 'x' ELSE 'w' END";
    return rows(`SELECT i AS id, ${watched} AS watched, ${columns} FROM range(5) AS t(i)`);
  };
  beforeAll(async () => {
    report = await judged({
      appended: { ...only, base: { 'a.parquet': TEN }, files: { 'a.parquet': TEN, 'b.parquet': MORE } },
      untouched: { ...only, base: { 'a.parquet': TEN }, files: { 'a.parquet': TEN } },
      compacted: {
        ...only,
        base: { 'a.parquet': TEN, 'b.parquet': MORE },
        files: {
          'all.parquet': rows(
            "SELECT i AS id, CASE WHEN i < 10 THEN 'v' || i ELSE 'w' END AS v FROM range(15) AS t(i)",
          ),
        },
      },
      updated: {
        ...only,
        base: { 'a.parquet': TEN },
        files: {
          'a.parquet': rows("SELECT i AS id, CASE WHEN i = 3 THEN 'x' ELSE 'v' || i END AS v FROM range(10) AS t(i)"),
        },
      },
      'gone-rows': {
        diff: '{deleted: 10 %}',
        base: { 'a.parquet': TEN },
        files: { 'a.parquet': rows("SELECT i AS id, 'v' || i AS v FROM range(8) AS t(i)") },
      },
      'brought-anew': { diff: '{inserted: 5}', base: {}, files: { 'a.parquet': TEN } },
      respelled: {
        ...only,
        properties: `${ID}, {name: doc, logicalType: object}`,
        base: { 'a.jsonl': '{"id": 1, "doc": {"a": 0.1, "b": 2}}\n' },
        files: { 'a.jsonl': '{"id": 1, "doc": {"b": 2, "a": 0.1}}\n' },
      },
      misfits: {
        ...only,
        properties: `${ID}, {name: n, logicalType: integer}`,
        base: { 'a.csv': 'id,n\n1,abc\n2,5\n' },
        files: { 'a.csv': 'id,n\n1,abd\n2,5\n' },
      },
      'columns-beside': { ...only, base: { 'a.csv': 'id,more\n1,a\n' }, files: { 'a.csv': 'id,more\n1,b\n' } },
      wide: {
        diff: '{immutable: [watched]}',
        properties: `${ID}, {name: watched, logicalType: string}`,
        base: { 'a.parquet': many('old') },
        files: { 'a.parquet': many('new') },
      },
      'whole-rows': { diff: '{deleted: 0}', key: '', base: { 'a.parquet': TEN }, files: { 'a.parquet': MORE } },
    });
  }, 60_000);

  it('new rows, the same objects, and the same rows in other objects keep a table append-only', () => {
    expect(checkOf('appended', 'appendOnly')).toMatchObject({ outcome: 'pass', evaluated: 10 });
    // The diff is made once, for the rule and for people.
    expect(diffOf('appended')).toMatchObject({ inserted: 5, unchanged: 10 });
    expect(checkOf('untouched', 'appendOnly')).toMatchObject({ outcome: 'pass', evaluated: 10 });
    expect(checkOf('compacted', 'appendOnly')).toMatchObject({ outcome: 'pass' });
  });

  it('one updated row does not', () => {
    expect(checkOf('updated', 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
    expect(report.verdict).toBe('rejected');
  });

  it('limits are of the rows before; of a new table all rows are inserted', () => {
    expect(checkOf('gone-rows', 'rowChanges')).toMatchObject({ outcome: 'fail', failing: 2, evaluated: 10 });
    expect(checkOf('brought-anew', 'rowChanges')).toMatchObject({ outcome: 'fail', failing: 10 });
    expect(checkOf('whole-rows', 'rowChanges')).toMatchObject({ outcome: 'fail', failing: 10 });
  });

  it('JSON that is written differently is forgiven in what people see, and by no rule', () => {
    expect(diffOf('respelled')).toMatchObject({ updated: 0 });
    expect(checkOf('respelled', 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('texts that are no value of their type, and columns that no contract knows, are compared', () => {
    expect(checkOf('misfits', 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
    expect(checkOf('columns-beside', 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('a value that has to stay is found beyond all the columns that a report shows', () => {
    expect(diffOf('wide')?.columns.some(({ name }) => name === 'watched')).toBe(false);
    expect(diffOf('wide')?.omitted.columns).toBe(11);
    expect(checkOf('wide', 'immutable')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('is a failure at the line of its rule', () => {
    expect(checkOf('appended', 'appendOnly').contract).toEqual({ file: 'contract.odcs.yaml', line: 8 });
  });
});

describe('what was not compared leaves no evidence', () => {
  const diff = '{appendOnly: true, deleted: 0}';
  const mixed = (value: string): Files => ({
    'a.parquet': rows('SELECT 1 AS id, 1 AS v'),
    'b.parquet': rows(`SELECT 2 AS id, '${value}' AS v`),
  });
  beforeAll(async () => {
    report = await judged({
      'mixed-types': { diff, base: mixed('x'), files: mixed('y') },
      'lost-records': { diff, base: { 'a.csv': 'id,v\n1,a\n2,b,c\n' }, files: { 'a.csv': 'id,v\n1,a\n2,b\n' } },
      'unreadable-base': { diff, base: { 'a.parquet': 'PAR1 and then nothing' }, files: { 'a.parquet': TEN } },
      'key-missing': { diff, base: { 'a.parquet': rows("SELECT 'a' AS v") }, files: { 'a.parquet': TEN } },
      'unknown-keys': {
        diff,
        base: { 'a.jsonl': '{"id": 1, "more": 1}\n' },
        files: { 'a.jsonl': '{"id": 1, "more": 2}\n' },
      },
      'unknown-keys-of-new-objects': {
        diff: '{appendOnly: true, schemaChanges: []}',
        base: { 'a.jsonl': '{"id": 1}\n' },
        files: { 'a.jsonl': '{"id": 1}\n', 'b.jsonl': '{"id": 2, "more": 2}\n' },
      },
      'lost-field': {
        diff: '{immutable: [s]}',
        properties: `${ID}, {name: s, logicalType: object}`,
        base: { 'a.parquet': rows('SELECT 1 AS id, {a: 1, b: 2} AS s') },
        files: { 'a.parquet': rows('SELECT 1 AS id, {a: 1} AS s') },
      },
      'repeated-keys': {
        diff: '{deleted: 1}',
        base: { 'a.parquet': rows("SELECT 1 AS id, unnest(['a', 'b', 'c']) AS v") },
        files: { 'a.parquet': rows("SELECT 1 AS id, unnest(['d', 'e']) AS v") },
      },
      innocent: { diff, base: { 'a.parquet': TEN }, files: { 'a.parquet': TEN, 'b.parquet': MORE } },
    });
  }, 60_000);

  it.each([
    ['mixed-types', /column v has types that do not go together/],
    ['lost-records', /1 record of (lost-records\/)?a\.csv is not compared/],
    ['unreadable-base', /cannot be compared/],
    ['key-missing', /the key column id is not in the base/],
    ['unknown-keys', /the key more of .*a\.jsonl is not compared/],
  ])('%s', (table, why) => {
    for (const kind of ['appendOnly', 'rowChanges'] as const) {
      expect(checkOf(table, kind)).toMatchObject({ outcome: 'error', observed: expect.stringMatching(why) });
    }
  });

  it('a struct that lost a field, and repeated keys', () => {
    expect(checkOf('lost-field', 'immutable').outcome).toBe('error');
    expect(checkOf('repeated-keys', 'rowChanges').outcome).toBe('error');
  });

  it('of its table alone', () => {
    expect(checkOf('innocent', 'appendOnly').outcome).toBe('pass');
    expect(checkOf('innocent', 'rowChanges').outcome).toBe('pass');
    expect(report.verdict).not.toBe('approved');
  });

  it('unless nothing that was there can have changed; the columns have', () => {
    expect(checkOf('unknown-keys-of-new-objects', 'appendOnly').outcome).toBe('pass');
    expect(checkOf('unknown-keys-of-new-objects', 'schemaChanges')).toMatchObject({
      outcome: 'fail',
      observed: 'more added (JSON)',
    });
  });

  it('without a base: said once, and undecided', async () => {
    const alone = await judged({ t: { diff, base: {}, files: { 'a.parquet': TEN } } }, false);
    expect(alone.verdict).toBe('undecided');
    expect(alone.problems).toMatchObject([{ code: 'base-not-given', hint: expect.stringContaining('--base PATH') }]);
    expect(alone.reasons).toHaveLength(1);
  });
});

describe('the columns', () => {
  beforeAll(async () => {
    const one = (select: string): Files => ({ 'a.parquet': rows(`SELECT 1 AS id, ${select} AS v`) });
    const three = { 'a.parquet': rows('SELECT 1 AS id, 2 AS x, 3 AS y') };
    const integer = one('CAST(1 AS INTEGER)');
    const diff = '{schemaChanges: [widened]}';
    report = await judged({
      widened: { diff, base: integer, files: one('CAST(1 AS BIGINT)') },
      narrowed: { diff, base: one('CAST(1 AS BIGINT)'), files: integer },
      'of-two-types': {
        diff,
        base: integer,
        files: { ...integer, 'b.parquet': rows('SELECT 2 AS id, CAST(1 AS BIGINT) AS v') },
      },
      reordered: {
        diff,
        base: three,
        files: {
          ...three,
          'b.parquet': rows('SELECT 4 AS id, 2 AS x, 3 AS y'),
          'c.parquet': rows('SELECT 3 AS y, 5 AS id, 2 AS x'),
        },
      },
    });
  }, 60_000);

  it('may be widened where each version has one type', () => {
    expect(checkOf('widened', 'schemaChanges').outcome).toBe('pass');
    expect(checkOf('narrowed', 'schemaChanges').outcome).toBe('fail');
    expect(checkOf('of-two-types', 'schemaChanges').outcome).toBe('fail');
  });

  it('have another order when any new object has', () => {
    expect(checkOf('reordered', 'schemaChanges')).toMatchObject({
      outcome: 'fail',
      observed: expect.stringContaining('order'),
    });
  });
});

describe('protected partitions', () => {
  const diff = '{protectedPartitions: [{column: dt, before: 2026-01-01}]}';
  const properties = `${ID}, {name: dt, logicalType: date}`;
  const old = 'dt=2025-12-31/a.parquet';
  const base = { [old]: TEN, 'dt=2026-01-02/b.parquet': MORE };
  beforeAll(async () => {
    const of = (files: Files, from: Files = base): Table => ({ diff, properties, base: from, files });
    report = await judged({
      'changes-beside': of({ [old]: TEN, 'dt=2026-01-02/b.parquet': rows("SELECT 11 AS id, 'x' AS v") }),
      'moved-out': of({ 'dt=2026-01-02/a.parquet': TEN, 'dt=2026-01-02/b.parquet': MORE }),
      'moved-in': of({ [old]: TEN, 'dt=2025-12-30/b.parquet': MORE }),
      compacted: of({
        'dt=2025-12-31/1.parquet': rows("SELECT i AS id, 'v' || i AS v FROM range(5) AS t(i)"),
        'dt=2025-12-31/2.parquet': rows("SELECT i AS id, 'v' || i AS v FROM range(5, 10) AS t(i)"),
        'dt=2026-01-02/b.parquet': MORE,
      }),
      'renamed-inside': of({ 'dt=2025-12-31/z.parquet': TEN, 'dt=2026-01-02/b.parquet': MORE }),
      'column-lost': of({ [old]: rows('SELECT i AS id FROM range(10) AS t(i)'), 'dt=2026-01-02/b.parquet': MORE }),
      'no-folder': of({ ...base, 'c.parquet': rows("SELECT 99 AS id, 'x' AS v") }),
      'no-folder-untouched': of(
        { ...base, 'c.parquet': TEN, 'dt=2026-01-03/d.parquet': MORE },
        { ...base, 'c.parquet': TEN },
      ),
      'other-spelling': of({ ...base, 'dt=2025-1-1/c.parquet': rows("SELECT 99 AS id, 'x' AS v") }),
      'folder-twice': of({ ...base, 'dt=2025-01-01/dt=2027-01-01/c.parquet': OTHER }),
      'folder-of-other-case': of({ ...base, 'DT=2025-01-01/dt=2027-01-01/c.parquet': OTHER }),
      'folder-twice-before': of(
        { ...base, 'dt=2027-01-01/c.parquet': OTHER },
        { ...base, 'dt=2025-01-01/d%74=2027-01-01/c.parquet': OTHER },
      ),
      'column-beside-folder': of({ ...base, 'dt=2027-01-01/c.parquet': dated("DATE '2025-01-01'") }),
      'column-went': of(base, { ...base, 'dt=2027-01-01/c.parquet': dated("'2025-01-01'") }),
      'csv-column': of({ ...base, 'dt=2027-01-01/c.csv': 'id,v,dt\n98,x,2027-01-01\n99,x,2025-01-01\n' }),
      'json-column': {
        ...of({ ...base, 'dt=2027-01-01/c.jsonl': '{"id":99,"v":"x","dt":"2025-01-01"}\n' }),
        properties: `${ID}, {name: v}`,
      },
      'column-like-folder': of({ ...base, 'dt=2027-01-01/c.parquet': dated("DATE '2027-01-01'") }),
      'folder-twice-the-same': of({ ...base, 'dt=2027-01-01/dt=2027-01-01/c.parquet': OTHER }),
    });
  }, 60_000);

  it.each([
    ['changes-beside', 'pass'],
    ['moved-out', 'fail'],
    ['moved-in', 'fail'],
    ['compacted', 'pass'],
    ['renamed-inside', 'pass'],
    ['column-lost', 'fail'],
    ['no-folder', 'error'],
    ['no-folder-untouched', 'pass'],
    ['other-spelling', 'error'],
    ['folder-twice', 'error'],
    ['folder-of-other-case', 'error'],
    ['folder-twice-before', 'error'],
    ['folder-twice-the-same', 'pass'],
    ['column-beside-folder', 'error'],
    ['column-went', 'error'],
    ['csv-column', 'error'],
    ['json-column', 'error'],
    ['column-like-folder', 'pass'],
  ])('%s: %s', (table, outcome) => {
    expect(checkOf(table, 'protectedPartition')).toMatchObject({ outcome });
  });
});
