import { describe, expect, it } from 'vitest';
import { compareListings, contradictions } from '../../../src/core/change/change-set.ts';
import type { DiffEntry, ObjectEntry } from '../../../src/core/change/object.ts';
import { contradictingFolders, partitionValues } from '../../../src/core/change/partition.ts';

const entry = (path: string, over: Partial<ObjectEntry> = {}): ObjectEntry => ({
  path,
  physicalAddress: `local://lake/data/${path}`,
  checksum: 'c0ffee',
  sizeBytes: 10,
  ...over,
});
const shown = (type: DiffEntry['type'], path: string): DiffEntry => ({ type, path, sizeBytes: 10 });

describe('compareListings', () => {
  it('equal listings in another order have no change', () => {
    expect(compareListings([entry('a'), entry('b')], [entry('b'), entry('a')], [])).toEqual([]);
  });

  it.each([
    ['address', { physicalAddress: 's3://evil/x' }],
    ['size', { sizeBytes: 11 }],
    ['checksum', { checksum: 'beef' }],
  ])('another %s alone is a change, seen by the diff or not', (_what, over) => {
    const [before, after] = [[entry('a')], [entry('a', over)]];
    expect(compareListings(before, after, [])).toEqual([{ path: 'a', kind: 'changed', seenByDiff: false }]);
    expect(compareListings(before, after, [shown('changed', 'a')])).toEqual([
      { path: 'a', kind: 'changed', seenByDiff: true },
    ]);
  });

  it('objects that came and went', () => {
    expect(compareListings([entry('old')], [entry('new')], [shown('added', 'new')])).toEqual([
      { path: 'new', kind: 'added', seenByDiff: true },
      { path: 'old', kind: 'removed', seenByDiff: false },
    ]);
  });

  it('the first and the last commit of a table', () => {
    expect(compareListings([], [entry('a')], []).map((change) => change.kind)).toEqual(['added']);
    expect(compareListings([entry('a')], [], []).map((change) => change.kind)).toEqual(['removed']);
  });
});

describe('contradictions', () => {
  const changes = compareListings([entry('t/old')], [entry('t/new')], [shown('removed', 't/old')]);

  it('a diff that the listings bear out', () => {
    const diff = [shown('added', 't/new'), shown('removed', 't/old'), shown('changed', 't/metadata-only')];
    expect(contradictions(diff, changes, ['t/'])).toEqual([]);
  });

  it.each([
    ['added', 't/absent'],
    ['removed', 't/new'],
    ['added', 't/old'],
  ] as const)('%s %s', (type, path) => {
    expect(contradictions([shown(type, path)], changes, ['t/'])).toEqual([path]);
  });

  it('an object that only the listing has lost', () => {
    const lost = compareListings([entry('t/gone')], [], []);
    expect(contradictions([], lost, ['t/'])).toEqual(['t/gone']);
  });

  it('what lies outside the listings contradicts nothing', () => {
    expect(contradictions([shown('added', 'u/x')], changes, ['t/'])).toEqual([]);
  });
});

describe('partitionValues', () => {
  it.each([
    ['t/dt=2026-01-01/h=05/a.parquet', { dt: '2026-01-01', h: '05' }],
    ['t/dt=__HIVE_DEFAULT_PARTITION__/a.parquet', { dt: null }],
    ['t/a%20b=x%2Fy/a.parquet', { 'a b': 'x/y' }],
    ['t/k=100%/a.parquet', { k: '100%' }],
    ['t/k=/a.parquet', { k: '' }],
    ['t/k=a=b/a.parquet', { k: 'a=b' }],
    ['t/=x/a.parquet', {}],
    ['t/a/k=v.parquet', {}],
  ])('%s', (path, expected) => {
    expect(partitionValues(path)).toEqual(expected);
  });
});

describe('contradictingFolders', () => {
  it.each([
    ['t/dt=1/x', []],
    ['t/dt=1/dt=1/x', []],
    ['t/DT=1/dt=1/x', []],
    ['t/dt=1/dt=2', []],
    ['t/dt=1/year=2/x', []],
    ['t/dt=1/dt=2/x', ['dt']],
    ['t/DT=1/dt=2/x', ['DT', 'dt']],
    ['t/d%74=1/dt=%32/dt=%31/x', ['dt']],
    ['t/dt=1/dt=__HIVE_DEFAULT_PARTITION__/x', ['dt']],
  ])('%s', (path, expected) => {
    expect(contradictingFolders(path)).toEqual(expected);
  });
});
