import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Literal, LogicalType, Property } from './contract.ts';
import { childOf, literalsOf } from './yaml-node.ts';

/**
 * Listed values of another type than their property: `enum: [{value: 007}]` of a string is the number 7 to YAML, and
 * no text is ever equal to it.
 */
export function lintValues(property: Property): readonly Problem[] {
  const type = property.logicalType?.name;
  const wanted = type === undefined ? undefined : WRITTEN_AS[type];
  if (type === undefined || wanted === undefined) return [];
  const listed = property.quality.flatMap((rule) => {
    const list = childOf(rule.arguments, 'validValues');
    return list === undefined ? [] : [{ values: literalsOf(list), at: list.at }];
  });
  return [...(property.enum === undefined ? [] : [property.enum]), ...listed].flatMap(({ values, at }) =>
    differing(property.name, type, wanted, values, at),
  );
}

const WRITTEN_AS: Readonly<Partial<Record<LogicalType, Literal['type']>>> = {
  string: 'text',
  date: 'text',
  timestamp: 'text',
  time: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

function differing(
  name: string,
  type: LogicalType,
  wanted: Literal['type'],
  values: readonly Literal[],
  at: SourceLocation,
): readonly Problem[] {
  const other = values.find((value) => value.type !== wanted && value.type !== 'null');
  if (other === undefined) return [];
  const shown = 'text' in other ? other.text : String('value' in other && other.value);
  const message = `${name} is of type ${type}, and the listed value ${shown} is a ${other.type}.`;
  const hint = wanted === 'text' ? `Quote it: "${shown}".` : 'Write it without quotes.';
  return [problemAt(at, { code: 'value-type-differs', level: 'warning', message, hint })];
}
