import { physicalType } from '../check/physical-type.ts';
import type { Doubt } from './evidence.ts';
import type { KeyedRequest } from './keyed-plan.ts';
import { objectTypes } from './object-types.ts';

const PRINTED: ReadonlySet<string> = new Set(['blob', 'list', 'struct', 'map']);

/** Columns that became texts, or were: bytes, lists and objects print like texts that they are not. */
export function lookAlikes({ shape, base, merge }: KeyedRequest): readonly Doubt[] {
  const [olds, news] = [objectTypes(base.relation), objectTypes(merge.relation)];
  return [...shape.key, ...shape.values].flatMap(({ name }) => {
    const [before, after] = [olds.get(name) ?? [], news.get(name) ?? []];
    if (!(isText(before) && isPrinted(after)) && !(isPrinted(before) && isText(after))) return [];
    const types = `${before.join(' and ')} and is ${after.join(' and ')}`;
    const why = `${name} was ${types}: values that look alike as text need not be the same`;
    return [{ why, help: 'keep the type of the column' }];
  });
}

function isText(types: readonly string[]): boolean {
  return types.some((type) => physicalType(type).family === 'text');
}

function isPrinted(types: readonly string[]): boolean {
  return types.some((type) => PRINTED.has(physicalType(type).family));
}
