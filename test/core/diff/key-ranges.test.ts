import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { fewRanges, type KeyRange, rangesOfParts } from '../../../src/core/diff/key-ranges.ts';

const part = (low: number, high: number) => ({ low: String(low), high: String(high) });

describe('few ranges', () => {
  it.each([
    ['one part', [part(5, 9)], [[5n, 9n]]],
    [
      'parts in any order, with room for all',
      [part(50, 60), part(1, 3)],
      [
        [1n, 3n],
        [50n, 60n],
      ],
    ],
    [
      'the widest gaps',
      [part(1, 2), part(4, 5), part(100, 101), part(103, 110), part(500, 501)],
      [
        [1n, 5n],
        [100n, 110n],
        [500n, 501n],
      ],
    ],
    ['nothing', [], []],
  ])('hold %s', (_what, parts, expected) => {
    expect(fewRanges(parts, 3).map(({ low, high }) => [low, high])).toEqual(expected);
  });
});

describe('the parts of all differing keys', () => {
  const ranges = async (keys: readonly bigint[], others: readonly bigint[] = []): Promise<readonly KeyRange[]> => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run('CREATE TEMP TABLE sluice_delta (k0 BIGINT, class VARCHAR)');
    for (const key of keys) await connection.run(`INSERT INTO sluice_delta VALUES (${key}, 'u')`);
    for (const key of others) await connection.run(`INSERT INTO sluice_delta VALUES (${key}, 'm')`);
    const sorted = [...keys].sort((one, other) => (one < other ? -1 : 1));
    const [low = 0n, high = 0n] = [sorted.at(0), sorted.at(-1)];
    const { sql, parameters } = rangesOfParts({ low, high });
    const prepared = await connection.prepare(sql);
    for (const [index, bound] of parameters.entries()) prepared.bindVarchar(index + 1, String(bound));
    return fewRanges((await prepared.runAndReadAll()).getRowObjectsJson());
  };

  it('are apart where the keys are, and leave out what only moved', async () => {
    const near = [2_000_000n, 2_399_999n, 6_000_003n, 6_199_953n, 12_000_000n, 12_199_999n];
    const found = await ranges([...near, 2_200_000n, 12_100_000n], [9_000_000n]);
    expect(found.length).toBeLessThanOrEqual(4);
    expect(near.every((key) => found.some(({ low, high }) => low <= key && key <= high))).toBe(true);
    expect(found.some(({ low, high }) => low <= 9_000_000n && 9_000_000n <= high)).toBe(false);
  });

  it.each([
    ['the ends of 64 bits', [-(2n ** 63n), 0n, 2n ** 63n - 1n]],
    ['numbers that a double does not tell apart', [2n ** 60n, 2n ** 60n + 1n, 2n ** 60n + 2n, 2n ** 61n]],
    ['one key', [42n]],
    ['neighbours', [-1n, 0n, 1n]],
  ])('hold %s', async (_what, keys) => {
    const found = await ranges(keys);
    expect(keys.filter((key) => !found.some(({ low, high }) => low <= key && key <= high))).toEqual([]);
  });
});
