import type { SourceLocation } from '../problem.ts';
import type { Literal, YamlEntry, YamlNode } from './contract.ts';

/** The entry of a mapping, or undefined when the node is no mapping or has no such key. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The value under a key. */
export function childOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return entryOf(node, key)?.value;
}

/** The items of the list under a key; none when there is no list. */
export function itemsOf(node: YamlNode | undefined, key: string): readonly YamlNode[] {
  const child = childOf(node, key);
  return child?.kind === 'list' ? child.items : [];
}

/** The text under a key; a number counts as the text it is written with, anything else as absent. */
export function textOf(node: YamlNode | undefined, key: string): string | undefined {
  return scalarText(childOf(node, key));
}

/** The text of a scalar that is text or a number. */
export function scalarText(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar') return undefined;
  return node.value.type === 'text' || node.value.type === 'number' ? node.value.text : undefined;
}

/** True only for the boolean `true`. */
export function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value.type === 'boolean' && node.value.value;
}

/** A text under a key with its place, as the contract types want it. */
export function placedText(
  node: YamlNode | undefined,
  key: string,
): { readonly text: string; readonly at: SourceLocation } | undefined {
  const child = childOf(node, key);
  const text = scalarText(child);
  return child === undefined || text === undefined ? undefined : { text, at: child.at };
}

/** The scalars of a list, or the one scalar itself. */
export function literalsOf(node: YamlNode | undefined): readonly Literal[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' ? [item.value] : []));
}

/** The node at a JSON pointer of the tree; the deepest one on the way when the pointer leads out of it. */
export function nodeAt(root: YamlNode, pointer: string): YamlNode {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce(
    (node, step) => childOf(node, step) ?? (node.kind === 'list' ? node.items[Number(step)] : undefined) ?? node,
    root,
  );
}

/**
 * The plain value a JSON Schema judges. Objects have no prototype, so that no key can reach one; numbers lose digits
 * here, which is why nothing but the schema reads this value.
 */
export function plainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.assign(
        Object.create(null),
        Object.fromEntries(node.entries.map((entry) => [entry.key, plainValue(entry.value)])),
      );
    case 'scalar':
      return plainScalar(node.value);
  }
}

function plainScalar(literal: Literal): string | number | boolean | null {
  switch (literal.type) {
    case 'null':
      return null;
    case 'boolean':
      return literal.value;
    case 'number':
      return Number(literal.text);
    case 'text':
      return literal.text;
  }
}
