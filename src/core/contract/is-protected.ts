import type { PartitionCondition } from './change-rules.ts';
import type { LogicalType } from './contract.ts';
import { compareDecimalTexts } from './decimal-text.ts';

/**
 * Whether rows of a partition are protected by a condition. Null: it cannot be told, which is never a no. That is so
 *
 * - when the path has no folder of the column, or Hive's folder of nulls;
 * - when the value is written otherwise than what it is compared with: texts are never put in order as they stand, as
 *   `2026-1-5` and `20260105` would slip past `2026-01-01`.
 *
 * Dates and timestamps are compared by the moment they stand for (UTC where no zone is written, a date being its first
 * moment), numbers by value. What a value is read as is said by the column's type, else by how the bound is written.
 *
 * @param partitionValues of the object's path, as `partitionValues` gives them
 * @param nowMs milliseconds since 1970: the judged commit's date
 * @param logicalType of the column in the contract; null: none is written
 */
export function isProtected(
  condition: PartitionCondition,
  partitionValues: Readonly<Record<string, string | null>>,
  nowMs: number,
  logicalType: LogicalType | null,
): boolean | null {
  const own = Object.hasOwn(partitionValues, condition.column) ? partitionValues[condition.column] : null;
  if (own === null || own === undefined) return null;
  switch (condition.is) {
    case 'before': {
      const order = compareWithBound(own, condition.bound, logicalType);
      return order === null ? null : order < 0;
    }
    case 'older': {
      const moment = momentOf(own);
      return moment === null ? null : moment <= nowMs - condition.seconds * 1000;
    }
    case 'one-of':
      return isOneOf(own, condition.values, logicalType);
  }
}

/** What a bound can be compared as: null when nothing can be told to lie before it. */
export function boundForm(bound: string): 'moment' | 'number' | 'shape' | null {
  if (momentOf(bound) !== null) return 'moment';
  if (isDecimal(bound)) return 'number';
  return /\d/.test(bound) ? 'shape' : null;
}

/**
 * Negative, zero or positive, as the value lies before, at or after the bound; null when they cannot be compared.
 * `2026-01` and `2026-W05` are compared as texts, with values of the very same shape alone.
 */
function compareWithBound(text: string, bound: string, logicalType: LogicalType | null): number | null {
  const form = boundForm(bound);
  const isNumber = logicalType === 'integer' || logicalType === 'number';
  const isMoment = logicalType === 'date' || logicalType === 'timestamp';
  if (isNumber || (form === 'number' && !isMoment)) {
    return isDecimal(text) && isDecimal(bound) ? compareDecimalTexts(text, bound) : null;
  }
  if (isMoment || form === 'moment') {
    const [left, right] = [momentOf(text), momentOf(bound)];
    return left === null || right === null ? null : left - right;
  }
  if (form === null || shapeOf(text) !== shapeOf(bound)) return null;
  return text < bound ? -1 : text > bound ? 1 : 0;
}

function isOneOf(text: string, values: readonly string[], logicalType: LogicalType | null): boolean | null {
  if (values.includes(text)) return true;
  if (logicalType === 'string') return false;
  const orders = values.map((value) => (boundForm(value) === null ? 1 : compareWithBound(text, value, logicalType)));
  return orders.includes(0) ? true : orders.includes(null) ? null : false;
}

function shapeOf(text: string): string {
  return text.replace(/\d/g, '0');
}

function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** Milliseconds since 1970 of an ISO date or timestamp; null for any other text and for days that do not exist. */
function momentOf(text: string): number | null {
  const match = MOMENT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  if (y === undefined || mo === undefined || d === undefined || h === undefined) return null;
  if (mi === undefined || s === undefined || h > 23 || mi > 59 || s > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return null;
  const wall = date.getTime() + ((h * 60 + mi) * 60 + s) * 1000 + Number(`0.${fraction}0`) * 1000;
  return wall - zoneMinutes(zone) * 60_000;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.replace(/\D/g, '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}
