import { expect, it } from 'vitest';
import { SluiceError } from '../../../src/core/problem.ts';
import { type BranchDecision, judgedCommits } from '../../../src/gate/doctor/judged-commits.ts';
import type { DecisionRecords } from '../../../src/gate/doctor/ports.ts';
import type { Commit } from '../../../src/gate/ports.ts';

const AT = Date.parse('2026-08-22T10:00:00.000Z') / 1000;
const signal = new AbortController().signal;

/** A line of commits, oldest first, ten minutes apart; each id tells its place. */
function lake(ids: readonly string[], merged: readonly string[] = []) {
  const commits = ids.map(
    (id, index): Commit => ({
      id,
      parents: index === 0 ? [] : [ids[index - 1] ?? ''],
      metaRangeId: `tree of ${id}`,
      creationDate: AT + index * 600,
      committer: 'alice',
      metadata: {},
    }),
  );
  return {
    /** Everything that was merged is in the history, by whatever parent. */
    commonAncestor: async (_repository: string, one: string, head: string) => {
      expect(head).toBe(ids.at(-1));
      if (one === 'restored') throw new SluiceError({ code: 'lakefs-not-found', message: 'no such commit' });
      return merged.includes(one) ? one : (ids[0] ?? null);
    },
    resolve: async (_repository: string, ref: string) => {
      const found = ref === 'main' ? commits.at(-1) : commits.find(({ id }) => id === ref);
      if (found === undefined) throw new Error(`no ${ref}`);
      return found;
    },
  };
}

function approval(mergeCommit: string, minutes: number, overrides: Partial<BranchDecision> = {}): BranchDecision {
  return {
    state: 'approved',
    origin: 'hook',
    event: 'pre-merge',
    mergeCommit,
    landed: null,
    key: null,
    receivedAt: new Date((AT + minutes * 60) * 1000).toISOString(),
    ...overrides,
  };
}

function records(decisions: readonly BranchDecision[]): DecisionRecords {
  return { where: 'the records', certain: true, ofMergeCommit: async () => [], ofBranch: async () => decisions };
}

const look = (ids: readonly string[], decisions: readonly BranchDecision[] | null, merged: readonly string[] = []) =>
  judgedCommits(
    {
      repository: 'lake',
      governed: ['main'],
      reader: lake(ids, merged),
      records: decisions === null ? null : records(decisions),
    },
    signal,
  );

it('is content when every commit since the first decision was approved; what is older is older than the gate', async () => {
  const told = await look(['old', 'older', 'b', 'c'], [approval('c', 30), approval('b', 20)]);
  expect(told).toMatchObject({ level: 'ok', detail: '2 since the first decision, each approved (the records)' });
});

it.each<[string, readonly string[], readonly BranchDecision[]]>([
  ['a hard reset to a commit that nobody judged', ['old', 'b', 'reset'], [approval('b', 10)]],
  [
    'a rejected merge that is there all the same',
    ['old', 'b', 'c'],
    [approval('c', 20, { state: 'rejected' }), approval('b', 10)],
  ],
  [
    'a check, which is no answer to lakeFS',
    ['old', 'b', 'c'],
    [approval('c', 20, { origin: 'check' }), approval('b', 10)],
  ],
  [
    'a commit that landed as another tree than was judged',
    ['old', 'b', 'c'],
    [approval('', 20, { event: 'pre-commit', landed: { commit: 'c', at: '', same: false } }), approval('b', 10)],
  ],
  ['a commit between two that were judged', ['old', 'b', 'between', 'd'], [approval('d', 30), approval('b', 10)]],
])('finds %s', async (_what, ids, decisions) => {
  const told = await look(ids, decisions);
  expect(told.level).toBe('fail');
  expect(told.items).toHaveLength(1);
  expect(told.detail).toMatch(/^1 of \d since the first decision was approved by nobody: main \w+ \(by alice\)$/);
  expect(told.fix).toContain('fs:RevertBranch');
});

it('knows a commit that was approved before it was there by what its post-event told', async () => {
  const landed = { commit: 'c', at: '2026-08-22T10:20:00.000Z', same: true };
  const told = await look(['old', 'b', 'c'], [approval('', 20, { event: 'pre-commit', landed }), approval('b', 10)]);
  expect(told.level).toBe('ok');
});

/** Merged, and told by post-merge. */
function landing(commit: string, minutes: number, same = true): BranchDecision {
  return approval(commit, minutes, { landed: { commit, at: `at ${minutes}`, same } });
}

it('finds what has landed and is not in the history any more', async () => {
  const told = await look(['old', 'b'], [landing('d', 30), landing('c', 20), landing('b', 10)]);
  expect(told).toMatchObject({
    level: 'fail',
    detail: '2 that landed were taken away again, which no rule saw: main d (landed at 30), main c (landed at 20)',
    items: ['main d (landed at 30)', 'main c (landed at 20)'],
  });
  expect(told.fix).toMatch(/^Merge the newest of them again .* Keep fs:RevertBranch .*writers\.$/);
});

it('tells what came past the gate beside what is gone', async () => {
  const told = await look(['old', 'b', 'reset'], [landing('c', 20), landing('b', 10)]);
  expect(told.detail).toMatch(/^1 of 2 .* approved by nobody: main reset \(by alice\); 1 that landed was taken away/);
  expect(told.items).toHaveLength(2);
});

it('does not know a commit of a repository that was restored: it is gone', async () => {
  expect(await look(['old', 'b'], [landing('restored', 20), landing('b', 10)])).toMatchObject({ level: 'fail' });
});

it.each<[string, readonly string[], readonly BranchDecision[]]>([
  ['was merged again', ['old', 'b', 'e'], [approval('e', 20), landing('merged', 15), landing('b', 10)]],
  ['was not what was judged, and was taken back', ['old', 'b'], [landing('c', 20, false), landing('b', 10)]],
  ['was approved and never landed', ['old', 'b'], [approval('c', 20), landing('b', 10)]],
  [
    'landed before fifty others',
    ['old', 'b'],
    [...Array.from({ length: 50 }, () => landing('b', 20)), landing('c', 10)],
  ],
])('is content with what %s', async (_what, ids, decisions) => {
  expect(await look(ids, decisions, ['merged'])).toMatchObject({ level: 'ok' });
});

it('says so when there is nothing to compare with', async () => {
  expect(await look(['a'], null)).toMatchObject({ level: 'warn' });
  expect(await look(['a'], [])).toMatchObject({
    level: 'ok',
    detail: 'nothing to compare yet: no decision about main',
  });
});
