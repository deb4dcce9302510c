/** What people read: expectations, thresholds, rates. */
import { describe, expect, it } from 'vitest';
import { comparePercent, parseDecimal } from '../../../src/core/check/decimal.ts';
import { deriveChecks } from '../../../src/core/check/derive-checks.ts';
import { isZeroTolerance, keepsNumber, keepsThreshold, thresholdWords } from '../../../src/core/check/threshold.ts';
import { count, listed, percent, plural } from '../../../src/core/check/words.ts';
import { ageInSeconds } from '../../../src/core/contract/age.ts';
import { OPERATORS, type Operator, type Threshold, type Unit } from '../../../src/core/contract/contract.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { contractOf } from '../../support/contract-of.ts';

const threshold = (operator: Operator, bounds: readonly string[], unit: Unit = 'rows'): Threshold => ({
  operator,
  bounds,
  unit,
  at: { file: 'c', line: 1, column: 1 },
});

describe('numbers', () => {
  it.each([
    [0n, '0'],
    [999n, '999'],
    [1000n, '1,000'],
    [1234567n, '1,234,567'],
  ])('%i', (given, words) => expect(count(given)).toBe(words));

  it('plurals', () =>
    expect([plural(0, 'row'), plural(1n, 'row'), plural(2000, 'row')]).toEqual(['0 rows', '1 row', '2,000 rows']));

  it.each([
    [0n, 10n, '0 %'],
    [0n, 0n, '0 %'],
    [10n, 10n, '100 %'],
    [1n, 3n, '33.3 %'],
    [1n, 1_000_000n, '<0.1 %'],
    [1n, 1000n, '0.1 %'],
    [999n, 1000n, '99.9 %'],
    [999_999n, 1_000_000n, '>99.9 %'],
  ])('%i of %i', (part, whole, words) => expect(percent(part, whole)).toBe(words));

  it('lists are cut', () => expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more'));
});

describe('thresholds', () => {
  const cases: readonly (readonly [Operator, readonly string[], string, readonly number[]])[] = [
    ['mustBe', ['3'], 'exactly 3 rows', [3]],
    ['mustNotBe', ['3'], 'not 3 rows', [0, 1, 2, 4, 5, 6]],
    ['mustBeGreaterThan', ['3'], 'more than 3 rows', [4, 5, 6]],
    ['mustBeGreaterOrEqualTo', ['3'], 'at least 3 rows', [3, 4, 5, 6]],
    ['mustBeLessThan', ['3'], 'less than 3 rows', [0, 1, 2]],
    ['mustBeLessOrEqualTo', ['3'], 'at most 3 rows', [0, 1, 2, 3]],
    ['mustBeBetween', ['2', '4'], '2 to 4 rows', [2, 3, 4]],
    ['mustNotBeBetween', ['2', '4'], 'outside 2 to 4 rows', [0, 1, 5, 6]],
  ];

  it('every operator has a case', () => expect(cases.map(([operator]) => operator)).toEqual([...OPERATORS]));

  it.each(cases)('%s %o', (operator, bounds, words, kept) => {
    const one = threshold(operator, bounds);
    expect(thresholdWords(one)).toBe(words);
    expect([0, 1, 2, 3, 4, 5, 6].filter((value) => keepsThreshold(one, BigInt(value), 6n))).toEqual(kept);
    expect([0, 1, 2, 3, 4, 5, 6].filter((value) => keepsNumber(one, String(value)))).toEqual(kept);
  });

  it('one row is no rows', () => expect(thresholdWords(threshold('mustBeLessOrEqualTo', ['1']))).toBe('at most 1 row'));

  it.each([
    [1n, 3n, '33.33', 1],
    [1n, 3n, '33.34', -1],
    [1n, 4n, '25', 0],
    [1n, 4n, '25.000', 0],
    [1n, 1_000_000_000_000n, '0.0000000001', 0],
    [0n, 0n, '0', 0],
    [0n, 0n, '5', -1],
  ])('%i of %i against %s %%, never rounded', (part, whole, bound, expected) => {
    const decimal = parseDecimal(bound);
    expect(decimal === null ? null : comparePercent(part, whole, decimal)).toBe(expected);
  });

  it.each(['nan', 'inf', '', '.', '1_000', '0x1', '1e99999', ' 1'])('%o is no decimal', (text) => {
    expect(parseDecimal(text)).toBeNull();
    expect(keepsNumber(threshold('mustBe', ['0']), text)).toBeNull();
  });

  it.each([
    ['1e3', '1000', true],
    ['1.0', '1', true],
    ['-0.00', '0', true],
    ['.5', '0.5', true],
    ['9007199254740993', '9007199254740992', false],
  ])('%s is %s: %s', (text, bound, expected) => {
    expect(keepsNumber(threshold('mustBe', [bound]), text)).toBe(expected);
  });

  it('a bound that is none stops the program, and passes nothing', () => {
    expect(() => keepsThreshold(threshold('mustBe', ['many']), 1n, 1n)).toThrow(RangeError);
    expect(() => keepsThreshold(threshold('mustBe', []), 1n, 1n)).toThrow(RangeError);
  });

  it('zero tolerance', () => {
    expect(isZeroTolerance(threshold('mustBe', ['0']))).toBe(true);
    expect(isZeroTolerance(threshold('mustBeLessThan', ['0']))).toBe(false);
    expect(isZeroTolerance(threshold('mustBe', ['1']))).toBe(false);
  });
});

describe('ages', () => {
  it.each([
    ['2', 'd', 172_800],
    ['1.5', 'Hours', 5400],
    ['0', 's', 0],
    ['1', 'fortnight', null],
    ['-1', 'd', null],
    ['soon', 'd', null],
    ['', 'd', null],
  ])('%s %s', (amount, unit, seconds) => expect(ageInSeconds(amount, unit)).toBe(seconds));
});

describe('what a library rule expects', () => {
  it.each([
    ['metric: nullValues, mustBe: 0', 'never null'],
    ['metric: nullValues, mustBeLessThan: 5, unit: percent', 'never null but for less than 5 %'],
    ['metric: nullValues, mustBe: 3', 'exactly 3 rows null'],
    ["metric: missingValues, arguments: {missingValues: [null, '', 'N/A']}, mustBe: 0", "never null, '' or 'N/A'"],
    [
      "metric: missingValues, arguments: {missingValues: ['-']}, mustBeLessOrEqualTo: 1",
      "never null or '-' but for at most 1 row",
    ],
    ['metric: invalidValues, arguments: {validValues: [new, paid]}, mustBe: 0', "one of 'new', 'paid'"],
    [
      'metric: invalidValues, arguments: {validValues: [new, paid]}, mustBeLessOrEqualTo: 5, unit: percent',
      "one of 'new', 'paid' but for at most 5 %",
    ],
    [
      'metric: invalidValues, arguments: {validValues: [new, paid]}, mustBeGreaterThan: 2',
      "more than 2 rows not one of 'new', 'paid'",
    ],
    ["metric: invalidValues, arguments: {pattern: '^[a-z]+$'}, mustBe: 0", 'matching ^[a-z]+$'],
    ['metric: duplicateValues, mustBe: 0', 'every a once'],
    ['metric: duplicateValues, mustBeLessThan: 10', 'every a once but for less than 10 rows'],
  ])('%s', (rule, expected) => {
    const text = contractOf({ properties: `- name: a\n  quality:\n    - {${rule}}` });
    const { contract, problems } = loadContract({ file: 'c.odcs.yaml', text, digest: '' }, { variables: {} });
    expect(problems.filter((problem) => problem.level !== 'warning')).toEqual([]);
    const checks = contract === null ? [] : deriveChecks(contract).checks;
    expect(checks.at(-1)?.expected).toBe(expected);
  });

  it('a key of several columns, and a row count', () => {
    const text = contractOf({
      properties: '- name: a\n- name: b',
      quality:
        '- {metric: duplicateValues, arguments: {properties: [a, b]}, mustBe: 0}\n- {metric: rowCount, mustBeGreaterThan: 0}',
    });
    const { contract } = loadContract({ file: 'c.odcs.yaml', text, digest: '' }, { variables: {} });
    const checks = contract === null ? [] : deriveChecks(contract).checks;
    expect(checks.slice(-2).map((check) => check.expected)).toEqual([
      'every combination of a, b once',
      'more than 0 rows',
    ]);
  });
});
