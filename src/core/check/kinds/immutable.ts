import { unpaired, whole } from '../change-bounds.ts';
import type { CertainChanges, ChangeEvidence } from '../change-evidence.ts';
import type { CheckKind, Judged, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';
import { judgeChanges, judgeInterval, WHOLE_TABLE } from '../judging-changes.ts';
import { plural } from '../words.ts';

/** No value of the column changes, from or to null included, in a row that is there before and after. */
export const immutable: CheckKind<SpecOf<'immutable'>> = {
  kind: 'immutable',
  judgedBy: 'changes',
  compile: () => WHOLE_TABLE,
  judge: (spec, state) =>
    judgeChanges(
      state,
      (evidence) => judgeColumn(spec, evidence),
      (certain) => lostColumn(spec.columns[0] ?? '', certain),
    ),
};

function judgeColumn(spec: SpecOf<'immutable'>, evidence: ChangeEvidence): Judged {
  const name = spec.columns[0] ?? '';
  if (evidence.key.length === 0) {
    return notRun('the table has no key, so no row after is known to be a row before', 'give the table a `key`');
  }
  if (evidence.key.includes(name)) {
    const observed = `${name} is part of the key: a row with another ${name} is another row`;
    return { outcome: 'skip', failing: null, evaluated: null, observed };
  }
  const changed = evidence.columns.get(name);
  if (changed === undefined) return judgeAbsent(name, evidence);
  const least = whole(changed);
  return judgeInterval(spec, evidence, {
    interval: { least, most: least + unpaired(evidence) },
    keeps: (rows) => rows === 0n,
    evaluated: BigInt(evidence.rows.base),
    say: (rows) => `${rows} with another ${name} than before`,
    help: `keep ${name} as it was; a new value belongs into a new row`,
  });
}

/** Null when the column is there, or there was no row. */
function lostColumn(name: string, { schema, rows }: CertainChanges): Judged | null {
  const base = BigInt(rows.base);
  if (base === 0n || !schema.some(({ change, column }) => change === 'removed' && column === name)) return null;
  const observed = `${name} is gone from ${plural(base, 'row')}`;
  return { outcome: 'fail', failing: base, evaluated: base, observed, help: 'keep the column' };
}

function judgeAbsent(name: string, evidence: ChangeEvidence): Judged {
  const lost = lostColumn(name, evidence);
  if (lost !== null) return lost;
  const { schema, rows } = evidence;
  const of = (change: 'added' | 'removed') => schema.some((one) => one.change === change && one.column === name);
  const former = formerName(name, schema);
  if (former !== null && rows.base > 0) {
    return notRun(
      `${name} is new, and it was called ${former} before: whether its values stayed cannot be told`,
      `write the column as ${former}, as before`,
    );
  }
  if (of('added') || of('removed')) {
    const observed = of('added') ? `${name} is new: there was no value before` : `there were no rows with ${name}`;
    return { outcome: 'pass', failing: 0n, evaluated: 0n, observed };
  }
  return notRun(`${name} was not compared: it is in neither version, or cannot be read`);
}

/** The column that went and is called the same but for upper and lower case; null: none. */
function formerName(name: string, schema: ChangeEvidence['schema']): string | null {
  const isSame = (other: string): boolean => other !== name && other.toLowerCase() === name.toLowerCase();
  return schema.find(({ change, column }) => change === 'removed' && isSame(column))?.column ?? null;
}
