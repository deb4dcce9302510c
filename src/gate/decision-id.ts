/** Crockford's base 32: no letter that reads like a digit, and it sorts as its values do. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A sortable unique id in the form of a ULID, lower case: ten digits of time in milliseconds, then sixteen of
 * randomness. `random` gives that many bytes from a strong source.
 */
export function decisionId(milliseconds: number, random: (bytes: number) => Uint8Array): string {
  const time = Array.from({ length: 10 }, (_, place) => digit(Math.floor(milliseconds / 32 ** (9 - place))));
  return `${time.join('')}${Array.from(random(16), digit).join('')}`;
}

/** The last five bits as a digit; bitwise operators would cut the time to 32 bits. */
function digit(value: number): string {
  return DIGITS[value % 32] ?? '';
}
