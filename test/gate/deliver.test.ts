import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/store/open-store.ts';
import type { HookEvent, HookEventType } from '../../src/core/event/hook-event.ts';
import { HOOK_EVENTS } from '../../src/core/event/hook-event.ts';
import { SluiceError } from '../../src/core/problem.ts';
import type { Report } from '../../src/core/report/report.ts';
import { decisionId } from '../../src/gate/decision-id.ts';
import { createDeliveries, type DeliveryDependencies } from '../../src/gate/deliver.ts';
import type { Decision, DecisionStore } from '../../src/gate/record-ports.ts';
import { statusOf } from '../../src/gate/status-of.ts';
import { ENGINE, fakeJudge, MERGE, NO_LAKE, reportOf, untilAborted } from './fake-judge.ts';

type Fields = Record<string, unknown>;

const EVENTS = Object.fromEntries(
  HOOK_EVENTS.filter((name) => name !== 'pre-merge').map((name) => [name, name === 'pre-commit' ? 'deny' : 'allow']),
) as DeliveryDependencies['policy']['events'];

const POLICY: DeliveryDependencies['policy'] = {
  events: EVENTS,
  governedBranches: ['*'],
  withoutMergeResult: 'block',
  unpreviewable: 'deny',
  releaseTags: ['v*'],
  releaseBranches: [],
};

let directory = '';
let store: DecisionStore;
let lines: { level: string; fields: Fields; message: string }[] = [];
const never = new AbortController().signal;
setMaxListeners(0, never);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-deliver-'));
  store = openStore(join(directory, 'decisions.db'));
  lines = [];
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

function gate(judge = fakeJudge(), change: Partial<DeliveryDependencies> = {}) {
  return createDeliveries({
    judge,
    lake: NO_LAKE,
    store,
    clock: { now: () => Date.now() },
    newId: () => decisionId(Date.now(), randomBytes),
    log: {
      info: (fields, message) => lines.push({ level: 'info', fields: fields as Fields, message }),
      error: (fields, message) => lines.push({ level: 'error', fields: fields as Fields, message }),
    },
    policy: POLICY,
    limits: { concurrentRuns: 2, queueLength: 2 },
    replayForMs: 15 * 60_000,
    engine: ENGINE,
    ...change,
  });
}

function report(decision: Decision): Report {
  return JSON.parse(decision.report ?? 'null') as Report;
}

function codes(decision: Decision): readonly string[] {
  return report(decision).problems.map(({ code }) => code);
}

describe('a delivery', () => {
  it('is on disk before the judge is asked and final before it is returned', async () => {
    const seen: (string | undefined)[] = [];
    const judge = fakeJudge({
      prepare: async () => void seen.push(store.list({ limit: 1 })[0]?.state),
      run: async () => {
        seen.push(store.list({ limit: 1 })[0]?.state);
        return 'approved';
      },
    });
    const decision = await gate(judge).deliver(MERGE, never);
    expect(seen).toEqual(['running', 'running']);
    expect(store.get(decision.id)).toEqual(decision);
    expect(decision).toMatchObject({
      state: 'approved',
      status: 200,
      replayOf: null,
      event: 'pre-merge',
      repository: 'lake',
      branch: 'main',
      source: 'etl',
      mergeCommit: MERGE.commitId,
      committer: 'quickstart',
    });
    expect(decision.key?.metaRange).toBe('same-tree');
  });

  it.each([
    ['rejected', 422],
    ['undecided', 503],
  ] as const)('%s by the judge is recorded as such with status %i', async (verdict, status) => {
    const decision = await gate(fakeJudge({ run: async () => verdict })).deliver(MERGE, never);
    expect(store.get(decision.id)).toMatchObject({ state: verdict, status });
  });

  it('writes one line in the log, with the id', async () => {
    const decision = await gate().deliver(MERGE, never);
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'delivery approved',
        fields: expect.objectContaining({
          decision: decision.id,
          verdict: 'approved',
          status: 200,
          repository: 'lake',
        }),
      },
    ]);
  });
});

describe('breakage', () => {
  it('is undecided with the problem, and its cause is in the log', async () => {
    const cause = new Error('ECONNREFUSED 10.0.0.7');
    const error = new SluiceError({ code: 'lakefs-unreachable', message: 'lakeFS does not answer.' }, { cause });
    const decision = await gate(fakeJudge({ prepare: () => Promise.reject(error) })).deliver(MERGE, never);
    expect(decision).toMatchObject({ state: 'undecided', status: 503 });
    expect(report(decision)).toMatchObject({
      verdict: 'undecided',
      reasons: ['lakeFS does not answer.'],
      problems: [{ code: 'lakefs-unreachable' }],
      scope: { decisionId: decision.id, mergeCommit: MERGE.commitId },
    });
    expect(lines).toMatchObject([{ level: 'error', fields: { decision: decision.id, err: error } }]);
  });

  it('nobody foresaw is a general sentence, never a stack', async () => {
    const judge = fakeJudge({ run: () => Promise.reject(new TypeError('x is not a function at /srv/secret.js')) });
    const decision = await gate(judge).deliver(MERGE, never);
    expect(decision).toMatchObject({ state: 'undecided', status: 503 });
    expect(codes(decision)).toEqual(['internal-error']);
    expect(decision.report).not.toContain('secret.js');
    expect(lines).toMatchObject([{ level: 'error', fields: { err: expect.any(TypeError) } }]);
  });

  it('thrown before a promise is there ends the delivery all the same', async () => {
    const judge = {
      ...fakeJudge(),
      prepare: () => {
        throw new Error('at once');
      },
    };
    expect(codes(await gate(judge).deliver(MERGE, never))).toEqual(['internal-error']);
  });

  it('between verdict and report is undecided', async () => {
    const judge = {
      ...fakeJudge(),
      judge: async () => ({ verdict: 'approved' as const, report: reportOf(MERGE, 'x', 'rejected') }),
    };
    expect(codes(await gate(judge).deliver(MERGE, never))).toEqual(['verdict-torn']);
  });

  it('of the records is thrown, at the begin and at the end', async () => {
    const broken = (method: 'begin' | 'finish') => ({
      ...store,
      [method]: () => {
        throw new SluiceError({ code: 'state-unavailable', message: 'disk full' });
      },
    });
    const judge = fakeJudge();
    await expect(gate(judge, { store: broken('begin') }).deliver(MERGE, never)).rejects.toThrow('disk full');
    expect(judge.prepared).toEqual([]);
    await expect(gate(judge, { store: broken('finish') }).deliver(MERGE, never)).rejects.toThrow('disk full');
    expect(store.list({ limit: 9 }).map(({ state }) => state)).toEqual(['running']);
  });

  it('is not remembered: the next delivery runs again', async () => {
    let runs = 0;
    const judge = fakeJudge({
      run: async () => {
        runs += 1;
        if (runs === 1) throw new SluiceError({ code: 'engine-died', message: 'The engine died.' });
        return 'approved';
      },
    });
    const { deliver } = gate(judge);
    expect((await deliver(MERGE, never)).state).toBe('undecided');
    expect((await deliver(MERGE, never)).state).toBe('approved');
  });
});

describe('an equal question', () => {
  const again: HookEvent = { ...MERGE, commitId: 'f'.repeat(64), committer: 'someone', mergeSource: 'etl-2' };

  it.each(['approved', 'rejected'] as const)('%s before is answered without a run', async (verdict) => {
    const judge = fakeJudge({ run: async () => verdict });
    const { deliver } = gate(judge);
    const first = await deliver(MERGE, never);
    const second = await deliver(again, never);
    const third = await deliver(again, never);
    expect(judge.judged).toEqual([first.id]);
    expect(second).toMatchObject({ state: verdict, status: first.status, replayOf: first.id, key: first.key });
    expect(third.replayOf).toBe(first.id);
    expect(report(second).scope).toEqual({
      ...report(first).scope,
      decisionId: second.id,
      mergeCommit: again.commitId,
      source: 'etl-2',
      committer: 'someone',
    });
  });

  it('is replayed after a restart', async () => {
    const first = await gate().deliver(MERGE, never);
    store.close();
    store = openStore(join(directory, 'decisions.db'));
    const judge = fakeJudge();
    expect((await gate(judge).deliver(MERGE, never)).replayOf).toBe(first.id);
    expect(judge.judged).toEqual([]);
  });

  it('is judged again when its decision has become stale', async () => {
    let now = Date.now();
    const judge = fakeJudge();
    const { deliver } = gate(judge, { clock: { now: () => now }, replayForMs: 1_000 });
    const first = await deliver(MERGE, never);
    now += 1_000;
    expect((await deliver(MERGE, never)).replayOf).toBe(first.id);
    now += 1;
    expect((await deliver(MERGE, never)).replayOf).toBeNull();
    expect(judge.judged).toHaveLength(2);
  });

  it('of a check is answered for the hook, which has a row of its own', async () => {
    const { deliver } = gate();
    const check = await deliver(MERGE, never, 'check');
    expect(check.origin).toBe('check');
    expect(await deliver(MERGE, never)).toMatchObject({ origin: 'hook', replayOf: check.id, state: 'approved' });
  });

  it('of another tree is judged', async () => {
    const judge = fakeJudge({ metaRange: ({ commitId }) => commitId ?? '' });
    const { deliver } = gate(judge);
    await deliver(MERGE, never);
    expect((await deliver(again, never)).replayOf).toBeNull();
    expect(judge.judged).toHaveLength(2);
  });
});

describe('equal deliveries at once', () => {
  it('share one preparation and one run; each has its own row', async () => {
    const judge = fakeJudge({ run: () => sleep(20, 'rejected' as const) });
    const { deliver } = gate(judge);
    const decisions = await Promise.all(Array.from({ length: 20 }, () => deliver(MERGE, never)));
    expect([judge.prepared.length, judge.judged.length]).toEqual([1, 1]);
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(20);
    expect(store.list({ limit: 99, state: 'rejected' })).toHaveLength(20);
    const [first, ...others] = decisions;
    expect(first?.replayOf).toBeNull();
    expect(new Set(others.map(({ replayOf }) => replayOf))).toEqual(new Set([first?.id]));
    for (const decision of decisions) expect(report(decision).scope).toMatchObject({ decisionId: decision.id });
  });

  it('share one run also when only their trees are equal', async () => {
    const judge = fakeJudge({ run: () => sleep(20, 'approved' as const) });
    const { deliver } = gate(judge);
    const commits = ['1', '2', '3'].map((digit) => digit.repeat(64));
    const decisions = await Promise.all(commits.map((commitId) => deliver({ ...MERGE, commitId }, never)));
    expect([judge.prepared.length, judge.judged.length]).toEqual([3, 1]);
    expect(decisions.map(({ mergeCommit }) => mergeCommit)).toEqual(commits);
  });

  it('on different branches are different questions', async () => {
    const judge = fakeJudge({ run: () => sleep(5, 'approved' as const) });
    const { deliver } = gate(judge);
    await Promise.all([deliver(MERGE, never), deliver({ ...MERGE, branch: 'release' }, never)]);
    expect(judge.prepared).toHaveLength(2);
  });

  it('go on when one caller leaves, and the run is cancelled when the last one does', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const { deliver } = gate(judge);
    const callers = [new AbortController(), new AbortController()];
    const answers = callers.map((caller) => deliver(MERGE, caller.signal));
    await sleep(10);
    callers[0]?.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    expect(codes(await (answers[0] as Promise<Decision>))).toEqual(['caller-gone']);
    expect(judge.cancelled).toEqual([]);
    callers[1]?.abort(new SluiceError({ code: 'deadline-exceeded', message: 'late' }));
    expect(await answers[1]).toMatchObject({ state: 'undecided', status: 504 });
    expect(judge.cancelled).toHaveLength(1);
  });

  it('start anew beside a cancelled run that is still ending', async () => {
    let runs = 0;
    const judge = fakeJudge({
      run: async () => {
        runs += 1;
        return runs === 1 ? sleep(60, 'rejected' as const) : 'approved';
      },
    });
    const { deliver } = gate(judge);
    const caller = new AbortController();
    const left = deliver(MERGE, caller.signal);
    await sleep(5);
    caller.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    expect((await left).state).toBe('undecided');
    expect((await deliver(MERGE, never)).state).toBe('approved');
    await sleep(70);
    expect(store.list({ limit: 9 }).map(({ state }) => state)).toEqual(['approved', 'undecided']);
  });

  it('join the new run, not the cancelled one, while that is still ending', async () => {
    let runs = 0;
    const judge = fakeJudge({
      run: async () => {
        runs += 1;
        return runs === 1 ? sleep(30, 'rejected' as const) : sleep(120, 'approved' as const);
      },
    });
    const { deliver } = gate(judge);
    const caller = new AbortController();
    const left = deliver(MERGE, caller.signal);
    await sleep(5);
    caller.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    await left;
    const second = deliver(MERGE, never);
    await sleep(50);
    const third = deliver(MERGE, never);
    expect((await third).replayOf).toBe((await second).id);
    expect(runs).toBe(2);
  });

  it('keep the verdict when the caller that started the run has left', async () => {
    const judge = fakeJudge({ run: () => sleep(40, 'approved' as const) });
    const { deliver } = gate(judge);
    const caller = new AbortController();
    const left = deliver(MERGE, caller.signal);
    const stayed = deliver(MERGE, never);
    await sleep(5);
    caller.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    expect((await left).state).toBe('undecided');
    const decision = await stayed;
    expect(decision).toMatchObject({ state: 'approved', replayOf: null });
    expect(report(decision).scope).toMatchObject({ decisionId: decision.id });
  });
});

describe('too many', () => {
  it('wait up to the queue length, and the next is turned away at once with 429', async () => {
    let finish: (verdict: 'approved') => void = () => undefined;
    const finished = new Promise<'approved'>((resolve) => {
      finish = resolve;
    });
    const judge = fakeJudge({ run: () => finished, metaRange: ({ commitId }) => commitId ?? '' });
    const { deliver } = gate(judge);
    const answers = ['1', '2', '3', '4', '5'].map((digit) => deliver({ ...MERGE, commitId: digit.repeat(64) }, never));
    const turnedAway = await (answers[4] as Promise<Decision>);
    expect(turnedAway).toMatchObject({ state: 'undecided', status: 429 });
    expect(codes(turnedAway)).toEqual(['queue-full']);
    finish('approved');
    const states = await Promise.all(answers.slice(0, 4));
    expect(states.map(({ state }) => state)).toEqual(['approved', 'approved', 'approved', 'approved']);
    expect(judge.judged).toHaveLength(4);
  });

  it('a caller that leaves the queue makes room and is never run', async () => {
    const judge = fakeJudge({ run: untilAborted, metaRange: ({ commitId }) => commitId ?? '' });
    const { deliver } = gate(judge, { limits: { concurrentRuns: 1, queueLength: 1 } });
    const callers = ['1', '2', '3'].map((digit) => ({
      event: { ...MERGE, commitId: digit.repeat(64) },
      end: new AbortController(),
    }));
    const [running, queued, third] = callers.map(
      ({ event, end }) =>
        () =>
          deliver(event, end.signal),
    );
    void running?.();
    const second = queued?.();
    await sleep(5);
    callers[1]?.end.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    expect((await second)?.state).toBe('undecided');
    const last = third?.();
    await sleep(5);
    expect(judge.judged).toHaveLength(1);
    callers[0]?.end.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    await sleep(5);
    callers[2]?.end.abort(new SluiceError({ code: 'caller-gone', message: 'gone' }));
    expect(judge.judged).toEqual([expect.any(String), (await last)?.id]);
  });
});

describe('configuration', () => {
  const { commitId: _, ...old } = MERGE;

  it('answers every other event without the judge', async () => {
    const judge = fakeJudge();
    const { deliver } = gate(judge);
    // Those that close decisions ask lakeFS.
    const closing = /^post-(?:merge|commit|revert|cherry-pick)$/;
    const others = HOOK_EVENTS.filter((name): name is HookEventType => name !== 'pre-merge' && !closing.test(name));
    for (const eventType of others) {
      const decision = await deliver({ ...MERGE, eventType }, never);
      const denied = eventType === 'pre-commit';
      expect([decision.state, decision.status]).toEqual(denied ? ['rejected', 403] : ['approved', 200]);
      expect(decision).toMatchObject({ event: eventType, key: null });
      expect(report(decision).reasons[0]).toContain(eventType);
    }
    expect(judge.prepared).toEqual([]);
  });

  it('blocks merges of a lakeFS that does not tell the merge result', async () => {
    const judge = fakeJudge();
    const decision = await gate(judge).deliver(old, never);
    expect(decision).toMatchObject({ state: 'undecided', status: 503, mergeCommit: '' });
    expect(codes(decision)).toEqual(['merge-result-unavailable']);
    expect(report(decision).scope).toMatchObject({ mergeResult: false });
    expect(judge.prepared).toEqual([]);
  });

  it('or has them judged by their source', async () => {
    const policy = { ...POLICY, withoutMergeResult: 'allow' } as const;
    const judge = fakeJudge();
    expect((await gate(judge, { policy }).deliver(old, never)).state).toBe('approved');
    expect(judge.judged).toHaveLength(1);
  });

  it('lets merges into other branches pass, and says so', async () => {
    const policy = { ...POLICY, governedBranches: ['main', 'release-*'] };
    const judge = fakeJudge();
    const { deliver } = gate(judge, { policy });
    const decision = await deliver({ ...MERGE, branch: 'sandbox' }, never);
    expect(decision.state).toBe('approved');
    expect(report(decision).reasons).toEqual([
      'The branch sandbox is not governed (governedBranches), so nothing was validated.',
    ]);
    expect(judge.prepared).toEqual([]);
    await deliver({ ...MERGE, branch: 'release-2026' }, never);
    expect(judge.prepared).toHaveLength(1);
    expect((await deliver({ ...MERGE, branch: 'mainline', eventType: 'pre-commit' }, never)).state).toBe('approved');
    expect((await deliver({ ...MERGE, eventType: 'pre-commit' }, never)).state).toBe('rejected');
  });
});

describe('stop', () => {
  it('turns away new and queued ones, waits for running ones', async () => {
    const judge = fakeJudge({ run: () => sleep(60, 'approved' as const), metaRange: ({ commitId }) => commitId ?? '' });
    const { deliver, stop } = gate(judge, { limits: { concurrentRuns: 1, queueLength: 9 } });
    const running = deliver(MERGE, never);
    const queued = deliver({ ...MERGE, commitId: '1'.repeat(64) }, never);
    await sleep(5);
    const stopped = stop(5_000);
    expect(codes(await queued)).toEqual(['shutting-down']);
    const late = await deliver({ ...MERGE, commitId: '2'.repeat(64) }, never);
    expect(late).toMatchObject({ state: 'undecided', status: 503 });
    expect(codes(await deliver({ ...MERGE, eventType: 'pre-revert' }, never))).toEqual(['shutting-down']);
    await stopped;
    expect((await running).state).toBe('approved');
    expect(store.list({ limit: 9, state: 'running' })).toEqual([]);
  });

  it('cancels running ones when the grace time is over', async () => {
    const judge = fakeJudge({ run: untilAborted });
    const { deliver, stop } = gate(judge);
    const running = deliver(MERGE, never);
    await sleep(5);
    await stop(20);
    expect(await running).toMatchObject({ state: 'undecided', status: 503 });
    expect(judge.cancelled).toHaveLength(1);
  });
});

describe('statusOf', () => {
  const problem = (code: string, level?: 'warning') => ({ code, message: '', ...(level && { level }) });

  it.each([
    ['approved', [], 200],
    ['approved', [problem('forbidden-x')], 200],
    ['rejected', [], 422],
    ['rejected', [problem('forbidden-change')], 403],
    ['rejected', [problem('queue-full')], 422],
    ['undecided', [], 503],
    ['undecided', [problem('engine-died')], 503],
    ['undecided', [problem('deadline-exceeded')], 504],
    ['undecided', [problem('engine-deadline')], 504],
    ['undecided', [problem('queue-full')], 429],
    ['undecided', [problem('limit-objects')], 413],
    ['undecided', [problem('objects-too-large')], 413],
    ['undecided', [problem('limit-objects', 'warning')], 503],
  ] as const)('%s %j is %i', (verdict, problems, status) => expect(statusOf(verdict, problems)).toBe(status));
});

describe('decisionId', () => {
  it('sorts by time and does not repeat', () => {
    const ids = [0, 1, 31, 32, 1_795_235_796_000, 1_795_235_796_001, 2 ** 45].map((time) =>
      decisionId(time, randomBytes),
    );
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
    expect(new Set(Array.from({ length: 1000 }, () => decisionId(5, randomBytes))).size).toBe(1000);
  });
});
