import type { PartitionCondition } from '../../contract/change-rules.ts';
import { boundsOf } from '../change-bounds.ts';
import type { ChangeEvidence } from '../change-evidence.ts';
import type { CheckKind, Judged, SpecOf } from '../check.ts';
import { heldWhole, judgeChanges, judgeInterval, lostColumns, unpairedWords } from '../judging-changes.ts';
import { count, listed } from '../words.ts';

/** No row of the partitions comes, changes or goes. */
export const protectedPartition: CheckKind<SpecOf<'protectedPartition'>> = {
  kind: 'protectedPartition',
  judgedBy: 'changes',
  compile: ({ partition }) => ({ form: 'changes', partition }),
  judge: (spec, state) =>
    judgeChanges(state, (evidence) => lostColumns(evidence) ?? judgeDifferent(spec, heldWhole(evidence)), lostColumns),
};

/** Rows without a partner are no doubt here: they differ, whatever became of each. */
function judgeDifferent(spec: SpecOf<'protectedPartition'>, evidence: ChangeEvidence): Judged {
  const least = boundsOf(evidence).leastDifferent;
  const { nullKeys, duplicateKeys } = evidence;
  const isUnpaired = duplicateKeys.keys + nullKeys.inserted + nullKeys.deleted > 0;
  const where = `where ${partitionWords(spec.partition)}`;
  const classes = `${count(evidence.inserted)} inserted, ${count(evidence.updated)} updated, ${count(evidence.deleted)} deleted`;
  return judgeInterval(spec, evidence, {
    interval: { least, most: least },
    keeps: (rows) => rows === 0n,
    evaluated: null,
    say: (rows) =>
      least === 0n
        ? `no row differs ${where}`
        : `${isUnpaired ? 'at least ' : ''}${rows} ${where}: ${classes}${isUnpaired ? `; ${unpairedWords(evidence)}` : ''}`,
    help: 'leave these partitions as they are; where they have to be mended, change the rule first',
  });
}

/** `dt is before 2026-01-01`. */
export function partitionWords(condition: PartitionCondition): string {
  switch (condition.is) {
    case 'before':
      return `${condition.column} is before ${condition.bound}`;
    case 'older':
      return `${condition.column} is ${condition.words} ago or longer`;
    case 'one-of':
      return `${condition.column} is ${condition.values.length > 1 ? 'one of ' : ''}${listed(condition.values, 20)}`;
  }
}
