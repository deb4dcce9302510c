/** Which commits a gate's own records vouch for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { recordedApprovals } from '../../src/gate/judge-base.ts';
import type { Decision, DecisionKey, DecisionStore } from '../../src/gate/record-ports.ts';
import { APPROVED, KEY, running } from '../adapters/store/decisions.ts';

let directory = '';
let store: DecisionStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-approvals-'));
  store = openStore(join(directory, 'decisions.db'));
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

function approve(id: string, mergeCommit: string, key: DecisionKey | null, branch = 'main'): void {
  store.begin(running(id, { mergeCommit, branch }));
  store.finish(id, { ...APPROVED, key });
}

function finish(id: string, state: 'rejected' | 'undecided', key: DecisionKey | null): void {
  store.begin(running(id, {}));
  store.finish(id, { ...APPROVED, state, status: state === 'rejected' ? 422 : 503, key });
}

function isApproved(id: string, metaRangeId = `tree of ${id}`, branch = 'main'): boolean | null {
  return recordedApprovals(store).isApproved('lake', branch, { id, metaRangeId });
}

it('a gate is new on a branch until a change of it was approved on another commit', () => {
  expect(isApproved('head')).toBeNull();
  approve('01', 'merged', { ...KEY, destinationCommit: 'head' });
  expect(isApproved('merged')).toBe(true);
  // The merge failed for another reason, and is tried again.
  expect(isApproved('head')).toBeNull();
  expect(isApproved('past the gate')).toBe(false);
  approve('02', 'next', { ...KEY, destinationCommit: 'merged' });
  expect(isApproved('head')).toBe(false);
  expect(isApproved('head', 'its tree', 'other')).toBeNull();
});

it('a gate that judged a change on another commit was there before this one, whatever it said', () => {
  finish('01', 'undecided', null);
  finish('02', 'rejected', { ...KEY, destinationCommit: 'head' });
  // Tried again and again, on the commit that was there when the gate came.
  expect(isApproved('head')).toBeNull();
  expect(isApproved('past the gate')).toBe(false);
  expect(isApproved('head', 'its tree', 'other')).toBeNull();
  // And when it is taken back, what the gate found is there again.
  finish('03', 'rejected', { ...KEY, destinationCommit: 'past the gate' });
  expect(isApproved('past the gate')).toBe(false);
  expect(isApproved('head')).toBeNull();
});

it('what was not judged says nothing of when the gate came', () => {
  finish('01', 'undecided', null);
  finish('02', 'rejected', null);
  store.begin(running('03', { origin: 'check' }));
  store.finish('03', { ...APPROVED, state: 'rejected', status: 422, key: KEY });
  expect(isApproved('head')).toBeNull();
});

it('an approval that looked at no data makes a gate old, and vouches for nothing', () => {
  approve('01', 'merged', null);
  expect(isApproved('head')).toBe(false);
  expect(isApproved('merged')).toBe(false);
});

it('what was approved for another branch vouches for nothing here', () => {
  approve('01', 'first', { ...KEY, destinationCommit: 'start' }, 'release');
  approve('02', 'bad', { ...KEY, destinationCommit: 'other', metaRange: 'bad tree' }, 'dev');
  expect(isApproved('bad', 'bad tree', 'dev')).toBe(true);
  expect(isApproved('bad', 'bad tree', 'release')).toBe(false);
  // Approved for both: the newer approval hides no older one.
  approve('03', 'first', { ...KEY, destinationCommit: 'start' }, 'dev');
  expect(isApproved('first', 'a tree', 'release')).toBe(true);
});

it('a commit that was approved before it was there is known by its tree', () => {
  approve('01', '', { ...KEY, destinationCommit: 'start', metaRange: 'picked tree' });
  expect(isApproved('picked', 'picked tree')).toBe(true);
  expect(isApproved('picked', 'another tree')).toBe(false);
  store.begin(running('02', { origin: 'check', mergeCommit: '' }));
  store.finish('02', { ...APPROVED, key: { ...KEY, metaRange: 'asked tree' } });
  expect(isApproved('asked', 'asked tree')).toBe(false);
});

/** Approved on `base`, and on the branch since. */
function land(id: string, base: string, commit: string, change: Partial<Decision> = {}, same = true): void {
  store.begin(running(id, { mergeCommit: commit, ...change }));
  store.finish(id, { ...APPROVED, key: { ...KEY, destinationCommit: base, metaRange: `tree of ${commit}` } });
  store.land(id, { commit, at: `2026-11-21T04:40:${id}.000Z`, same });
}

const above = (commit: string, branch = 'main'): string | null =>
  recordedApprovals(store).landedAbove('lake', branch, commit)?.commit ?? null;

it('a commit below the newest that landed is one to which the branch went back', () => {
  expect(above('start')).toBeNull();
  land('01', 'start', 'a');
  land('02', 'a', 'b');
  // Known before it was there, by what its post-event told.
  land('03', 'b', 'c', { event: 'pre-commit', mergeCommit: '' });
  land('04', 'c', 'd');
  expect(['start', 'a', 'b', 'c', 'd'].map((commit) => above(commit))).toEqual(['d', 'd', 'd', 'd', null]);
  expect(recordedApprovals(store).landedAbove('lake', 'main', 'b')).toEqual({
    commit: 'd',
    at: '2026-11-21T04:40:04.000Z',
    metaRange: 'tree of d',
  });
  expect(above('start', 'other')).toBeNull();
  // Somebody was told, and has merged upon the older head.
  land('05', 'a', 'e');
  expect(['b', 'd', 'e', 'a'].map((commit) => above(commit))).toEqual([null, null, null, 'e']);
});

it('a commit that lies below nothing that landed is none', () => {
  land('01', 'start', 'a');
  // Its post-merge never came, or the other Sluice has it.
  approve('02', 'b', { ...KEY, destinationCommit: 'a' });
  expect(above('b')).toBeNull();
  // Made past the gate, or by a new branch of the name.
  expect(above('elsewhere')).toBeNull();
  // Where the next one landed, its base was there as well.
  land('03', 'b', 'c');
  expect(above('a')).toBe('c');
  // Taking away what is not what was judged is as it should be.
  land('04', 'c', 'd', {}, false);
  expect(above('c')).toBeNull();
  // Merged elsewhere and brought here: the branch has not gone back.
  land('05', 'x', 'y', { branch: 'release' });
  expect(above('c', 'release')).toBeNull();
});
