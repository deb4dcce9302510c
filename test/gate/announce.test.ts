import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import { type Announcement, createAnnouncer } from '../../src/gate/announce.ts';
import type { MergeSides, PullRequest, PullRequests } from '../../src/gate/pull-request-ports.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { APPROVED, REJECTED } from '../core/report/reports.ts';

const LIMITS = { timeoutMs: 400, settleMs: 60, pollMs: 5 };

interface Fake extends PullRequests {
  pull: PullRequest;
  readonly written: string[];
  /** What reading waits for. */
  gate: Promise<unknown>;
  failures: SluiceError[];
  asked: MergeSides[];
}

function fakePulls(pull: Partial<PullRequest> = {}, ids: readonly string[] = ['p1']): Fake {
  const fake: Fake = {
    pull: { status: 'open', description: 'please', ...pull },
    written: [],
    gate: Promise.resolve(),
    failures: [],
    asked: [],
    open: async (sides) => {
      fake.asked.push(sides);
      return ids;
    },
    mergedBy: async (commit) => (commit === 'merged' ? ['closed'] : []),
    read: async () => {
      await fake.gate;
      return fake.pull;
    },
    describe: async ({ id, description }, signal) => {
      signal.throwIfAborted();
      const failure = fake.failures.shift();
      if (failure !== undefined) throw failure;
      fake.pull = { ...fake.pull, description };
      fake.written.push(`${id} ${/approved|rejected/i.exec(description)?.[0]}`);
    },
  };
  return fake;
}

function announcing(pulls: PullRequests, limits = LIMITS) {
  const counted: Announcement[] = [];
  const logged: object[] = [];
  const announcer = createAnnouncer({
    pulls,
    log: { warn: (fields) => void logged.push(fields) },
    count: (result) => void counted.push(result),
    consoleUrl: 'https://gate.example',
    limits,
  });
  return { ...announcer, counted, logged };
}

let ids = 0;

function decision(state: 'approved' | 'rejected', changes: Partial<Decision> = {}): Decision {
  ids += 1;
  return {
    id: `01j8${String(ids).padStart(6, '0')}`,
    state,
    replayOf: null,
    key: null,
    event: 'pre-merge',
    origin: 'hook',
    repository: 'lake',
    branch: 'main',
    source: 'etl',
    mergeCommit: '',
    committer: null,
    status: 200,
    receivedAt: '2026-08-22T10:00:00.000Z',
    decidedAt: '2026-08-22T10:00:01.000Z',
    report: JSON.stringify(state === 'approved' ? APPROVED : REJECTED),
    landed: null,
    ...changes,
  };
}

function failure(code: string): SluiceError {
  return new SluiceError({ code, message: 'no', hint: 'do' });
}

describe('a decision', () => {
  it('is written into every open pull request of its branches, with a link', async () => {
    const pulls = fakePulls({}, ['p1', 'p2']);
    const { announce, stop, counted } = announcing(pulls);
    announce(decision('rejected', { id: '01abc' }));
    await stop();
    expect(pulls.asked).toEqual([{ repository: 'lake', source: 'etl', destination: 'main' }]);
    expect(pulls.written).toEqual(['p1 REJECTED', 'p2 REJECTED']);
    expect(pulls.pull.description).toMatch(/^please\n\n\[sluice-report-begin\]: /);
    expect(pulls.pull.description).toContain('(https://gate.example/decisions/01abc)');
    expect(counted).toEqual(['updated', 'updated']);
  });

  it('about no merge, or without a report, is nobody’s business', async () => {
    const pulls = fakePulls();
    const { announce, stop, counted } = announcing(pulls);
    announce(decision('rejected', { event: 'pre-commit' }));
    announce(decision('rejected', { report: null }));
    announce(decision('rejected', { source: '' }));
    await stop();
    expect([pulls.asked, counted]).toEqual([[], []]);
  });

  it('without a pull request costs one question', async () => {
    const pulls = fakePulls({}, []);
    const { announce, stop, counted } = announcing(pulls);
    announce(decision('approved'));
    await stop();
    expect([pulls.written, counted]).toEqual([[], ['none']]);
  });
});

describe('an approval by a hook', () => {
  it('is written when the pull request is merged, and not while lakeFS may be marking it', async () => {
    const pulls = fakePulls();
    const { announce, stop } = announcing(pulls, { ...LIMITS, settleMs: 300 });
    announce(decision('approved'));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(pulls.written).toEqual([]);
    pulls.pull = { ...pulls.pull, status: 'merged' };
    await stop();
    expect(pulls.written).toEqual(['p1 APPROVED']);
    expect(pulls.pull.status).toBe('merged');
  });

  it('finds the pull request also when lakeFS has closed it before anyone looked', async () => {
    const pulls = fakePulls({ status: 'merged' }, []);
    const { announce, stop } = announcing(pulls);
    announce(decision('approved', { mergeCommit: 'merged' }));
    await stop();
    expect(pulls.written).toEqual(['closed APPROVED']);
    announce(decision('rejected', { mergeCommit: 'merged' }));
    await stop();
    expect(pulls.written).toHaveLength(1);
  });

  it('is written in the end when the merge went another way', async () => {
    const pulls = fakePulls();
    const { announce, stop } = announcing(pulls);
    announce(decision('approved'));
    await stop();
    expect(pulls.written).toEqual(['p1 APPROVED']);
  });

  it('does not wait when it was a check: nothing is being merged', async () => {
    const pulls = fakePulls();
    const { announce, stop } = announcing(pulls, { ...LIMITS, settleMs: 60_000, timeoutMs: 200 });
    announce(decision('approved', { origin: 'check' }));
    await stop();
    expect(pulls.written).toEqual(['p1 APPROVED']);
  });

  it('gives way to a newer decision while it waits', async () => {
    const pulls = fakePulls();
    const { announce, stop } = announcing(pulls, { ...LIMITS, settleMs: 60_000 });
    announce(decision('approved'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    announce(decision('rejected'));
    await stop();
    expect(pulls.written).toEqual(['p1 REJECTED']);
  });
});

describe('several decisions about the same branches', () => {
  it('are written one after the other, the newest last, those between not at all', async () => {
    const pulls = fakePulls();
    let open = () => {};
    pulls.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { announce, stop } = announcing(pulls);
    announce(decision('rejected'));
    announce(decision('rejected'));
    announce(decision('approved', { origin: 'check' }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    open();
    await stop();
    expect(pulls.written.at(-1)).toBe('p1 APPROVED');
    expect(pulls.written.length).toBeLessThanOrEqual(2);
    expect(pulls.pull.description.match(/report-begin/g)).toHaveLength(1);
  });

  it('leave a slow older one out, also after the newer is written', async () => {
    const pulls = fakePulls();
    const { announce, stop } = announcing(pulls);
    const [older, newer] = [decision('rejected'), decision('approved', { origin: 'check' })];
    announce(newer);
    await stop();
    announce(older);
    await stop();
    expect(pulls.written).toEqual(['p1 APPROVED']);
  });
});

describe('a failure', () => {
  it('is logged and counted, and the next decision is written', async () => {
    const pulls = fakePulls();
    pulls.failures = [failure('lakefs-unauthorized')];
    const { announce, stop, counted, logged } = announcing(pulls);
    const first = decision('rejected');
    announce(first);
    await stop();
    expect(counted).toEqual(['failed']);
    expect(logged).toEqual([
      expect.objectContaining({ decision: first.id, repository: 'lake', code: 'lakefs-unauthorized' }),
    ]);
    expect(JSON.stringify(logged)).toContain('pr:WritePullRequest');
    announce(decision('rejected'));
    await stop();
    expect(counted).toEqual(['failed', 'updated']);
  });

  it('of one write is tried again on what the description is then', async () => {
    const pulls = fakePulls();
    pulls.failures = [failure('lakefs-error')];
    const { announce, stop, counted, logged } = announcing(pulls);
    announce(decision('rejected'));
    await stop();
    expect([counted, logged]).toEqual([['updated'], []]);
    pulls.failures = [failure('lakefs-error'), failure('lakefs-error')];
    announce(decision('rejected'));
    await stop();
    expect(counted).toEqual(['updated', 'failed']);
  });

  it('to answer at all ends with its time', async () => {
    const pulls = fakePulls();
    const never: PullRequests['open'] = (_sides, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const { announce, stop, counted } = announcing({ ...pulls, open: never }, { ...LIMITS, timeoutMs: 50 });
    announce(decision('rejected'));
    await stop();
    expect(counted).toEqual(['failed']);
  });

  it('to fit is told', async () => {
    const pulls = fakePulls({ description: 'x'.repeat(260 * 1024) });
    const { announce, stop, logged } = announcing(pulls);
    announce(decision('rejected'));
    await stop();
    expect(logged).toEqual([expect.objectContaining({ code: 'pull-request-full' })]);
    expect(pulls.written).toEqual([]);
  });
});
