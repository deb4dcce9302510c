import type { Literal, QualityRule, YamlNode } from '../contract/contract.ts';
import { type Problem, problemAt } from '../problem.ts';
import type { CheckDetail } from './check.ts';
import { dataName } from './columns.ts';
import type { RuleDetail, RuleTarget } from './draft.ts';
import { listWords } from './kinds/enum.ts';
import { isZeroTolerance, thresholdWords } from './threshold.ts';
import { literalWords } from './words.ts';

type ReadMetric = (target: RuleTarget, rule: QualityRule) => RuleDetail | Problem;

/** The five metrics of the ODCS library. */
const METRICS: Readonly<Record<string, ReadMetric>> = {
  nullValues: (target, rule) => onColumn(target, rule, { kind: 'nullValues' }, { good: 'never null', bad: 'null' }),
  missingValues: (target, rule) => {
    const tokens = argument(rule, 'missingValues');
    if (tokens === null) return incomplete(rule, 'missingValues', '`arguments: {missingValues: [...]}`');
    const literals = literalsOf(tokens);
    const missing = ['null', ...literals.filter((one) => one.type !== 'null').map(literalWords)];
    const bad = alternatives(missing);
    return onColumn(target, rule, { kind: 'missingValues', tokens: literals }, { good: `never ${bad}`, bad });
  },
  invalidValues: (target, rule) => {
    const valid = argument(rule, 'validValues');
    const pattern = argument(rule, 'pattern');
    const expression = pattern?.kind === 'scalar' && pattern.value.type === 'text' ? pattern.value.text : null;
    if (valid === null && expression === null)
      return incomplete(rule, 'invalidValues', '`arguments: {validValues: [...]}` or `{pattern: ...}`');
    const values = valid === null ? null : literalsOf(valid);
    const words = [
      ...(values === null ? [] : [listWords(values)]),
      ...(expression === null ? [] : [`matching ${expression}`]),
    ];
    const good = words.join(' and ');
    const detail: CheckDetail = { kind: 'invalidValues', values, pattern: expression };
    return onColumn(target, rule, detail, { good, bad: `not ${good}` });
  },
  duplicateValues: (target, rule) => {
    const listedColumns = argument(rule, 'properties');
    const names =
      listedColumns === null ? [] : literalsOf(listedColumns).map((one) => (one.type === 'text' ? one.text : ''));
    const columns =
      names.length > 0
        ? names.map((name) => dataName(target.table, name))
        : target.column === null
          ? []
          : [target.column];
    if (columns.length === 0)
      return incomplete(rule, 'duplicateValues', '`arguments: {properties: [...]}` at schema level');
    return {
      detail: { kind: 'duplicateValues' },
      columns,
      expected: metricWords(rule, {
        good:
          columns.length === 1 ? `every ${columns.join('')} once` : `every combination of ${columns.join(', ')} once`,
        bad: `with a repeated ${columns.join(', ')}`,
      }),
    };
  },
  rowCount: (_target, rule) =>
    rule.threshold === undefined
      ? incomplete(rule, 'rowCount', 'one operator')
      : { detail: { kind: 'rowCount' }, columns: [], expected: thresholdWords(rule.threshold) },
};

/** Metric names, for suggestions and documentation. */
export const LIBRARY_METRICS: readonly string[] = Object.keys(METRICS);

/** Reads a library rule; a metric that the standard does not have is a problem. */
export function libraryDetail(target: RuleTarget, rule: QualityRule): RuleDetail | Problem {
  const metric = rule.metric;
  if (metric === undefined) {
    return problemAt(rule.at, {
      code: 'rule-incomplete',
      message: 'this rule has no `metric`',
      hint: `name one of ${LIBRARY_METRICS.join(', ')}`,
    });
  }
  const read = METRICS[metric.name];
  if (read === undefined || !Object.hasOwn(METRICS, metric.name)) {
    return problemAt(metric.at, {
      code: 'metric-unknown',
      message: `there is no library metric ${metric.name}`,
      hint: `the standard has ${LIBRARY_METRICS.join(', ')}`,
    });
  }
  if (rule.threshold === undefined) return incomplete(rule, metric.name, 'one operator, for instance `mustBe: 0`');
  return read(target, rule);
}

/** What a rule wants, and what a row is that breaks it. */
interface MetricWords {
  readonly good: string;
  readonly bad: string;
}

function onColumn(
  { column }: RuleTarget,
  rule: QualityRule,
  detail: CheckDetail,
  words: MetricWords,
): RuleDetail | Problem {
  if (column === null) return incomplete(rule, detail.kind, 'a property: move it under `properties[].quality`');
  return { detail, columns: [column], expected: metricWords(rule, words) };
}

/** `never null`, `never null but for at most 5 %`, `exactly 3 rows null`. */
function metricWords({ threshold }: QualityRule, { good, bad }: MetricWords): string {
  if (threshold === undefined || isZeroTolerance(threshold)) return good;
  const upper = threshold.operator === 'mustBeLessThan' || threshold.operator === 'mustBeLessOrEqualTo';
  return upper ? `${good} but for ${thresholdWords(threshold)}` : `${thresholdWords(threshold)} ${bad}`;
}

/** `null`, `null or 'x'`, `null, 'x' or 'y'`; long lists are cut. */
function alternatives(words: readonly string[]): string {
  const shown = words.length > 6 ? [...words.slice(0, 5), `${words.length - 5} more`] : words;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} or ${last}`;
}

function incomplete(rule: QualityRule, metric: string, need: string): Problem {
  return problemAt(rule.at, {
    code: 'rule-incomplete',
    message: `the ${metric} rule is incomplete`,
    hint: `it needs ${need}`,
  });
}

function argument(rule: QualityRule, name: string): YamlNode | null {
  if (rule.arguments?.kind !== 'map') return null;
  return rule.arguments.entries.find((entry) => entry.key === name)?.value ?? null;
}

function literalsOf(node: YamlNode): readonly Literal[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' ? [item.value] : []));
}
