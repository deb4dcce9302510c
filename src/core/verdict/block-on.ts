import type { BlockOn } from '../contract/contract.ts';
import type { CheckReport, ViolationOrigin } from '../report/report.ts';

/** What is known of where a failure comes from, before a contract's `blockOn` is applied. */
export type FoundOrigin = Omit<ViolationOrigin, 'relaxedBy'>;

/**
 * Puts the origin of a failure to its check. What `blockOn` lets pass is a warning from then on; `error` never changes,
 * and neither does a failure whose origin nobody knows.
 */
export function withOrigin(check: CheckReport, origin: FoundOrigin, blockOn: BlockOn): CheckReport {
  if (check.outcome !== 'fail' || blockOn === 'any' || !isLetPass(blockOn, origin)) {
    return { ...check, origin: { ...origin, relaxedBy: null } };
  }
  return { ...check, outcome: 'warn', origin: { ...origin, relaxedBy: blockOn } };
}

/** `new`: the change brings no violation. `ratchet`: it leaves no more of them than there were. */
function isLetPass(blockOn: 'new' | 'ratchet', { failedBefore, rows }: FoundOrigin): boolean {
  if (rows === null) return failedBefore;
  return blockOn === 'new' ? rows.new === 0 : rows.new <= rows.fixed;
}
