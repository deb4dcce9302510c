import type { QualityRule, Severity, YamlEntry, YamlNode } from './contract.ts';
import { suggestion } from './nearest-word.ts';
import { optional, type ReadContext, sluiceBlock } from './read-context.ts';
import { readThreshold } from './read-threshold.ts';
import { childOf, entryOf, placedText, textOf } from './yaml-node.ts';

/** Reads `quality[]` of a table or a property; a rule that says nothing that could be run is a problem. */
export function readRules(context: ReadContext, nodes: readonly YamlNode[]): readonly QualityRule[] {
  return nodes.flatMap((node) => readRule(context, node) ?? []);
}

type RuleType = QualityRule['type'];

function readRule(context: ReadContext, node: YamlNode): QualityRule | null {
  const type = ruleType(context, node);
  if (type === null) return null;
  reportStrangers(context, node, type);
  const metric = type === 'library' ? readMetric(context, node) : undefined;
  if (metric === null) return null;
  const threshold = type === 'text' || type === 'custom' ? undefined : readThreshold(context, node, type, metric?.name);
  if (threshold === null) return null;
  const where = placedText(sluiceBlock(node), 'where');
  return {
    at: node.at,
    ...optional('id', textOf(node, 'id')),
    ...optional('name', textOf(node, 'name')),
    ...optional('description', textOf(node, 'description')),
    type,
    ...optional('metric', metric),
    ...optional('arguments', type === 'library' ? readArguments(context, node) : undefined),
    ...optional('query', type === 'sql' ? sqlAt(placedText(node, 'query')) : undefined),
    ...optional('engine', type === 'custom' ? nameAt(placedText(node, 'engine')) : undefined),
    ...optional('implementation', type === 'custom' ? childOf(node, 'implementation') : undefined),
    ...optional('threshold', threshold),
    severity: readSeverity(context, node),
    ...optional('dimension', textOf(node, 'dimension')),
    ...optional('where', sqlAt(where)),
  };
}

type Placed = ReturnType<typeof placedText>;

function sqlAt(placed: Placed): QualityRule['query'] {
  return placed === undefined ? undefined : { sql: placed.text, at: placed.at };
}

function nameAt(placed: Placed): QualityRule['metric'] {
  return placed === undefined ? undefined : { name: placed.text, at: placed.at };
}

/** Keys that only one type of rule has. */
const OWN_KEYS: Readonly<Record<string, RuleType>> = {
  metric: 'library',
  rule: 'library',
  arguments: 'library',
  validValues: 'library',
  query: 'sql',
  engine: 'custom',
  implementation: 'custom',
};

function entriesOf(node: YamlNode): readonly YamlEntry[] {
  return node.kind === 'map' ? node.entries : [];
}

/** The standard's default is `library`; a rule without a metric says what it is by its other keys, or says nothing. */
function ruleType(context: ReadContext, node: YamlNode): RuleType | null {
  const written = textOf(node, 'type');
  const named = entryOf(node, 'metric') ?? entryOf(node, 'rule');
  if (written === 'sql' || written === 'text' || written === 'custom') return written;
  if (named !== undefined) return 'library';
  const meant = entriesOf(node)
    .map(({ key }) => OWN_KEYS[key])
    .find((type) => type !== undefined && type !== 'library');
  const message = meant === undefined ? 'This quality rule says nothing to check.' : 'This rule has no `metric`.';
  const hint =
    meant === undefined
      ? 'Name a `metric`, or write `type: text` for a rule that only people read.'
      : `Add \`type: ${meant}\`; without a type a rule is a library metric.`;
  context.report(node.at, { code: meant === undefined ? 'rule-empty' : 'rule-incomplete', message, hint });
  return null;
}

function reportStrangers(context: ReadContext, node: YamlNode, type: RuleType): void {
  for (const { key, keyAt } of entriesOf(node)) {
    const owner = OWN_KEYS[key];
    if (owner === undefined || owner === type) continue;
    context.report(keyAt, {
      code: 'rule-contradictory',
      message: `\`${key}\` has no meaning in a rule of type ${type}.`,
      hint: `Remove it, or write \`type: ${owner}\`.`,
    });
  }
}

/** What v3.0 documents call the metrics: its schema's examples, and the words its own full example uses. */
const RULES_OF_3_0: Readonly<Record<string, string>> = {
  duplicateCount: 'duplicateValues',
  validValues: 'invalidValues',
  nullCheck: 'nullValues',
  countCheck: 'rowCount',
  nullValues: 'nullValues',
  missingValues: 'missingValues',
  invalidValues: 'invalidValues',
  duplicateValues: 'duplicateValues',
  rowCount: 'rowCount',
};

function readMetric(context: ReadContext, node: YamlNode): QualityRule['metric'] | null {
  const metric = placedText(node, 'metric');
  if (metric !== undefined) return { name: metric.text, at: metric.at };
  const rule = placedText(node, 'rule');
  if (rule === undefined) return null;
  const name = Object.hasOwn(RULES_OF_3_0, rule.text) ? RULES_OF_3_0[rule.text] : undefined;
  if (name !== undefined) return { name, at: rule.at };
  const hint = suggestion(rule.text, Object.keys(RULES_OF_3_0), 'Known');
  context.report(rule.at, { code: 'metric-unknown', message: `There is no library rule "${rule.text}".`, hint });
  return null;
}

/** Version 3.0 had `validValues` beside `rule: validValues`; it is read as the argument it became. */
function readArguments(context: ReadContext, node: YamlNode): YamlNode | undefined {
  const given = childOf(node, 'arguments');
  const beside = entryOf(node, 'validValues');
  if (beside === undefined) return given;
  if (entryOf(node, 'rule') === undefined || given !== undefined) {
    context.report(beside.keyAt, {
      code: 'argument-misplaced',
      message: '`validValues` is an argument of the metric.',
      hint: 'Write `arguments: {validValues: [...]}`.',
    });
    return given;
  }
  return { kind: 'map', at: beside.keyAt, entries: [beside] };
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  info: 'info',
  trivial: 'info',
  warning: 'warning',
  warn: 'warning',
  low: 'warning',
  minor: 'warning',
  error: 'error',
  medium: 'error',
  high: 'error',
  major: 'error',
  critical: 'error',
  blocker: 'error',
  fatal: 'error',
};

function readSeverity(context: ReadContext, node: YamlNode): Severity {
  const word = placedText(node, 'severity');
  if (word === undefined) return 'error';
  const known = word.text.toLowerCase();
  const severity = Object.hasOwn(SEVERITIES, known) ? SEVERITIES[known] : undefined;
  if (severity !== undefined) return severity;
  context.report(word.at, {
    code: 'severity-unknown',
    level: 'warning',
    message: `The severity "${word.text}" is not known, so a failure blocks.`,
    hint: suggestion(known, Object.keys(SEVERITIES), 'Known'),
  });
  return 'error';
}
