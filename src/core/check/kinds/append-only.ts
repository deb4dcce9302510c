import { boundsOf } from '../change-bounds.ts';
import type { CertainChanges, ChangeEvidence } from '../change-evidence.ts';
import type { CheckKind, Judged, SpecOf } from '../check.ts';
import { heldWhole, judgeChanges, judgeInterval, lostColumns, WHOLE_TABLE } from '../judging-changes.ts';
import { plural } from '../words.ts';

/** Rows may come; none of those that were there changes or goes, loses a column or gets a value in a new one. */
export const appendOnly: CheckKind<SpecOf<'appendOnly'>> = {
  kind: 'appendOnly',
  judgedBy: 'changes',
  compile: () => WHOLE_TABLE,
  judge: (spec, state) =>
    judgeChanges(
      state,
      (evidence) => lostColumns(evidence) ?? judgeTouched(spec, heldWhole(evidence)),
      (certain) => lostColumns(certain) ?? lostRows(certain),
    ),
};

const HELP = 'add rows and leave those that are there as they are';

/** Whichever rows they are: when fewer are there than before, so many are gone. */
function lostRows({ rows: { base, merge } }: CertainChanges): Judged | null {
  if (merge >= base) return null;
  const [gone, evaluated] = [BigInt(base - merge), BigInt(base)];
  return {
    outcome: 'fail',
    failing: gone,
    evaluated,
    observed: `at least ${plural(gone, 'row')} of those before deleted`,
    help: HELP,
  };
}

function judgeTouched(spec: SpecOf<'appendOnly'>, evidence: ChangeEvidence): Judged {
  const how =
    evidence.key.length === 0 ? 'deleted or updated (compared as whole rows, without a key)' : 'updated or deleted';
  const what = evidence.withNewColumns === undefined ? how : `${how}, values in a new column included`;
  const base = BigInt(evidence.rows.base);
  return judgeInterval(spec, evidence, {
    interval: boundsOf(evidence).touched,
    keeps: (rows) => rows === 0n,
    evaluated: base,
    say: (rows) => `${rows} of those before ${what}`,
    help: HELP,
  });
}
