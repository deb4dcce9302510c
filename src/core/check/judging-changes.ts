/** Judging that the kinds about changes share. */
import type { Interval } from './change-bounds.ts';
import type { CertainChanges, ChangeEvidence } from './change-evidence.ts';
import type { CheckSpec, CheckState, Demand, Judged } from './check.ts';
import { notRun } from './judging.ts';
import { count, listed, plural } from './words.ts';

/** The demand of a rule about the whole table. */
export const WHOLE_TABLE: Demand = { form: 'changes', partition: null };

/**
 * Judges by the evidence. A state of another form means that it is missing, which is an error and never a pass.
 *
 * @param broken the failure, when what is certain breaks the rule whatever else changed; null when it need not
 */
export function judgeChanges(
  state: CheckState,
  judge: (evidence: ChangeEvidence) => Judged,
  broken: (certain: CertainChanges) => Judged | null,
): Judged {
  if (state.form === 'failed') return notRun(state.why, state.help);
  if (state.form === 'doubted') return broken(state.certain) ?? notRun(state.why, state.help);
  if (state.form !== 'changed') return notRun('it is not known what changed');
  return judge(state.evidence);
}

/** What the rows of a rule came to. */
export interface Finding {
  readonly interval: Interval;
  readonly keeps: (rows: bigint) => boolean;
  /** Rows the rule is applied to; null where the count is of other rows. */
  readonly evaluated: bigint | null;
  /** `rows` are the words for the count, as in "3 rows" or "2 to 5 rows". */
  readonly say: (rows: string, least: bigint) => string;
  readonly help: string;
}

/**
 * Passes when even all that is possible keeps the rule, fails when what is certain breaks it, and is an error between.
 * An estimate never decides: it is an error, or, where the rule is only to warn, no more than a warning.
 */
export function judgeInterval(spec: CheckSpec, evidence: ChangeEvidence, finding: Finding): Judged {
  const { interval, keeps, evaluated, say, help } = finding;
  const told = { failing: interval.least, evaluated };
  if (evidence.isEstimate) return judgeEstimate(spec, finding);
  if (!keeps(interval.least)) {
    return { ...told, outcome: 'fail', observed: say(intervalWords(interval), interval.least), help };
  }
  const observed = say(intervalWords(interval), interval.most);
  if (keeps(interval.most)) return { ...told, outcome: 'pass', observed };
  return notRun(`it cannot be told: ${observed}, as ${unpairedWords(evidence)}`, uniqueKeyHelp(evidence));
}

function judgeEstimate(spec: CheckSpec, { interval, keeps, say, help }: Finding): Judged {
  const observed = `about ${say(intervalWords(interval), interval.least)}, estimated from a part of the keys`;
  if (spec.severity === 'error') {
    return notRun(`${observed}; an estimate decides nothing`, 'change fewer rows at once, so that all are compared');
  }
  const outcome = keeps(interval.least) ? 'skip' : 'fail';
  return { outcome, failing: null, evaluated: null, observed, help: outcome === 'fail' ? help : null };
}

function intervalWords({ least, most }: Interval): string {
  return least === most ? plural(most, 'row') : `${count(least)} to ${plural(most, 'row')}`;
}

/** Why some rows cannot be told apart. */
export function unpairedWords({ key, nullKeys, duplicateKeys }: ChangeEvidence): string {
  const { keys, baseRows, mergeRows } = duplicateKeys;
  const parts = [
    ...(keys === 0
      ? []
      : [`${plural(keys, 'key')} of several rows (${count(baseRows)} before, ${count(mergeRows)} after) differ`]),
    ...(nullKeys.inserted + nullKeys.deleted === 0
      ? []
      : [`rows without ${listed(key)} (${count(nullKeys.deleted)} before, ${count(nullKeys.inserted)} after) differ`]),
  ];
  return `${parts.join(' and ')}, and none of their rows has a partner to be compared with`;
}

function uniqueKeyHelp({ key }: ChangeEvidence): string {
  return `see that ${listed(key)} is never null and different in every row, on both sides, or give the table another \`key\``;
}

/** The evidence for who means that nothing is written into rows that were there, into new columns neither. */
export function heldWhole(evidence: ChangeEvidence): ChangeEvidence {
  return { ...evidence, ...evidence.withNewColumns };
}

/** A column that is gone takes a value from every row there was. Null when none is, or there was no row. */
export function lostColumns({ schema, rows: { base } }: CertainChanges): Judged | null {
  const gone = schema.filter(({ change }) => change === 'removed').map(({ column }) => column);
  const rows = BigInt(base);
  if (gone.length === 0 || rows === 0n) return null;
  return {
    outcome: 'fail',
    failing: rows,
    evaluated: rows,
    observed: `${listed(gone)} ${gone.length === 1 ? 'is' : 'are'} gone from ${plural(rows, 'row')}`,
    help: `keep ${gone.length === 1 ? 'the column' : 'the columns'}`,
  };
}
