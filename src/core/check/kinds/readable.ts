import type { CheckKind, Judged, ObjectCount, SpecOf } from '../check.ts';
import { isUnreadable, type ObjectFacts } from '../table-facts.ts';
import { count, listed, plural } from '../words.ts';

/**
 * Every object can be read to its end, and every record of a text object is well formed. Stands first for each table:
 * a row that was lost in reading is a row that no other check has seen.
 */
export const readable: CheckKind<SpecOf<'readable'>> = {
  kind: 'readable',
  compile: () => ({ form: 'facts' }),
  judge: (_spec, _state, { facts }) => {
    if (facts.objects.length === 0) return emptied;
    const broken = facts.objects.filter((object) => object.defects.length > 0);
    const lost = broken.map((object): ObjectCount => ({ path: object.path, failing: lostRows(object) }));
    const unreadable = broken.filter(isUnreadable);
    const rows = lost.reduce((sum, object) => sum + object.failing, 0n);
    const isBad = broken.some(({ defects }) => defects.some(({ isUnsupported }) => isUnsupported !== true));
    return {
      outcome: broken.length === 0 ? 'pass' : isBad ? 'fail' : 'error',
      // A defect may cost no row: the column is there, and its folder contradicts it.
      failing: unreadable.length > 0 || (broken.length > 0 && rows === 0n) ? null : rows,
      evaluated: null,
      observed: broken.length === 0 ? plural(facts.objects.length, 'object') : observedWords(broken, unreadable, rows),
      help: broken.length === 0 ? null : isBad ? 'write the objects named here again' : WRITE_PLAINLY,
      objects: lost,
    };
  },
};

const WRITE_PLAINLY = 'write the objects named here again without what the engine cannot read';

/** A table whose last object went away: no rule about its rows can hold or fail any more. */
const emptied: Judged = {
  outcome: 'fail',
  failing: null,
  evaluated: null,
  observed: 'no objects are left',
  help: 'keep at least one object, or take the table out of the contract first',
};

function lostRows(object: ObjectFacts): bigint {
  return object.defects.reduce((sum, defect) => sum + (defect.rows ?? 0n), 0n);
}

function observedWords(broken: readonly ObjectFacts[], unreadable: readonly ObjectFacts[], rows: bigint): string {
  const first = broken.slice(0, 3).flatMap((object) =>
    object.defects.slice(0, 2).map((defect) => {
      const line = defect.line === null ? '' : ` line ${count(defect.line)}`;
      return `${object.path}${line}: ${defect.message}`;
    }),
  );
  const cannot = unreadable.length === 0 ? [] : [`${plural(unreadable.length, 'object')} cannot be read`];
  const lost = rows === 0n ? [] : [`${plural(rows, 'record')} malformed`];
  const counted = [...cannot, ...lost];
  return [...(counted.length === 0 ? [] : [listed(counted)]), listed(first, 4)].join('; ');
}
