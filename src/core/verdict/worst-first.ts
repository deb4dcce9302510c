import type { CheckReport } from '../report/report.ts';

/**
 * Failed, could not run, warned; within them by severity, then checks of the structure, then by failing rows. The one
 * order of checks, for the reasons of a verdict as for every format.
 */
export function worstFirst(checks: readonly CheckReport[]): readonly CheckReport[] {
  return [...checks].sort(
    (left, right) =>
      OUTCOMES.indexOf(left.outcome) - OUTCOMES.indexOf(right.outcome) ||
      SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
      weight(right) - weight(left),
  );
}

const OUTCOMES = ['fail', 'error', 'warn', 'skip', 'pass'];
const SEVERITIES = ['error', 'warning', 'info'];

function weight({ failing }: CheckReport): number {
  return failing ?? Number.MAX_SAFE_INTEGER;
}
