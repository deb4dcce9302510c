import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<number>();

/** Does the work for a caller that waits until `deadlineAt` (milliseconds of `performance.now`) and no longer. */
export function untilDeadline<T>(deadlineAt: number, work: () => T): T {
  return current.run(deadlineAt, work);
}

/**
 * Milliseconds that the caller still waits; null where nobody said. For work that is not needed for a verdict and must
 * not cost one. A run that several deliveries share has the deadline of the first.
 */
export function timeLeftMs(): number | null {
  const deadlineAt = current.getStore();
  return deadlineAt === undefined ? null : deadlineAt - performance.now();
}
