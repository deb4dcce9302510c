import { describe, expect, it } from 'vitest';
import type { ObjectEntry } from '../../src/core/change/object.ts';
import { findRefTables } from '../../src/gate/find-ref-tables.ts';

const BEFORE = [
  't/orders/day=1/a.parquet',
  't/orders/day=2/a.parquet',
  't/people/people.csv',
  't/untouched/part-0.parquet',
  't/notes.txt',
];

const entry = (path: string): ObjectEntry => ({ path, physicalAddress: path, checksum: path, sizeBytes: 1 });

/** Everything changed but what is called so. */
function find(...selected: readonly string[]) {
  const all = BEFORE.map(entry);
  const objects = all
    .filter(({ path }) => !path.includes('untouched') && !path.includes('day=1'))
    .map(({ path }) => ({ path, kind: 'changed', seenByDiff: true }) as const);
  return findRefTables({
    repository: 'lake',
    contracts: [],
    changes: { objects, before: all, after: all },
    selected,
  });
}

describe('tables chosen by name or path', () => {
  it('are those that changed when none is chosen; the rest is named', () => {
    expect(find()).toMatchObject({
      tables: [{ location: 't/orders/', before: [{}, {}] }, { location: 't/people/people.csv' }],
      others: ['t/notes.txt'],
    });
  });

  it.each([
    ['a folder', 't/orders', ['t/orders/']],
    ['a folder with a slash', '/t/orders/', ['t/orders/']],
    ['its last name', 'people', ['t/people/people.csv']],
    ['a folder above several', 't', ['t/orders/', 't/people/people.csv']],
    ['everything', '/', ['t/orders/', 't/people/people.csv']],
    ['an object', 't/people/people.csv', ['t/people/people.csv']],
    ['a table that did not change', 't/untouched', ['t/untouched/part-0.parquet']],
  ])('%s', (_name, table, locations) => {
    const found = find(table);
    expect(found.tables.map(({ location }) => location)).toEqual(locations);
    expect(found.others).toEqual([]);
  });

  it('a partition is a part of its table', () => {
    expect(find('t/orders/day=2').tables).toMatchObject([
      { table: { name: 't/orders' }, location: 't/orders/day=2/', before: [{ path: 't/orders/day=2/a.parquet' }] },
    ]);
  });

  it('several, each once', () => {
    expect(find('people', 't/orders', 't/people').tables.map(({ table }) => table.name)).toEqual([
      't/people/people.csv',
      't/orders',
    ]);
  });

  it.each([
    ['t/order', 'Did you mean `t/orders`?'],
    ['nowhere', 'There are: t/orders, t/people/people.csv, t/untouched/part-0.parquet.'],
  ])('%s is nowhere', (table, hint) => {
    const problem = expect.objectContaining({ code: 'diff-table-unknown', hint });
    expect(() => find(table)).toThrow(expect.objectContaining({ problem }));
  });
});
