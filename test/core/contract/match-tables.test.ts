import { describe, expect, it } from 'vitest';
import type { Contract } from '../../../src/core/contract/contract.ts';
import { compileGlob, fixedPrefix } from '../../../src/core/contract/glob.ts';
import {
  governedPrefixes,
  isDataObject,
  tableFinder,
  tablesOf,
  unsupportedTableFormats,
} from '../../../src/core/contract/match-tables.ts';
import { loadMarked } from './load-marked.ts';

describe('globs', () => {
  it.each([
    // One segment.
    ['t/*.csv', 't/a.csv', true],
    ['t/*.csv', 't/.csv', true],
    ['t/*.csv', 't/x/a.csv', false],
    ['t/*.csv', 't/a.csv.gz', false],
    ['t/a*b*c', 't/axbxbc', true],
    ['t/a*b*c', 't/axcxb', false],
    ['t/?.csv', 't/é.csv', true],
    ['t/?.csv', 't/😀.csv', true],
    ['t/?.csv', 't/.csv', false],
    ['t/?.csv', 't/ab.csv', false],
    // Any number of segments.
    ['t/**/*.csv', 't/a.csv', true],
    ['t/**/*.csv', 't/x/y/a.csv', true],
    ['t/**/y/**/*.csv', 't/x/y/z/a.csv', true],
    ['t/**/y/**/*.csv', 't/x/z/a.csv', false],
    ['**', 'a', true],
    ['**/a', 'a', true],
    ['t/**', 't/x/a', true],
    ['t/**', 't', false],
    ['t**/a', 'tx/a', true],
    ['t**/a', 't/x/a', false],
    // Everything below, and a name alone.
    ['t/', 't/a', true],
    ['t/', 't/x/a', true],
    ['t/', 't', false],
    ['t/', 'tt/a', false],
    ['t/*/', 't/x/y/a', true],
    ['t/a', 't/a', true],
    ['t/a', 't/a/b.csv', true],
    ['t/a', 't/ab', false],
    // Alternatives.
    ['t/{a,b}/*', 't/b/x', true],
    ['t/{a,b}/*', 't/c/x', false],
    ['t/{a,{b,c}d}.csv', 't/cd.csv', true],
    ['t/{a,b', 't/{a,b', true],
    ['t/{a}', 't/{a}', true],
    // Every other character means itself.
    ['t/[ab].csv', 't/[ab].csv', true],
    ['t/[ab].csv', 't/a.csv', false],
    ['t/(a)+.csv', 't/(a)+.csv', true],
    ['!t/*', '!t/a', true],
    ['!t/*', 'u/a', false],
    ['t\\/*', 't\\/a', true],
    ['t.u/*', 'txu/a', false],
    ['t/*', 't/a b#c%20?+\n"\'$', true],
    ['Z/*', 'z/a', false],
  ])('%s and %s: %s', (glob, path, matches) => {
    expect(compileGlob(glob)(path)).toBe(matches);
  });

  it.each([
    ['stars', '*a'.repeat(40), 'a'.repeat(2000)],
    ['deep stars', `${'**/a/'.repeat(20)}b`, 'a/'.repeat(1000)],
    ['braces', '{a,b}'.repeat(40), 'a'.repeat(40)],
  ])('take no time over hostile %s', (_name, glob, path) => {
    const started = process.cpuUsage();
    compileGlob(glob)(`${path}!`);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1000);
  });

  it.each([
    ['t/orders/*.csv', 't/orders/'],
    ['t/or?ers/', 't/or'],
    ['{a,b}/c', ''],
    ['t/orders/', 't/orders/'],
    ['t/[x]/a.csv', 't/[x]/a.csv'],
  ])('%s is listed under %j', (glob, prefix) => {
    expect(fixedPrefix(glob)).toBe(prefix);
  });
});

function contract(tables: Readonly<Record<string, string>>, id = 'c'): Contract {
  const lines = Object.entries(tables).map(
    ([name, location]) =>
      `  - {name: ${name}, properties: [{name: a}], customProperties: [{property: sluice, value: {location: ${JSON.stringify(location)}}}]}\n`,
  );
  const head = `apiVersion: v3.1.0\nkind: DataContract\nid: ${id}\nversion: 1.0.0\nstatus: active\nschema:\n`;
  const loaded = loadMarked(head + lines.join('')).contract;
  if (loaded === null) throw new Error('no contract');
  return loaded;
}

describe('tables of objects', () => {
  const shop = contract({ orders: 's3://lake/main/orders/', lines: 's3://lake/*/lines/**/*.csv', anywhere: 'x/' });
  const names = (path: string, repository = 'lake', branch = 'main') =>
    tablesOf(path, [shop], repository, branch).map(({ table }) => table.name);

  it('are found by repository, branch and path', () => {
    expect(names('orders/a.parquet')).toEqual(['orders']);
    expect(names('orders/a.parquet', 'lake', 'dev')).toEqual([]);
    expect(names('orders/a.parquet', 'pond')).toEqual([]);
    expect(names('lines/2024/a.csv', 'lake', 'dev')).toEqual(['lines']);
    expect(names('x/a', 'pond', 'any')).toEqual(['anywhere']);
    expect(names('elsewhere/a.csv')).toEqual([]);
  });

  it('may be several, of several contracts', () => {
    const other = contract({ all: 's3://lake/main/**' }, 'd');
    const found = tableFinder([shop, other], 'lake', 'main')('orders/a.parquet');
    expect(found.map(({ contract: { id }, table }) => `${id}.${table.name}`)).toEqual(['c.orders', 'd.all']);
  });

  it('are each found once, though two locations match', () => {
    const loaded = loadMarked(
      'apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nschema:\n  - {name: t, properties: [{name: a}], customProperties: [{property: sluice, value: {location: [t/, "t/*.csv"]}}]}\n',
    ).contract;
    expect(tablesOf('t/a.csv', loaded === null ? [] : [loaded], 'r', 'b')).toHaveLength(1);
  });

  it('are listed under prefixes that do not overlap', () => {
    expect(governedPrefixes([shop], 'lake', 'main')).toEqual(['lines/', 'orders/', 'x/']);
    expect(governedPrefixes([shop], 'lake', 'dev')).toEqual(['lines/', 'x/']);
    expect(governedPrefixes([contract({ a: 't/', b: 't/b/', c: 't/*.csv' })], 'r', 'b')).toEqual(['t/']);
    expect(governedPrefixes([contract({ a: '*/a/', b: 't/b/' })], 'r', 'b')).toEqual(['']);
    expect(governedPrefixes([shop], 'pond', 'main')).toEqual(['x/']);
  });
});

describe('objects that are no data', () => {
  it.each([
    ['t/_SUCCESS', false],
    ['t/.part-0.crc', false],
    ['t/_temporary/0/a.parquet', false],
    ['.hidden/a.csv', false],
    ['t/', false],
    ['t/_year=2024/a.csv', true],
    ['t/a_b/c.d.csv', true],
    ['t/a/b', true],
    ['t/../t/a.csv', true],
    ['t/./a.csv', true],
    ['t/..a/b.csv', false],
  ])('%s is data: %s', (path, isData) => {
    expect(isDataObject(path)).toBe(isData);
  });

  it.each([
    ['a folder the contract spells out', '_staging/orders/', '_staging/orders/a.csv', 1],
    ['a name the contract begins', 't/_o*.csv', 't/_orders.csv', 1],
    ['what is hidden below it', '_staging/orders/', '_staging/orders/_SUCCESS', 0],
    ['a name of which the contract has the beginning', 't/part*', 't/part_1.csv', 1],
    ['a hidden name the contract does not spell out', 't/*', 't/_x.csv', 0],
  ])('%s', (_name, location, path, found) => {
    expect(tablesOf(path, [contract({ t: location })], 'r', 'b')).toHaveLength(found);
  });
});

describe('table formats', () => {
  const told = (location: string, ...paths: readonly string[]) =>
    unsupportedTableFormats(paths, [contract({ t: location })], 'r', 'b').map(
      ({ format, folder, tables }) => `${format} ${folder} ${tables.map(({ table }) => table.name)}`,
    );

  it.each([
    ['t/', 't/_delta_log/00000000000000000000.json', 'Delta Lake t/_delta_log/ t'],
    ['t/*.parquet', 't/_delta_log/00000000000000000010.checkpoint.parquet', 'Delta Lake t/_delta_log/ t'],
    ['*/*.parquet', 'x/_delta_log/00000000000000000000.json', 'Delta Lake x/_delta_log/ t'],
    ['t/', 't/metadata/v3.metadata.json', 'Apache Iceberg t/metadata/ t'],
    ['t/data/*.parquet', 't/metadata/00001-ab-cd.metadata.json', 'Apache Iceberg t/metadata/ t'],
    ['t/', 't/.hoodie/hoodie.properties', 'Apache Hudi t/.hoodie/ t'],
    ['t/**/*.parquet', 't/sub/_delta_log/00000000000000000000.json', 'Delta Lake t/sub/_delta_log/ t'],
  ])('%s with %s', (location, path, wanted) => {
    expect(told(location, path, 't/a.parquet')).toEqual([wanted]);
  });

  it('are told once for each folder, and not outside governed tables', () => {
    expect(told('t/', 't/_delta_log/0.json', 't/_delta_log/1.json')).toHaveLength(1);
    expect(told('t/', 'u/_delta_log/0.json', 't/metadata/notes.json', 't/a.metadata.json')).toEqual([]);
  });
});
