import type { Threshold } from '../contract/contract.ts';
import { compareDecimals, comparePercent, parseDecimal } from './decimal.ts';

/** True when the metric keeps the threshold. Counts and percents are compared exactly, never after rounding. */
export function keepsThreshold(threshold: Threshold, count: bigint, evaluated: bigint): boolean {
  return holds(threshold, (bound) =>
    threshold.unit === 'percent'
      ? comparePercent(count, evaluated, bound)
      : compareDecimals({ digits: count, scale: 0 }, bound),
  );
}

/** As {@link keepsThreshold} for a number a query returned; null when the text is no finite number. */
export function keepsNumber(threshold: Threshold, text: string): boolean | null {
  const observed = parseDecimal(text);
  return observed === null ? null : holds(threshold, (bound) => compareDecimals(observed, bound));
}

type Compare = (bound: NonNullable<ReturnType<typeof parseDecimal>>) => number;

function holds(threshold: Threshold, compare: Compare): boolean {
  const [first, second] = threshold.bounds.map((text) => {
    const bound = parseDecimal(text);
    if (bound === null) throw new RangeError(`threshold bound ${text} is no decimal`);
    return compare(bound);
  });
  if (first === undefined) throw new RangeError('threshold without a bound');
  const between = first >= 0 && (second ?? 1) <= 0;
  switch (threshold.operator) {
    case 'mustBe':
      return first === 0;
    case 'mustNotBe':
      return first !== 0;
    case 'mustBeGreaterThan':
      return first > 0;
    case 'mustBeGreaterOrEqualTo':
      return first >= 0;
    case 'mustBeLessThan':
      return first < 0;
    case 'mustBeLessOrEqualTo':
      return first <= 0;
    case 'mustBeBetween':
      return between;
    case 'mustNotBeBetween':
      return !between;
  }
}

/** `at most 5 %`, `exactly 0 rows`, for people. */
export function thresholdWords(threshold: Threshold, noun = 'rows'): string {
  const [first = '', second = ''] = threshold.bounds;
  const one = first === '1' && second === '' && noun.endsWith('s') ? noun.slice(0, -1) : noun;
  const unit = threshold.unit === 'percent' ? ' %' : noun === '' ? '' : ` ${one}`;
  switch (threshold.operator) {
    case 'mustBe':
      return `exactly ${first}${unit}`;
    case 'mustNotBe':
      return `not ${first}${unit}`;
    case 'mustBeGreaterThan':
      return `more than ${first}${unit}`;
    case 'mustBeGreaterOrEqualTo':
      return `at least ${first}${unit}`;
    case 'mustBeLessThan':
      return `less than ${first}${unit}`;
    case 'mustBeLessOrEqualTo':
      return `at most ${first}${unit}`;
    case 'mustBeBetween':
      return `${first} to ${second}${unit}`;
    case 'mustNotBeBetween':
      return `outside ${first} to ${second}${unit}`;
  }
}

/** True for the threshold of a rule that no row may break. */
export function isZeroTolerance(threshold: Threshold): boolean {
  return threshold.operator === 'mustBe' && threshold.bounds[0] === '0';
}

/** True when more failing rows can only make it worse, so that rows which go away never break it. */
export function isUpperBound({ operator, bounds }: Threshold): boolean {
  if (operator === 'mustBeLessThan' || operator === 'mustBeLessOrEqualTo') return true;
  return (operator === 'mustBe' || operator === 'mustBeBetween') && Number(bounds[0]) === 0;
}

/** An exact number; `whole` is positive. */
export interface Fraction {
  readonly part: bigint;
  readonly whole: bigint;
}

/**
 * Whether a number that breaks the threshold lies no further from it than another one that does, on the same side. In
 * what must be avoided no number is further than another: there only the same one counts.
 */
export function isNoFurther({ operator, bounds }: Threshold, before: Fraction, after: Fraction): boolean {
  const change = compareFractions(after, before);
  switch (operator) {
    case 'mustBeLessThan':
    case 'mustBeLessOrEqualTo':
      return change <= 0;
    case 'mustBeGreaterThan':
    case 'mustBeGreaterOrEqualTo':
      return change >= 0;
    case 'mustBe':
    case 'mustBeBetween': {
      const bound = parseDecimal(bounds[0] ?? '');
      if (bound === null) return change === 0;
      const first = { part: bound.digits, whole: 10n ** BigInt(bound.scale) };
      const [was, is] = [compareFractions(before, first), compareFractions(after, first)];
      return was < 0 ? is < 0 && change >= 0 : is > 0 && change <= 0;
    }
    case 'mustNotBe':
    case 'mustNotBeBetween':
      return change === 0;
  }
}

function compareFractions(left: Fraction, right: Fraction): number {
  const difference = left.part * right.whole - right.part * left.whole;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
