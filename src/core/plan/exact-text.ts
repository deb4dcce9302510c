/**
 * What a text says beyond the value it is staged as: digits that no DOUBLE holds, parts of a second below the
 * microsecond. Checks read the value, as every reader would. Who judges changes has to know whether the text changed.
 */
import type { LogicalType } from '../contract/contract.ts';
import { type SqlFragment, sql, value } from '../sql.ts';
import { strptimePattern } from './typed-text.ts';

const BELOW_MICROSECONDS = '\\.[0-9]{6}[0-9]*[1-9]';

/**
 * Whether the text says more than its value; NULL or false: it does not.
 *
 * @param typed what the text became, not NULL
 * @param format JDK-style pattern, see `typeText`
 */
export function saysMore(
  text: SqlFragment,
  typed: SqlFragment,
  logical: LogicalType | null,
  format: string | null,
): SqlFragment {
  const pattern = format === null ? null : strptimePattern(format);
  switch (logical) {
    case 'number':
      return sql`CASE WHEN ${mayBeRounded(text)} THEN ${isRounded(text, typed)} END`;
    case 'timestamp':
    case 'time':
    case 'date':
      if (pattern !== null) return losesPart(logical, pattern) ? sql`true` : sql`false`;
      return logical === 'date' ? sql`false` : sql`regexp_matches(${text}, ${value(BELOW_MICROSECONDS)})`;
    default:
      return sql`false`;
  }
}

/** A pattern may tell the time of a date, or the date of a time, and the type has no place for it. */
function losesPart(logical: LogicalType, pattern: string): boolean {
  return (logical === 'date' && /%[HMSfg]/.test(pattern)) || (logical === 'time' && /%[Ymd]/.test(pattern));
}

/** Other numbers have at most 15 digits, and no two of those are one DOUBLE. */
function mayBeRounded(text: SqlFragment): SqlFragment {
  return sql`(strlen(${text}) > 15 OR contains(${text}, 'e') OR contains(${text}, 'E'))`;
}

/**
 * A DOUBLE prints as the shortest text that is read as it. Where that has the digits of the text, the two are the same
 * number: their powers of ten cannot differ, as both are read as the one DOUBLE. Of 0 there are no digits.
 */
function isRounded(text: SqlFragment, double: SqlFragment): SqlFragment {
  const printed = sql`CAST(${double} AS VARCHAR)`;
  // Most are written as they print, and to look for digits takes longer.
  return sql`CASE WHEN ${text} = ${printed} THEN false ELSE ${digits(text)} <> ${digits(printed)} END`;
}

function digits(text: SqlFragment): SqlFragment {
  return sql`trim(regexp_replace(${text}, '[eE].*|[-.]', '', 'g'), '0')`;
}

/** Texts, numbers and what is between them, without a gap. */
const JSON_TOKENS = '"(?:[^"\\\\]|\\\\.)*"|-?[0-9][-+0-9.eE]*|[^"0-9-]+|-';
const FRACTION = '-?[0-9]+(?:\\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)';
/** What no line without a rounded number has. */
const LONG_NUMBER = '[0-9.]{16}|[0-9][eE]';

/**
 * A line of JSON with the numbers that the engine's parser rounds as texts; NULL where there is none of them. Whole
 * numbers it keeps to the last digit.
 */
export function withRoundedAsTexts(line: SqlFragment): SqlFragment {
  const rounded = sql`${mayBeRounded(sql`t`)} AND ${isRounded(sql`t`, sql`TRY_CAST(t AS DOUBLE)`)}`;
  // What looks like a number may be in a text; to take a line apart is dear, and hardly ever needed.
  const fractions = sql`regexp_extract_all(${line}, ${value(FRACTION)})`;
  const mayHave = sql`regexp_matches(${line}, ${value(LONG_NUMBER)}) AND len(list_filter(${fractions}, lambda t: ${rounded})) > 0`;
  const tokens = sql`regexp_extract_all(${line}, ${value(JSON_TOKENS)})`;
  const token = sql`CASE WHEN regexp_full_match(t, ${value(FRACTION)}) AND ${rounded} THEN '"' || t || '"' ELSE t END`;
  return sql`CASE WHEN ${mayHave} THEN array_to_string(list_transform(${tokens}, lambda t: ${token}), '') END`;
}
