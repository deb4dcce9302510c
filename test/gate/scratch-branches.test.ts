import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import type { Branch } from '../../src/gate/repository-ports.ts';
import {
  findLeftovers,
  isLeftover,
  removeLeftovers,
  type ScratchDeps,
  type ScratchOwner,
  scratchName,
  scratchPurpose,
  withScratchBranch,
} from '../../src/gate/scratch-branches.ts';
import { lakeUnderTest } from '../adapters/lakefs/lake-under-test.ts';
import { codeOf, problemOf } from '../adapters/serve.ts';

const NOW = 1_795_000_000_000;
const HOUR = 60 * 60 * 1000;
const never = new AbortController().signal;

/** Process 42 of `host1`, started a minute ago; of the others there, 7 lives. */
function owner(more: Partial<ScratchOwner> = {}): ScratchOwner {
  let count = 0;
  return {
    host: 'host1',
    pid: 42,
    startedAt: NOW - 60_000,
    isAlive: (pid) => pid === 7,
    random: () => `r${count++}`,
    now: () => NOW,
    ...more,
  };
}

describe('the name of a scratch branch', () => {
  it('tells its purpose, whose it is and when it was made, and is a branch id', () => {
    const name = scratchName('preview', owner());
    expect(name).toBe(`sluice-scratch-preview-host1-42-${NOW}-r0`);
    expect(name).toMatch(/^\w[-\w]*$/);
    const same = owner();
    expect(scratchName('canary', same)).not.toBe(scratchName('canary', same));
  });

  it.each([
    ['sluice-scratch-preview-host1-42-1795000000000-a', 'preview'],
    ['sluice-scratch-canary-host1-42-1795000000000-a', 'canary'],
    ['sluice-scratch-install-host1-42-1795000000000-a', 'install'],
    ['sluice-scratch-other-host1-42-1795000000000-a', null],
    ['sluice-scratch-preview', null],
    ['sluice-scratch-preview-host1-x-1795000000000-a', null],
    ['my-sluice-scratch-preview-host1-42-1795000000000-a', null],
    ['main', null],
  ])('%s: %s', (branch, purpose) => {
    expect(scratchPurpose(branch)).toBe(purpose);
  });
});

describe('a leftover', () => {
  const named = (host: string, pid: number, madeAt: number) => `sluice-scratch-preview-${host}-${pid}-${madeAt}-a`;

  it.each([
    ['of this process', named('host1', 42, NOW - 1_000), false],
    ['of this process, made in its first moment', named('host1', 42, NOW - 60_000), false],
    ['of an earlier container, whose process had the same pid', named('host1', 42, NOW - 60_001), true],
    ['of a living neighbour', named('host1', 7, NOW - 1_000), false],
    ['of a living neighbour, but too old', named('host1', 7, NOW - HOUR - 1), true],
    ['of a dead neighbour', named('host1', 8, NOW - 1_000), true],
    ['of another machine', named('host2', 8, NOW - HOUR), false],
    ['of another machine, with our pid', named('host2', 42, NOW - HOUR), false],
    ['of another machine, but too old', named('host2', 8, NOW - HOUR - 1), true],
    ['of nobody: not one of ours', 'sluice-scratch-mine', false],
    ['of nobody: a plain branch', 'main', false],
  ])('%s', (_name, branch, expected) => {
    expect(isLeftover(branch, owner())).toBe(expected);
  });

  it('is found and removed, and nothing else', async () => {
    const { repository, reader, writer, user } = await lakeUnderTest();
    const [dead, old, ours] = [named('host1', 8, NOW), named('host2', 1, NOW - 2 * HOUR), named('host1', 42, NOW)];
    for (const branch of [dead, old, ours]) await writer.createBranch({ repository, branch, sourceRef: 'main' }, never);
    await user.branch('sluice-scratch-of-a-person');
    const deps = { reader, writer, owner: owner() };
    expect((await findLeftovers(repository, deps, never)).map(({ id }) => id)).toEqual([dead, old]);
    expect(await removeLeftovers(repository, deps, never)).toEqual([dead, old]);
    const left = await reader.branches(repository, '', never);
    expect(left.map(({ id }) => id)).toEqual(['main', ours, 'sluice-scratch-of-a-person'].sort());
    expect(await removeLeftovers(repository, deps, never)).toEqual([]);
  });
});

describe('work on a scratch branch', () => {
  const work = { repository: 'lake', purpose: 'preview', sourceRef: 'main' } as const;

  /** A lake of branch names alone, that fails as told. */
  function branchLake({ createFails = null as SluiceError | null, madeAfter = 0, deletesFail = 0 } = {}) {
    const branches = new Set<string>();
    const deletions: { readonly branch: string; readonly aborted: boolean }[] = [];
    const deps: ScratchDeps = {
      owner: owner(),
      reader: { branches: async () => [...branches].map((id): Branch => ({ id, commitId: 'a' })) },
      writer: {
        async createBranch({ branch }) {
          if (madeAfter > 0) setTimeout(() => branches.add(branch), madeAfter);
          else if (createFails?.problem.code !== 'lakefs-branch-exists') branches.add(branch);
          if (createFails !== null) throw createFails;
        },
        async deleteBranch(_repository, branch, signal) {
          deletions.push({ branch, aborted: signal.aborted });
          if (deletions.length <= deletesFail) throw problem('lakefs-unreachable');
          return branches.delete(branch);
        },
      },
    };
    return { branches, deletions, deps };
  }

  function problem(code: string): SluiceError {
    return new SluiceError({ code, message: `it is ${code}` });
  }

  it('gets its branch and gives its result; then the branch is gone', async () => {
    const { branches, deletions, deps } = branchLake();
    const seen = await withScratchBranch(work, deps, async (branch) => [branch, branches.has(branch)], never);
    expect(seen).toEqual([`sluice-scratch-preview-host1-42-${NOW}-r0`, true]);
    expect([branches.size, deletions.length]).toEqual([0, 1]);
  });

  it('may fail; then the branch is gone, and the failure is told', async () => {
    const { branches, deps } = branchLake();
    const failing = withScratchBranch(work, deps, () => Promise.reject(problem('lakefs-timeout')), never);
    expect(await codeOf(failing)).toBe('lakefs-timeout');
    expect(branches.size).toBe(0);
  });

  it('may be aborted; then the branch is deleted under a signal of its own', async () => {
    const { branches, deletions, deps } = branchLake();
    const stop = new AbortController();
    const stopped = withScratchBranch(
      work,
      deps,
      async () => {
        stop.abort();
        throw problem('cancelled');
      },
      stop.signal,
    );
    expect(await codeOf(stopped)).toBe('cancelled');
    expect(branches.size).toBe(0);
    expect(deletions.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it.each(['lakefs-unreachable', 'lakefs-timeout', 'cancelled', 'lakefs-error', 'lakefs-bad-answer'])(
    'never begins when the answer of making its branch is lost (%s); the branch goes all the same',
    async (code) => {
      const { branches, deps } = branchLake({ createFails: problem(code) });
      const lost = withScratchBranch(work, deps, () => Promise.reject(new Error('began')), never);
      expect(await codeOf(lost)).toBe(code);
      expect(branches.size).toBe(0);
    },
  );

  it('leaves no branch that comes only after its first deletion', async () => {
    const { branches, deletions, deps } = branchLake({ createFails: problem('cancelled'), madeAfter: 100 });
    expect(await codeOf(withScratchBranch(work, deps, async () => null, never))).toBe('cancelled');
    expect([branches.size, deletions.length]).toEqual([0, 2]);
  });

  it('does not delete a branch of that name that was there before', async () => {
    const { deletions, deps } = branchLake({ createFails: problem('lakefs-branch-exists') });
    expect(await codeOf(withScratchBranch(work, deps, async () => null, never))).toBe('lakefs-branch-exists');
    expect(deletions).toEqual([]);
  });

  it('is done when the third deletion succeeds', async () => {
    const { branches, deps } = branchLake({ deletesFail: 2 });
    expect(await withScratchBranch(work, deps, async () => 'done', never)).toBe('done');
    expect(branches.size).toBe(0);
  });

  it('that left its branch says so', async () => {
    const { deps } = branchLake({ deletesFail: 3 });
    const left = await problemOf(withScratchBranch(work, deps, async () => 'done', never));
    expect(left.code).toBe('scratch-left');
    expect(left.message).toContain(`sluice-scratch-preview-host1-42-${NOW}-r0 of lake`);
    expect(left.hint).toContain('sluice doctor lake');
  });

  it('that failed and left its branch says why it failed', async () => {
    const { deps } = branchLake({ deletesFail: 3 });
    const failing = withScratchBranch(work, deps, () => Promise.reject(problem('lakefs-timeout')), never);
    expect(await codeOf(failing)).toBe('lakefs-timeout');
  });
});
