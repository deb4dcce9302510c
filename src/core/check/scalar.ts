import type { YamlNode } from '../contract/contract.ts';

/** A scalar's text as written; null for anything else. */
export function textOf(node: YamlNode): string | null {
  if (node.kind !== 'scalar') return null;
  if (node.value.type === 'null') return null;
  return node.value.type === 'boolean' ? String(node.value.value) : node.value.text;
}
