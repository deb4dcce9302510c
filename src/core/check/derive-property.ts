import type { ContractTable, LogicalTypeOptionName, Property } from '../contract/contract.ts';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Bound, CheckDetail } from './check.ts';
import type { ContractColumn } from './columns.ts';
import { relationshipDraft } from './derive-relationship.ts';
import type { Derived, Draft } from './draft.ts';
import { listWords } from './kinds/enum.ts';
import { TEXT_FORMATS } from './kinds/format.ts';
import { acceptedWords } from './kinds/type.ts';
import { declaredFamily } from './physical-type.ts';
import { textOf } from './scalar.ts';

/** The checks that the schema of one property implies. */
export function propertyDrafts(table: ContractTable, column: ContractColumn): Derived {
  const options = optionDrafts(column);
  return {
    drafts: [
      presence(column),
      ...typeDraft(column),
      ...flagDrafts(column),
      ...options.drafts,
      ...column.property.relationships.map((relationship) => relationshipDraft(table, relationship, column.name)),
      ...itemDrafts(column),
    ],
    problems: options.problems,
  };
}

function presence({ name, path, property }: ContractColumn): Draft {
  return {
    detail: { kind: 'columnPresence', path },
    columns: [name],
    at: property.at,
    expected: `a column ${name} in every object`,
  };
}

function typeDraft({ name, path, property }: ContractColumn): readonly Draft[] {
  const logical = property.logicalType?.name ?? null;
  const physical = property.physicalType?.name ?? null;
  if (logical === null && (physical === null || declaredFamily(physical) === null)) return [];
  const wanted = { logical, physical, format: dateFormat(property) };
  const at = property.logicalType?.at ?? property.physicalType?.at ?? property.at;
  return [
    {
      detail: { kind: 'type', path, logical: wanted },
      columns: [name],
      at,
      expected: acceptedWords(wanted),
      dimension: 'conformity',
    },
  ];
}

/** The pattern dates and times are written in where they are text; null for ISO 8601. */
export function dateFormat(property: Property): string | null {
  const logical = property.logicalType?.name;
  if (logical !== 'date' && logical !== 'timestamp' && logical !== 'time') return null;
  const node = property.options.find((option) => option.name === 'format')?.value;
  return node === undefined ? null : textOf(node);
}

function flagDrafts({ name, property }: ContractColumn): readonly Draft[] {
  const at = (attribute: string): SourceLocation => property.attributeAt[attribute] ?? property.at;
  const drafts: Draft[] = [];
  if (property.required) {
    drafts.push({
      detail: { kind: 'required' },
      columns: [name],
      at: at('required'),
      expected: `${name} is never null`,
      dimension: 'completeness',
    });
  }
  if (property.unique) {
    drafts.push({
      detail: { kind: 'unique' },
      columns: [name],
      at: at('unique'),
      expected: `every ${name} once`,
      dimension: 'uniqueness',
    });
  }
  if (property.enum !== undefined) {
    const { values } = property.enum;
    drafts.push({
      detail: { kind: 'enum', values },
      columns: [name],
      at: property.enum.at,
      expected: listWords(values),
      dimension: 'conformity',
    });
  }
  return drafts;
}

function optionDrafts(column: ContractColumn): Derived {
  const { property, name } = column;
  const option = (wanted: LogicalTypeOptionName) => property.options.find((one) => one.name === wanted);
  const text = (wanted: LogicalTypeOptionName): string | null => {
    const found = option(wanted);
    return found === undefined ? null : textOf(found.value);
  };
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  const add = (detail: CheckDetail, names: readonly LogicalTypeOptionName[], expected: string): void => {
    const at = names.map((wanted) => option(wanted)?.at).find((place) => place !== undefined) ?? property.at;
    drafts.push({ detail, columns: [name], at, expected, dimension: 'conformity' });
  };
  addRange(text, add, name);
  addLength(text, add);
  const divisor = text('multipleOf');
  if (divisor !== null) add({ kind: 'multipleOf', divisor }, ['multipleOf'], `a multiple of ${divisor}`);
  const pattern = text('pattern');
  if (pattern !== null) add({ kind: 'pattern', pattern }, ['pattern'], `matching ${pattern}`);
  const format = text('format');
  if (format !== null && property.logicalType?.name === 'string') {
    const word = format.toLowerCase();
    const known = Object.hasOwn(TEXT_FORMATS, word) ? TEXT_FORMATS[word] : undefined;
    if (known !== undefined) add({ kind: 'format', format: known }, ['format'], `${known} text`);
    else if (option('format') !== undefined) problems.push(unknownFormat(format, option('format')?.at ?? property.at));
  }
  addItems(text, add);
  return { drafts, problems };
}

type ReadOption = (name: LogicalTypeOptionName) => string | null;
type AddDraft = (detail: CheckDetail, names: readonly LogicalTypeOptionName[], expected: string) => void;

function addRange(text: ReadOption, add: AddDraft, name: string): void {
  const bound = (inclusive: LogicalTypeOptionName, exclusive: LogicalTypeOptionName): Bound | null => {
    const [open, closed] = [text(exclusive), text(inclusive)];
    if (open !== null && open !== 'true' && open !== 'false') return { text: open, exclusive: true };
    return closed === null ? null : { text: closed, exclusive: open === 'true' };
  };
  const minimum = bound('minimum', 'exclusiveMinimum');
  const maximum = bound('maximum', 'exclusiveMaximum');
  if (minimum === null && maximum === null) return;
  const low = minimum === null ? '' : `${minimum.text} ${minimum.exclusive ? '<' : '<='} `;
  const high = maximum === null ? '' : ` ${maximum.exclusive ? '<' : '<='} ${maximum.text}`;
  const names: readonly LogicalTypeOptionName[] = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'];
  add({ kind: 'range', minimum, maximum }, names, `${low}${name}${high}`);
}

function addLength(text: ReadOption, add: AddDraft): void {
  const [minimum, maximum] = [text('minLength'), text('maxLength')];
  if (minimum === null && maximum === null) return;
  add({ kind: 'length', minimum, maximum }, ['minLength', 'maxLength'], `${spanWords(minimum, maximum)} characters`);
}

function addItems(text: ReadOption, add: AddDraft): void {
  const [minimum, maximum] = [text('minItems'), text('maxItems')];
  const unique = text('uniqueItems') === 'true';
  if (minimum === null && maximum === null && !unique) return;
  const size = minimum === null && maximum === null ? '' : `${spanWords(minimum, maximum)} items`;
  const words = [size, unique ? 'no item twice' : ''].filter((part) => part !== '').join(', ');
  add({ kind: 'arrayItems', minimum, maximum, unique }, ['minItems', 'maxItems', 'uniqueItems'], words);
}

function spanWords(minimum: string | null, maximum: string | null): string {
  if (minimum === null) return `at most ${maximum}`;
  if (maximum === null) return `at least ${minimum}`;
  return minimum === maximum ? `exactly ${minimum}` : `${minimum} to ${maximum}`;
}

/** Rules about the elements of an array cannot be run yet, so they never pass. */
function itemDrafts({ name, property }: ContractColumn): readonly Draft[] {
  const ruled = property.items === undefined ? [] : ruledBelow(property.items);
  return ruled.map((item) => ({
    detail: { kind: 'unsupported', why: `rules about the elements of ${name} are not supported` },
    columns: [name],
    at: item.at,
    expected: `the rules of ${item.name} for every element of ${name}`,
  }));
}

function ruledBelow(item: Property): readonly Property[] {
  const ruled =
    item.required || item.unique || item.enum !== undefined || item.quality.length > 0 || item.options.length > 0;
  const deeper = [...item.properties, ...(item.items === undefined ? [] : [item.items])].flatMap(ruledBelow);
  return ruled ? [item, ...deeper] : deeper;
}

function unknownFormat(format: string, at: SourceLocation): Problem {
  return problemAt(at, {
    code: 'format-unknown',
    message: `the format ${format} is not known`,
    hint: `use one of ${Object.keys(TEXT_FORMATS).join(', ')}, or a \`pattern\``,
  });
}
