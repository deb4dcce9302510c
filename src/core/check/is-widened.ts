import { type PhysicalType, physicalType } from './physical-type.ts';
import { decimalShape } from './unify-types.ts';

/** Bits of the magnitude of each integer type; an unsigned one needs a signed one that is larger. */
const INTEGER_BITS: Readonly<Record<string, { readonly bits: number; readonly signed: boolean }>> = {
  TINYINT: { bits: 7, signed: true },
  SMALLINT: { bits: 15, signed: true },
  INTEGER: { bits: 31, signed: true },
  BIGINT: { bits: 63, signed: true },
  HUGEINT: { bits: 127, signed: true },
  UTINYINT: { bits: 8, signed: false },
  USMALLINT: { bits: 16, signed: false },
  UINTEGER: { bits: 32, signed: false },
  UBIGINT: { bits: 64, signed: false },
  UHUGEINT: { bits: 128, signed: false },
};

/** Whole numbers up to 2 to the power of this are exact. */
const FLOAT_BITS: Readonly<Record<string, number>> = { FLOAT: 24, DOUBLE: 53 };

/**
 * Whether every value of a type is a value of another one too, to the last digit. Stricter than what a diff compares
 * by: a BIGINT is no DOUBLE, as it has more digits. Dates are no timestamps, and timestamps of a finer unit no wider
 * ones: each reaches less far into past and future than the one it would replace.
 */
export function isWidened(before: PhysicalType, after: PhysicalType): boolean {
  if (before.family === 'null' || before.name === after.name) return true;
  // As a footer states it; the engine reads it as FLOAT.
  if (before.name === 'FLOAT16') return after.name === 'FLOAT' || after.name === 'DOUBLE';
  switch (`${before.family} ${after.family}`) {
    case 'integer integer':
      return fitsInteger(before.name, after.name);
    case 'integer decimal':
      return fitsDecimal(integerDigits(before.name), 0, after.name);
    case 'integer float':
      return (INTEGER_BITS[before.name]?.bits ?? Number.POSITIVE_INFINITY) <= (FLOAT_BITS[after.name] ?? 0);
    case 'decimal decimal': {
      const own = decimalShape(before.name);
      return own !== null && fitsDecimal(own.digits - own.scale, own.scale, after.name);
    }
    case 'float float':
      return before.name === 'FLOAT' && after.name === 'DOUBLE';
    case 'text text':
      return after.name === 'VARCHAR';
    case 'list list':
      return isWiderList(before.name, after.name);
    default:
      return false;
  }
}

function fitsInteger(before: string, after: string): boolean {
  const [own, other] = [INTEGER_BITS[before], INTEGER_BITS[after]];
  if (own === undefined || other === undefined) return false;
  return own.bits <= other.bits && (other.signed || !own.signed);
}

/** Digits that the largest value of the type has. */
function integerDigits(name: string): number {
  return Math.ceil((INTEGER_BITS[name]?.bits ?? 999) * Math.log10(2));
}

function fitsDecimal(whole: number, scale: number, after: string): boolean {
  const other = decimalShape(after);
  return other !== null && whole <= other.digits - other.scale && scale <= other.scale;
}

/** Lists of no fixed length; those of a fixed one (`INTEGER[3]`) hold nothing longer or shorter. */
function isWiderList(before: string, after: string): boolean {
  if (!before.endsWith('[]') || !after.endsWith('[]')) return false;
  return isWidened(physicalType(before.slice(0, -2)), physicalType(after.slice(0, -2)));
}
