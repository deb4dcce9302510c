import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { YamlNode } from './contract.ts';
import { textOf } from './yaml-node.ts';

/** What later versions of the standard brought; `key: value` for a new value of an old key, `{}` for a mapping. */
const SINCE: Readonly<Record<string, string>> = {
  relationships: 'v3.1.0',
  metric: 'v3.1.0',
  arguments: 'v3.1.0',
  'team: {}': 'v3.1.0',
  'logicalType: timestamp': 'v3.1.0',
  'logicalType: time': 'v3.1.0',
  enum: 'v3.2.0',
  map: 'v3.2.0',
  semanticType: 'v3.2.0',
  context: 'v3.2.0',
  synonyms: 'v3.2.0',
  deprecated: 'v3.2.0',
  vendor: 'v3.2.0',
  encoding: 'v3.2.0',
  'logicalType: map': 'v3.2.0',
  'logicalType: vector': 'v3.2.0',
};

/** Keys whose values are not the standard's. */
const FOREIGN = ['value', 'implementation', 'arguments', 'examples'];

/**
 * Parts that are newer than the version the contract names: Sluice runs them, other tools may refuse the contract.
 * Each is told once, where it first stands.
 */
export function lintVersion(root: YamlNode): readonly Problem[] {
  const version = textOf(root, 'apiVersion') ?? '';
  const first = new Map<string, SourceLocation>();
  collect(root, first);
  return [...first].flatMap(([word, at]) => {
    const since = SINCE[word] ?? '';
    if (since <= version) return [];
    const message = `\`${word}\` came with ${since}, and this contract is written in ${version}.`;
    return [
      problemAt(at, { code: 'newer-than-version', level: 'warning', message, hint: `Write \`apiVersion: ${since}\`.` }),
    ];
  });
}

function collect(node: YamlNode, first: Map<string, SourceLocation>): void {
  if (node.kind === 'list') for (const item of node.items) collect(item, first);
  if (node.kind !== 'map') return;
  for (const { key, keyAt, value } of node.entries) {
    const known = [`${key}: ${shown(value)}`, key].find((one) => Object.hasOwn(SINCE, one));
    if (known !== undefined && !first.has(known)) first.set(known, keyAt);
    if (!FOREIGN.includes(key)) collect(value, first);
  }
}

function shown(value: YamlNode): string {
  if (value.kind === 'scalar') return value.value.type === 'text' ? value.value.text : '';
  return value.kind === 'map' ? '{}' : '[]';
}
