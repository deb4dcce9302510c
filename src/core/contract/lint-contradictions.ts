import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { ContractTable, QualityRule, Threshold } from './contract.ts';
import { compareDecimalTexts } from './decimal-text.ts';
import { propertyPaths } from './property-paths.ts';
import { entryOf, literalsOf } from './yaml-node.ts';

/**
 * Thresholds that nothing can break or nothing can keep, and pairs of statements about the same thing of which one
 * always fails: two ranges of a row count without a common number, `required: true` beside a demand for nulls. Warnings
 * only: the standard allows them, and the rule that fails says so by itself.
 */
export function lintContradictions(table: ContractTable): readonly Problem[] {
  const claims = [...impliedClaims(table), ...ruleClaims(table)];
  return [...claims.flatMap(uselessThreshold), ...contradictions(claims)];
}

/** What a rule says about a number that is counted. */
interface Claim {
  /** What is counted, so that equal subjects can be compared. */
  readonly subject: string;
  readonly words: string;
  readonly at: SourceLocation;
  /** Null for claims that are no single range (`mustNotBe`). */
  readonly range: CountRange | null;
  readonly threshold: Threshold | null;
}

/** Counts lie between 0 and `ceiling`, which is 100 for a percentage. */
interface CountRange {
  readonly low: string;
  readonly lowOpen: boolean;
  /** Null for no upper bound. */
  readonly high: string | null;
  readonly highOpen: boolean;
}

const NONE: CountRange = { low: '0', lowOpen: false, high: '0', highOpen: false };

function impliedClaims(table: ContractTable): readonly Claim[] {
  const keys = table.properties.filter((property) => property.primaryKey);
  return propertyPaths(table).flatMap(({ name, property }) => {
    const alone = keys.length === 1 && keys[0] === property;
    const claim = (metric: string, attribute: string): Claim => ({
      subject: subjectOf(metric, name, undefined),
      words: `\`${attribute}: true\``,
      at: property.attributeAt[attribute] ?? property.at,
      range: NONE,
      threshold: null,
    });
    return [
      ...(property.required ? [claim('nullValues', 'required')] : []),
      ...(property.primaryKey ? [claim('nullValues', 'primaryKey')] : []),
      ...(property.unique ? [claim('duplicateValues', 'unique')] : []),
      ...(alone ? [claim('duplicateValues', 'primaryKey')] : []),
    ];
  });
}

function ruleClaims(table: ContractTable): readonly Claim[] {
  return [
    ...table.quality.flatMap((rule) => ruleClaim(rule, '')),
    ...propertyPaths(table).flatMap(({ name, property }) => property.quality.flatMap((rule) => ruleClaim(rule, name))),
  ];
}

function ruleClaim(rule: QualityRule, column: string): readonly Claim[] {
  const { metric, threshold } = rule;
  if (metric === undefined || threshold === undefined) return [];
  const listed = literalsOf(entryOf(rule.arguments, 'properties')?.value).flatMap((one) =>
    'text' in one ? one.text : [],
  );
  const columns = listed.length > 0 ? [...listed].sort().join(',') : column;
  const others = metric.name === 'duplicateValues' ? undefined : rule.arguments;
  const words = `\`${threshold.operator}: ${threshold.bounds.join(', ')}\``;
  const condition = JSON.stringify([rule.where?.sql ?? null, others === undefined ? null : literalsBelow(others)]);
  const plain = rule.where === undefined && others === undefined;
  const subject = subjectOf(metric.name, columns, plain ? undefined : condition);
  return [{ subject, words, at: threshold.at, range: rangeOf(threshold), threshold }];
}

function subjectOf(metric: string, columns: string, condition: string | undefined): string {
  return JSON.stringify([metric, columns, condition ?? null]);
}

/** Arguments without their places. */
function literalsBelow(node: NonNullable<QualityRule['arguments']>): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(literalsBelow);
  return node.entries.map((entry) => [entry.key, literalsBelow(entry.value)]);
}

function rangeOf({ operator, bounds }: Threshold): CountRange | null {
  const [first = '0', second = first] = bounds;
  switch (operator) {
    case 'mustBe':
    case 'mustBeBetween':
      return { low: first, lowOpen: false, high: second, highOpen: false };
    case 'mustBeGreaterThan':
      return { low: first, lowOpen: true, high: null, highOpen: false };
    case 'mustBeGreaterOrEqualTo':
      return { low: first, lowOpen: false, high: null, highOpen: false };
    case 'mustBeLessThan':
      return { low: '0', lowOpen: false, high: first, highOpen: true };
    case 'mustBeLessOrEqualTo':
      return { low: '0', lowOpen: false, high: first, highOpen: false };
    case 'mustNotBe':
    case 'mustNotBeBetween':
      return null;
  }
}

function uselessThreshold({ at, words, range, threshold }: Claim): readonly Problem[] {
  if (threshold === null) return [];
  const ceiling = threshold.unit === 'percent' ? '100' : null;
  const whole: CountRange = { low: '0', lowOpen: false, high: ceiling, highOpen: false };
  if (range !== null && !overlap(range, whole)) {
    const message = `Nothing can keep ${words}: what is counted is never negative${ceiling === null ? '' : ' or above 100'}.`;
    const hint = 'For "none", write `mustBe: 0`.';
    return [problemAt(at, { code: 'threshold-never-kept', level: 'warning', message, hint })];
  }
  if (!alwaysKept(threshold, range, ceiling)) return [];
  const message = `Nothing can break ${words}, so this rule checks nothing.`;
  const hint = 'For "at least one", write `mustBeGreaterThan: 0`.';
  return [problemAt(at, { code: 'threshold-never-broken', level: 'warning', message, hint })];
}

function alwaysKept(threshold: Threshold, range: CountRange | null, ceiling: string | null): boolean {
  if (range === null) {
    // A forbidden number or range that no count can reach.
    const high = threshold.bounds.at(-1) ?? '0';
    return compareDecimalTexts(high, '0') < 0;
  }
  const below = compareDecimalTexts(range.low, '0') < 0 || (range.low === '0' && !range.lowOpen);
  if (range.high === null) return below;
  return below && ceiling !== null && compareDecimalTexts(range.high, ceiling) >= 0 && !range.highOpen;
}

function overlap(left: CountRange, right: CountRange): boolean {
  return startsWithin(left, right) && startsWithin(right, left);
}

/** True when some number is neither below the left range nor above the right one. */
function startsWithin(left: CountRange, right: CountRange): boolean {
  if (right.high === null) return true;
  const order = compareDecimalTexts(left.low, right.high);
  return order < 0 || (order === 0 && !left.lowOpen && !right.highOpen);
}

function contradictions(claims: readonly Claim[]): readonly Problem[] {
  return claims.flatMap((claim, index) => {
    const earlier = claims.slice(0, index).find((other) => other.subject === claim.subject && !agree(other, claim));
    if (earlier === undefined) return [];
    const message = `${claim.words} and ${earlier.words} (line ${earlier.at.line}) cannot both hold.`;
    const hint = 'One of them always fails; remove it.';
    return [problemAt(claim.at, { code: 'rules-contradict', level: 'warning', message, hint })];
  });
}

/** Ranges in rows and in percent can only be compared at zero, where they mean the same. */
function agree(left: Claim, right: Claim): boolean {
  if (left.range === null || right.range === null) return true;
  const units = [left, right].map((claim) => claim.threshold?.unit ?? 'rows');
  const zero = [left, right].some((claim) => claim.range?.high === '0');
  return (units[0] !== units[1] && !zero) || overlap(left.range, right.range);
}
