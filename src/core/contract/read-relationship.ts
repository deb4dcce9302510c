import type { Relationship, YamlNode } from './contract.ts';
import { optional, type ReadContext } from './read-context.ts';
import { childOf, itemsOf, scalarText, textOf } from './yaml-node.ts';

/** Reads an item of a table's `relationships[]`; none when a reference cannot be read. */
export function readTableRelationship(context: ReadContext, node: YamlNode, table: string): readonly Relationship[] {
  const from = references(context, childOf(node, 'from'));
  const to = readTarget(context, node);
  if (from === null || to === null) return [];
  const stranger = from.find((reference) => reference.table !== table || reference.contract !== undefined);
  if (stranger !== undefined) {
    context.report(stranger.node.at, {
      code: 'relationship-from-elsewhere',
      message: `A relationship of ${table} starts at a property of ${table}, not of ${stranger.table}.`,
      hint: `Write it under the table ${stranger.table}, or as \`${table}.<property>\`.`,
    });
    return [];
  }
  const names = from.map((reference) => reference.property);
  if (names.length !== to.properties.length) {
    context.report(node.at, {
      code: 'relationship-uneven',
      message: `\`from\` names ${names.length} and \`to\` names ${to.properties.length} properties.`,
      hint: 'Name as many on both sides, in the same order.',
    });
    return [];
  }
  return [{ at: node.at, ...optional('id', textOf(node, 'id')), from: names, to }];
}

/**
 * Reads an item of a property's `relationships[]`.
 * @param path the table and the properties down to the one that has it
 */
export function readPropertyRelationship(
  context: ReadContext,
  node: YamlNode,
  path: readonly string[],
): readonly Relationship[] {
  const to = readTarget(context, node);
  if (to === null) return [];
  if (to.properties.length !== 1) {
    context.report(node.at, {
      code: 'relationship-uneven',
      message: `A relationship of one property names one property, not ${to.properties.length}.`,
      hint: 'Write a relationship of several properties under the table, with `from` and `to`.',
    });
    return [];
  }
  return [{ at: node.at, ...optional('id', textOf(node, 'id')), from: [path.slice(1).join('.')], to }];
}

interface Reference {
  readonly contract?: string;
  readonly table: string;
  readonly property: string;
  readonly node: YamlNode;
}

function readTarget(context: ReadContext, node: YamlNode): Relationship['to'] | null {
  const to = references(context, childOf(node, 'to'));
  const first = to?.[0];
  if (to === null || first === undefined) return null;
  const other = to.find((one) => one.table !== first.table || one.contract !== first.contract);
  if (other !== undefined) {
    context.report(other.node.at, {
      code: 'relationship-several-tables',
      message: `One relationship leads to one table, not to ${first.table} and ${other.table}.`,
      hint: 'Write two relationships.',
    });
    return null;
  }
  const properties = to.map((reference) => reference.property);
  return { ...optional('contract', first.contract), table: first.table, properties };
}

/** Null, with the problems told, when one of the references cannot be read. */
function references(context: ReadContext, node: YamlNode | undefined): readonly Reference[] | null {
  const nodes = node?.kind === 'list' ? node.items : node === undefined ? [] : [node];
  const found = nodes.map((one) => reference(context, one));
  return found.every((one) => one !== null) ? found : null;
}

/** `table.column`, `schema/<id>/properties/<id>`, or the latter after `file.odcs.yaml#/`. */
function reference(context: ReadContext, node: YamlNode): Reference | null {
  const text = scalarText(node) ?? '';
  const [, file, path] = /^(?:(.+\.ya?ml)#)?(.*)$/s.exec(text) ?? [];
  const qualified = /^\/?schema\/([^/]+)((?:\/properties\/[^/]+)+)$/.exec(path ?? '');
  if (qualified !== null) {
    const ids = (qualified[2] ?? '').split('/properties/').slice(1);
    const resolved = file === undefined ? resolve(context.root, qualified[1] ?? '', ids) : [qualified[1] ?? '', ...ids];
    const [table = '', ...properties] = resolved;
    return { ...optional('contract', file), table, property: properties.join('.'), node };
  }
  const dot = text.indexOf('.');
  if (file === undefined && dot > 0 && dot < text.length - 1 && !/[\s/#]/.test(text)) {
    return { table: text.slice(0, dot), property: text.slice(dot + 1), node };
  }
  context.report(node.at, {
    code: 'reference-invalid',
    message: `"${text}" does not name a property.`,
    hint: 'Write `table.column`, or `other.odcs.yaml#/schema/<table id>/properties/<property id>`.',
  });
  return null;
}

/** Qualified references go by id; what has no such id is taken as a name. */
function resolve(root: YamlNode, table: string, ids: readonly string[]): readonly string[] {
  const tables = itemsOf(root, 'schema');
  const found = tables.find((node) => textOf(node, 'id') === table) ?? byName(tables, table);
  let level = itemsOf(found, 'properties');
  const names = ids.map((id) => {
    const property = level.find((node) => textOf(node, 'id') === id) ?? byName(level, id);
    level = itemsOf(property, 'properties');
    return textOf(property, 'name') ?? id;
  });
  return [textOf(found, 'name') ?? table, ...names];
}

function byName(nodes: readonly YamlNode[], name: string): YamlNode | undefined {
  return nodes.find((node) => textOf(node, 'name') === name);
}
