import { parseGoDuration } from '../config/go-duration.ts';

export interface DeadlineLimits {
  readonly defaultDeadlineMs: number;
  readonly maxDeadlineMs: number;
}

/**
 * The deadline of a delivery in milliseconds, from `?deadline=4m50s`; the default where there is none, at most the
 * maximum. Undefined when it is given and is not one positive duration.
 */
export function readDeadline(query: URLSearchParams, limits: DeadlineLimits): number | undefined {
  const given = query.getAll('deadline');
  if (given.length === 0) return limits.defaultDeadlineMs;
  const milliseconds = given.length === 1 ? parseGoDuration(given[0] ?? '') : undefined;
  return milliseconds === undefined ? undefined : Math.min(milliseconds, limits.maxDeadlineMs);
}
