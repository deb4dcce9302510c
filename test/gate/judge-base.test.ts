/** Which commits a gate's own records vouch for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { recordedApprovals } from '../../src/gate/judge-base.ts';
import type { DecisionKey, DecisionStore } from '../../src/gate/record-ports.ts';
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

function approve(id: string, mergeCommit: string, key: DecisionKey | null): void {
  store.begin(running(id, { mergeCommit }));
  store.finish(id, { ...APPROVED, key });
}

function isApproved(commit: string): boolean | null {
  return recordedApprovals(store).isApproved('lake', 'main', commit);
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
  expect(recordedApprovals(store).isApproved('lake', 'other', 'head')).toBeNull();
});

it('an approval that looked at no data makes a gate old, and vouches for nothing', () => {
  approve('01', 'merged', null);
  expect(isApproved('head')).toBe(false);
  expect(isApproved('merged')).toBe(false);
});
