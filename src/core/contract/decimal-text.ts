/** Largest power of ten written out; DuckDB's own numbers end at 1.8e308. */
const MOST_EXPONENT = 400;

/**
 * A YAML 1.2 core number as plain decimal text: `0x1F` is `31`, `0o17` is `15`, `+07` is `7`, `.5` is `0.5`, `1e3` is
 * `1000`; the digits after the point stay as written (`0.10`). Null for what is no finite number of a usable size.
 */
export function decimalText(source: string): string | null {
  if (/^0[xo][0-9a-fA-F]+$/.test(source)) return BigInt(source).toString();
  const match = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(source);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (whole + fraction === '' || Math.abs(shift) > MOST_EXPONENT) return null;
  const { left, right } = shifted(whole, fraction, shift);
  const digits = left.replace(/^0+(?=\d)/, '');
  const text = right === '' ? digits : `${digits}.${right}`;
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text;
}

function shifted(whole: string, fraction: string, shift: number): { readonly left: string; readonly right: string } {
  if (shift >= 0) {
    const padded = fraction.padEnd(shift, '0');
    return { left: `0${whole}${padded.slice(0, shift)}`, right: padded.slice(shift) };
  }
  const padded = whole.padStart(-shift, '0');
  return { left: `0${padded.slice(0, padded.length + shift)}`, right: padded.slice(padded.length + shift) + fraction };
}

/** Compares two decimal texts exactly: negative, zero or positive as for sorting. */
export function compareDecimalTexts(left: string, right: string): number {
  const scale = Math.max(fractionOf(left).length, fractionOf(right).length);
  const difference = scaled(left, scale) - scaled(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function fractionOf(text: string): string {
  return text.split('.')[1] ?? '';
}

function scaled(text: string, scale: number): bigint {
  return BigInt((text.split('.')[0] ?? '') + fractionOf(text).padEnd(scale, '0'));
}
