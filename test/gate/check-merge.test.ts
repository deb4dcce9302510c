import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import type { Report } from '../../src/core/report/report.ts';
import { type CheckMergeDeps, checkMerge } from '../../src/gate/check-merge.ts';
import { type GatedMergeDeps, gatedMerge, type MergeOrder } from '../../src/gate/gated-merge.ts';
import type { Commit } from '../../src/gate/ports.ts';
import type { ChangeOutcome } from '../../src/gate/repository-ports.ts';
import { ENGINE, fakeJudge, MERGE, reportOf, untilAborted } from './fake-judge.ts';

const QUESTION = { repository: 'lake', source: 'etl', destination: 'main' };
const HEADS: Readonly<Record<string, string>> = { etl: 'e'.repeat(64), main: 'd'.repeat(64), 'v1.0': '1'.repeat(64) };
const MERGED = 'a'.repeat(64);
const NEVER = new AbortController().signal;

const commit = (id: string, parents: readonly string[], metadata: Commit['metadata'] = {}): Commit => ({
  id,
  parents,
  metaRangeId: 'same-tree',
  creationDate: 0,
  committer: 'quickstart',
  metadata,
});

interface Lake {
  /** What merging answers; default: a commit on the destination's head. */
  readonly merged?: ChangeOutcome;
  readonly dirty?: readonly string[];
  readonly branches?: string[];
  readonly failing?: 'branches of others';
}

/** A repository with the branches etl and main and the tag v1.0, and how often it was asked to merge. */
function lakeOf({ merged, dirty = [], branches = ['etl', 'etl-2', 'main'], failing }: Lake = {}) {
  const merges: object[] = [];
  const deps = {
    lake: { commit: async (_repository: string, id: string) => commit(id, [HEADS['main'] ?? '', HEADS['etl'] ?? '']) },
    reader: {
      currentUser: async () => 'ann',
      branches: async (_repository: string, prefix: string) => {
        if (failing !== undefined && prefix.startsWith('sluice-')) throw new Error('not allowed');
        return branches.filter((id) => id.startsWith(prefix)).map((id) => ({ id, commitId: HEADS[id] ?? '' }));
      },
      resolve: async (_repository: string, ref: string) => {
        const id = HEADS[ref];
        if (id === undefined) throw new SluiceError({ code: 'lakefs-not-found', message: `no ${ref}` });
        return commit(id, []);
      },
      uncommitted: async (_repository: string, branch: string) =>
        dirty.includes(branch) ? [{ type: 'added', path: 'x', sizeBytes: 1 } as const] : [],
    },
    writer: {
      createBranch: async ({ branch }: { readonly branch: string }) => void branches.push(branch),
      deleteBranch: async (_repository: string, branch: string) => {
        const at = branches.indexOf(branch);
        if (at >= 0) branches.splice(at, 1);
        return at >= 0;
      },
      merge: async (request: object) => {
        merges.push(request);
        return merged ?? ({ kind: 'done', commitId: MERGED } as const);
      },
      cherryPick: () => Promise.reject(new Error('not here')),
      revert: () => Promise.reject(new Error('not here')),
    },
    owner: {
      host: 'here',
      pid: 7,
      startedAt: 1_000,
      isAlive: () => false,
      random: () => 'x',
      now: () => Date.parse('2026-08-22T10:00:00Z'),
    },
  };
  return { deps, merges, branches };
}

function checkDeps(lake: Lake = {}, judge = fakeJudge()) {
  const { deps, merges, branches } = lakeOf(lake);
  const stages: string[] = [];
  const check: CheckMergeDeps = {
    ...deps,
    judge,
    policy: {
      governedBranches: ['main'],
      withoutMergeResult: 'block',
      events: {},
    } as unknown as CheckMergeDeps['policy'],
    newId: () => 'check-1',
    engine: ENGINE,
    elapsed: () => 0,
    onStage: (stage) => stages.push(stage),
  };
  return { check, judge, merges, branches, stages };
}

const codes = (report: Report) => report.problems.map(({ code }) => code);

describe('a check of a merge', () => {
  it('judges the preview as the event of the real merge, and leaves no branch', async () => {
    const { check, judge, merges, branches } = checkDeps();
    const report = await checkMerge({ ...QUESTION, strategy: 'source-wins', squash: true }, check, NEVER);
    expect(report).toMatchObject({
      verdict: 'approved',
      problems: [],
      scope: { decisionId: 'check-1', destination: 'main', source: 'etl', mergeCommit: MERGED, committer: 'ann' },
    });
    expect(judge.judged).toEqual(['check-1']);
    expect(merges).toMatchObject([{ source: HEADS['etl'], strategy: 'source-wins', squash: true }]);
    expect(merges).not.toMatchObject([{ destination: 'main' }]);
    expect(branches).toEqual(['etl', 'etl-2', 'main']);
  });

  it('removes what killed checks have left, and goes on when it may not', async () => {
    const left = 'sluice-scratch-preview-here-99-1-x';
    const { check, branches } = checkDeps({ branches: ['etl', 'main', left] });
    await checkMerge(QUESTION, check, NEVER);
    expect(branches).toEqual(['etl', 'main']);
    const forbidden = checkDeps({ failing: 'branches of others' });
    expect(await checkMerge(QUESTION, forbidden.check, NEVER)).toMatchObject({ verdict: 'approved' });
  });

  it.each([
    [{ kind: 'conflict', message: 'conflict found' }, 'merge-conflict'],
    [{ kind: 'no-changes', message: 'no changes' }, 'merge-no-changes'],
    [{ kind: 'hook-refused', message: 'aborted', runId: 'run-1' }, 'merge-hook-refused'],
    [{ kind: 'refused', status: 403, message: 'not allowed' }, 'merge-refused'],
  ] as const)('is undecided when lakeFS would not merge: %j', async (merged, code) => {
    const { check, judge, branches } = checkDeps({ merged });
    const report = await checkMerge(QUESTION, check, NEVER);
    expect(report).toMatchObject({ verdict: 'undecided', tables: [], problems: [{ code }] });
    expect(report.reasons).toHaveLength(1);
    expect(judge.prepared).toEqual([]);
    expect(branches).toEqual(['etl', 'etl-2', 'main']);
  });

  it('warns of changes that are not committed, and the verdict stays', async () => {
    const both = checkDeps({ dirty: ['etl', 'main'] });
    const report = await checkMerge(QUESTION, both.check, NEVER);
    expect(report).toMatchObject({
      verdict: 'approved',
      problems: [
        { code: 'source-uncommitted', level: 'warning' },
        { code: 'destination-uncommitted', level: 'warning' },
      ],
    });
    // A tag has nothing uncommitted to be asked for.
    const tag = checkDeps({ dirty: ['v1.0'] });
    expect(codes(await checkMerge({ ...QUESTION, source: 'v1.0' }, tag.check, NEVER))).toEqual([]);
  });

  it.each(['v1.0', 'e'.repeat(64), 'mai', 'gone'])(
    'refuses %s as a destination: it is no branch',
    async (destination) => {
      const { check, merges } = checkDeps();
      await expect(checkMerge({ ...QUESTION, destination }, check, NEVER)).rejects.toMatchObject({
        problem: { code: 'destination-not-a-branch' },
      });
      expect(merges).toEqual([]);
    },
  );

  it('says of a branch that is not governed what the hook would', async () => {
    const { check, judge } = checkDeps();
    const policy = { ...check.policy, governedBranches: ['prod/*'] };
    const report = await checkMerge(QUESTION, { ...check, policy }, NEVER);
    expect(report).toMatchObject({ verdict: 'approved', reasons: [expect.stringContaining('not governed')] });
    expect(judge.prepared).toEqual([]);
  });

  it('is undecided when the judge breaks, and a defect is not hidden in a report', async () => {
    const broken = (error: unknown) => checkDeps({}, fakeJudge({ run: () => Promise.reject(error) })).check;
    const known = new SluiceError({ code: 'engine-died', message: 'The engine died.' });
    expect(await checkMerge(QUESTION, broken(known), NEVER)).toMatchObject({
      verdict: 'undecided',
      problems: [{ code: 'engine-died' }],
      scope: { decisionId: 'check-1' },
    });
    await expect(checkMerge(QUESTION, broken(new TypeError('x')), NEVER)).rejects.toThrow(TypeError);
  });

  it('ends when the signal is aborted, and is no report', async () => {
    const stop = new AbortController();
    const { check } = checkDeps({}, fakeJudge({ run: untilAborted }));
    const checking = checkMerge(QUESTION, check, stop.signal);
    setTimeout(() => stop.abort(), 5);
    await expect(checking).rejects.toThrow('abort');
  });
});

const ORDER: MergeOrder = { ...QUESTION, metadata: { run: '7' } };

interface Ending {
  readonly verdict?: Report['verdict'];
  readonly merge?: () => Promise<ChangeOutcome>;
  readonly head?: Commit | 'unreachable';
  readonly link?: string;
  readonly report?: Partial<Report>;
}

function mergeDeps({ verdict = 'approved', merge, head, link, report = {} }: Ending = {}) {
  const merges: { readonly metadata?: Readonly<Record<string, string>> }[] = [];
  const deps: GatedMergeDeps = {
    check: async () => ({ report: { ...reportOf(MERGE, 'check-1', verdict), ...report }, link: link ?? null }),
    writer: {
      merge: async (request) => {
        merges.push(request);
        return merge === undefined ? { kind: 'done', commitId: MERGED } : merge();
      },
    },
    reader: {
      resolve: async () => {
        if (head === undefined || head === 'unreachable')
          throw new SluiceError({ code: 'lakefs-unreachable', message: '' });
        return head;
      },
    },
    version: '1.2.3',
    onStage: () => {},
  };
  return { deps, merges };
}

const lost = () => Promise.reject(new SluiceError({ code: 'lakefs-unreachable', message: 'reset' }));

describe('a merge after its check', () => {
  it('carries the verdict, and what the user gave', async () => {
    const { deps, merges } = mergeDeps({ link: 'https://sluice.example.org/decisions/check-1' });
    expect(await gatedMerge({ ...ORDER, message: 'nightly' }, deps, NEVER)).toMatchObject({
      kind: 'merged',
      commitId: MERGED,
    });
    expect(merges).toEqual([
      {
        ...QUESTION,
        message: 'nightly',
        metadata: {
          run: '7',
          'sluice.verdict': 'approved',
          'sluice.decision': 'check-1',
          'sluice.version': '1.2.3',
          '::lakefs::Sluice::url[url:ui]': 'https://sluice.example.org/decisions/check-1',
        },
      },
    ]);
  });

  it('names the contracts that governed, and no more than a commit should carry', async () => {
    const contract = (id: string) => ({ file: `${id}.yaml`, id, version: '1.0.0', digest: '' });
    const tables = (ids: readonly string[]) =>
      ids.map((id) => ({ contract: contract(id) })) as unknown as Report['tables'];
    const few = mergeDeps({ report: { tables: tables(['shop', 'crm', 'shop']) } });
    await gatedMerge(ORDER, few.deps, NEVER);
    expect(few.merges[0]?.metadata?.['sluice.contracts']).toBe('crm@1.0.0, shop@1.0.0');
    const many = mergeDeps({ report: { tables: tables(Array.from({ length: 500 }, (_, at) => `c${at}`)) } });
    await gatedMerge(ORDER, many.deps, NEVER);
    expect(many.merges[0]?.metadata?.['sluice.contracts']).toMatch(/^c0@1\.0\.0, .{100,400}, and 480 more$/);
  });

  it.each(['rejected', 'undecided'] as const)('is not made when the check says %s', async (verdict) => {
    const { deps, merges } = mergeDeps({ verdict });
    expect(await gatedMerge(ORDER, deps, NEVER)).toMatchObject({ kind: 'withheld', report: { verdict } });
    expect(merges).toEqual([]);
  });

  it.each([
    ['a hook that judged', 'hook failed: webhook request failed (status code: 422)', 'rejected'],
    ['a rule that forbids it', 'hook failed: webhook request failed (status code: 403)', 'rejected'],
    ['a hook that could not judge', 'hook failed: webhook request failed (status code: 503)', 'undecided'],
    ['a hook that did not answer', 'hook failed: dial tcp: connection refused', 'undecided'],
  ] as const)('%s: told with the run', async (_name, message, verdict) => {
    const { deps } = mergeDeps({ merge: async () => ({ kind: 'hook-refused', message, runId: 'run-1' }) });
    expect(await gatedMerge(ORDER, deps, NEVER)).toMatchObject({
      kind: 'not-merged',
      verdict,
      problem: { code: 'merge-hook-refused', hint: expect.stringContaining('lakefs://lake run-1') },
    });
  });

  it('is found on the destination after the answer was lost', async () => {
    const head = commit(MERGED, [], { 'sluice.decision': 'check-1' });
    const { deps } = mergeDeps({ merge: lost, head });
    expect(await gatedMerge(ORDER, deps, NEVER)).toMatchObject({ kind: 'merged', commitId: MERGED });
  });

  it.each([
    ['another head', commit('f'.repeat(64), [], { 'sluice.decision': 'check-0' })],
    ['no answer', 'unreachable'],
  ] as const)('is unknown after the answer was lost and there is %s', async (_name, head) => {
    const { deps } = mergeDeps({ merge: lost, head });
    expect(await gatedMerge(ORDER, deps, NEVER)).toMatchObject({
      kind: 'not-merged',
      verdict: 'undecided',
      problem: { code: 'merge-unknown', hint: expect.stringContaining('sluice.decision check-1') },
    });
  });
});
