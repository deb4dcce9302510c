/** An answer that is not whole is an error: nothing passes for want of evidence. */
import { describe, expect, it } from 'vitest';
import { buildRelation, type Relation } from '../../../src/core/plan/relation.ts';
import { integer, keySizesOf, keyState, rowsState, scanCounts, scanStates } from '../../../src/core/plan/states.ts';
import type { ScanStep } from '../../../src/core/plan/step.ts';
import { readableObject, tableOf } from './tables.ts';

const relation: Relation = (() => {
  const built = buildRelation(tableOf({ c: 'integer' }), [
    readableObject('a.parquet', { c: 'INTEGER' }),
    readableObject('b.parquet', { c: 'INTEGER' }),
  ]);
  if (built === null) throw new Error('two objects make a relation');
  return built;
})();
const row = (o: unknown, n: unknown, failing: unknown, evaluated: unknown) => ({
  'sluice:group': 0,
  'sluice:object': o,
  n,
  failing,
  evaluated,
});
const WHOLE = [row('0', '3', '1', '3'), row('1', '2', '0', '1')];

describe('rowsState', () => {
  it('adds up the objects and names those with failing rows', () => {
    expect(rowsState(WHOLE, relation, 5n)).toEqual({
      form: 'counted',
      failing: 1n,
      evaluated: 4n,
      objects: [{ path: 'a.parquet', failing: 1n }],
      duplicateKeys: null,
      nullKeys: null,
    });
  });

  it('an empty table gives no row', () => {
    expect(rowsState([], relation, 0n)).toMatchObject({ form: 'counted', failing: 0n, evaluated: 0n });
  });

  it.each([
    ['no row at all', []],
    ['an object missing', WHOLE.slice(1)],
    ['an object twice', [...WHOLE, row('1', '0', '0', '0')]],
    ['fewer rows than the scan saw', [row('0', '2', '0', '2'), row('1', '2', '0', '1')]],
    ['a NULL count', [row('0', '3', null, '3'), row('1', '2', '0', '1')]],
    ['a NULL number of rows', [row('0', null, '0', '3'), row('1', '2', '0', '1')]],
    ['a count left out', [{ 'sluice:group': 0, 'sluice:object': '0', n: '3', failing: '0' }, row('1', '2', '0', '1')]],
    ['a count that is no integer', [row('0', '3', '1.5', '3'), row('1', '2', '0', '1')]],
    ['more failing than evaluated', [row('0', '3', '3', '2'), row('1', '2', '0', '1')]],
    ['a negative count', [row('0', '3', '-1', '3'), row('1', '2', '0', '1')]],
    ['an object of another table', [row('0', '3', '0', '3'), row('7', '2', '0', '1')]],
    ['no object', [row('0', '3', '0', '3'), row(null, '2', '0', '1')]],
  ])('%s is an error', (_what, rows) => {
    expect(rowsState(rows, relation, 5n)).toMatchObject({ form: 'failed' });
  });
});

describe('scanStates', () => {
  const step: ScanStep = {
    kind: 'scan',
    query: { sql: '', parameters: [] },
    counters: [{ check: 'all', failing: 'k0', evaluated: null }],
    maxima: [{ check: 'newest', column: 'k1' }],
    keySizes: [],
  };

  it('evaluates every row where nothing else is said, and keeps the largest of all objects', () => {
    const states = scanStates(
      step,
      [
        { 'sluice:group': 0, 'sluice:object': 0, n: 4, k0: 2, k1: '7' },
        { 'sluice:group': 0, 'sluice:object': 1, n: 1, k0: 0, k1: null },
      ],
      relation,
    );
    expect(states.get('all')).toMatchObject({ failing: 2n, evaluated: 5n });
    expect(states.get('newest')).toEqual({ form: 'aggregate', value: '7' });
  });

  it('keeps NULL where no object has a value', () => {
    const states = scanStates(step, [{ 'sluice:group': 0, 'sluice:object': 0, n: 4, k0: 2, k1: null }], relation);
    expect(states.get('newest')).toEqual({ form: 'aggregate', value: null });
  });

  it.each([[{}], [{ k1: undefined }], [{ k1: 'soon' }]])('a maximum left out (%o) is an error', (part) => {
    const states = scanStates(
      step,
      [
        { 'sluice:group': 0, 'sluice:object': 0, n: 1, k0: 0, k1: '5' },
        { 'sluice:group': 0, 'sluice:object': 1, n: 1, k0: 0, ...part },
      ],
      relation,
    );
    expect(states.get('newest')).toMatchObject({ form: 'failed' });
  });

  it('names the ten worst objects, worst first, equals by path', () => {
    const paths = Array.from({ length: 12 }, (_, index) => `${String.fromCharCode(97 + index)}.parquet`);
    const wide = buildRelation(
      tableOf({ c: 'integer' }),
      paths.map((path) => readableObject(path, { c: 'INTEGER' })),
    );
    if (wide === null) throw new Error('objects make a relation');
    const rows = paths.map((_path, o) => ({
      'sluice:group': 0,
      'sluice:object': o,
      n: 9,
      k0: o === 11 ? 9 : 1,
      k1: null,
    }));
    const state = scanStates(step, rows, wide).get('all');
    expect(state).toMatchObject({ failing: 20n });
    expect(state?.form === 'counted' ? state.objects.map((object) => object.path[0]).join('') : '').toBe('labcdefghi');
  });
});

describe('scanCounts', () => {
  it.each([
    [
      'an object twice',
      [
        { 'sluice:group': 0, 'sluice:object': 0, n: 1 },
        { 'sluice:group': 0, 'sluice:object': 0, n: 1 },
      ],
    ],
    ['a group that is none', [{ 'sluice:group': 3, 'sluice:object': 0, n: 1 }]],
    ['no count', [{ 'sluice:group': 0, 'sluice:object': 0 }]],
  ])('%s tells nothing', (_what, rows) => {
    expect(scanCounts(rows, relation)).toBeNull();
  });
});

describe('keys', () => {
  const sizes = { rows: 10n, filled: 8n, low: null, high: null };

  it('rows of repeated keys, and NULL keys where they fail', () => {
    const repeated = { keys: 2n, failing: 5n };
    expect(keyState(sizes, 5n, repeated, false)).toMatchObject({ failing: 5n, evaluated: 8n, nullKeys: null });
    expect(keyState(sizes, 5n, repeated, true)).toMatchObject({ failing: 7n, evaluated: 10n, nullKeys: 2n });
  });

  it.each([
    ['fewer distinct keys than rows, and none repeated', 7n, { keys: 0n, failing: 0n }],
    ['repeated keys, and as many distinct ones as rows', 8n, { keys: 1n, failing: 2n }],
  ])('%s is an error', (_what, different, repeated) => {
    expect(keyState(sizes, different, repeated, false)).toMatchObject({ form: 'failed' });
  });

  it('sizes are merged over the objects, and never guessed', () => {
    const size = { check: 'c', filled: 'f', low: 'l', high: 'h' };
    const rows = [
      { n: 3, f: 2, l: '-5', h: '4' },
      { n: 1, f: 0, l: null, h: null },
      { n: 1, f: 1, l: '9', h: '9' },
    ];
    expect(keySizesOf(size, rows)).toEqual({ rows: 5n, filled: 3n, low: -5n, high: 9n });
    expect(keySizesOf(size, [...rows, { n: 1, f: null }])).toBeNull();
    expect(keySizesOf(size, [...rows, { n: 1, f: 2 }])).toBeNull();
  });
});

describe('integer', () => {
  it.each([
    [5, 5n],
    ['18446744073709551615', 18446744073709551615n],
    ['-1', -1n],
    [0, 0n],
    [1.5, null],
    [2 ** 60, null],
    ['1.0', null],
    ['', null],
    [null, null],
    [undefined, null],
    [true, null],
  ])('%o', (given, expected) => {
    expect(integer(given)).toBe(expected);
  });
});
