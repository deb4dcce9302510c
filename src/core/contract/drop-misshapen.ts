import type { YamlNode } from './contract.ts';
import { nearestWord } from './nearest-word.ts';

/** Where a document breaks the schema: a JSON pointer, and the key that is unknown or missing there. */
export interface ShapeFault {
  readonly pointer: string;
  readonly key?: string;
}

/**
 * The document without the rules, service levels, relationships and servers that have the wrong shape, so that the
 * rest can be linted in the same go. Null when the faults reach the names and columns that everything else refers to:
 * what the lint said then would be about the fault and not about the contract.
 */
export function dropMisshapen(root: YamlNode, faults: readonly ShapeFault[]): YamlNode | null {
  const items = faults.map(({ pointer }) => DROPPABLE.exec(pointer)?.[0]);
  const others = faults.filter((_fault, index) => items[index] === undefined);
  if (others.some(isStructural)) return null;
  return without(root, '', new Set(items));
}

const DROPPABLE = /^.*\/(?:quality|slaProperties|relationships|servers|enum)\/\d+/;

const STRUCTURE = ['schema', 'properties', 'items', 'name', 'physicalName', 'servers', 'relationships', 'quality'];

function isStructural({ pointer, key }: ShapeFault): boolean {
  if (key !== undefined) return nearestWord(key, STRUCTURE) !== null;
  const last = pointer.split('/').at(-1) ?? '';
  return STRUCTURE.includes(last) || /\/(?:schema|properties)\/\d+$/.test(pointer) || pointer === '';
}

function without(node: YamlNode, pointer: string, dropped: ReadonlySet<string | undefined>): YamlNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'map') {
    const step = (key: string): string => `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const entries = node.entries.map((entry) => ({ ...entry, value: without(entry.value, step(entry.key), dropped) }));
    return { ...node, entries };
  }
  const items = node.items.flatMap((item, index) => {
    const at = `${pointer}/${index}`;
    return dropped.has(at) ? [] : [without(item, at, dropped)];
  });
  return { ...node, items };
}
