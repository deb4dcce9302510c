/** Nanoseconds, or why the text is no duration, in the words of Go's `time.ParseDuration`. */
export type ParsedDuration =
  | { readonly ok: true; readonly nanoseconds: number }
  | { readonly ok: false; readonly message: string };

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5 micro sign
  ['μs', 1_000n], // U+03BC Greek mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const LARGEST = 2n ** 63n - 1n;

/** Reads what the `timeout` of a hook may say: `1m30s`, `1.5h`, `250ms`; a number without a unit is an error. */
export function parseDuration(text: string): ParsedDuration {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return { ok: true, nanoseconds: 0 };
  if (rest === '') return invalid(text);
  let total = 0n;
  for (let at = 0; at < rest.length; ) {
    const [part = '', whole = '', fraction = '', unit = ''] = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest.slice(at)) ?? [];
    if (whole === '' && fraction === '') return invalid(text);
    if (unit === '') return { ok: false, message: `time: missing unit in duration ${JSON.stringify(text)}` };
    const scale = UNITS.get(unit);
    if (scale === undefined) {
      return { ok: false, message: `time: unknown unit "${unit}" in duration ${JSON.stringify(text)}` };
    }
    total += BigInt(whole || 0) * scale + (BigInt(fraction || 0) * scale) / 10n ** BigInt(fraction.length);
    if (total > LARGEST) return invalid(text);
    at += part.length;
  }
  return { ok: true, nanoseconds: Number(sign === '-' ? -total : total) };
}

/** Writes nanoseconds as Go prints a duration: `327.481µs`, `2.000616198s`, `1m30s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  const minutes = nanoseconds / 60_000_000_000n;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function invalid(text: string): ParsedDuration {
  return { ok: false, message: `time: invalid duration ${JSON.stringify(text)}` };
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
