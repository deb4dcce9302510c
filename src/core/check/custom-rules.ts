import { AGE_UNITS, ageInSeconds } from '../contract/age.ts';
import {
  OPERATORS,
  type Operator,
  type QualityRule,
  type Threshold,
  type YamlEntry,
  type YamlNode,
} from '../contract/contract.ts';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import { dataName } from './columns.ts';
import { parseDecimal } from './decimal.ts';
import type { RuleDetail, RuleTarget } from './draft.ts';
import { fillPlaceholders } from './placeholders.ts';
import { textOf } from './scalar.ts';
import { isZeroTolerance, thresholdWords } from './threshold.ts';

type ReadCustom = (target: RuleTarget, block: CustomBlock) => RuleDetail | Problem;

interface CustomBlock {
  readonly at: SourceLocation;
  readonly entries: readonly YamlEntry[];
  readonly threshold: Threshold;
  readonly columns: readonly string[];
}

/** Checks of `type: custom, engine: sluice`, by the word under `implementation.check`. */
const CUSTOM_CHECKS: Readonly<Record<string, ReadCustom>> = {
  rowExpression: (_target, block) => {
    const expression = textAt(block, 'expression');
    if (expression === null) return lacking(block, 'rowExpression', 'expression');
    const nulls = textAt(block, 'nulls') === 'fail' ? 'fail' : 'pass';
    const limit = isZeroTolerance(block.threshold) ? '' : `; broken by ${thresholdWords(block.threshold)}`;
    return {
      ...common(block),
      detail: { kind: 'rowExpression', expression, nulls },
      expected: `${expression}${limit}`,
    };
  },
  failedRows: (target, block) => {
    const query = textAt(block, 'query');
    if (query === null) return lacking(block, 'failedRows', 'query');
    const expected = `${thresholdWords(block.threshold)} from the query`;
    return { ...common(block), detail: { kind: 'failedRows', query: fillPlaceholders(query, target) }, expected };
  },
  freshness: (target, block) => {
    const column = textAt(block, 'column') ?? target.column;
    const [amount, unit] = [textAt(block, 'max') ?? '', textAt(block, 'unit') ?? 'h'];
    if (column === null) return lacking(block, 'freshness', 'column');
    const maxAgeSeconds = ageInSeconds(amount, unit);
    if (maxAgeSeconds === null) {
      const hint = `give a number as \`max\` and one of ${AGE_UNITS.join(', ')} as \`unit\``;
      return problemAt(block.at, { code: 'time-span-invalid', message: `${amount} ${unit} is no time span`, hint });
    }
    const name = dataName(target.table, column);
    return {
      ...common(block),
      columns: [name],
      detail: { kind: 'freshness', maxAgeSeconds, maxAge: `${amount} ${unit}` },
      expected: `newest ${name} at most ${amount} ${unit} old`,
    };
  },
};

/** Words for `implementation.check`, for suggestions and documentation. */
export const CUSTOM_CHECK_NAMES: readonly string[] = Object.keys(CUSTOM_CHECKS);

/** Reads a custom rule of our own engine. Other engines' rules are not run, and so never pass. */
export function customDetail(target: RuleTarget, rule: QualityRule): RuleDetail | Problem {
  if (rule.engine?.name !== 'sluice') {
    const message = `rules of the engine ${rule.engine?.name ?? '(none)'} are not run`;
    return problemAt(rule.engine?.at ?? rule.at, {
      code: 'engine-unsupported',
      message,
      hint: 'write the rule with `engine: sluice`, `type: sql` or a library metric',
    });
  }
  const node = rule.implementation;
  if (node?.kind !== 'map')
    return problemAt(rule.at, {
      code: 'rule-incomplete',
      message: 'a sluice rule needs an `implementation` mapping',
      hint: 'for instance `implementation: {check: rowExpression, expression: "amount >= 0"}`',
    });
  const block = readBlock(target, rule, node);
  const check = block.entries.find((entry) => entry.key === 'check');
  const name = check === undefined ? null : textOf(check.value);
  const read = name !== null && Object.hasOwn(CUSTOM_CHECKS, name) ? CUSTOM_CHECKS[name] : undefined;
  if (read === undefined) {
    return problemAt(check?.value.at ?? node.at, {
      code: 'check-unknown',
      message: `there is no check ${name ?? '(none)'}`,
      hint: `use one of ${CUSTOM_CHECK_NAMES.join(', ')}`,
    });
  }
  return read(target, block);
}

function readBlock(target: RuleTarget, rule: QualityRule, node: YamlNode & { readonly kind: 'map' }): CustomBlock {
  const entries = node.entries;
  const named = entries.find((entry) => entry.key === 'columns')?.value;
  const columns =
    named?.kind === 'list'
      ? named.items.map(textOf).filter((name) => name !== null)
      : target.column === null
        ? []
        : [target.column];
  return {
    at: node.at,
    entries,
    columns: columns.map((name) => dataName(target.table, name)),
    threshold: thresholdOf(entries) ??
      rule.threshold ?? { operator: 'mustBe', bounds: ['0'], unit: 'rows', at: node.at },
  };
}

function thresholdOf(entries: readonly YamlEntry[]): Threshold | null {
  const entry = entries.find(({ key }) => isOperator(key));
  if (entry === undefined || !isOperator(entry.key)) return null;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const bounds = items.map(textOf).filter((text) => text !== null && parseDecimal(text) !== null);
  const unit =
    textOf(entries.find(({ key }) => key === 'unit')?.value ?? entry.value) === 'percent' ? 'percent' : 'rows';
  return bounds.length === 0
    ? null
    : { operator: entry.key, bounds: bounds.filter((text) => text !== null), unit, at: entry.keyAt };
}

function isOperator(key: string): key is Operator {
  return OPERATORS.some((operator) => operator === key);
}

function common(block: CustomBlock): Pick<RuleDetail, 'columns' | 'threshold' | 'where'> {
  const where = block.entries.find((entry) => entry.key === 'where');
  const condition = where === undefined ? null : textOf(where.value);
  return {
    columns: block.columns,
    threshold: block.threshold,
    ...(where === undefined || condition === null ? {} : { where: { sql: condition, at: where.value.at } }),
  };
}

function textAt(block: CustomBlock, key: string): string | null {
  const entry = block.entries.find((one) => one.key === key);
  return entry === undefined ? null : textOf(entry.value);
}

function lacking(block: CustomBlock, check: string, key: string): Problem {
  return problemAt(block.at, {
    code: 'rule-incomplete',
    message: `the ${check} check needs \`${key}\``,
    hint: 'see docs/contract-reference.md',
  });
}
