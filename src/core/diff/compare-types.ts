/**
 * How two types are compared without loss. Never by a cast that rounds: what has no common type that holds every value
 * of both is compared as text, and the report says so.
 */
import { type PhysicalType, physicalType } from '../check/physical-type.ts';
import { decimalShape, unifyTypes } from '../check/unify-types.ts';
import { columnOf } from '../plan/type-name.ts';
import { identifier, join, type SqlFragment, sql, typeName, value } from '../sql.ts';
import { hasSpellings, printedText } from './printed-text.ts';

export type Comparison =
  /** Both sides cast to a type that holds every value of either. */
  | { readonly kind: 'cast'; readonly type: PhysicalType }
  /** An integer and a floating point column: whole numbers as integers, the others as they are. */
  | { readonly kind: 'number' }
  /** Structs: the fields that both have, each by its own comparison. */
  | { readonly kind: 'fields'; readonly fields: readonly { readonly name: string; readonly by: Comparison }[] }
  | { readonly kind: 'text' }
  /** Texts that are no more than texts beside values of a type: as texts, in the spelling of the values. */
  | { readonly kind: 'spelling'; readonly type: PhysicalType };

/** The comparison of a column with these types on the two sides. */
export function comparisonOf(base: PhysicalType, merge: PhysicalType): Comparison {
  // To the engine a month equals thirty days, and a day 24 hours; to whoever adds them to a date they are not the same.
  if (/\bINTERVAL\b/.test(base.name) || /\bINTERVAL\b/.test(merge.name)) return { kind: 'text' };
  if (base.name === merge.name) return cast(base);
  const unified = unifyTypes([base, merge]);
  if (unified !== null) return cast(unified);
  return byFamilies(base, merge) ?? byFamilies(merge, base) ?? { kind: 'text' };
}

/** The same, where all values of a VARCHAR side are of CSV or JSON that no contract gives types to. */
export function spellingOf(base: PhysicalType, merge: PhysicalType): Comparison {
  const typed = base.name === 'VARCHAR' ? merge : base;
  return hasSpellings(typed) ? { kind: 'spelling', type: typed } : comparisonOf(base, merge);
}

function cast(type: PhysicalType): Comparison {
  // A column without a type holds nothing but NULL; any type will do.
  return { kind: 'cast', type: type.family === 'null' ? physicalType('VARCHAR') : type };
}

function byFamilies(one: PhysicalType, other: PhysicalType): Comparison | null {
  switch (`${one.family} ${other.family}`) {
    case 'integer float':
      return { kind: 'number' };
    case 'integer decimal':
      return wideDecimal(one, other);
    case 'decimal float':
      // Up to 15 digits a decimal and its double are one to one.
      return (decimalShape(one.name)?.digits ?? 99) <= 15 && other.name === 'DOUBLE' ? cast(other) : null;
    case 'date timestamp':
      return cast(other);
    case 'date timestamptz':
      return cast(other);
    case 'timestamp timestamptz':
      // Nanoseconds would be cut off.
      return one.name === 'TIMESTAMP_NS' ? null : cast(other);
    case 'struct struct':
      return commonFields(one, other);
    default:
      return null;
  }
}

function wideDecimal(integer: PhysicalType, decimal: PhysicalType): Comparison | null {
  const shape = decimalShape(decimal.name);
  if (shape === null || integer.name.includes('HUGE') || integer.name === 'UBIGINT') return null;
  const whole = Math.max(19, shape.digits - shape.scale);
  return whole + shape.scale > 38 ? null : cast(physicalType(`DECIMAL(${whole + shape.scale},${shape.scale})`));
}

function commonFields(one: PhysicalType, other: PhysicalType): Comparison | null {
  const theirs = new Map(columnOf('', other.name).fields.map((field) => [field.name, field.type]));
  const fields = columnOf('', one.name).fields.flatMap((field) => {
    const type = theirs.get(field.name);
    return type === undefined ? [] : [{ name: field.name, by: comparisonOf(field.type, type) }];
  });
  return fields.length === 0 ? null : { kind: 'fields', fields };
}

/** The name of the comparison for people, when the two types differ; null when they are the same. */
export function comparedAs(base: PhysicalType, merge: PhysicalType, comparison: Comparison): string | null {
  if (base.name === merge.name || base.family === 'null' || merge.family === 'null') return null;
  switch (comparison.kind) {
    case 'cast':
    case 'spelling':
      return comparison.type.name;
    case 'number':
      return 'numbers';
    case 'fields':
      return 'the fields that both have';
    case 'text':
      return 'text';
  }
}

/** True when a tolerance makes sense: floating point on either side. */
export function isFloating(comparison: Comparison): boolean {
  return comparison.kind === 'number' || (comparison.kind === 'cast' && comparison.type.family === 'float');
}

/** An expression of the type `own` in the form in which both sides are compared. */
export function comparable(comparison: Comparison, own: PhysicalType, expression: SqlFragment): SqlFragment {
  switch (comparison.kind) {
    case 'cast':
      return own.name === comparison.type.name ? expression : sql`CAST(${expression} AS ${typeName(comparison.type)})`;
    case 'number':
      return asNumber(own, expression);
    case 'fields':
      return asFields(comparison.fields, own, expression);
    case 'text':
      return sql`CAST(${expression} AS VARCHAR)`;
    case 'spelling':
      return own.name === 'VARCHAR' ? printedText(expression, comparison.type) : sql`CAST(${expression} AS VARCHAR)`;
  }
}

/** NULL in the form of the comparison, for a side that has no such column in the objects read. */
export function comparableNull(comparison: Comparison, type: PhysicalType): SqlFragment {
  const own = type.family === 'null' ? physicalType('VARCHAR') : type;
  return comparable(comparison, own, sql`CAST(NULL AS ${typeName(own)})`);
}

function asNumber(own: PhysicalType, expression: SqlFragment): SqlFragment {
  const whole =
    own.family === 'integer'
      ? sql`CAST(${expression} AS HUGEINT)`
      : sql`CASE WHEN isfinite(${expression}) AND trunc(${expression}) = ${expression} AND abs(${expression}) < 1e37 THEN CAST(${expression} AS HUGEINT) END`;
  const rest =
    own.family === 'integer'
      ? sql`CAST(NULL AS DOUBLE)`
      : sql`CASE WHEN NOT (isfinite(${expression}) AND trunc(${expression}) = ${expression} AND abs(${expression}) < 1e37) THEN CAST(${expression} AS DOUBLE) END`;
  return sql`CASE WHEN ${expression} IS NOT NULL THEN struct_pack(whole := ${whole}, rest := ${rest}) END`;
}

function asFields(
  fields: readonly { readonly name: string; readonly by: Comparison }[],
  own: PhysicalType,
  expression: SqlFragment,
): SqlFragment {
  const types = new Map(columnOf('', own.name).fields.map((field) => [field.name, field.type]));
  const packed = fields.map(({ name, by }, index) => {
    const type = types.get(name);
    const inner =
      type === undefined ? missingField(by) : comparable(by, type, sql`(${expression}).${identifier(name)}`);
    return sql`${identifier(`f${index}`)} := ${inner}`;
  });
  return sql`CASE WHEN ${expression} IS NOT NULL THEN struct_pack(${join(packed, ', ')}) END`;
}

/** NULL for a field that this side does not have; it is compared as the other side's type, or as text. */
function missingField(by: Comparison): SqlFragment {
  return comparableNull(by, by.kind === 'cast' ? by.type : physicalType('VARCHAR'));
}

/** A number of our own making where the grammar takes a parameter. */
export function doubleValue(decimalText: string): SqlFragment {
  return sql`CAST(${value(decimalText)} AS DOUBLE)`;
}
