/**
 * The values of a contract's columns in lines of JSON. All of a depth are taken in one walk over the line, by hash: to ask
 * for each by its pointer looks through the line's keys once per column.
 */
import type { ContractColumn } from '../check/columns.ts';
import { dateFormat } from '../check/derive-property.ts';
import type { LogicalType, Property } from '../contract/contract.ts';
import { identifier, type SqlFragment, sql, value, wholeNumber } from '../sql.ts';
import { saysMore } from './exact-text.ts';
import { type TypedText, typeText } from './typed-text.ts';

/** How to reach the values: what to select from a line, and the value of each column in what was selected. */
export interface JsonValues {
  /** To be selected from the lines; a line that is NULL has no values. */
  readonly walks: (line: SqlFragment, name: string) => readonly SqlFragment[];
  /** The values as JSON text, in the order of the columns; NULL where they are null or missing. */
  readonly found: (name: string) => readonly SqlFragment[];
}

/** Keys in the order of a structure; null: a value. */
type Structure = Map<string, Structure | null>;

export function jsonValues(columns: readonly ContractColumn[]): JsonValues {
  const structures = new Map<number, Structure>();
  const byPointer: ContractColumn[] = [];
  const places = columns.map((column) => {
    const { path } = column;
    if (!path.every(isStructureKey)) {
      byPointer.push(column);
      return { depth: null, steps: [byPointer.length] };
    }
    const structure = structures.get(path.length) ?? new Map();
    structures.set(path.length, structure);
    return { depth: path.length, steps: stepsOf(structure, path) };
  });
  return {
    walks: (line, name) => [
      ...[...structures].map(
        ([depth, structure]) =>
          sql`json_transform(${line}, ${value(structureText(structure))}) AS ${identifier(`${name}_${depth}`)}`,
      ),
      ...(byPointer.length === 0
        ? []
        : [sql`json_extract(${line}, ${jsonPointers(byPointer)}) AS ${identifier(`${name}_pointers`)}`]),
    ],
    found: (name) =>
      places.map(({ depth, steps }) => {
        if (depth === null) {
          const at = sql`${identifier(`${name}_pointers`)}[${wholeNumber(steps[0] ?? 0)}]`;
          return sql`nullif(CAST(${at} AS VARCHAR), 'null')`;
        }
        // By position, as names of fields are the same for the engine when upper and lower case are all that differs.
        const field = steps.reduce(
          (inner, step) => sql`struct_extract_at(${inner}, ${wholeNumber(step)})`,
          identifier(`${name}_${depth}`),
        );
        return sql`CAST(${field} AS VARCHAR)`;
      }),
  };
}

/**
 * A structure cannot hold a NUL or half a character, and a pointer takes a number for the place in a list as well: such
 * keys are looked up as pointers.
 */
function isStructureKey(key: string, depth: number): boolean {
  return !/[\0\p{Surrogate}]/u.test(key) && (depth === 0 || !/^[0-9]+$/.test(key));
}

/** Adds a path; its positions from the outermost, counted from 1. */
function stepsOf(structure: Structure, path: readonly string[]): readonly number[] {
  const [key = '', ...rest] = path;
  const below: Structure | null = rest.length === 0 ? null : (structure.get(key) ?? new Map());
  structure.set(key, below);
  const step = [...structure.keys()].indexOf(key) + 1;
  return below === null ? [step] : [step, ...stepsOf(below, rest)];
}

function structureText(structure: Structure): string {
  const fields = [...structure].map(
    ([key, below]) => `${JSON.stringify(key)}:${below === null ? '"JSON"' : structureText(below)}`,
  );
  return `{${fields.join(',')}}`;
}

/** JSON pointers (RFC 6901), which need no quoting rules of their own for dots and blanks. */
export function jsonPointers(columns: readonly ContractColumn[]): SqlFragment {
  const pointers = columns.map(
    ({ path }) => `/${path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
  );
  return sql`CAST(${value(pointers)} AS VARCHAR[])`;
}

/** How JSON text begins, by what the column holds; of numbers the grammar of their type tells them. */
const JSON_STARTS: Readonly<Partial<Record<LogicalType, string>>> = {
  object: '{',
  map: '{',
  array: '[',
  vector: '[',
};

/**
 * The text that may become a value of the property. The kind of the JSON value is judged first: `"2"` is text and `true`
 * is no 1, whatever a cast would make of them.
 *
 * @param raw JSON text
 */
export function fittingText(property: Property, raw: SqlFragment): SqlFragment {
  const logical = property.logicalType?.name ?? null;
  const text = sql`(${raw} ->> '$')`;
  switch (logical) {
    case null:
      return text;
    case 'integer':
    case 'number':
    case 'boolean':
      // No list, object or text without its quotes is spelled like one of these.
      return raw;
    default: {
      const start = JSON_STARTS[logical];
      if (start !== undefined) return sql`CASE WHEN starts_with(${raw}, ${value(start)}) THEN ${raw} END`;
      return sql`CASE WHEN starts_with(${raw}, '"') THEN ${text} END`;
    }
  }
}

/** Whether the text of the property's values is looked at more than once, and is worth a column of its own. */
export function isReadOften(property: Property): boolean {
  const logical = property.logicalType?.name;
  return logical === 'date' || logical === 'timestamp' || logical === 'time';
}

/** @param fitting what {@link fittingText} gave */
export function typedJson(property: Property, fitting: SqlFragment): TypedText {
  return typeText(fitting, property.logicalType?.name ?? null, dateFormat(property));
}

export interface JsonValue {
  readonly raw: SqlFragment;
  /** What {@link fittingText} gave. */
  readonly text: SqlFragment;
  readonly typed: SqlFragment;
  /** The JSON text with rounded numbers as texts; NULL where no number is rounded; null: nobody asks. */
  readonly told: SqlFragment | null;
}

/** What stands beside a value that does not fit, or, where all is to be told, says more than its type holds. */
export function besideJson(property: Property, { raw, text, typed, told }: JsonValue): SqlFragment {
  const logical = property.logicalType?.name ?? null;
  const rounded = told === null ? sql`` : sql`WHEN (${told} ->> '$') <> (${raw} ->> '$') THEN (${told} ->> '$')`;
  if (logical === null) {
    return told === null
      ? sql`CAST(NULL AS VARCHAR)`
      : sql`CASE ${rounded} WHEN NOT starts_with(${raw}, '"') THEN ${kindWord(raw)} END`;
  }
  const misfit = sql`WHEN ${raw} IS NOT NULL AND ${typed} IS NULL THEN ${raw}`;
  if (told === null) return sql`CASE ${misfit} END`;
  const more = sql`WHEN ${saysMore(text, typed, logical, dateFormat(property))} THEN ${text}`;
  return sql`CASE ${rounded} ${misfit} ${more} END`;
}

function kindWord(raw: SqlFragment): SqlFragment {
  return sql`CASE left(${raw}, 1) WHEN '{' THEN 'OBJECT' WHEN '[' THEN 'ARRAY' WHEN 't' THEN 'BOOLEAN' WHEN 'f' THEN 'BOOLEAN'
    ELSE 'NUMBER' END`;
}
