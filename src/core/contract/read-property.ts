import type { SourceLocation } from '../problem.ts';
import {
  LOGICAL_TYPE_OPTIONS,
  LOGICAL_TYPES,
  type LogicalType,
  type LogicalTypeOption,
  type Property,
  type YamlEntry,
  type YamlNode,
} from './contract.ts';
import { optional, type ReadContext } from './read-context.ts';
import { readPropertyRelationship } from './read-relationship.ts';
import { readRules } from './read-rule.ts';
import { childOf, isTrue, itemsOf, literalsOf, placedText, scalarText, textOf } from './yaml-node.ts';

/**
 * Reads a property and what is below it.
 * @param path names of the table and of the objects around the property
 */
export function readProperty(context: ReadContext, node: YamlNode, path: readonly string[]): Property {
  const name = textOf(node, 'name') ?? '';
  const own = [...path, name];
  const items = childOf(node, 'items');
  const position = Number(textOf(node, 'primaryKeyPosition') ?? '-1');
  return {
    at: node.at,
    name,
    column: textOf(node, 'physicalName') ?? name,
    ...optional('logicalType', readLogicalType(node)),
    ...optional('physicalType', named(node, 'physicalType')),
    required: isTrue(childOf(node, 'required')),
    unique: isTrue(childOf(node, 'unique')),
    primaryKey: isTrue(childOf(node, 'primaryKey')),
    ...optional('primaryKeyPosition', position >= 1 ? position : undefined),
    ...optional('classification', textOf(node, 'classification')),
    ...optional('enum', readEnum(node)),
    options: readOptions(context, childOf(node, 'logicalTypeOptions')),
    relationships: itemsOf(node, 'relationships').flatMap((item) => readPropertyRelationship(context, item, own)),
    quality: readRules(context, itemsOf(node, 'quality')),
    properties: itemsOf(node, 'properties').map((item) => readProperty(context, item, own)),
    ...optional('items', items === undefined ? undefined : readProperty(context, items, own)),
    attributeAt: readPlaces(node),
  };
}

function named(node: YamlNode, key: string): { readonly name: string; readonly at: SourceLocation } | undefined {
  const placed = placedText(node, key);
  return placed === undefined ? undefined : { name: placed.text, at: placed.at };
}

function readLogicalType(node: YamlNode): Property['logicalType'] {
  const placed = placedText(node, 'logicalType');
  const name = LOGICAL_TYPES.find((type): type is LogicalType => type === placed?.text);
  return placed === undefined || name === undefined ? undefined : { name, at: placed.at };
}

function readEnum(node: YamlNode): Property['enum'] {
  const list = childOf(node, 'enum');
  if (list === undefined) return undefined;
  return { values: itemsOf(node, 'enum').flatMap((item) => literalsOf(childOf(item, 'value'))), at: list.at };
}

function readOptions(context: ReadContext, node: YamlNode | undefined): readonly LogicalTypeOption[] {
  if (node?.kind !== 'map') return [];
  return node.entries.flatMap((entry) => {
    const name = LOGICAL_TYPE_OPTIONS.find((option) => option === entry.key);
    if (name === undefined) return [];
    const value = meantValue(context, node, entry);
    return value === null ? [] : [{ name, value, at: entry.keyAt }];
  });
}

const SWITCHES: Readonly<Record<string, string>> = { exclusiveMinimum: 'minimum', exclusiveMaximum: 'maximum' };
const SWITCHED: Readonly<Record<string, string>> = { minimum: 'exclusiveMinimum', maximum: 'exclusiveMaximum' };

/**
 * Version 3.0 made a bound exclusive with a boolean beside it (`maximum: 10`, `exclusiveMaximum: true`); it is read as
 * the later spelling (`exclusiveMaximum: 10`). Null for an option that says nothing of its own.
 */
function meantValue(context: ReadContext, options: YamlNode, { key, keyAt, value }: YamlEntry): YamlNode | null {
  const inclusive = SWITCHES[key];
  if (inclusive === undefined) return isTrue(childOf(options, SWITCHED[key] ?? '')) ? null : value;
  if (scalarText(value) !== undefined) return value;
  if (!isTrue(value)) return null;
  const bound = childOf(options, inclusive);
  if (bound === undefined) {
    const message = `\`${key}: true\` makes \`${inclusive}\` exclusive, and there is none.`;
    context.report(keyAt, { code: 'option-incomplete', message, hint: `Give the bound itself, as \`${key}: 10\`.` });
  }
  return bound ?? null;
}

function readPlaces(node: YamlNode): Readonly<Record<string, SourceLocation>> {
  if (node.kind !== 'map') return {};
  return Object.fromEntries(node.entries.map((entry) => [entry.key, entry.keyAt]));
}
