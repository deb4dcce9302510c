/** What a data engineer would want to be told, and what would be a false alarm. */
import { describe, expect, it } from 'vitest';
import { shiftsOf } from '../../../src/core/diff/profile-shift.ts';
import type { ColumnProfile, SideProfile } from '../../../src/core/diff/table-diff.ts';

const SIDE: SideProfile = {
  rows: 10_000,
  nulls: 0,
  distinct: 500,
  distinctIsExact: true,
  min: '0',
  max: '100',
  mean: '50',
  deviation: '20',
  quantiles: { q25: '35', q50: '50', q75: '65' },
};
const HIDDEN = { min: null, max: null, mean: null, deviation: null, quantiles: null };

function column(base: Partial<SideProfile>, merge: Partial<SideProfile>, rest: Partial<ColumnProfile> = {}) {
  return {
    name: 'amount',
    type: 'DOUBLE',
    base: { ...SIDE, ...base },
    merge: { ...SIDE, ...merge },
    histogram: null,
    topValues: [],
    ...rest,
  };
}

function told(profile: ColumnProfile, isKey = false): readonly string[] {
  return shiftsOf(profile, isKey).map(
    ({ measure, strength, threshold, delta }) => `${measure} ${strength} ${threshold.name} ${delta}`,
  );
}

const TIMES = { mean: null, deviation: null, quantiles: null, min: '2024-01-01', max: '2024-01-31' };
const time = (merge: Partial<SideProfile>) => column(TIMES, { ...TIMES, ...merge }, { type: 'DATE' });
const top = (...counts: readonly (readonly [string, number, number])[]): ColumnProfile['topValues'] =>
  counts.map(([text, base, merge]) => ({ value: { kind: 'value', text, cut: 0 }, base, merge }));

describe('a shift is told when', () => {
  it.each<readonly [string, ColumnProfile, readonly string[]]>([
    ['nulls come where none were', column({}, { nulls: 1 }), ['nullRate notable nulls-appear 0.01']],
    ['nulls rise by a point', column({ nulls: 200 }, { nulls: 980 }), ['nullRate strong null-rate 7.8']],
    ['everything is null', column({ nulls: 200 }, { nulls: 10_000, distinct: 0 }), ['nullRate strong null-rate 98']],
    ['one value is left', column({}, { distinct: 1 }), ['distinct strong one-value -99.8']],
    ['values vanish', column({}, { distinct: 440 }), ['distinct notable distinct -12']],
    ['the mean moves', column({}, { mean: '56' }), ['mean notable center 0.3']],
    [
      'a median moves far',
      column({}, { quantiles: { q25: '35', q50: '20', q75: '65' } }),
      ['median strong center -1.5'],
    ],
    ['a value is far out', column({}, { max: '100000' }), ['max strong range 999']],
    ['a value is the first below zero', column({}, { min: '-1' }), ['min notable zero-crossed -0.01']],
    ['a value is no number', column({}, { max: 'NaN' }), ['max strong not-finite null']],
    [
      'a constant is none any more',
      column({ min: '7', max: '7', deviation: '0' }, { min: '7', max: '9' }),
      ['max notable range null'],
    ],
    ['a time is centuries off', time({ min: '1970-01-01' }), [expect.stringMatching(/^min strong range -657/)]],
    ['a time is in a far future', time({ max: '9999-12-31' }), [expect.stringMatching(/^max strong range/)]],
    [
      'a share of values moves',
      column(HIDDEN, HIDDEN, { type: 'VARCHAR', topValues: top(['ok', 9_500, 7_000], ['late', 500, 3_000]) }),
      [expect.stringMatching(/^distribution strong distribution 0\.5/)],
    ],
    [
      'a shape moves',
      column(
        {},
        {},
        { histogram: { edges: [0, 50, 100], unit: 'number', base: [5_000, 5_000], merge: [6_900, 3_100] } },
      ),
      [expect.stringMatching(/^distribution notable distribution 0\.15/)],
    ],
  ])('%s', (_name, profile, expected) => {
    expect(told(profile)).toEqual(expected);
  });

  it('names the value whose share moved most, or the range', () => {
    const values = column(HIDDEN, HIDDEN, { topValues: top(['ok', 9_500, 7_000], ['late', 500, 3_000]) });
    expect(shiftsOf(values, false)[0]).toMatchObject({ where: 'late', before: '0.05', after: '0.3', unit: 'PSI' });
    const histogram = { edges: [0, 50, 100], unit: 'number', base: [9_900, 100], merge: [5_000, 5_000] } as const;
    expect(shiftsOf(column({}, {}, { histogram }), false)[0]).toMatchObject({ where: '50 to 100', after: '0.5' });
  });

  it('strong ones come first', () => {
    const profile = column({}, { nulls: 1, max: '100000' });
    expect(shiftsOf(profile, false).map(({ measure }) => measure)).toEqual(['max', 'nullRate']);
  });
});

describe('nothing is told of', () => {
  it.each<[string, ColumnProfile] | [string, ColumnProfile, boolean]>([
    ['what is as it was', column({}, {})],
    ['a column on one side only', { ...column({}, {}), base: null }],
    [
      'a handful of rows',
      column({ rows: 20, distinct: 9 }, { rows: 20, nulls: 9, distinct: 1, max: '999', mean: '99' }),
    ],
    ['two nulls more in a hundred', column({ rows: 100, nulls: 1 }, { rows: 100, nulls: 3 })],
    ['less than a point of nulls', column({ nulls: 200 }, { nulls: 290 })],
    ['values that grew with the rows', column({}, { rows: 20_000, distinct: 1_000 })],
    ['the same values in fewer rows', column({}, { rows: 5_000 })],
    [
      'a guess of distinct values that is off',
      column({ distinctIsExact: false, distinct: 1_249 }, { distinctIsExact: false, distinct: 900 }),
    ],
    ['keys', column({}, { max: '1000000', mean: '500000' }), true],
    [
      'a sequence that goes on',
      column({ distinct: 10_000 }, { rows: 20_000, distinct: 20_000, max: '200', mean: '100' }, { type: 'BIGINT' }),
    ],
    ['a new month', time({ max: '2024-02-28', rows: 19_000 })],
    [
      'a median that jumps between two values',
      column(
        { distinct: 2, quantiles: { q25: '0', q50: '0', q75: '1' } },
        { distinct: 2, quantiles: { q25: '0', q50: '1', q75: '1' } },
      ),
    ],
    ['a range that became narrower', column({}, { min: '10', max: '90' })],
    [
      'a share of values among few rows',
      column(
        { ...HIDDEN, rows: 900 },
        { ...HIDDEN, rows: 900 },
        { topValues: top(['ok', 850, 600], ['late', 50, 300]) },
      ),
    ],
    ['no rows at all', column({ ...HIDDEN, rows: 0, distinct: 0 }, { ...HIDDEN, rows: 0, distinct: 0 })],
  ])('%s', (_name, profile, isKey = false) => {
    expect(told(profile, isKey)).toEqual([]);
  });

  it('values of a column that may not be shown: rates and counts alone', () => {
    const shifts = shiftsOf(column({ ...HIDDEN, nulls: 0 }, { ...HIDDEN, nulls: 900, distinct: 1 }), false);
    expect(shifts.map(({ measure, where }) => [measure, where])).toEqual([
      ['nullRate', null],
      ['distinct', null],
    ]);
  });
});
