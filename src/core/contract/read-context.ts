import type { Problem, SourceLocation } from '../problem.ts';
import type { YamlNode } from './contract.ts';
import { childOf, itemsOf, textOf } from './yaml-node.ts';

/** What the readers of the parts share. */
export interface ReadContext {
  readonly root: YamlNode;
  /** `v3.0.x` has its own names for metrics and its own meaning of exclusive bounds. */
  readonly version: '3.0' | '3.1' | '3.2';
  report(at: SourceLocation, problem: Omit<Problem, 'file' | 'line' | 'column'>): void;
}

/** The value of the custom property `sluice` of an element. */
export function sluiceBlock(node: YamlNode): YamlNode | undefined {
  const own = itemsOf(node, 'customProperties').find((item) => textOf(item, 'property') === 'sluice');
  return childOf(own, 'value');
}

/** An optional key of a type with exact optional properties: there when it has a value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: V });
}
