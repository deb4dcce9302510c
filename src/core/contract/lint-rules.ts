import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { ContractTable, QualityRule, YamlEntry } from './contract.ts';
import { lintContradictions } from './lint-contradictions.ts';
import { lintPattern } from './lint-pattern.ts';
import { unknownColumn } from './lint-references.ts';
import { nearestWord, suggestion } from './nearest-word.ts';
import { everyProperty } from './property-paths.ts';
import { entryOf, scalarText } from './yaml-node.ts';

/** Quality rules that cannot be run as they stand, or that can never fail. */
export function lintRules(table: ContractTable): readonly Problem[] {
  const onTable = table.quality.flatMap((rule) => lintRule(table, rule, 'schema'));
  const onProperties = everyProperty(table).flatMap((property) =>
    property.quality.flatMap((rule) => lintRule(table, rule, 'property')),
  );
  return [...onTable, ...onProperties, ...lintContradictions(table)];
}

type Level = 'schema' | 'property';

function lintRule(table: ContractTable, rule: QualityRule, level: Level): readonly Problem[] {
  switch (rule.type) {
    case 'library':
      return lintMetric(table, rule, level);
    case 'custom':
      return lintCustom(table, rule);
    case 'sql':
      return lintQuery(rule, level);
    case 'text':
      return [];
  }
}

interface Metric {
  readonly levels: readonly Level[];
  readonly arguments: (level: Level) => readonly string[];
  /** Arguments without which the metric means nothing; one of each group is enough. */
  readonly needs: (level: Level) => readonly string[];
}

const NONE = (): readonly string[] => [];

const METRICS: Readonly<Record<string, Metric>> = {
  nullValues: { levels: ['property'], arguments: NONE, needs: NONE },
  missingValues: { levels: ['property'], arguments: () => ['missingValues'], needs: () => ['missingValues'] },
  invalidValues: {
    levels: ['property'],
    arguments: () => ['validValues', 'pattern'],
    needs: () => ['validValues', 'pattern'],
  },
  duplicateValues: {
    levels: ['schema', 'property'],
    arguments: (level) => (level === 'schema' ? ['properties'] : []),
    needs: (level) => (level === 'schema' ? ['properties'] : []),
  },
  rowCount: { levels: ['schema'], arguments: NONE, needs: NONE },
};

function lintMetric(table: ContractTable, rule: QualityRule, level: Level): readonly Problem[] {
  const { metric } = rule;
  const known = metric === undefined ? undefined : METRICS[metric.name];
  if (metric === undefined || known === undefined) return [];
  if (!known.levels.includes(level)) return [wrongLevel(metric, level)];
  const allowed = known.arguments(level);
  const needed = known.needs(level);
  const given = rule.arguments?.kind === 'map' ? rule.arguments.entries : [];
  const missing = needed.length > 0 && !given.some(({ key }) => needed.includes(key));
  const words = needed.map((name) => `\`${name}\``).join(' or ');
  return [
    ...(missing ? [problemAt(metric.at, argumentMissing(metric.name, words, needed))] : []),
    ...given.flatMap((entry) => lintArgument(table, metric.name, allowed, entry)),
  ];
}

function wrongLevel({ name, at }: { readonly name: string; readonly at: SourceLocation }, level: Level): Problem {
  const message =
    level === 'schema' ? `${name} is about one property, not about a table.` : `${name} is about a table.`;
  const hint =
    level === 'schema' ? "Move the rule to the property's `quality`." : "Move the rule to the table's `quality`.";
  return problemAt(at, { code: 'metric-level', message, hint });
}

function argumentMissing(
  name: string,
  words: string,
  needed: readonly string[],
): Pick<Problem, 'code' | 'message'> & {
  readonly hint: string;
} {
  const example = needed[0] === 'properties' ? '[tenant_id, order_id]' : "['...']";
  return {
    code: 'argument-missing',
    message: `${name} needs the argument ${words}.`,
    hint: `Add \`arguments: {${needed[0] ?? ''}: ${example}}\`.`,
  };
}

function lintArgument(
  table: ContractTable,
  metric: string,
  allowed: readonly string[],
  { key, keyAt, value }: YamlEntry,
): readonly Problem[] {
  if (!allowed.includes(key)) {
    const message = `${metric} has no argument \`${key}\` here.`;
    const hint = allowed.length === 0 ? 'It takes none; remove it.' : suggestion(key, allowed, 'It takes');
    return [problemAt(keyAt, { code: 'argument-unknown', message, hint })];
  }
  if (key === 'pattern') return lintPattern(scalarText(value) ?? '', value.at);
  if (key !== 'properties' || value.kind !== 'list') return [];
  return value.items.flatMap((item) => unknownColumn(table, scalarText(item) ?? '', item.at));
}

/** Other engines' rules will be read as dialects; until then one that is not run must not look as if it were. */
function lintCustom(table: ContractTable, rule: QualityRule): readonly Problem[] {
  if (rule.engine?.name !== 'sluice') {
    const engine = rule.engine?.name ?? '';
    const message = `Rules of the engine ${engine} are not run.`;
    const hint =
      nearestWord(engine, ['sluice']) === null
        ? 'Write it with a library metric, `type: sql` or `engine: sluice`; as `type: text` it is only listed.'
        : 'Did you mean `sluice`?';
    return [problemAt(rule.engine?.at ?? rule.at, { code: 'engine-unsupported', message, hint })];
  }
  if (rule.implementation?.kind !== 'map') {
    const message = 'A sluice rule has a mapping as `implementation`.';
    const hint = 'As `implementation: {check: rowExpression, expression: "amount >= 0"}`.';
    return [problemAt(rule.implementation?.at ?? rule.at, { code: 'rule-incomplete', message, hint })];
  }
  const column = entryOf(rule.implementation, 'column');
  const columns = entryOf(rule.implementation, 'columns')?.value;
  const named = [...(column === undefined ? [] : [column.value]), ...(columns?.kind === 'list' ? columns.items : [])];
  return named.flatMap((item) => unknownColumn(table, scalarText(item) ?? '', item.at));
}

function lintQuery(rule: QualityRule, level: Level): readonly Problem[] {
  const { query } = rule;
  const placeholder = /\$?\{(property|column|field)\}/.exec(query?.sql ?? '');
  if (query === undefined || placeholder === null || level === 'property') return [];
  const message = `\`${placeholder[0]}\` stands for a property, and this rule is about a table.`;
  return [problemAt(query.at, { code: 'placeholder-without-property', message, hint: 'Name the column itself.' })];
}
