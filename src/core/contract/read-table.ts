import type { ContractTable, ExtraColumns, Property, Samples, YamlNode } from './contract.ts';
import { readChangeRules } from './read-change-rules.ts';
import { optional, type ReadContext, sluiceBlock } from './read-context.ts';
import { readFormat, readLocations, readReader, type Server } from './read-location.ts';
import { readProperty } from './read-property.ts';
import { readTableRelationship } from './read-relationship.ts';
import { readRules } from './read-rule.ts';
import { childOf, itemsOf, literalsOf, textOf } from './yaml-node.ts';

/** What a table inherits from its contract. */
export interface TableSurroundings {
  /** The contract's sluice block. */
  readonly block: YamlNode | undefined;
  readonly servers: readonly Server[];
  /** True for the only table of the contract. */
  readonly alone: boolean;
}

/** Reads an item of `schema[]`. */
export function readTable(context: ReadContext, node: YamlNode, around: TableSurroundings): ContractTable {
  const block = sluiceBlock(node);
  const name = textOf(node, 'name') ?? '';
  const properties = itemsOf(node, 'properties').map((item) => readProperty(context, item, [name]));
  const format = readFormat(block, around.servers);
  return {
    at: node.at,
    name,
    ...optional('physicalName', textOf(node, 'physicalName')),
    locations: readLocations(context, node, { ...around, block }),
    ...optional('format', format),
    reader: readReader([block, around.block], around.servers),
    extraColumns: readExtraColumns(textOf(block, 'extraColumns') ?? textOf(around.block, 'extraColumns')),
    samples: readSamples([block, around.block]),
    changeRules: readChangeRules(context, block, properties),
    key: readKey(block, properties),
    properties,
    relationships: itemsOf(node, 'relationships').flatMap((item) => readTableRelationship(context, item, name)),
    quality: readRules(context, itemsOf(node, 'quality')),
  };
}

function readExtraColumns(word: string | undefined): ExtraColumns {
  return word === 'allow' || word === 'fail' ? word : 'warn';
}

const DEFAULT_SAMPLES = 5;

/** The table's word counts, else the contract's; each of the two settings by itself. */
function readSamples(blocks: readonly (YamlNode | undefined)[]): Samples {
  const own = blocks.map((block) => childOf(block, 'samples'));
  const columns = own.map((node) => childOf(node, 'columns')).find((node) => node !== undefined);
  const limit = own.map((node) => textOf(node, 'limit')).find((text) => text !== undefined);
  return {
    columns: literalsOf(columns).flatMap((literal) => ('text' in literal ? [literal.text] : [])),
    limit: limit === undefined ? DEFAULT_SAMPLES : Number(limit),
  };
}

function readKey(block: YamlNode | undefined, properties: readonly Property[]): readonly string[] {
  const own = literalsOf(childOf(block, 'key')).flatMap((literal) => ('text' in literal ? [literal.text] : []));
  if (own.length > 0) return own;
  return properties
    .filter((property) => property.primaryKey)
    .sort((left, right) => (left.primaryKeyPosition ?? 0) - (right.primaryKeyPosition ?? 0))
    .map((property) => property.name);
}
