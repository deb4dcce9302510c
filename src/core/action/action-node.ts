import type { SourceLocation } from '../problem.ts';

/** What a scalar is to lakeFS's decoder (Go's yaml.v3); `text` when it is quoted, whatever it looks like. */
export type ScalarType = 'text' | 'number' | 'boolean' | 'null' | 'date';

/** A node of an action file with its place; aliases and merge keys are already followed, as lakeFS does. */
export type ActionNode =
  | { readonly kind: 'scalar'; readonly at: SourceLocation; readonly text: string; readonly type: ScalarType }
  | { readonly kind: 'list'; readonly at: SourceLocation; readonly items: readonly ActionNode[] }
  | { readonly kind: 'map'; readonly at: SourceLocation; readonly entries: readonly ActionEntry[] };

export type ActionMap = Extract<ActionNode, { kind: 'map' }>;

export interface ActionEntry {
  readonly key: string;
  /** `text` but for keys such as `5:` and `true:`. */
  readonly keyType: ScalarType;
  readonly keyAt: SourceLocation;
  readonly value: ActionNode;
}

/** The entry of a mapping, or undefined where there is none. */
export function entryOf(node: ActionNode | undefined, key: string): ActionEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** True for what lakeFS takes for absent. */
export function isNull(node: ActionNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.type === 'null');
}

/** The text of a scalar as lakeFS's text fields take it (`5` and `true` as they stand), empty for null. */
export function fieldText(node: ActionNode | undefined): string | undefined {
  if (node === undefined || isNull(node)) return '';
  return node.kind === 'scalar' ? node.text : undefined;
}

/** What a node is, in words. */
export function shapeOf(node: ActionNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  return { text: 'a text', number: 'a number', boolean: 'a truth value', null: 'empty', date: 'a date' }[node.type];
}
