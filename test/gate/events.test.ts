import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { HOOK_EVENTS, type HookEvent } from '../../src/core/event/hook-event.ts';
import { SluiceError } from '../../src/core/problem.ts';
import type { Report } from '../../src/core/report/report.ts';
import { decisionId } from '../../src/gate/decision-id.ts';
import { createDeliveries } from '../../src/gate/deliver.ts';
import type { DeliveryPolicy, EventLake } from '../../src/gate/events/event-rule.ts';
import type { Commit } from '../../src/gate/ports.ts';
import type { PreviewOutcome } from '../../src/gate/preview.ts';
import type { Decision, DecisionStore } from '../../src/gate/record-ports.ts';
import { ENGINE, fakeJudge, MERGE, NO_LAKE } from './fake-judge.ts';

const HEAD = 'd'.repeat(64);
const PICKED = 'b'.repeat(64);
const LANDED = 'f'.repeat(64);
const JUDGED = ['pre-commit', 'pre-cherry-pick', 'pre-revert', 'pre-create-tag'];
const POLICY: DeliveryPolicy = {
  events: Object.fromEntries([
    ...HOOK_EVENTS.map((name) => [name, JUDGED.includes(name) ? 'judge' : 'allow']),
    ['import', 'deny'],
  ]) as DeliveryPolicy['events'],
  governedBranches: ['main'],
  withoutMergeResult: 'block',
  unpreviewable: 'deny',
  releaseTags: ['v*'],
  releaseBranches: [],
};
const { commitId: _commit, mergeSource: _source, ...REST } = MERGE;
const PICK: HookEvent = { ...REST, eventType: 'pre-cherry-pick', commitMetadata: { 'cherry-pick-origin': PICKED } };
const REVERT: HookEvent = { ...REST, eventType: 'pre-revert', commitMessage: `Revert ${PICKED}` };
const never = new AbortController().signal;
setMaxListeners(0, never);

let directory = '';
let store: DecisionStore;
let errors: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-events-'));
  store = openStore(join(directory, 'decisions.db'));
  errors = [];
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

function commit(id: string, metaRangeId: string, parents: readonly string[] = [HEAD]): Commit {
  return { id, parents, metaRangeId, creationDate: 0, committer: 'ada', metadata: {} };
}

/** As lakeFS makes it: of a cherry-pick it notes the origin, whatever the client wrote. */
function previewed(id: string, tree: string, origin = PICKED): PreviewOutcome {
  const made = { ...commit(id, tree), metadata: { 'cherry-pick-origin': origin } };
  return { kind: 'previewed', preview: { commit: made, destination: commit(HEAD, 'head', []) } };
}

function gate(
  lake: Partial<EventLake>,
  { judge = fakeJudge(), policy = {} }: { judge?: ReturnType<typeof fakeJudge>; policy?: Partial<DeliveryPolicy> } = {},
) {
  return createDeliveries({
    judge,
    lake: { ...NO_LAKE, resolve: async () => commit(PICKED, 'picked'), ...lake },
    store,
    clock: { now: () => Date.now() },
    newId: () => decisionId(Date.now(), randomBytes),
    log: { info: () => {}, error: (_fields, message) => errors.push(message) },
    policy: { ...POLICY, ...policy },
    limits: { concurrentRuns: 2, queueLength: 2 },
    replayForMs: 60_000,
    engine: ENGINE,
  });
}

function codes(decision: Decision): readonly string[] {
  return (JSON.parse(decision.report ?? 'null') as Report).problems.map(({ code }) => code);
}

describe('a replay', () => {
  it.each([PICK, REVERT])('is judged by its preview, in the words of the event ($eventType)', async (event) => {
    const asked: unknown[] = [];
    const preview: EventLake['preview'] = async (request) => {
      asked.push(request);
      return previewed('a'.repeat(64), 'tree');
    };
    const decision = await gate({ preview }).deliver(event, never);
    expect(asked).toMatchObject([{ branch: 'main', parentNumber: null, ref: PICKED.slice(0, 63) }]);
    expect(decision).toMatchObject({ state: 'approved', event: event.eventType, source: PICKED });
    expect(JSON.parse(decision.report ?? '').scope).toMatchObject({
      event: event.eventType,
      mergeCommit: 'a'.repeat(64),
    });
  });

  it('of a merge commit needs every possible result to be good, and names all trees', async () => {
    const resolve = async () => commit(PICKED, 'picked', ['1'.repeat(64), '2'.repeat(64)]);
    const preview: EventLake['preview'] = async ({ parentNumber }) =>
      previewed(String(parentNumber).repeat(64), `tree ${parentNumber}`);
    const run = async (_signal: AbortSignal, event: HookEvent) =>
      event.commitId?.startsWith('2') ? 'rejected' : 'approved';
    const bad = fakeJudge({ run: run as never, metaRange: ({ commitId }) => `tree ${commitId?.[0]}` });
    expect((await gate({ resolve, preview }, { judge: bad }).deliver(PICK, never)).state).toBe('rejected');
    const good = fakeJudge({ metaRange: ({ commitId }) => `tree ${commitId?.[0]}` });
    const decision = await gate({ resolve, preview }, { judge: good }).deliver(PICK, never);
    expect(decision).toMatchObject({ state: 'approved', key: { metaRange: 'tree 1,tree 2' } });
    expect(codes(decision)).toEqual(['parent-unknown']);
  });

  it('is not judged by another commit, to which a branch leads that is called like the beginning of its id', async () => {
    const impostor = async () => commit('9'.repeat(64), 'harmless');
    const preview: EventLake['preview'] = async () => previewed('a'.repeat(64), 'tree', '9'.repeat(64));
    for (const event of [PICK, REVERT]) {
      const decision = await gate({ resolve: impostor, preview }).deliver(event, never);
      expect([decision.status, ...codes(decision)]).toEqual([403, 'forbidden-unpreviewable']);
    }
    // The branch comes between the two looks, and is gone or stays.
    expect(codes(await gate({ preview }).deliver(PICK, never))).toEqual(['forbidden-unpreviewable']);
    let looks = 0;
    const resolve = async () => {
      looks += 1;
      return looks === 1 ? commit(PICKED, 'picked') : commit('9'.repeat(64), 'harmless');
    };
    const honest: EventLake['preview'] = async () => previewed('a'.repeat(64), 'tree');
    expect(codes(await gate({ resolve, preview: honest }).deliver(REVERT, never))).toEqual(['forbidden-unpreviewable']);
  });

  it.each<[string, PreviewOutcome]>([
    ['a conflict', { kind: 'conflict', message: 'conflict found' }],
    ['no changes', { kind: 'no-changes', message: 'no changes' }],
    ['another hook', { kind: 'hook-refused', message: 'hook aborted', runId: null }],
    ['a refusal', { kind: 'refused', status: 403, message: 'insufficient permissions' }],
  ])('that cannot be computed (%s) follows unpreviewable', async (_, outcome) => {
    const preview = async () => outcome;
    const denied = await gate({ preview }).deliver(PICK, never);
    expect([denied.status, ...codes(denied)]).toEqual([403, 'forbidden-unpreviewable']);
    const allowed = await gate({ preview }, { policy: { unpreviewable: 'allow' } }).deliver(PICK, never);
    expect(allowed).toMatchObject({ state: 'approved', key: null });
  });

  it.each(['', 'oops', 'Revert', `Revert ${PICKED} `, `revert ${PICKED}`, `Revert ${PICKED}\nReally`])(
    'whose message is %j is not believed',
    async (commitMessage) => {
      expect(codes(await gate({}).deliver({ ...REVERT, commitMessage }, never))).toEqual(['forbidden-unpreviewable']);
    },
  );

  it('answers at its deadline, while the preview is still being cleaned up, and stop waits for that', async () => {
    let cleaned = false;
    const preview: EventLake['preview'] = async (_request, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await sleep(80);
      cleaned = true;
      throw signal.reason;
    };
    const { deliver, stop } = gate({ preview });
    const caller = new AbortController();
    const answer = deliver(PICK, caller.signal);
    await sleep(5);
    caller.abort(new SluiceError({ code: 'deadline-exceeded', message: 'late' }));
    expect(await answer).toMatchObject({ state: 'undecided', status: 504 });
    expect(cleaned).toBe(false);
    await stop(5_000);
    expect(cleaned).toBe(true);
  });

  it('is answered for the scratch branch while every slot of the gate waits for it', async () => {
    const { deliver } = gate({
      preview: async () => {
        const scratch = { ...PICK, branch: 'sluice-scratch-preview-h-1-2-a' };
        expect((await deliver(scratch, never)).state).toBe('approved');
        return previewed('a'.repeat(64), 'tree');
      },
    });
    const many = await Promise.all(Array.from({ length: 40 }, () => deliver(PICK, never)));
    expect(new Set(many.map(({ state }) => state))).toEqual(new Set(['approved']));
  });
});

describe('what landed', () => {
  const POST: HookEvent = { ...PICK, eventType: 'post-cherry-pick', commitId: LANDED, sourceRef: LANDED };
  const preview = async () => previewed('a'.repeat(64), 'same-tree');
  const landing = (tree: string, parents?: readonly string[]): Partial<EventLake> => ({
    preview,
    commit: async () => commit(LANDED, tree, parents),
    treeOf: async (_decision, { metaRangeId }) => metaRangeId,
  });

  it('is the judged tree on the judged head, once and when asked again', async () => {
    const { deliver } = gate(landing('same-tree'));
    const asked = await deliver(PICK, never);
    for (const _ of [1, 2]) expect(await deliver(POST, never)).toMatchObject({ state: 'approved', status: 200 });
    expect(store.get(asked.id)?.landed).toMatchObject({ commit: LANDED, same: true });
    expect(errors).toEqual([]);
  });

  it.each<[string, Partial<EventLake>]>([
    ['another tree', landing('other')],
    ['another head', landing('same-tree', ['9'.repeat(64)])],
    ['contracts that are not those of the decision', { ...landing('same-tree'), treeOf: async () => null }],
  ])('is not what was judged: %s', async (_, lake) => {
    const { deliver } = gate(lake);
    const asked = await deliver(PICK, never);
    const told = await deliver(POST, never);
    expect([told.state, ...codes(told)]).toEqual(['rejected', 'landed-differently']);
    expect(store.get(asked.id)).toMatchObject({ state: 'approved', landed: { same: false } });
    expect(errors).toEqual(['what landed is not what was judged']);
  });

  it('without an approval is told: none, rejected, of a check, of another branch', async () => {
    const { deliver } = gate(landing('same-tree'), { judge: fakeJudge({ run: async () => 'rejected' }) });
    await deliver(PICK, never);
    await gate(landing('same-tree')).deliver({ ...PICK, branch: 'dev' }, never);
    await gate({ ...landing('same-tree'), preview: async () => previewed('c'.repeat(64), 't') }).deliver(
      PICK,
      never,
      'check',
    );
    const told = await deliver(POST, never);
    expect([told.state, told.status, ...codes(told)]).toEqual(['rejected', 422, 'landed-unjudged']);
    expect(errors).toEqual(['a commit without a decision']);
  });

  it('after a permission without a look has nothing to compare with', async () => {
    const policy = { unpreviewable: 'allow' } as const;
    const { deliver } = gate(
      { ...landing('x'), preview: async () => ({ kind: 'conflict', message: 'c' }) },
      { policy },
    );
    const asked = await deliver(PICK, never);
    expect((await deliver(POST, never)).state).toBe('approved');
    expect(store.get(asked.id)?.landed).toBeNull();
  });
});

describe('an import', () => {
  const IMPORT: HookEvent = {
    ...REST,
    eventType: 'pre-commit',
    commitMetadata: { '.lakefs.merge.strategy': 'source-wins' },
  };
  const events = (change: object) => ({ policy: { events: { ...POLICY.events, ...change } } });

  it('is denied, also where commits are allowed', async () => {
    const decision = await gate({}, events({ 'pre-commit': 'allow' })).deliver(IMPORT, never);
    expect([decision.status, ...codes(decision)]).toEqual([403, 'forbidden-import']);
  });

  it('that is allowed is for a clean branch; with anything staged it is a commit', async () => {
    const clean = { uncommitted: async () => [] };
    const staged = { uncommitted: async () => [{ type: 'added', path: 'a', sizeBytes: 1 } as const] };
    const judge = fakeJudge({ run: async () => 'rejected' });
    expect((await gate(clean, { ...events({ import: 'allow' }), judge }).deliver(IMPORT, never)).state).toBe(
      'approved',
    );
    expect((await gate(staged, { ...events({ import: 'allow' }), judge }).deliver(IMPORT, never)).state).toBe(
      'rejected',
    );
    expect((await gate(staged, events({ import: 'allow', 'pre-commit': 'deny' })).deliver(IMPORT, never)).status).toBe(
      403,
    );
  });
});

describe('a commit', () => {
  it('is judged each time: a branch has no name that stays', async () => {
    const judge = fakeJudge();
    const uncommitted = async () => [{ type: 'added', path: 'a', sizeBytes: 1 } as const];
    const { deliver } = gate({ uncommitted }, { judge });
    await Promise.all([1, 2].map(() => deliver({ ...REST, eventType: 'pre-commit' }, never)));
    await deliver({ ...REST, eventType: 'pre-commit' }, never);
    expect(judge.judged).toHaveLength(3);
    expect(store.list({ limit: 9 }).every(({ replayOf }) => replayOf === null)).toBe(true);
  });

  it('with nothing staged may bring a tree that nobody sees (source_metarange), and follows unpreviewable', async () => {
    const uncommitted = async () => [];
    const commit: HookEvent = { ...REST, eventType: 'pre-commit' };
    const denied = await gate({ uncommitted }).deliver(commit, never);
    expect([denied.status, ...codes(denied)]).toEqual([403, 'forbidden-unpreviewable']);
    const allowed = await gate({ uncommitted }, { policy: { unpreviewable: 'allow' } }).deliver(commit, never);
    expect(allowed).toMatchObject({ state: 'approved', key: null });
  });
});

describe('a release tag', () => {
  /** A merge of the tag's commit was approved on this branch. */
  async function tagged(branch: string, policy: Partial<DeliveryPolicy>) {
    const { deliver } = gate({ defaultBranch: async () => 'main' }, { policy });
    await deliver({ ...MERGE, branch }, never);
    const { branch: _branch, ...rest } = MERGE;
    return deliver({ ...rest, eventType: 'pre-create-tag', tagId: 'v1.0' }, never);
  }

  it.each([
    ['main', { governedBranches: ['*'] }, 'approved'],
    ['evil-root', { governedBranches: ['*'] }, 'rejected'],
    ['release-1', { governedBranches: ['main', 'release-*'] }, 'approved'],
    ['dev', { governedBranches: ['main', 'dev'], releaseBranches: ['main'] }, 'rejected'],
    ['dev', { governedBranches: ['*'], releaseBranches: ['dev'] }, 'approved'],
  ] as const)('takes an approval on %s with %j: %s', async (branch, policy, state) => {
    const decision = await tagged(branch, policy);
    expect(decision.state).toBe(state);
    if (state === 'rejected') expect(codes(decision)).toEqual(['forbidden-tag']);
  });
});
