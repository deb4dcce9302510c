import { OPERATORS, type Operator, type Threshold, type Unit, type YamlEntry, type YamlNode } from './contract.ts';
import { compareDecimalTexts } from './decimal-text.ts';
import { suggestion } from './nearest-word.ts';
import type { ReadContext } from './read-context.ts';
import { entryOf, literalsOf, placedText } from './yaml-node.ts';

/** Reads the one operator of a rule; null, with the problem told, when there is none that could be used. */
export function readThreshold(
  context: ReadContext,
  node: YamlNode,
  type: 'library' | 'sql',
  metric: string | undefined,
): Threshold | null {
  const given = operatorsOf(node);
  const [first, second] = given;
  const unit = readUnit(context, node, type, metric);
  if (first === undefined) return withoutOperator(context, node, unit, metric);
  if (second !== undefined) {
    const message = `A rule has one operator; this one has \`${first.key}\` and \`${second.key}\`.`;
    context.report(second.keyAt, { code: 'operator-several', message, hint: 'Write two rules.' });
    return null;
  }
  const bounds = readBounds(context, first, type);
  if (bounds === null || unit === null) return null;
  const threshold: Threshold = { operator: first.operator, bounds, unit, at: first.keyAt };
  return isUsable(context, first, threshold) ? threshold : null;
}

type OperatorEntry = YamlEntry & { readonly operator: Operator };

function operatorsOf(node: YamlNode): readonly OperatorEntry[] {
  const entries = node.kind === 'map' ? node.entries : [];
  return entries.flatMap((entry) => {
    const operator = OPERATORS.find((name) => name === entry.key);
    return operator === undefined ? [] : [{ ...entry, operator }];
  });
}

/** Version 3.0 let `rule: nullCheck` stand alone: no row may break it. A row count needs a number in any version. */
function withoutOperator(
  context: ReadContext,
  node: YamlNode,
  unit: Unit | null,
  metric: string | undefined,
): Threshold | null {
  if (context.version === '3.0' && entryOf(node, 'rule') !== undefined && metric !== 'rowCount') {
    return unit === null ? null : { operator: 'mustBe', bounds: ['0'], unit, at: node.at };
  }
  context.report(node.at, {
    code: 'operator-missing',
    message: 'This rule has no operator, so nothing could ever break it.',
    hint: `Add one of ${OPERATORS.join(', ')}.`,
  });
  return null;
}

function readUnit(
  context: ReadContext,
  node: YamlNode,
  type: 'library' | 'sql',
  metric: string | undefined,
): Unit | null {
  const unit = placedText(node, 'unit');
  if (unit === undefined || unit.text === 'rows') return 'rows';
  if (unit.text === 'percent' && metric === 'rowCount') {
    const message = 'A row count is a number of rows; there is nothing it could be a percentage of.';
    context.report(unit.at, { code: 'unit-not-for-metric', message, hint: 'Remove `unit: percent`.' });
    return null;
  }
  if (unit.text === 'percent') return 'percent';
  // What a query gives may be in any unit; the comparison is the same.
  if (type === 'sql') return 'rows';
  const hint = suggestion(unit.text, ['rows', 'percent'], 'Known');
  context.report(unit.at, { code: 'unit-unknown', message: `The unit "${unit.text}" is not known.`, hint });
  return null;
}

function readBounds(context: ReadContext, entry: OperatorEntry, type: 'library' | 'sql'): readonly string[] | null {
  const bounds = literalsOf(entry.value).map((literal) => {
    if (literal.type === 'number') return literal.text;
    return literal.type === 'boolean' && type === 'sql' ? String(Number(literal.value)) : null;
  });
  if (bounds.length > 0 && bounds.every((bound) => bound !== null)) return bounds;
  const message = `\`${entry.key}\` of a library metric takes a number.`;
  const hint = 'A metric counts rows: for "none", write `mustBe: 0`.';
  context.report(entry.value.at, { code: 'type-wrong', message, hint });
  return null;
}

function isUsable(context: ReadContext, entry: OperatorEntry, { bounds, unit }: Threshold): boolean {
  const [low = '0', high = low] = bounds;
  if (compareDecimalTexts(low, high) > 0) {
    const message = `The range of \`${entry.key}\` is empty: ${low} is greater than ${high}.`;
    context.report(entry.value.at, { code: 'range-empty', message, hint: `Write [${high}, ${low}].` });
    return false;
  }
  const outside = bounds.find((bound) => compareDecimalTexts(bound, '0') < 0 || compareDecimalTexts(bound, '100') > 0);
  if (unit === 'percent' && outside !== undefined) {
    const message = `${outside} is no percentage: a part of all rows lies between 0 and 100.`;
    context.report(entry.value.at, { code: 'percent-out-of-range', message, hint: 'Half of the rows is `50`.' });
    return false;
  }
  return true;
}
