import type { CheckKind, JudgeContext, Judged, SpecOf } from '../check.ts';
import { columnAt, isUnreadable, type ObjectFacts } from '../table-facts.ts';
import { listed, plural } from '../words.ts';

/** A column of the contract is in every object, under exactly its name. */
export const columnPresence: CheckKind<SpecOf<'columnPresence'>> = {
  kind: 'columnPresence',
  compile: () => ({ form: 'facts' }),
  judge: (spec, _state, context) => {
    const name = spec.columns[0] ?? '';
    const objects = readableObjects(context);
    const fromPath = context.facts.partitionColumns.includes(name);
    const without = fromPath ? [] : objects.filter((object) => !hasColumn(object, spec.path));
    if (without.length > 0) return missing(name, without, objects);
    return { outcome: 'pass', failing: null, evaluated: null, observed: fromPath ? 'from the path' : 'present' };
  },
};

/** Text objects of the JSON kind may leave a key out of every row when there is no row. */
function hasColumn(object: ObjectFacts, path: readonly string[]): boolean {
  if (object.format === 'json' && object.records === 0n) return true;
  return columnAt(object, path) !== undefined;
}

function readableObjects({ facts }: JudgeContext): readonly ObjectFacts[] {
  return facts.objects.filter((object) => !isUnreadable(object));
}

function missing(name: string, without: readonly ObjectFacts[], objects: readonly ObjectFacts[]): Judged {
  const nearby = without
    .flatMap((object) => object.columns.map((column) => column.name))
    .find((other) => other.toLowerCase() === name.toLowerCase());
  const where =
    without.length === objects.length
      ? `missing in ${objects.length === 1 ? 'the object' : `all ${plural(objects.length, 'object')}`}`
      : `missing in ${without.length} of ${plural(objects.length, 'object')}: ${listed(
          without.map((object) => object.path),
          3,
        )}`;
  return {
    outcome: 'fail',
    failing: null,
    evaluated: null,
    observed: nearby === undefined ? where : `${where}; there is a column ${nearby}`,
    help:
      nearby === undefined
        ? 'write the column, or take it out of the contract'
        : `names are compared exactly: rename ${nearby} to ${name}`,
    objects: without.map((object) => ({ path: object.path, failing: 0n })),
  };
}
