import { describe, expect, it } from 'vitest';
import { actionFile } from '../../../src/core/action/action-file.ts';
import { createActionFolders } from '../../../src/gate/doctor/action-folder.ts';
import { namesBranch, protectsBranch } from '../../../src/gate/doctor/branch-pattern.ts';
import { governedBranches, protection, ungatedBranches } from '../../../src/gate/doctor/branches.ts';
import { gateHooksOf } from '../../../src/gate/doctor/gate-hooks.ts';
import type { BranchEntry, RepositoryReader } from '../../../src/gate/repository-ports.ts';

const SETTINGS = {
  branches: ['main', 'release-*'],
  hookUrl: 'http://sluice:8750/hooks/lakefs',
  timeoutMs: 300_000,
  tokenVariable: 'LAKEFSACTION_SLUICE_TOKEN',
};
const SHIPPED = actionFile(SETTINGS);
const hooks = gateHooksOf([{ path: '_lakefs_actions/sluice.yaml', text: SHIPPED }]);
const branch = (id: string) => ({ id, commitId: `commit of ${id}` });
const signal = new AbortController().signal;

describe('patterns', () => {
  it.each([
    [[], 'main', true],
    [['main'], 'main', true],
    [['main'], 'main2', false],
    [['release-*'], 'release-1', true],
    [['?ain'], 'main', true],
    [['[a-m]ain'], 'main', true],
    [['[^m]ain'], 'main', false],
    [['ma.n'], 'main', false],
    [['ma[in'], 'main', false],
    [['ma[in', 'main'], 'main', true],
    [['[z-a]ain'], 'main', false],
    [['\\main'], 'main', true],
    [['\\*'], 'main', false],
    [['*-*-*-*-*-*-*-*-*-*-*x'], 'a-'.repeat(60), false],
  ])('%j names %s: %s', (patterns, id, names) => {
    expect(namesBranch(patterns, id)).toBe(names);
  });

  it('of protection know no classes', () => {
    expect(protectsBranch(['stable_*', 'ma?n'], 'main')).toBe(true);
    expect(protectsBranch(['[m]ain'], 'main')).toBe(false);
  });
});

describe('the governed branches', () => {
  const all = ['main', 'release-1', 'etl', 'sluice-scratch-canary-host-1-2-x'].map(branch);
  const of = (globs: readonly string[]) => governedBranches(all, { globs, hooks, defaultBranch: 'main' });

  it('are those of the setting, or by its default those of the action file', () => {
    expect(of(['main', 'etl*'])).toEqual(['main', 'etl']);
    expect(of(['*'])).toEqual(['main', 'release-1']);
    expect(governedBranches(all, { globs: ['*'], hooks: [], defaultBranch: 'main' })).toEqual(['main']);
  });
});

describe('open branches', () => {
  /** Each branch has the action file of this text, or none. */
  async function look(texts: Readonly<Record<string, string | null>>, governed: readonly string[] = ['main']) {
    let reads = 0;
    const reader: Pick<RepositoryReader, 'listAt' | 'readAt'> = {
      listAt: async (_repository, ref) => {
        const text = texts[ref.replace('commit of ', '')] ?? null;
        return text === null ? [] : [entry(text)];
      },
      readAt: async ({ ref }) => {
        reads += 1;
        return new TextEncoder().encode(texts[ref.replace('commit of ', '')] ?? '');
      },
    };
    const folders = createActionFolders('lake', reader);
    const branches = Object.keys(texts).map(branch);
    const told = await ungatedBranches({ branches, governed, hooks, folders, repository: 'lake' }, signal);
    return { ...told, reads };
  }

  function entry(text: string): BranchEntry {
    const [path, checksum] = ['_lakefs_actions/sluice.yaml', text];
    return { path, physicalAddress: '', checksum, sizeBytes: text.length, modifiedAt: 0 } as BranchEntry;
  }

  it('that carry the gate are well, and equal files are read once', async () => {
    expect(await look({ main: SHIPPED, etl: SHIPPED, fix: SHIPPED })).toMatchObject({
      level: 'ok',
      detail: '2, and each of them would be gated',
      reads: 1,
    });
  });

  it('are none where there is nothing but the governed one', async () => {
    expect(await look({ main: null })).toMatchObject({ level: 'ok', detail: 'none beside main' });
  });

  it('that would merge ungated are listed, each with its reason', async () => {
    const told = await look({
      main: SHIPPED,
      old: null,
      other: actionFile({ ...SETTINGS, branches: ['prod'] }),
      elsewhere: actionFile({ ...SETTINGS, hookUrl: 'http://old:8750/hooks/lakefs' }),
    });
    expect(told).toMatchObject({
      level: 'fail',
      items: [
        'old (no action file of Sluice)',
        'other (its action file does not name main)',
        'elsewhere (its action file calls http://old:8750/hooks/lakefs)',
      ],
    });
    expect(told.detail).toMatch(/^3 of 3 would merge ungated: old/);
  });

  it('beyond ten are counted in the sentence and whole in the list', async () => {
    const texts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`b${index}`, null]));
    const told = await look({ main: SHIPPED, ...texts });
    expect(told.detail).toMatch(/^30 of 30 would merge ungated: .* and 20 more$/);
    expect(told.items).toHaveLength(30);
  });
});

describe('branch protection', () => {
  const mergesOnly = gateHooksOf([
    { path: '_lakefs_actions/sluice.yaml', text: actionFile({ ...SETTINGS, events: ['pre-merge'] }) },
  ]);

  it('holds, whatever the hooks ask', () => {
    expect(protection(['main'], ['main'], mergesOnly).level).toBe('ok');
  });

  it('is missed also where pre-commit is asked: a commit may take the action file away with it', () => {
    expect(protection([], ['main'], hooks)).toMatchObject({
      level: 'warn',
      detail: expect.stringContaining('takes the action file away'),
    });
  });

  it('is missed where neither does', () => {
    expect(protection(['ma?n'], ['main', 'release-1'], mergesOnly)).toMatchObject({
      level: 'warn',
      items: ['release-1'],
    });
  });
});
