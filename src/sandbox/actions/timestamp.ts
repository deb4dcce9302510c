/** Go's zero time: that of a hook that never ran. */
const NEVER = '0001-01-01T00:00:00Z';

/** Clock with nanoseconds, for times that order the hooks of one run: milliseconds of the wall clock plus the rest. */
export interface NanoClock {
  /** Nanoseconds since 1970. */
  now(): bigint;
}

export function createClock(): NanoClock {
  const offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return { now: () => process.hrtime.bigint() + offset };
}

/**
 * RFC 3339 in UTC with as many decimals as it takes, as Go writes it: `2026-11-21T04:34:48.666724Z`.
 * @param nanoseconds since 1970; 0 is no time at all
 */
export function formatInstant(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return NEVER;
  const whole = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`;
}
