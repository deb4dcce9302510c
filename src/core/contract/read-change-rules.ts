import { ageInSeconds } from './age.ts';
import {
  type ChangeLimit,
  type ChangeRules,
  NO_CHANGE_RULES,
  type PartitionCondition,
  ROW_CHANGES,
  type RowChange,
  SCHEMA_CHANGES,
} from './change-rules.ts';
import type { Property, Severity, YamlEntry, YamlNode } from './contract.ts';
import { compareDecimalTexts } from './decimal-text.ts';
import type { ReadContext } from './read-context.ts';
import { childOf, entryOf, isTrue, itemsOf, scalarText, textOf } from './yaml-node.ts';

/** Reads `diff` of a table's sluice block; a rule that cannot be understood is a problem. */
export function readChangeRules(
  context: ReadContext,
  block: YamlNode | undefined,
  properties: readonly Property[],
): ChangeRules {
  const diff = childOf(block, 'diff');
  if (diff === undefined) return NO_CHANGE_RULES;
  const severity = severityOf(diff, 'error');
  const appendOnly = entryOf(diff, 'appendOnly');
  const immutable = entryOf(diff, 'immutable');
  const schemaChanges = entryOf(diff, 'schemaChanges');
  return {
    limits: ROW_CHANGES.flatMap((change) => readLimit(context, entryOf(diff, change), change, severity) ?? []),
    appendOnly:
      appendOnly !== undefined && (isTrue(appendOnly.value) || appendOnly.value.kind === 'map')
        ? { at: appendOnly.keyAt, severity: severityOf(appendOnly.value, severity) }
        : null,
    immutable: namesOf(immutable?.value, 'columns').map(({ text, at }) => {
      return { at, severity: severityOf(immutable?.value, severity), property: text };
    }),
    schemaChanges:
      schemaChanges === undefined
        ? null
        : {
            at: schemaChanges.keyAt,
            severity: severityOf(schemaChanges.value, severity),
            allowed: namesOf(schemaChanges.value, 'allowed').flatMap(({ text }) =>
              SCHEMA_CHANGES.filter((word) => word === text),
            ),
          },
    protectedPartitions: itemsOf(diff, 'protectedPartitions').flatMap((item) => {
      const partition = readPartition(context, item, properties);
      return partition === null ? [] : [{ at: item.at, severity: severityOf(item, severity), partition }];
    }),
  };
}

function severityOf(node: YamlNode | undefined, otherwise: Severity): Severity {
  const word = textOf(node, 'severity');
  return word === 'error' || word === 'warning' || word === 'info' ? word : otherwise;
}

/** The texts of a list, written as the rule's value or under a key of it. */
function namesOf(node: YamlNode | undefined, key: string): readonly { text: string; at: YamlNode['at'] }[] {
  const items = node?.kind === 'list' ? node.items : itemsOf(node, key);
  return items.flatMap((item) => {
    const text = scalarText(item);
    return text === undefined ? [] : [{ text, at: item.at }];
  });
}

function readLimit(
  context: ReadContext,
  entry: YamlEntry | undefined,
  change: RowChange,
  severity: Severity,
): ChangeLimit | null {
  if (entry === undefined) return null;
  const node = entry.value.kind === 'map' ? childOf(entry.value, 'max') : entry.value;
  const text = scalarText(node);
  // What is neither, or negative, the schema has told.
  if (node?.kind !== 'scalar' || text === undefined || text.startsWith('-')) return null;
  const own = { change, at: entry.keyAt, severity: severityOf(entry.value, severity) };
  if (node.value.type === 'number' && /^\d+(\.0*)?$/.test(text)) {
    return { ...own, maximum: text.replace(/\..*/, ''), unit: 'rows' };
  }
  const percent = node.value.type === 'text' ? /^(\d+(?:\.\d+)?) *%$/.exec(text)?.[1] : undefined;
  if (percent === undefined) {
    const message = `${text} is no number of rows that may be ${change}.`;
    const hint = 'Write a whole number such as `1000`, or a percentage of the rows before such as `5 %`.';
    context.report(node.at, { code: 'change-limit-invalid', message, hint });
    return null;
  }
  if (change !== 'inserted' && compareDecimalTexts(percent, '100') > 0) {
    const message = `${text} is no limit: no more rows can be ${change} than there were.`;
    context.report(node.at, { code: 'percent-out-of-range', message, hint: 'Half of the rows is `50 %`.' });
    return null;
  }
  return { ...own, maximum: percent, unit: 'percent' };
}

const CONDITIONS = ['before', 'olderThan', 'values'] as const;

function readPartition(
  context: ReadContext,
  item: YamlNode,
  properties: readonly Property[],
): PartitionCondition | null {
  const name = textOf(item, 'column');
  const given = CONDITIONS.flatMap((key) => entryOf(item, key) ?? []);
  const [entry, second] = given;
  if (item.kind !== 'map' || name === undefined) return null;
  if (entry === undefined) {
    const message = `Nothing says which partitions of ${name} are protected.`;
    const hint = 'Add `before: <date or number>`, `olderThan: 30 d` or `values: [...]`.';
    context.report(item.at, { code: 'partition-condition', message, hint });
    return null;
  }
  if (second !== undefined) {
    const message = `A protected partition has one condition; this one has \`${entry.key}\` and \`${second.key}\`.`;
    context.report(second.keyAt, { code: 'partition-condition', message, hint: 'Write two items.' });
    return null;
  }
  const column = properties.find((property) => property.name === name)?.column ?? name;
  return entry.key === 'olderThan' ? readAge(context, column, entry) : readBound(column, entry);
}

function readAge(context: ReadContext, column: string, { value }: YamlEntry): PartitionCondition | null {
  const words = scalarText(value);
  if (words === undefined) return null;
  const [, amount = '', unit = ''] = /^ *([\d.]+) *([a-z]+) *$/i.exec(words) ?? [];
  const seconds = ageInSeconds(amount, unit);
  if (seconds !== null) return { is: 'older', column, seconds, words: `${amount} ${unit}` };
  const hint = 'Write a number and one of s, m, h, d, w, mo, y (or `days` and the like), such as `30 d`.';
  context.report(value.at, { code: 'time-span-invalid', message: `${words} is no time span.`, hint });
  return null;
}

function readBound(column: string, { key, value }: YamlEntry): PartitionCondition | null {
  if (key === 'before') {
    const bound = scalarText(value);
    return bound === undefined ? null : { is: 'before', column, bound };
  }
  const values = value.kind === 'list' ? value.items.flatMap((item) => partitionText(item) ?? []) : [];
  return { is: 'one-of', column, values };
}

/** A value as it is written in a path. */
function partitionText(node: YamlNode): string | undefined {
  const isWord = node.kind === 'scalar' && node.value.type === 'boolean';
  return isWord ? String(node.value.value) : scalarText(node);
}
