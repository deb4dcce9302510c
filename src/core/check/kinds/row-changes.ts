import type { Threshold } from '../../contract/contract.ts';
import { boundsOf } from '../change-bounds.ts';
import type { CertainChanges, ChangeEvidence } from '../change-evidence.ts';
import type { CheckKind, Judged, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';
import { judgeChanges, judgeInterval, WHOLE_TABLE } from '../judging-changes.ts';
import { keepsThreshold, thresholdWords } from '../threshold.ts';
import { percent, plural } from '../words.ts';

/** At most so many rows inserted, updated or deleted; a percentage is of the rows before. */
export const rowChanges: CheckKind<SpecOf<'rowChanges'>> = {
  kind: 'rowChanges',
  judgedBy: 'changes',
  compile: () => WHOLE_TABLE,
  judge: (spec, state) =>
    judgeChanges(
      state,
      (evidence) => judgeLimit(spec, evidence),
      (certain) => exceeded(spec, certain),
    ),
};

function judgeLimit(spec: SpecOf<'rowChanges'>, evidence: ChangeEvidence): Judged {
  const { change } = spec;
  if (change === 'updated' && evidence.key.length === 0) {
    return notRun('the table has no key, so an updated row is one deleted and one inserted', 'give the table a `key`');
  }
  const interval = boundsOf(evidence)[change];
  const base = BigInt(evidence.rows.base);
  const limit = limitOf(spec);
  if (limit.unit === 'percent' && base === 0n && interval.most > 0n) {
    const observed = `there were no rows before that a percentage could be of; ${plural(interval.most, 'row')} ${change}`;
    return { outcome: 'skip', failing: null, evaluated: null, observed };
  }
  return judgeInterval(spec, evidence, {
    interval,
    keeps: (rows) => keepsThreshold(limit, rows, base),
    evaluated: change === 'inserted' ? null : base,
    say: (rows, least) => `${rows} ${change}${rateOf(least, base)}; allowed: ${limitWords(spec)}`,
    help: HELP[change],
  });
}

/** Whichever rows they are: so many more than before were inserted, or so many fewer deleted, at least. */
function exceeded(spec: SpecOf<'rowChanges'>, { rows }: CertainChanges): Judged | null {
  const [base, more] = [BigInt(rows.base), BigInt(rows.merge - rows.base)];
  const least = { inserted: more, updated: 0n, deleted: -more }[spec.change];
  const limit = limitOf(spec);
  const isOfNone = limit.unit === 'percent' && base === 0n;
  if (least <= 0n || isOfNone || keepsThreshold(limit, least, base)) return null;
  const observed = `at least ${plural(least, 'row')} ${spec.change}${rateOf(least, base)}; allowed: ${limitWords(spec)}`;
  return {
    outcome: 'fail',
    failing: least,
    evaluated: spec.change === 'inserted' ? null : base,
    observed,
    help: HELP[spec.change],
  };
}

const HELP = {
  inserted: 'if so many new rows are meant, insert them in several changes or raise the limit',
  updated: 'if so many changed rows are meant, change them in several steps or raise the limit',
  deleted: 'bring the rows back; if they are meant to go, raise the limit',
} as const;

/** No percent of any number is no row, also where there were none before. */
function limitOf(spec: SpecOf<'rowChanges'>): Threshold {
  const unit = isNone(spec) ? 'rows' : spec.unit;
  return { operator: 'mustBeLessOrEqualTo', bounds: [spec.maximum], unit, at: spec.at };
}

function limitWords(spec: SpecOf<'rowChanges'>): string {
  return isNone(spec) ? 'none' : thresholdWords(limitOf(spec));
}

function isNone({ maximum }: SpecOf<'rowChanges'>): boolean {
  return !/[1-9]/.test(maximum);
}

function rateOf(rows: bigint, base: bigint): string {
  if (rows === 0n || base === 0n) return '';
  const tenths = (rows * 1000n) / base;
  const rate = rows <= base ? percent(rows, base) : `${tenths / 10n}.${tenths % 10n} %`;
  return ` (${rate} of ${plural(base, 'row')} before)`;
}
