/** Milliseconds per unit, as Go's `time.ParseDuration` has them. */
const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};

/**
 * Reads a positive duration as lakeFS's action files write it (`50s`, `4m50s`, `1.5h`), in milliseconds. Undefined for
 * anything else, zero, negative and unit-less texts included: `timeout: 90` without a unit is a mistake lakeFS itself
 * swallows, and we do not repeat it.
 */
export function parseGoDuration(text: string): number | undefined {
  if (text.length > 32 || !/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|μs|ns))+$/.test(text)) return undefined;
  const milliseconds = [...text.matchAll(/([\d.]+)([^\d.]+)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN),
    0,
  );
  return Number.isFinite(milliseconds) && milliseconds >= 1 ? Math.round(milliseconds) : undefined;
}
