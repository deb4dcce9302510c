import type { Literal } from '../contract/contract.ts';
import { type SqlFragment, sql, value } from '../sql.ts';
import type { Bound } from './check.ts';
import { floorOf, isInteger, parseDecimal, timesTenTo } from './decimal.ts';
import type { PhysicalType } from './physical-type.ts';
import { decimalShape } from './unify-types.ts';

const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;
/** Of the engine's widest DECIMAL. */
const MAX_DIGITS = 38;
const DATE = '(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const TIME = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?';
const ISO_DATE = new RegExp(`^${DATE}$`);
const ISO_TIMESTAMP = new RegExp(`^${DATE}([T ]${TIME}(Z|[+-]([01]\\d|2[0-3]):?[0-5]\\d)?)?$`);
const ISO_TIME = new RegExp(`^${TIME}$`);
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/**
 * A contract's literal as a value of the column's type, or null when no value of that type can equal it. The cast is
 * on the literal and never on the column, so that nothing in the data is rounded before it is compared.
 */
export function typedLiteral(literal: Literal, type: PhysicalType): SqlFragment | null {
  if (literal.type === 'null') return null;
  const text = literal.type === 'boolean' ? String(literal.value) : literal.text;
  switch (type.family) {
    case 'text':
      return value(text);
    case 'integer':
    case 'decimal':
    case 'float':
      return literal.type === 'boolean' ? null : typedNumber(text, type);
    case 'boolean':
      return text === 'true' || text === 'false' ? sql`CAST(${value(text)} AS BOOLEAN)` : null;
    case 'uuid':
      return UUID.test(text) ? sql`CAST(${value(text)} AS UUID)` : null;
    default:
      return typedMoment(text, type);
  }
}

/** A date, timestamp or time literal in ISO 8601; null when the text is none or the column is of another type. */
export function typedMoment(text: string, type: PhysicalType): SqlFragment | null {
  switch (type.family) {
    case 'date':
      return isOnCalendar(ISO_DATE, text) ? sql`CAST(${value(text)} AS DATE)` : null;
    case 'timestamp':
      return isOnCalendar(ISO_TIMESTAMP, text) ? sql`CAST(CAST(${value(text)} AS TIMESTAMPTZ) AS TIMESTAMP)` : null;
    case 'timestamptz':
      return isOnCalendar(ISO_TIMESTAMP, text) ? sql`CAST(${value(text)} AS TIMESTAMPTZ)` : null;
    case 'time':
      return ISO_TIME.test(text) ? sql`CAST(${value(text)} AS TIME)` : null;
    default:
      return null;
  }
}

/** No 30 February: the engine would raise, and with it every check of the scan. */
function isOnCalendar(shape: RegExp, text: string): boolean {
  const [, year, month, day] = shape.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1] ?? 0;
  return Number(day) <= days;
}

function typedNumber(text: string, type: PhysicalType): SqlFragment | null {
  const decimal = parseDecimal(text);
  if (decimal === null) return null;
  if (type.family === 'float') return floatLiteral(text, type);
  const scaled = timesTenTo(decimal, scaleOf(type));
  return isInteger(scaled) ? exactLiteral(floorOf(scaled), type) : null;
}

/** Digits behind the point of an integer or decimal type. */
function scaleOf(type: PhysicalType): number {
  return decimalShape(type.name)?.scale ?? 0;
}

function floatLiteral(text: string, type: PhysicalType): SqlFragment {
  return type.name === 'FLOAT' ? sql`CAST(${value(text)} AS FLOAT)` : sql`CAST(${value(text)} AS DOUBLE)`;
}

/** The integer as a literal that compares with an integer column; null beyond the engine's widest. */
function integerLiteral(integer: bigint): SqlFragment | null {
  if (integer >= -INT64 && integer < INT64) return sql`CAST(${value(integer.toString())} AS BIGINT)`;
  return integer >= -INT128 && integer < INT128 ? sql`CAST(${value(integer.toString())} AS HUGEINT)` : null;
}

/** `digits` over ten to the power of `scale` as a DECIMAL of that scale; null beyond 38 digits. */
function decimalLiteral(digits: bigint, scale: number): SqlFragment | null {
  const plain = digits
    .toString()
    .replace('-', '')
    .padStart(scale + 1, '0');
  const width = Math.max(digits.toString().replace('-', '').length, scale, 1);
  if (width > MAX_DIGITS) return null;
  const point = plain.length - scale;
  const text = `${digits < 0n ? '-' : ''}${plain.slice(0, point)}.${plain.slice(point)}`;
  const type: SqlFragment = { text: [`DECIMAL(${width},${scale})`], values: [] };
  return sql`CAST(${value(text)} AS ${type})`;
}

function exactLiteral(digits: bigint, type: PhysicalType): SqlFragment | null {
  return type.family === 'integer' ? integerLiteral(digits) : decimalLiteral(digits, scaleOf(type));
}

/**
 * True for the values below a minimum or above a maximum, and never for NULL; null when the bound says nothing about
 * the type. Whoever calls it adds NaN, which the engine sorts above everything.
 */
export function outsideBound(
  column: SqlFragment,
  type: PhysicalType,
  side: 'minimum' | 'maximum',
  bound: Bound,
): SqlFragment | null {
  if (type.family === 'integer' || type.family === 'decimal') return outsideExact(column, type, side, bound);
  const limit = type.family === 'float' ? typedNumber(bound.text, type) : typedMoment(bound.text, type);
  return limit === null ? null : compare(column, side, bound.exclusive, limit);
}

/**
 * A bound finer than the column becomes the next value the column can hold (`x >= 1.5` is `x > 1` on integers), and one
 * beyond the engine's widest type is decided here: comparing needs no wider type than the column's own.
 */
function outsideExact(
  column: SqlFragment,
  type: PhysicalType,
  side: 'minimum' | 'maximum',
  bound: Bound,
): SqlFragment | null {
  const decimal = parseDecimal(bound.text);
  if (decimal === null) return null;
  const scaled = timesTenTo(decimal, scaleOf(type));
  const floor = floorOf(scaled);
  const limit = exactLiteral(floor, type);
  if (limit === null) return floor > 0n === (side === 'minimum') ? sql`${column} IS NOT NULL` : sql`false`;
  if (isInteger(scaled)) return compare(column, side, bound.exclusive, limit);
  return side === 'minimum' ? sql`${column} <= ${limit}` : sql`${column} > ${limit}`;
}

function compare(
  column: SqlFragment,
  side: 'minimum' | 'maximum',
  exclusive: boolean,
  limit: SqlFragment,
): SqlFragment {
  if (side === 'minimum') return exclusive ? sql`${column} <= ${limit}` : sql`${column} < ${limit}`;
  return exclusive ? sql`${column} >= ${limit}` : sql`${column} > ${limit}`;
}
