import { expect, it } from 'vitest';
import { isUpperBound } from '../../../src/core/check/threshold.ts';
import { OPERATORS } from '../../../src/core/contract/contract.ts';

it('knows the thresholds that fewer failing rows can never break', () => {
  const at = { file: 'c', line: 1, column: 1 };
  const upper = (bounds: readonly string[]) =>
    OPERATORS.filter((operator) => isUpperBound({ operator, bounds, unit: 'rows', at }));
  expect(upper(['0', '5'])).toEqual(['mustBe', 'mustBeLessThan', 'mustBeLessOrEqualTo', 'mustBeBetween']);
  expect(upper(['1', '5'])).toEqual(['mustBeLessThan', 'mustBeLessOrEqualTo']);
});
