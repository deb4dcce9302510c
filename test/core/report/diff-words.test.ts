/** What a diff says of objects: which ones it counts, and nothing of rows where only objects differ. */
import { expect, it } from 'vitest';
import type { ObjectsDiff } from '../../../src/core/diff/table-diff.ts';
import { changeWords, objectsCompared } from '../../../src/core/report/text/diff-lines.ts';
import { tableDiff } from './reports.ts';

function objects(overrides: Partial<ObjectsDiff>): ObjectsDiff {
  return { read: 1, of: 1, bytesRead: 10, bytesOf: 10, changed: 1, renamed: [], ...overrides };
}

it.each([
  [{ read: 1, of: 9 }, '1 of the 9 objects of both versions'],
  [{ read: 2, of: 2 }, '2 objects of both versions'],
  [{ read: 1, of: 1 }, '1 object'],
])('%o is told as %s', (counts, words) => {
  expect(objectsCompared(objects(counts))).toBe(words);
});

it('a rename or an empty object is not told as rewritten', () => {
  const unchanged = { inserted: 0, updated: 0, deleted: 0 };
  const words = (changed: number) => changeWords(tableDiff({ ...unchanged, objects: objects({ changed }) }));
  expect(words(0)).toMatch(/^no row changed {3}/);
  expect(words(1)).toMatch(/^no row changed \(1 object differs\)/);
  expect(words(2)).toMatch(/^no row changed \(2 objects differ\)/);
});
