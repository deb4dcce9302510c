import { describe, expect, it } from 'vitest';
import { folderTables } from '../../../src/core/change/folder-tables.ts';

const entries = (paths: readonly string[]) =>
  paths.map((path) => ({ path, physicalAddress: `local://lake/${path}`, checksum: 'c', sizeBytes: 1 }));

/** Table names with the files of both sides. */
function tables(before: readonly string[], after: readonly string[] = before) {
  return folderTables(entries(before), entries(after)).map((table) => [
    table.name,
    [...new Set([...table.before, ...table.after].map(({ path }) => path))],
  ]);
}

describe('tables without contracts', () => {
  it('are folders', () => {
    expect(
      tables(['t/orders/part-0.parquet', 't/orders/part-1.parquet', 't/items/0001.csv', 't/items/0002.csv']),
    ).toEqual([
      ['t/items', ['t/items/0001.csv', 't/items/0002.csv']],
      ['t/orders', ['t/orders/part-0.parquet', 't/orders/part-1.parquet']],
    ]);
  });

  it('own their partition folders', () => {
    const paths = ['t/orders/year=2024/month=01/a.parquet', 't/orders/year=2024/month=02/a.parquet'];
    expect(tables(paths)).toEqual([['t/orders', paths]]);
    expect(tables(['year=2024/a.parquet'])).toEqual([['/', ['year=2024/a.parquet']]]);
  });

  it('are single files at the top level and in folders of their own', () => {
    expect(tables(['a1.parquet', 'a2.parquet', 'x/only.csv.gz'])).toEqual([
      ['a1.parquet', ['a1.parquet']],
      ['a2.parquet', ['a2.parquet']],
      ['x/only.csv.gz', ['x/only.csv.gz']],
    ]);
  });

  it('are the named files of a folder, and not the numbered ones', () => {
    expect(tables(['raw/orders.csv', 'raw/customers.csv']).map(([name]) => name)).toEqual([
      'raw/customers.csv',
      'raw/orders.csv',
    ]);
    for (const names of [
      ['part-a', 'part-b'],
      ['orders-1', 'orders-2'],
      ['x', 'y'],
      ['data', 'more'],
    ]) {
      expect(tables(names.map((name) => `raw/${name}.csv`)).map(([name]) => name)).toEqual(['raw']);
    }
  });

  it('stay one table when their only file is renamed, or changes its format', () => {
    expect(tables(['t/before.csv'], ['t/after.csv'])).toEqual([['t', ['t/before.csv', 't/after.csv']]]);
    expect(tables(['t/part-0.csv', 't/part-1.csv'], ['t/part-0.parquet']).map(([name]) => name)).toEqual(['t']);
  });

  it('are apart where formats are mixed, and nothing else is a table', () => {
    expect(tables(['m/1.csv', 'm/2.csv', 'm/1.parquet', 'm/2.parquet', 'm/read.me', 'm/notes.txt', 'm/a.png'])).toEqual(
      [
        ['m/*.csv', ['m/1.csv', 'm/2.csv']],
        ['m/*.parquet', ['m/1.parquet', 'm/2.parquet']],
      ],
    );
  });
});
