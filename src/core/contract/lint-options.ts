import { type Problem, problemAt } from '../problem.ts';
import type { ContractTable, LogicalTypeOption, LogicalTypeOptionName, Property } from './contract.ts';
import { isReadableDateFormat } from './date-format.ts';
import { compareDecimalTexts } from './decimal-text.ts';
import { lintPattern } from './lint-pattern.ts';
import { lintValues } from './lint-values.ts';
import { everyProperty } from './property-paths.ts';
import { scalarText } from './yaml-node.ts';

/** Limits of properties that no value could keep, that cannot be read, or that name unknown fields. */
export function lintOptions(table: ContractTable): readonly Problem[] {
  return everyProperty(table).flatMap((property) => [
    ...RANGES.flatMap((range) => emptyRange(property, range)),
    ...property.options.flatMap((option) => lintOption(property, option)),
    ...repeatedEnum(property),
    ...lintValues(property),
  ]);
}

interface Range {
  readonly low: LogicalTypeOptionName;
  readonly high: LogicalTypeOptionName;
  /** True when equal bounds leave no value. */
  readonly open: boolean;
}

const RANGES: readonly Range[] = [
  { low: 'minLength', high: 'maxLength', open: false },
  { low: 'minItems', high: 'maxItems', open: false },
  { low: 'minProperties', high: 'maxProperties', open: false },
  { low: 'minimum', high: 'maximum', open: false },
  { low: 'minimum', high: 'exclusiveMaximum', open: true },
  { low: 'exclusiveMinimum', high: 'maximum', open: true },
  { low: 'exclusiveMinimum', high: 'exclusiveMaximum', open: true },
];

function emptyRange(property: Property, { low, high, open }: Range): readonly Problem[] {
  const [least, most] = [optionText(property, low), optionText(property, high)];
  if (least === undefined || most === undefined) return [];
  const order = compareBounds(least.text, most.text);
  if (order === null || order < 0 || (order === 0 && !open)) return [];
  const message = `No value of ${property.name} can keep both \`${low}: ${least.text}\` and \`${high}: ${most.text}\`.`;
  return [problemAt(most.option.at, { code: 'range-empty', message, hint: `Raise \`${high}\` or lower \`${low}\`.` })];
}

function optionText(
  property: Property,
  name: LogicalTypeOptionName,
): { readonly text: string; readonly option: LogicalTypeOption } | undefined {
  const option = property.options.find((one) => one.name === name);
  const text = scalarText(option?.value);
  return option === undefined || text === undefined ? undefined : { text, option };
}

/** Numbers by value; dates and times of one and the same shape as text. Null when they cannot be compared. */
function compareBounds(left: string, right: string): number | null {
  const numbers = [left, right].every((text) => /^-?\d+(\.\d+)?$/.test(text));
  if (numbers) return compareDecimalTexts(left, right);
  const [leftShape, rightShape] = [left, right].map((text) => text.replace(/\d/g, '0'));
  const isMoment = /^(0000-00-00([T ]00:00(:00(\.0+)?)?Z?)?|00:00(:00(\.0+)?)?)$/.test(leftShape ?? '');
  if (!isMoment || leftShape !== rightShape) return null;
  return left < right ? -1 : left > right ? 1 : 0;
}

function lintOption(property: Property, option: LogicalTypeOption): readonly Problem[] {
  const text = scalarText(option.value) ?? '';
  if (option.name === 'pattern') return lintPattern(text, option.value.at);
  if (option.name === 'required') return unknownFields(property, option);
  const temporal = ['date', 'timestamp', 'time'].includes(property.logicalType?.name ?? '');
  if (option.name !== 'format' || !temporal || isReadableDateFormat(text)) return [];
  return [
    problemAt(option.value.at, {
      code: 'date-format-unknown',
      level: 'warning',
      message: `Text cannot be read by the format ${text}; it is read as ISO 8601.`,
      hint: 'Known: yyyy, MM, dd, HH, mm, ss, SSS, SSSSSS, quoted text and signs.',
    }),
  ];
}

function unknownFields(property: Property, option: LogicalTypeOption): readonly Problem[] {
  const known = property.properties.map(({ name }) => name);
  if (known.length === 0) return [];
  const items = option.value.kind === 'list' ? option.value.items : [];
  return items
    .filter((item) => !known.includes(scalarText(item) ?? ''))
    .map((item) =>
      problemAt(item.at, {
        code: 'column-unknown',
        message: `The object ${property.name} has no field ${scalarText(item) ?? ''}.`,
        hint: `It has: ${known.join(', ')}.`,
      }),
    );
}

function repeatedEnum(property: Property): readonly Problem[] {
  const values = property.enum?.values ?? [];
  const texts = values.map((value) => JSON.stringify(value));
  const twice = values.find((_value, index) => texts.indexOf(texts[index] ?? '') !== index);
  if (twice === undefined || property.enum === undefined) return [];
  const word = 'text' in twice ? twice.text : JSON.stringify('value' in twice ? twice.value : null);
  const message = `The enum of ${property.name} has ${word} twice.`;
  return [problemAt(property.enum.at, { code: 'enum-repeated', level: 'warning', message, hint: 'Keep one.' })];
}
