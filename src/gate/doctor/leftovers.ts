import { removeLeftovers } from '../scratch-branches.ts';
import type { Patient } from './examination.ts';
import { type Finding, find, named } from './finding.ts';

/** Removes what killed runs left behind. */
export async function examineLeftovers({ facts, deps, signal }: Patient): Promise<Finding> {
  return find({ id: 'leftovers', repository: facts.id }, signal, async () => {
    const removed = await removeLeftovers(facts.id, deps, signal);
    if (removed.length === 0) return { level: 'ok', detail: 'none' };
    const count = removed.length === 1 ? '1 of a killed run was' : `${removed.length} of killed runs were`;
    return { level: 'ok', detail: `${count} removed: ${named(removed)}`, items: removed };
  });
}
