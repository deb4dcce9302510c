import type { BlockOn } from '../contract/contract.ts';
import type { CheckReport, ViolationOrigin } from '../report/report.ts';
import { originWords } from './origin-words.ts';

/** What is known of where a failure comes from, before a contract's `blockOn` is applied. */
export type FoundOrigin = Omit<ViolationOrigin, 'relaxedBy'>;

/**
 * A failure whose origin was not told this time. Where the origin decides whether it blocks, nobody knows whether it does:
 * that is an error, which blocks as well and is asked anew when the merge is tried again.
 */
export function withUnknownOrigin(check: CheckReport, why: string, blockOn: BlockOn): CheckReport {
  if (check.outcome !== 'fail' || blockOn === 'any') return check;
  const observed = `${check.observed}; blockOn: ${blockOn} asks what of it is new, which is not known: ${why}`;
  return { ...check, observed, outcome: 'error' };
}

/** A failure whose origin this data does not tell, however often it is tried: it blocks as if all of it were new. */
export function withoutOrigin(check: CheckReport, why: string, blockOn: BlockOn): CheckReport {
  if (check.outcome !== 'fail' || blockOn === 'any') return check;
  const words = `blockOn: ${blockOn} lets none of it pass, as what of it is new cannot be told: ${why}`;
  return { ...check, observed: `${check.observed}; ${words}` };
}

/**
 * Puts the origin of a failure to its check. What `blockOn` lets pass is a warning from then on; `error` never changes.
 *
 * @param place where the base is, for people: `on main`
 */
export function withOrigin(check: CheckReport, found: FoundOrigin, blockOn: BlockOn, place: string): CheckReport {
  const isRelaxed = check.outcome === 'fail' && blockOn !== 'any' && isLetPass(blockOn, found);
  const origin: ViolationOrigin = { ...found, relaxedBy: isRelaxed ? blockOn : null };
  const observed = `${check.observed}; ${originWords(origin, place)}`;
  return { ...check, origin, observed, outcome: isRelaxed ? 'warn' : check.outcome };
}

/**
 * `new`: the change brings no violation. `ratchet`: it leaves no more of them than there were. Neither excuses a failure
 * where the base kept the rule.
 */
function isLetPass(blockOn: 'new' | 'ratchet', { failedBefore, rows, worse }: FoundOrigin): boolean {
  if (!failedBefore) return false;
  if (rows === null) return !worse;
  return blockOn === 'new' ? rows.new === 0 : rows.new <= rows.fixed;
}
