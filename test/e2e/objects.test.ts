import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gatedLake, lastReport, sharedGate } from './harness.ts';
import { madeBy } from './make-data.ts';
import { csv } from './shop.ts';

const EVENTS = `apiVersion: v3.1.0
kind: DataContract
id: events
version: 1.0.0
status: active
servers:
  - server: lake
    type: s3
    location: s3://*/main/tables/{model}/
schema:
  - name: events
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
      - name: kind
        logicalType: string
        required: true
        quality:
          - metric: invalidValues
            arguments: { validValues: [click, view] }
            mustBe: 0
`;
const CONTRACTS = { 'events.odcs.yaml': EVENTS };

const ODD_NAMES = [
  'with space.csv',
  'plus+plus.csv',
  '100%.csv',
  '%2F%41.csv',
  '#hash?.csv',
  'quote"\'`.csv',
  '[x]*{a,b}!.csv',
  'ü-ñ-\u{1f600}.csv',
  'back\\slash.csv',
  'a=b&c;d,e@f:g.csv',
  '$(touch x) $HOME.csv',
];

describe('keys as people write them', () => {
  it('good rows under every odd name are read and approved', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate);
    const files = ODD_NAMES.map((name, index) => [`tables/events/${name}`, csv('id,kind', `${index},click`)]);
    await lake.branch('etl', Object.fromEntries(files));
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
    const [table] = lastReport(gate, lake.repository).tables;
    expect(table).toMatchObject({
      rows: ODD_NAMES.length,
      objects: { read: ODD_NAMES.length, added: ODD_NAMES.length },
    });
  });

  it('a bad row under every odd name is found, and the object named', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate);
    // At most ten objects are named.
    const names = ODD_NAMES.slice(0, 10);
    const files = names.map((name, index) => [`tables/events/${name}`, csv('id,kind', `${index},steal`)]);
    await lake.branch('etl', Object.fromEntries(files));
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const checks = lastReport(gate, lake.repository).tables.flatMap((table) => table.checks);
    const bad = checks.find(({ kind }) => kind === 'invalidValues');
    expect(bad).toMatchObject({ outcome: 'fail', failing: 10, evaluated: 10 });
    expect(bad?.objects.map(({ path }) => path).sort()).toEqual(names.map((name) => `tables/events/${name}`).sort());
  });

  it('a repository-wide glob finds them too, and leaves out what writers leave beside data', async () => {
    const everywhere = EVENTS.replace('s3://*/main/tables/{model}/', 's3://*/main/**/*.csv');
    const gate = await sharedGate({ contracts: { 'events.odcs.yaml': everywhere } });
    const lake = await gatedLake(gate);
    await lake.branch('etl', {
      'top.csv': csv('id,kind', '1,click'),
      'deep/er/[1].csv': csv('id,kind', '2,view'),
      'deep/_SUCCESS': '',
      'deep/.part-0.csv.crc': 'no data',
      'deep/_temporary/0/part.csv': csv('half', 'a', 'row'),
    });
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository).tables).toMatchObject([{ rows: 2, objects: { read: 2 } }]);
  });
});

describe('formats', () => {
  const parquet = (rows: string) => madeBy(`SELECT * FROM (VALUES ${rows}) AS t(id, kind)`);
  const zstd = (id: number, kind: string) =>
    madeBy(`SELECT ${id} AS id, '${kind}' AS kind`, 'FORMAT json, COMPRESSION zstd');

  it('one table of Parquet, CSV, JSON lines, and what is compressed', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate);
    await lake.branch('etl', {
      'tables/events/a.parquet': await parquet("(1, 'click'), (2, 'view')"),
      'tables/events/b.csv': csv('kind,id', 'click,3'),
      'tables/events/c.csv.gz': gzipSync(csv('id,kind', '4,view')),
      'tables/events/d.jsonl': '{"id": 5, "kind": "click"}\n',
      'tables/events/e.jsonl.zst': await zstd(6, 'view'),
      'tables/events/f.jsonl.gz': gzipSync('{"kind": "view", "id": 7}\n'),
    });
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
    expect(lastReport(gate, lake.repository).tables).toMatchObject([{ rows: 7, objects: { read: 6, added: 6 } }]);
  });

  it('a bad value in each of them is found in each of them', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: { 'tables/events/good.csv': csv('id,kind', '9,click') } });
    const bad = {
      'tables/events/a.parquet': await parquet("(1, 'steal'), (2, 'view')"),
      'tables/events/b.csv': csv('id,kind', '3,steal'),
      'tables/events/c.csv.gz': gzipSync(csv('id,kind', '4,steal')),
      'tables/events/d.jsonl': '{"id": 5, "kind": "steal"}\n',
      'tables/events/e.jsonl.zst': await zstd(6, 'steal'),
      'tables/events/f.jsonl.gz': gzipSync('{"kind": "steal", "id": 7}\n'),
    };
    await lake.branch('etl', bad);
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const checks = lastReport(gate, lake.repository).tables.flatMap((table) => table.checks);
    const failed = checks.filter(({ outcome }) => outcome !== 'pass');
    expect(failed).toMatchObject([{ kind: 'invalidValues', outcome: 'fail', failing: 6, evaluated: 8 }]);
    expect(failed[0]?.objects.toSorted((left, right) => (left.path < right.path ? -1 : 1))).toEqual(
      Object.keys(bad).map((path) => ({ path, failing: 1 })),
    );
  });

  it.each<[string, string, () => Promise<string | Uint8Array> | string | Uint8Array]>([
    ['Parquet cut short', 'x.parquet', async () => (await parquet("(1, 'click')")).slice(0, 60)],
    ['Parquet corrupt in the middle', 'x.parquet', async () => (await parquet("(1, 'click')")).fill(0x55, 10, 30)],
    ['an empty file', 'x.parquet', () => ''],
    ['garbage', 'x.parquet', () => 'not at all'],
    ['gzip cut short', 'x.csv.gz', () => gzipSync(csv('id,kind', '1,click')).subarray(0, 20)],
    ['a ragged CSV', 'x.csv', () => csv('id,kind', '1,click', '2,view,more', '3')],
    [
      'text in a number column',
      'x.csv',
      () => csv('id,kind', ...Array.from({ length: 20_000 }, (_, id) => `${id},click`), 'x,view'),
    ],
    ['a broken JSON line', 'x.jsonl', () => '{"id": 1, "kind": "click"}\n{"id": 2, "kind": \n'],
    ['another schema among the files', 'x.csv', () => csv('id,sort', '1,click')],
    ['a name that tells no format', 'x.bin', () => csv('id,kind', '1,click')],
  ])('%s is rejected and named', async (_, name, make) => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: { 'tables/events/good.csv': csv('id,kind', '100000,click') } });
    await lake.branch('etl', { [`tables/events/${name}`]: await make() });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(merged.hook?.body).toContain(`tables/events/${name}`);
    expect(merged.hook?.body).not.toMatch(/at .*\.[jt]s:\d+/);
    expect(gate.runDirectories()).toEqual([]);
  });
});

describe('hive partitions', () => {
  const PARTITIONED = `${EVENTS}      - name: day
        logicalType: date
      - name: region
        logicalType: string
        quality:
          - metric: invalidValues
            arguments: { validValues: [eu west, us] }
            mustBe: 0
`;
  const contracts = { 'events.odcs.yaml': PARTITIONED };
  const row = (id: number) => csv('id,kind', `${id},click`);

  it('are columns, percent-decoded, and good ones are approved', async () => {
    const gate = await sharedGate({ contracts });
    const lake = await gatedLake(gate);
    await lake.branch('etl', {
      'tables/events/day=2026-01-31/region=us/a.csv': row(1),
      'tables/events/day=2026-02-01/region=eu%20west/a.csv': row(2),
      'tables/events/day=__HIVE_DEFAULT_PARTITION__/region=us/a.csv': row(3),
    });
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository).tables).toMatchObject([{ rows: 3, objects: { read: 3 } }]);
  });

  it.each([
    ['a day that is none', 'day=2026-02-30/region=us', 'type', 'day'],
    ['a region that is not allowed', 'day=2026-02-01/region=mars', 'invalidValues', 'region'],
  ])('%s: rejected', async (_, folders, kind, column) => {
    const gate = await sharedGate({ contracts });
    const lake = await gatedLake(gate);
    await lake.branch('etl', { [`tables/events/${folders}/a.csv`]: row(1) });
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const checks = lastReport(gate, lake.repository).tables.flatMap((table) => table.checks);
    expect(checks.filter(({ outcome }) => outcome === 'fail')).toMatchObject([{ kind, columns: [column], failing: 1 }]);
  });
});
