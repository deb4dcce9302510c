import { describe, expect, it } from 'vitest';
import {
  type PreviewDeps,
  type PreviewOutcome,
  previewEvent,
  previewMerge,
  previewReplay,
} from '../../src/gate/preview.ts';
import type { ChangeOutcome, MergeRequest } from '../../src/gate/repository-ports.ts';
import { SCRATCH_PREFIX } from '../../src/gate/scratch-branches.ts';
import { actionCalling, type LakeUnderTest, lakeUnderTest, never } from '../adapters/lakefs/lake-under-test.ts';
import { codeOf, serve } from '../adapters/serve.ts';

function depsOf({ lake, reader, writer }: LakeUnderTest): PreviewDeps {
  let count = 0;
  const random = () => `r${count++}`;
  const { pid } = process;
  return {
    lake,
    reader,
    writer,
    owner: { host: 'test', pid, startedAt: Date.now(), isAlive: () => true, random, now: Date.now },
  };
}

function scratchBranches({ reader, repository }: LakeUnderTest) {
  return reader.branches(repository, SCRATCH_PREFIX, never);
}

/** Base, then each side changes its own object, and both the same one when they contradict. */
async function diverged({ contradicting = false } = {}): Promise<LakeUnderTest> {
  const lake = await lakeUnderTest({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n1\n', 'c.csv': 'id\n1\n' });
  await lake.user.branch('dev', { 'b.csv': 'id\n2\n', ...(contradicting ? { 'c.csv': 'id\n2\n' } : {}) });
  await lake.user.put('main', 'a.csv', 'id\n3\n');
  if (contradicting) await lake.user.put('main', 'c.csv', 'id\n3\n');
  await lake.user.commit('main');
  return lake;
}

function previewed(outcome: PreviewOutcome) {
  if (outcome.kind !== 'previewed') throw new Error(JSON.stringify(outcome));
  return outcome.preview;
}

function doneCommit(outcome: ChangeOutcome): string {
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.commitId;
}

describe('the preview of a merge', () => {
  const ways: readonly (readonly [string, boolean, Partial<MergeRequest>])[] = [
    ['by default', false, {}],
    ['squashed', false, { squash: true }],
    ['in which the source wins', true, { strategy: 'source-wins' }],
    ['in which the destination wins', true, { strategy: 'dest-wins' }],
  ];

  it.each(ways)('%s has the tree and the parents of the merge itself', async (_name, contradicting, way) => {
    const lake = await diverged({ contradicting });
    const { repository } = lake;
    const request = { repository, source: 'dev', destination: 'main', ...way };
    const head = await lake.user.head('main');
    const { commit, destination } = previewed(await previewMerge(request, depsOf(lake), never));
    expect(await scratchBranches(lake)).toEqual([]);
    expect(await lake.user.head('main')).toBe(head);
    expect([destination.id, commit.parents[0]]).toEqual([head, head]);
    const merged = await lake.lake.commit(repository, doneCommit(await lake.writer.merge(request, never)), never);
    expect(commit.metaRangeId).toBe(merged.metaRangeId);
    expect(commit.parents).toEqual(merged.parents);
    // Its objects can be read although no branch leads there.
    expect(await lake.lake.list(repository, commit.id, '', never)).toEqual(
      await lake.lake.list(repository, merged.id, '', never),
    );
  });

  it('of refs that are no branches', async () => {
    const lake = await diverged();
    await lake.user.put('dev', 'd.csv', 'id\n');
    await lake.user.commit('dev');
    const { repository } = lake;
    const request = { repository, source: 'dev~1', destination: 'main' };
    const { commit } = previewed(await previewMerge(request, depsOf(lake), never));
    const merged = await lake.lake.commit(repository, doneCommit(await lake.writer.merge(request, never)), never);
    expect(commit.metaRangeId).toBe(merged.metaRangeId);
  });

  it('of sides that contradict is a conflict', async () => {
    const lake = await diverged({ contradicting: true });
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    expect(await previewMerge(request, depsOf(lake), never)).toMatchObject({ kind: 'conflict' });
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('of nothing new has no changes', async () => {
    const lake = await lakeUnderTest();
    await lake.user.branch('dev');
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    expect(await previewMerge(request, depsOf(lake), never)).toMatchObject({ kind: 'no-changes' });
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('leaves out what is staged on the destination, where the merge itself is refused', async () => {
    const lake = await diverged();
    await lake.user.put('main', 'staged.csv', 'id\n');
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    const { commit } = previewed(await previewMerge(request, depsOf(lake), never));
    const paths = (await lake.lake.list(lake.repository, commit.id, '', never)).map(({ path }) => path);
    expect(paths).not.toContain('staged.csv');
  });

  it.each([
    ['nothing', 'main'],
    ['dev', 'nothing'],
  ])('of %s into %s finds one of them missing, and makes no branch', async (source, destination) => {
    const lake = await diverged();
    const request = { repository: lake.repository, source, destination };
    expect(await codeOf(previewMerge(request, depsOf(lake), never))).toBe('lakefs-not-found');
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('that a hook of every branch refuses says so', async () => {
    const hook = await serve((_request, response) => response.writeHead(422).end('no'));
    const lake = await lakeUnderTest();
    await lake.user.branch('dev', { '_lakefs_actions/gate.yaml': actionCalling(hook.url) });
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    const outcome = await previewMerge(request, depsOf(lake), never);
    expect(outcome).toMatchObject({ kind: 'hook-refused', runId: expect.any(String) });
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('that is aborted while lakeFS merges leaves no branch', async () => {
    const stop = new AbortController();
    // The client goes while the hook is asked.
    const hook = await serve((_request, _response) => stop.abort());
    const lake = await lakeUnderTest();
    await lake.user.branch('dev', { '_lakefs_actions/gate.yaml': actionCalling(hook.url) });
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    expect(await codeOf(previewMerge(request, depsOf(lake), stop.signal))).toBe('cancelled');
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('that is aborted while lakeFS makes its branch leaves none', async () => {
    const lake = await diverged();
    const stop = new AbortController();
    const when = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === 'POST' && path.endsWith(`/${lake.repository}/branches`);
    // lakeFS gets to work 100 ms after its client went.
    lake.wire.faults.order({ when, fault: { kind: 'delay', milliseconds: 150 } });
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    const preview = codeOf(previewMerge(request, depsOf(lake), stop.signal));
    await expect.poll(() => lake.wire.requests.some(when), { interval: 5 }).toBe(true);
    stop.abort();
    expect(await preview).toBe('cancelled');
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('whose answer is lost leaves no branch', async () => {
    const lake = await diverged();
    const when = ({ path }: { readonly path: string }) =>
      path.includes(`${lake.repository}/refs/`) && path.includes('/merge/');
    lake.wire.faults.order({ when, fault: { kind: 'cut', afterBytes: 3 } });
    const request = { repository: lake.repository, source: 'dev', destination: 'main' };
    expect(await codeOf(previewMerge(request, depsOf(lake), never))).toBe('lakefs-unreachable');
    expect(lake.wire.requests.filter(when)).toHaveLength(1);
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('is posed to a judge as the merge would be', async () => {
    const lake = await diverged();
    const { repository } = lake;
    const dev = await lake.user.head('dev');
    const preview = previewed(
      await previewMerge({ repository, source: 'dev', destination: 'main' }, depsOf(lake), never),
    );
    const about = { repository, branch: 'main', source: 'dev', committer: 'anna' };
    expect(previewEvent(preview, about, Date.UTC(2026, 10, 21, 10, 27))).toEqual({
      eventType: 'pre-merge',
      eventTime: '2026-11-21T10:27:00Z',
      actionName: 'sluice',
      hookId: 'check',
      repository,
      branch: 'main',
      sourceRef: dev,
      commitId: preview.commit.id,
      committer: 'anna',
      commitMetadata: {},
      mergeSource: 'dev',
    });
  });
});

describe('the preview of a cherry-pick', () => {
  it('has the tree of the cherry-pick itself, and leaves the picked commit where it is', async () => {
    const lake = await diverged();
    const { repository } = lake;
    await lake.user.put('dev', 'd.csv', 'id\n4\n');
    await lake.writer.commit({ repository, branch: 'dev', message: 'd', metadata: { run: '42' } }, never);
    const request = { repository, branch: 'main', ref: 'dev', parentNumber: null };
    const picked = await lake.user.head('dev');
    const { commit } = previewed(await previewReplay({ ...request, kind: 'cherry-pick' }, depsOf(lake), never));
    expect(await scratchBranches(lake)).toEqual([]);
    const done = doneCommit(await lake.writer.cherryPick(request, never));
    const real = await lake.lake.commit(repository, done, never);
    expect([commit.metaRangeId, commit.parents]).toEqual([real.metaRangeId, real.parents]);
    expect((await lake.lake.commit(repository, picked, never)).metadata).toEqual({ run: '42' });
  });

  it('of what contradicts is a conflict', async () => {
    const lake = await diverged({ contradicting: true });
    const request = { repository: lake.repository, branch: 'main', ref: 'dev', parentNumber: null };
    const outcome = await previewReplay({ ...request, kind: 'cherry-pick' }, depsOf(lake), never);
    expect(outcome).toMatchObject({ kind: 'conflict' });
    expect(await scratchBranches(lake)).toEqual([]);
  });
});

describe('the preview of a revert', () => {
  it('has the tree of the revert itself', async () => {
    const lake = await diverged();
    const { repository } = lake;
    const undone = await lake.user.head('main');
    await lake.user.put('main', 'b.csv', 'id\n9\n');
    await lake.user.commit('main');
    const request = { repository, branch: 'main', ref: undone, parentNumber: null };
    const { commit } = previewed(await previewReplay({ ...request, kind: 'revert' }, depsOf(lake), never));
    expect(await scratchBranches(lake)).toEqual([]);
    const done = doneCommit(await lake.writer.revert({ ...request, allowEmpty: false }, never));
    const real = await lake.lake.commit(repository, done, never);
    expect([commit.metaRangeId, commit.parents]).toEqual([real.metaRangeId, real.parents]);
  });

  it('of a merge has the tree of that, too, and needs to know which parent', async () => {
    const lake = await diverged();
    const { repository } = lake;
    await lake.user.merge('dev');
    const request = { repository, branch: 'main', ref: 'main', kind: 'revert' } as const;
    expect(await previewReplay({ ...request, parentNumber: null }, depsOf(lake), never)).toMatchObject({
      kind: 'refused',
      status: 409,
    });
    const { commit } = previewed(await previewReplay({ ...request, parentNumber: 1 }, depsOf(lake), never));
    const real = { repository, branch: 'main', ref: 'main', parentNumber: 1, allowEmpty: false };
    const done = await lake.lake.commit(repository, doneCommit(await lake.writer.revert(real, never)), never);
    expect(commit.metaRangeId).toBe(done.metaRangeId);
    expect(await scratchBranches(lake)).toEqual([]);
  });

  it('of what is undone already has no changes', async () => {
    const lake = await diverged();
    const { repository } = lake;
    const request = { repository, branch: 'main', ref: await lake.user.head('main'), parentNumber: null };
    await lake.writer.revert({ ...request, allowEmpty: false }, never);
    expect(await previewReplay({ ...request, kind: 'revert' }, depsOf(lake), never)).toMatchObject({
      kind: 'no-changes',
    });
  });
});
