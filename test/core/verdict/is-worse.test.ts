import { expect, it } from 'vitest';
import { isNoFurther } from '../../../src/core/check/threshold.ts';
import type { Threshold } from '../../../src/core/contract/contract.ts';
import { type FailedVersion, isWorse } from '../../../src/core/verdict/is-worse.ts';

const at = { file: 'c', line: 1, column: 1 };

function threshold(operator: Threshold['operator'], ...bounds: readonly string[]): Threshold {
  return { operator, bounds, unit: 'rows', at };
}

it('a number that breaks a threshold is no further from it on the same side only, and exactly', () => {
  const whole = (part: bigint) => ({ part, whole: 1n });
  const cases = [
    [threshold('mustBeLessThan', '5'), 9n, 9n, true],
    [threshold('mustBeLessThan', '5'), 9_007_199_254_740_993n, 9_007_199_254_740_992n, true],
    [threshold('mustBeLessOrEqualTo', '5'), 9_007_199_254_740_992n, 9_007_199_254_740_993n, false],
    [threshold('mustBeGreaterThan', '100'), 10n, 1n, false],
    [threshold('mustBeGreaterOrEqualTo', '100'), 10n, 99n, true],
    [threshold('mustBe', '0'), 10n, 1000n, false],
    [threshold('mustBe', '0'), 10n, 1n, true],
    [threshold('mustBe', '0'), 10n, -1n, false],
    [threshold('mustBeBetween', '0.5', '7.5'), 8n, 9n, false],
    [threshold('mustBeBetween', '1.5', '7.5'), 1n, 0n, false],
    [threshold('mustBeBetween', '2.5', '7.5'), 1n, 2n, true],
    [threshold('mustBeBetween', '2.5', '7.5'), 1n, 8n, false],
    [threshold('mustNotBe', '3'), 3n, 3n, true],
    [threshold('mustNotBeBetween', '0', '9'), 3n, 2n, false],
  ] as const;
  for (const [asked, before, after, expected] of cases) {
    expect(isNoFurther(asked, whole(before), whole(after)), `${asked.operator} ${before} ${after}`).toBe(expected);
  }
  const most = threshold('mustBeLessThan', '5');
  expect(isNoFurther(most, { part: 100n, whole: 3n }, { part: 200n, whole: 6n })).toBe(true);
  expect(isNoFurther(most, { part: 100n, whole: 3n }, { part: 201n, whole: 6n })).toBe(false);
});

it('a table that lost its last object is worse than one with a broken object', () => {
  const spec = {
    kind: 'readable',
    id: 'readable',
    name: null,
    table: 't',
    columns: [],
    severity: 'error',
    dimension: null,
    where: null,
    threshold: threshold('mustBe', '0'),
    at,
    expected: '',
  } as const;
  const torn = { path: 'a', format: 'csv', sizeBytes: 1, columns: [], records: 0n } as const;
  const version = (objects: FailedVersion['facts']['objects']): FailedVersion => ({
    state: { form: 'facts' },
    facts: { objects, partitionColumns: [] },
    judged: { outcome: 'fail', failing: null, evaluated: null, observed: '' },
  });
  const before = version([{ ...torn, defects: [{ message: 'torn', line: 2, rows: 1n }] }]);
  expect(isWorse(spec, { before, after: before, isUnchanged: () => true })).toBe(false);
  expect(isWorse(spec, { before, after: version([]), isUnchanged: () => true })).toBe(true);
});
