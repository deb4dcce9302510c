import { type Problem, problemAt } from '../problem.ts';
import type { PartitionCondition } from './change-rules.ts';
import type { Contract, ContractTable, LogicalType, YamlNode } from './contract.ts';
import { boundForm } from './is-protected.ts';
import { unknownColumn } from './lint-references.ts';
import { nearestWord } from './nearest-word.ts';
import { propertyPaths } from './property-paths.ts';
import { sluiceBlock } from './read-context.ts';
import { childOf, itemsOf, scalarText, textOf } from './yaml-node.ts';

/** Rules about changes that cannot be judged, can never hold or never matter. */
export function lintChangeRules(contract: Contract, root: YamlNode): readonly Problem[] {
  const nodes = itemsOf(root, 'schema');
  return contract.tables.flatMap((table, index) => {
    const diff = childOf(nodes[index] === undefined ? undefined : sluiceBlock(nodes[index]), 'diff');
    if (diff === undefined) return [];
    return [
      ...withoutKey(table),
      ...uselessLimits(table),
      ...lintImmutable(table),
      ...repeatedWords(schemaChangeNodes(diff)),
      ...itemsOf(diff, 'protectedPartitions').flatMap((item) => lintPartition(table, item)),
      ...repeatedPartitions(table),
    ];
  });
}

/** Without a key no row after is known to be a row before. */
function withoutKey({ name, key, changeRules }: ContractTable): readonly Problem[] {
  if (key.length > 0) return [];
  const updated = changeRules.limits.find(({ change }) => change === 'updated');
  const immutable = changeRules.immutable[0];
  const problem = (word: string) => ({
    code: 'change-rule-needs-key',
    message: `\`${word}\` needs a key: without one nobody can tell which row of ${name} became which.`,
    hint: 'Add `key: [...]` to the sluice block, or `primaryKey: true` to the properties that identify a row.',
  });
  return [
    ...(updated === undefined ? [] : [problemAt(updated.at, problem('updated'))]),
    ...(immutable === undefined ? [] : [problemAt(immutable.at, problem('immutable'))]),
  ];
}

/** Limits that another rule, which blocks, leaves no room for. */
function uselessLimits({ changeRules: { appendOnly, limits } }: ContractTable): readonly Problem[] {
  if (appendOnly?.severity !== 'error') return [];
  return limits
    .filter(({ change, maximum }) => change !== 'inserted' && /[1-9]/.test(maximum))
    .map(({ change, at }) => {
      const message = `No row may be ${change} by \`appendOnly\` (line ${appendOnly.at.line}), so this limit never matters.`;
      const hint = 'Remove the limit, or `appendOnly`.';
      return problemAt(at, { code: 'rules-contradict', level: 'warning', message, hint });
    });
}

function lintImmutable(table: ContractTable): readonly Problem[] {
  const names = table.changeRules.immutable.map(({ property }) => property);
  return table.changeRules.immutable.flatMap(({ property, at }, index) => {
    const unknown = unknownColumn(table, property, at);
    if (unknown.length > 0) return unknown;
    if (names.indexOf(property) < index) return [repeated(property, at)];
    if (table.key.includes(property)) return [partOfKey(property, at)];
    if (!property.includes('.') || table.properties.some(({ name }) => name === property)) return [];
    const message = `${property} is a field, and an object is compared as a whole.`;
    const hint = `Write \`${property.split('.')[0]}\`, the whole object.`;
    return [problemAt(at, { code: 'immutable-field', message, hint })];
  });
}

function partOfKey(property: string, at: YamlNode['at']): Problem {
  return problemAt(at, {
    code: 'immutable-key',
    level: 'warning',
    message: `${property} is part of the key, where a changed value is a row deleted and another one inserted.`,
    hint: 'Remove it here; `deleted: 0` keeps every key that was there.',
  });
}

function repeated(word: string, at: YamlNode['at']): Problem {
  const message = `${word} is listed twice.`;
  return problemAt(at, { code: 'change-rule-repeated', level: 'warning', message, hint: 'Keep one.' });
}

function schemaChangeNodes(diff: YamlNode): readonly YamlNode[] {
  const rule = childOf(diff, 'schemaChanges');
  return rule?.kind === 'list' ? rule.items : itemsOf(rule, 'allowed');
}

function repeatedWords(nodes: readonly YamlNode[]): readonly Problem[] {
  const words = nodes.map((node) => scalarText(node) ?? '');
  return nodes.flatMap((node, index) => {
    const word = words[index] ?? '';
    return words.indexOf(word) < index ? [repeated(word, node.at)] : [];
  });
}

function repeatedPartitions({ changeRules }: ContractTable): readonly Problem[] {
  const rules = changeRules.protectedPartitions;
  const texts = rules.map(({ partition }) => conditionText(partition));
  return rules.flatMap(({ at }, index) => {
    return texts.indexOf(texts[index] ?? '') < index ? [repeated('This protected partition', at)] : [];
  });
}

function conditionText(condition: PartitionCondition): string {
  switch (condition.is) {
    case 'before':
      return JSON.stringify([condition.is, condition.column, condition.bound]);
    case 'older':
      return JSON.stringify([condition.is, condition.column, condition.seconds]);
    case 'one-of':
      return JSON.stringify([condition.is, condition.column, [...condition.values].sort()]);
  }
}

function lintPartition(table: ContractTable, item: YamlNode): readonly Problem[] {
  const column = childOf(item, 'column');
  const name = textOf(item, 'column');
  if (column === undefined || name === undefined) return [];
  const property = table.properties.find((one) => one.name === name || one.column === name);
  const type = property?.logicalType?.name ?? null;
  return [
    ...(property === undefined ? misspelt(table, name, column.at) : []),
    ...lintAge(name, type, childOf(item, 'olderThan')),
    ...lintBound(name, type, childOf(item, 'before')),
    ...itemsOf(item, 'values').flatMap((value) => lintValue(name, type, value)),
  ];
}

/** Partition columns are often in the paths alone and not in the contract, so only a likely mistake is told. */
function misspelt(table: ContractTable, name: string, at: YamlNode['at']): readonly Problem[] {
  const known = propertyPaths(table).map((path) => path.name);
  const nearest = nearestWord(name, known);
  if (nearest === null) return [];
  const message = `The table ${table.name} has no property ${name}.`;
  return [problemAt(at, { code: 'column-unknown', level: 'warning', message, hint: `Did you mean \`${nearest}\`?` })];
}

function lintAge(name: string, type: LogicalType | null, node: YamlNode | undefined): readonly Problem[] {
  if (node === undefined || type === null || isTime(type)) return [];
  const message = `${name} is declared as ${type}, which has no age.`;
  const hint = 'Use `before` or `values`, or declare it as `date` or `timestamp`.';
  return [problemAt(node.at, { code: 'partition-bound', message, hint })];
}

function lintBound(name: string, type: LogicalType | null, node: YamlNode | undefined): readonly Problem[] {
  const bound = scalarText(node);
  if (node === undefined || bound === undefined) return [];
  const unlike = unlikeType(name, type, bound, node);
  if (unlike.length > 0) return unlike;
  const form = boundForm(bound);
  const noDate = form === 'shape' && /^\d{4}-\d{1,2}-\d{1,2}(?!\d)/.test(bound);
  if (form !== null && !noDate) return [];
  const message = noDate ? `There is no date ${bound}.` : `It cannot be told which partitions are before ${bound}.`;
  const hint = 'Write a date such as `2026-01-31`, a timestamp or a number; for single partitions, `values: [...]`.';
  return [problemAt(node.at, { code: 'partition-bound', message, hint })];
}

function lintValue(name: string, type: LogicalType | null, node: YamlNode): readonly Problem[] {
  const text = scalarText(node);
  return text === undefined ? [] : unlikeType(name, type, text, node);
}

/** A bound that no value of the column's type could be compared with. */
function unlikeType(name: string, type: LogicalType | null, text: string, node: YamlNode): readonly Problem[] {
  const form = boundForm(text);
  const fits =
    type === 'integer'
      ? /^-?\d+$/.test(text)
      : type === 'number'
        ? form === 'number'
        : type === null || !isTime(type) || form === 'moment';
  if (fits) return [];
  const message = `${name} is declared as ${type}, and ${text} is none.`;
  const hint = isTime(type) ? 'Write a date such as `2026-01-31`.' : 'Write a number, or declare another type.';
  return [problemAt(node.at, { code: 'partition-bound', message, hint })];
}

function isTime(type: LogicalType | null): boolean {
  return type === 'date' || type === 'timestamp';
}
