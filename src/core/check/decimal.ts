/** An exact decimal: `digits` times ten to the power of minus `scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Reads a decimal text exactly; null for anything else (`nan`, `inf`, `1_000`). */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Negative, zero or positive, as left is less than, equal to or greater than right. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const difference = rescale(left, scale) - rescale(right, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function rescale(decimal: Decimal, scale: number): bigint {
  return decimal.digits * 10n ** BigInt(scale - decimal.scale);
}

/** The decimal with its point moved to the right. */
export function timesTenTo({ digits, scale }: Decimal, power: number): Decimal {
  return scale >= power
    ? { digits, scale: scale - power }
    : { digits: digits * 10n ** BigInt(power - scale), scale: 0 };
}

/** The largest integer that is not above the decimal. */
export function floorOf(decimal: Decimal): bigint {
  const unit = 10n ** BigInt(decimal.scale);
  const quotient = decimal.digits / unit;
  return decimal.digits < 0n && decimal.digits % unit !== 0n ? quotient - 1n : quotient;
}

/** True when the decimal has no fraction. */
export function isInteger(decimal: Decimal): boolean {
  return decimal.digits % 10n ** BigInt(decimal.scale) === 0n;
}

/** `part` of `whole` in percent as an exact fraction compared with a bound; used instead of a rounded rate. */
export function comparePercent(part: bigint, whole: bigint, bound: Decimal): number {
  if (whole === 0n) return compareDecimals({ digits: 0n, scale: 0 }, bound);
  const left = part * 100n * 10n ** BigInt(bound.scale);
  const right = bound.digits * whole;
  return left === right ? 0 : left < right ? -1 : 1;
}
