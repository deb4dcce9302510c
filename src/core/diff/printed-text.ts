/**
 * Texts of CSV and JSON beside typed values, where no contract says what they are: `True` and true, `12.50` and 12.5. Only a
 * text that says the value and nothing else is taken for it; all others stay as they are, and differ.
 */
import type { PhysicalType } from '../check/physical-type.ts';
import { decimalShape } from '../check/unify-types.ts';
import { type SqlFragment, sql, typeName, value, wholeNumber } from '../sql.ts';

const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';
const OFFSET = '([zZ]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)';
/** Leading zeros are digits of a code, and no number has them. */
const WHOLE = '-?(0|[1-9][0-9]*)';

/** Digits of a second that the type holds. */
const SECONDS: Readonly<Record<string, number>> = {
  TIMESTAMP_S: 0,
  TIMESTAMP_MS: 3,
  TIMESTAMP: 6,
  TIMESTAMP_NS: 9,
  'TIMESTAMP WITH TIME ZONE': 6,
  TIME: 6,
  TIME_NS: 9,
};

/** Characters up to which every decimal number is told from every other: of 15 digits by a DOUBLE, of 6 by a FLOAT. */
const TOLD: Readonly<Record<string, number>> = { DOUBLE: 15, FLOAT: 7 };

/** True for a type whose values are written in more than one way; those of the others have one text each. */
export function hasSpellings(type: PhysicalType): boolean {
  return grammarOf(type) !== null;
}

/** The text as the engine prints the value that it says, or as it is. */
export function printedText(text: SqlFragment, type: PhysicalType): SqlFragment {
  const grammar = grammarOf(type);
  if (grammar === null) return text;
  const fits = sql`regexp_full_match(${text}, ${value(grammar)})${told(text, type)}`;
  // What looks like a value may be none, or a larger one than the type holds.
  return sql`coalesce(CASE WHEN ${fits} THEN CAST(TRY_CAST(${text} AS ${typeName(type)}) AS VARCHAR) END, ${text})`;
}

function told(text: SqlFragment, { name }: PhysicalType): SqlFragment {
  const most = TOLD[name];
  return most === undefined ? sql`` : sql` AND strlen(${text}) <= ${wholeNumber(most)}`;
}

/** RE2 of the whole text; null: the type has one spelling alone, or none that is told. */
function grammarOf({ name }: PhysicalType): string | null {
  const decimal = decimalShape(name);
  if (decimal !== null) return `${WHOLE}${decimal.scale === 0 ? '' : `(\\.[0-9]{1,${decimal.scale}})?`}`;
  const digits = SECONDS[name];
  if (digits !== undefined) {
    const seconds = `(:[0-5][0-9]${digits === 0 ? '' : `(\\.[0-9]{1,${digits}})?`})?`;
    if (name.startsWith('TIMESTAMP')) return `${DATE}[T ]${CLOCK}${seconds}${name.includes('ZONE') ? OFFSET : ''}`;
    return `${CLOCK}${seconds}`;
  }
  if (name === 'BOOLEAN') return '(?i:true|false)';
  return name in TOLD ? `${WHOLE}(\\.[0-9]+)?` : null;
}
