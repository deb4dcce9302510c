import { type Problem, problemAt } from '../problem.ts';
import type { YamlNode } from './contract.ts';
import { nearestWord } from './nearest-word.ts';
import { childOf, itemsOf, textOf } from './yaml-node.ts';

/** Sluice blocks that nobody reads: in the wrong place, a second time, or under a name that only looks like ours. */
export function lintBlocks(root: YamlNode): readonly Problem[] {
  return below(root, '');
}

/** A contract, a table and a quality rule have one; the list around the item tells which it is. */
const READ_IN = ['', 'schema', 'quality'];

function below(node: YamlNode, list: string): readonly Problem[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap((item) => below(item, list));
  const entries = node.entries.filter(({ key }) => key !== 'value' && key !== 'implementation');
  return [...blocksOf(node, list), ...entries.flatMap(({ key, value }) => below(value, key))];
}

function blocksOf(node: YamlNode, list: string): readonly Problem[] {
  const named = itemsOf(node, 'customProperties').map((item) => ({
    at: childOf(item, 'property')?.at ?? item.at,
    name: textOf(item, 'property') ?? '',
  }));
  const own = named.filter(({ name }) => name === 'sluice');
  const unread = READ_IN.includes(list) ? own.slice(1) : own;
  const lookAlike = named.filter(({ name }) => name !== 'sluice' && nearestWord(name, ['sluice']) !== null);
  return [
    ...unread.map(({ at }) => {
      const message =
        own.length > 1 ? 'There is a second sluice block here; only one is read.' : 'No sluice block is read here.';
      const hint = 'A contract, a table and a quality rule may each have one.';
      return problemAt(at, { code: 'block-unread', message, hint });
    }),
    ...lookAlike.map(({ at, name }) => {
      const message = `The custom property "${name}" is not read.`;
      return problemAt(at, { code: 'block-unread', level: 'warning', message, hint: 'Did you mean `sluice`?' });
    }),
  ];
}
