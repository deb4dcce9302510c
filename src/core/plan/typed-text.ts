import { type PhysicalType, physicalType } from '../check/physical-type.ts';
import type { LogicalType } from '../contract/contract.ts';
import { type SqlFragment, sql, typeName, value } from '../sql.ts';

/**
 * What a text must look like to be a value of a logical type. The grammar comes before the cast: DuckDB's casts round
 * `1.7` to 2, read `yes` as true and cut the time off a date.
 */
interface TextType {
  readonly type: PhysicalType;
  /** RE2, matched against the whole text; null when every text fits. */
  readonly grammar: string | null;
  readonly cast: (text: SqlFragment) => SqlFragment;
}

const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?';
const OFFSET = '([zZ]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?';

const TEXT: TextType = { type: physicalType('VARCHAR'), grammar: null, cast: (text) => text };
const INTEGER: TextType = {
  type: physicalType('BIGINT'),
  grammar: '-?[0-9]+',
  cast: (text) => sql`TRY_CAST(${text} AS BIGINT)`,
};
const NUMBER: TextType = {
  type: physicalType('DOUBLE'),
  grammar: '-?([0-9]+(\\.[0-9]+)?|\\.[0-9]+)([eE][+-]?[0-9]+)?',
  // 1e400 matches the grammar and overflows to infinity, which is no number anyone wrote.
  cast: (text) => sql`CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS DOUBLE) END`,
};

/** Objects and lists in text formats are JSON texts of that kind. */
function jsonOf(kind: 'OBJECT' | 'ARRAY'): TextType {
  return {
    type: physicalType('JSON'),
    grammar: null,
    cast: (text) =>
      sql`CASE WHEN json_valid(${text}) THEN CASE WHEN json_type(${text}) = ${value(kind)} THEN CAST(${text} AS JSON) END END`,
  };
}

const TYPES: Readonly<Partial<Record<LogicalType, TextType>>> = {
  integer: INTEGER,
  number: NUMBER,
  boolean: {
    type: physicalType('BOOLEAN'),
    grammar: '(?i:true|false)',
    cast: (text) => sql`TRY_CAST(${text} AS BOOLEAN)`,
  },
  date: { type: physicalType('DATE'), grammar: DATE, cast: (text) => sql`TRY_CAST(${text} AS DATE)` },
  // Without an offset the session's zone, UTC, is meant; with one it is honoured, which a cast to TIMESTAMP would not.
  timestamp: {
    type: physicalType('TIMESTAMP WITH TIME ZONE'),
    grammar: `${DATE}[T ]${TIME}${OFFSET}`,
    cast: (text) => sql`TRY_CAST(${text} AS TIMESTAMPTZ)`,
  },
  time: { type: physicalType('TIME'), grammar: TIME, cast: (text) => sql`TRY_CAST(${text} AS TIME)` },
  object: jsonOf('OBJECT'),
  map: jsonOf('OBJECT'),
  array: jsonOf('ARRAY'),
  vector: jsonOf('ARRAY'),
};

/** A text column under its logical type. */
export interface TypedText {
  readonly type: PhysicalType;
  /** NULL for texts that do not fit. */
  readonly value: SqlFragment;
  /** The text where it does not fit, else NULL. */
  readonly invalid: SqlFragment;
}

/**
 * Types a text expression.
 *
 * @param format JDK-style pattern for dates and times that are not in ISO 8601 (ODCS `logicalTypeOptions.format`)
 */
export function typeText(text: SqlFragment, logical: LogicalType | null, format: string | null): TypedText {
  const textType = (logical === null ? undefined : TYPES[logical]) ?? TEXT;
  const converted = convert(text, textType, format);
  return {
    type: textType.type,
    value: converted,
    invalid: textType === TEXT ? sql`CAST(NULL AS VARCHAR)` : sql`CASE WHEN ${converted} IS NULL THEN ${text} END`,
  };
}

/** The engine's type of a logical type in text formats. */
export function textColumnType(logical: LogicalType | null): PhysicalType {
  return ((logical === null ? undefined : TYPES[logical]) ?? TEXT).type;
}

function convert(text: SqlFragment, textType: TextType, format: string | null): SqlFragment {
  const pattern = format === null ? null : strptimePattern(format);
  if (pattern !== null && textType.type.family !== 'text') return convertByPattern(text, textType, pattern);
  if (textType.grammar === null) return textType.cast(text);
  return sql`CASE WHEN regexp_full_match(${text}, ${value(textType.grammar)}) THEN ${textType.cast(text)} END`;
}

/** strptime is lenient (`1` for `%d`), so the parsed moment must print back to the very text. */
function convertByPattern(text: SqlFragment, textType: TextType, pattern: string): SqlFragment {
  const parsed = sql`try_strptime(${text}, ${value(pattern)})`;
  return sql`CASE WHEN strftime(${parsed}, ${value(pattern)}) = ${text} THEN CAST(${parsed} AS ${typeName(textType.type)}) END`;
}

const PATTERN_LETTERS: readonly (readonly [RegExp, string])[] = [
  [/^yyyy|^uuuu/, '%Y'],
  [/^MM/, '%m'],
  [/^dd/, '%d'],
  [/^HH/, '%H'],
  [/^mm/, '%M'],
  [/^ss/, '%S'],
  [/^SSSSSS/, '%f'],
  [/^SSS/, '%g'],
  [/^'([^']*)'/, ''],
];

/**
 * The strptime pattern of a JDK DateTimeFormatter pattern (ODCS names that syntax), null when it holds letters we do
 * not know. ISO patterns are null as well: the stricter ISO grammar serves them.
 */
export function strptimePattern(format: string): string | null {
  const iso = [
    'yyyy-MM-dd',
    "yyyy-MM-dd'T'HH:mm:ss",
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    'yyyy-MM-dd HH:mm:ss',
    'HH:mm:ss',
    'date',
    'date-time',
    'time',
  ];
  if (iso.includes(format)) return null;
  let rest = format;
  let pattern = '';
  while (rest !== '') {
    const known = PATTERN_LETTERS.find(([letters]) => letters.test(rest));
    const match = known?.[0].exec(rest);
    if (match !== undefined && match !== null && known !== undefined) {
      pattern += known[1] === '' ? (match[1] ?? '').replaceAll('%', '%%') : known[1];
      rest = rest.slice(match[0].length);
    } else if (/^[A-Za-z]/.test(rest)) {
      return null;
    } else {
      pattern += rest[0] === '%' ? '%%' : (rest[0] ?? '');
      rest = rest.slice(1);
    }
  }
  return pattern;
}
