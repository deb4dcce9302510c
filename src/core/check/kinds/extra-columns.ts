import type { CheckKind, SpecOf } from '../check.ts';
import { isUnreadable, type TableFacts } from '../table-facts.ts';
import { listed } from '../words.ts';

/** Columns in the data that the contract does not know. What they mean is the contract's `extraColumns`. */
export const extraColumns: CheckKind<SpecOf<'extraColumns'>> = {
  kind: 'extraColumns',
  compile: () => ({ form: 'facts' }),
  judge: (spec, _state, { facts }) => {
    const objects = facts.objects.filter((object) => !isUnreadable(object));
    const extra = unknownColumns(spec, facts);
    if (extra.length === 0) return { outcome: 'pass', failing: null, evaluated: null, observed: 'none' };
    const holders = objects.filter((object) => object.columns.some((column) => extra.includes(column.name)));
    const where = holders.length === objects.length ? '' : ` in ${holders.length} of ${objects.length} objects`;
    return {
      outcome: 'fail',
      failing: null,
      evaluated: null,
      observed: `${listed(extra, 8)}${where}`,
      help: 'add the columns to the contract, or drop them from the data',
      objects: holders.map((object) => ({ path: object.path, failing: 0n })),
    };
  },
};

/** Their names, in order. */
export function unknownColumns(spec: SpecOf<'extraColumns'>, facts: TableFacts): readonly string[] {
  const known = new Set(spec.known);
  const objects = facts.objects.filter((object) => !isUnreadable(object));
  const names = new Set(objects.flatMap((object) => object.columns.map((column) => column.name)));
  return [...names].filter((name) => !known.has(name)).sort();
}
