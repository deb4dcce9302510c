/** Milliseconds per unit, as Go's `time.ParseDuration` has them. */
const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3, // U+00B5 micro sign
  μs: 1e-3, // U+03BC Greek mu
  ns: 1e-6,
};

/** Go counts nanoseconds in 64 bits: some 292 years. */
const LARGEST_MS = 2 ** 63 / 1e6;

/**
 * Reads a duration exactly as lakeFS does, in milliseconds: zero, signs and `.5m` are durations, a number without a
 * unit is none. Undefined for what lakeFS refuses. (Sluice's own settings are stricter, see src/config/go-duration.ts.)
 */
export function parseGoDuration(text: string): number | undefined {
  const [, sign, rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+$/.test(rest)) return undefined;
  const sum = [...rest.matchAll(/([\d.]+)([^\d.]+)/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN),
    0,
  );
  if (!Number.isFinite(sum) || sum > LARGEST_MS) return undefined;
  return sign === '-' ? -sum : sum;
}

/** Writes milliseconds as a person would for Go: `5m`, `4m50s`, `1h30m`, `1500ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds % 1_000 !== 0 || milliseconds === 0) return `${milliseconds}ms`;
  const seconds = milliseconds / 1_000;
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'm'],
    [seconds % 60, 's'],
  ];
  return parts.map(([amount, unit]) => (amount === 0 ? '' : `${amount}${unit}`)).join('');
}
