import { describe, expect, it } from 'vitest';
import type { MergeCheck, MergeOrder, Services } from '../../src/cli/services.ts';
import type { Report } from '../../src/core/report/report.ts';
import { toJson } from '../../src/core/report/to-json.ts';
import { toText } from '../../src/core/report/to-text.ts';
import type { GatedMergeEnd } from '../../src/gate/gated-merge.ts';
import { APPROVED, REJECTED, UNDECIDED } from '../core/report/reports.ts';
import { sluice } from './world.ts';

const MERGE = ['lake', 'etl', 'main'] as const;
const COMMIT = 'a'.repeat(64);

function answering(report: Report): Pick<Services, 'checkMerge'> {
  return { checkMerge: async () => report };
}

function ending(end: GatedMergeEnd): Pick<Services, 'merge'> {
  return { merge: async () => end };
}

async function questionOf(...args: readonly string[]): Promise<MergeCheck> {
  const asked: MergeCheck[] = [];
  const services: Partial<Services> = {
    checkMerge: async (request) => {
      asked.push(request);
      return APPROVED;
    },
  };
  const { stderr } = await sluice(['check', ...args], { services });
  const [request] = asked;
  if (request === undefined) throw new Error(stderr);
  return request;
}

async function orderOf(...args: readonly string[]): Promise<MergeOrder> {
  const orders: MergeOrder[] = [];
  const services: Partial<Services> = {
    merge: async (order) => {
      orders.push(order);
      return { kind: 'merged', report: APPROVED, commitId: COMMIT };
    },
  };
  const { stderr } = await sluice(['merge', ...args], { services });
  const [order] = orders;
  if (order === undefined) throw new Error(stderr);
  return order;
}

describe('sluice check REPO SOURCE DEST', () => {
  it.each([
    ['approved', APPROVED, 0],
    ['rejected', REJECTED, 1],
    ['undecided', UNDECIDED, 2],
  ] as const)('%s: the report and nothing else', async (_name, report, code) => {
    const services = answering(report);
    expect(await sluice(['check', ...MERGE], { services })).toEqual({ code, stdout: toText(report), stderr: '' });
    expect(await sluice(['check', ...MERGE, '--format=json'], { services })).toEqual({
      code,
      stdout: toJson(report),
      stderr: '',
    });
  });

  it('passes on what was asked', async () => {
    const bare = { repository: 'lake', source: 'etl', destination: 'main', contracts: [], config: null };
    expect(await questionOf(...MERGE)).toEqual({ ...bare, strategy: null, squash: false, server: null });
    expect(await questionOf('--squash', ...MERGE, '--strategy', 'dest-wins', '--contract', 'a.yaml', 'b')).toEqual({
      ...bare,
      strategy: 'dest-wins',
      squash: true,
      server: null,
      contracts: ['a.yaml', 'b'],
    });
    expect(await questionOf('--contract', 'a.yaml', '--', ...MERGE)).toMatchObject({ contracts: ['a.yaml'] });
    expect(await questionOf(...MERGE, '--server', 'https://sluice', '--config', 'c.yaml')).toMatchObject({
      server: 'https://sluice',
      config: 'c.yaml',
    });
  });

  it.each([
    ['two arguments', ['lake', 'etl'], 'error[missing-argument]: DEST is missing.'],
    ['one argument', ['lake'], 'error[missing-argument]: SOURCE, DEST are missing.'],
    ['four arguments', [...MERGE, 'now'], 'error[unexpected-argument]: `now` is one argument too many.'],
    ['an empty argument', ['lake', '', 'main'], 'error[missing-argument]: SOURCE is empty.'],
    ['data', [...MERGE, '--data', 'x'], 'error[option-misplaced]: --data does not go with a check of a merge.'],
    ['a reference time', [...MERGE, '--now', '2026-01-01'], '--now does not go with a check of a merge.'],
    ['no arguments, but a server', ['--server', 'x'], 'error[missing-argument]: REPO, SOURCE, DEST are missing.'],
    [
      'files, and a server',
      ['--contract', 'a', '--data', 'b', '--server', 'x'],
      '--server does not go with a check of files.',
    ],
    ['nothing', [], 'error[missing-option]: --contract FILE... is required.'],
  ])('%s: refused, and both ways are shown', async (_name, args, words) => {
    const { code, stdout, stderr } = await sluice(['check', ...args]);
    expect(stderr).toContain(words);
    expect(stderr).toContain(
      'help: Write `check --contract FILE... --data PATH` for files, or `check REPO SOURCE DEST` for a merge.\n',
    );
    expect(stderr).toMatch(/\nUsage: sluice check --contract .*\n {7}sluice check REPO SOURCE DEST .*\n/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('does not take contracts for a server, which has its own', async () => {
    const { code, stderr } = await sluice(['check', ...MERGE, '--server', 'https://sluice', '--contract', 'a.yaml']);
    expect(stderr).toContain('error[option-misplaced]: --contract does not go with --server');
    expect(code).toBe(2);
  });

  it('shows what it does on a terminal', async () => {
    const services: Partial<Services> = {
      checkMerge: async (_request, onProgress) => {
        onProgress({ stage: 'merging on a scratch branch' });
        await new Promise((resolve) => setTimeout(resolve, 150));
        return APPROVED;
      },
    };
    const { stderr } = await sluice(['check', ...MERGE], { services, terminal: true });
    expect(stderr).toContain('merging on a scratch branch');
    expect((await sluice(['check', ...MERGE], { services })).stderr).toBe('');
  });
});

describe('sluice merge', () => {
  const merged = { kind: 'merged', report: APPROVED, commitId: COMMIT } as const;
  const problem = { code: 'merge-hook-refused', message: 'A hook refused the merge.', hint: 'See the run.' };

  it('shows the report and the commit', async () => {
    const line = `merged lakefs://lake/${COMMIT} into main\n`;
    expect(await sluice(['merge', ...MERGE], { services: ending(merged) })).toEqual({
      code: 0,
      stdout: `${toText(APPROVED)}${line}`,
      stderr: '',
    });
    // What a program reads is the report and nothing else.
    expect(await sluice(['merge', ...MERGE, '--format', 'json'], { services: ending(merged) })).toEqual({
      code: 0,
      stdout: toJson(APPROVED),
      stderr: line,
    });
  });

  it.each([
    ['rejected by the check', { kind: 'withheld', report: REJECTED }, 1, ''],
    ['undecided by the check', { kind: 'withheld', report: UNDECIDED }, 2, ''],
    [
      'rejected by the hook',
      { kind: 'not-merged', report: APPROVED, problem, verdict: 'rejected' },
      1,
      'A hook refused',
    ],
    ['not known', { kind: 'not-merged', report: APPROVED, problem, verdict: 'undecided' }, 2, 'help: See the run.'],
  ] as const)('%s: nothing says merged', async (_name, end, code, words) => {
    const outcome = await sluice(['merge', ...MERGE], { services: ending(end) });
    expect(outcome).toMatchObject({ code, stdout: toText(end.report), stderr: expect.stringContaining(words) });
  });

  it('passes on what was ordered', async () => {
    const bare = { repository: 'lake', source: 'etl', destination: 'main', contracts: [], config: null };
    const plain = { ...bare, strategy: null, squash: false, server: null };
    expect(await orderOf(...MERGE)).toEqual({ ...plain, message: null, metadata: {} });
    const given = ['--meta', 'run=7', '--meta=url=https://x?a=b', '--meta', 'empty=', ...MERGE, '--message', 'nightly'];
    expect(await orderOf(...given)).toEqual({
      ...plain,
      message: 'nightly',
      metadata: { run: '7', url: 'https://x?a=b', empty: '' },
    });
  });

  it.each([
    ['no pair', 'run', '`run` is no KEY=VALUE'],
    ['no key', '=7', '`=7` is no KEY=VALUE'],
    ['a verdict of its own', 'sluice.verdict=approved', "The key `sluice.verdict` is Sluice's own."],
    ['a link of its own', '::lakefs::Sluice::url[url:ui]=https://evil', "is Sluice's own."],
  ])('refuses metadata with %s', async (_name, pair, words) => {
    const { code, stderr } = await sluice(['merge', ...MERGE, '--meta', pair]);
    expect(stderr).toContain('error[meta-invalid]');
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  it('refuses a key that is given twice', async () => {
    const { stderr } = await sluice(['merge', ...MERGE, '--meta', 'a=1', '--meta', 'a=2']);
    expect(stderr).toContain('The key `a` is given twice.');
  });

  it('says how it is called', async () => {
    const { code, stderr } = await sluice(['merge', 'lake', 'etl']);
    expect(code).toBe(2);
    expect(stderr).toContain('error[missing-argument]: DEST is missing.\n  help: Write `merge REPO SOURCE DEST`.\n');
  });

  it('after Ctrl-C tells what became of the merge', async () => {
    const stop = new AbortController();
    const end = { kind: 'not-merged', report: APPROVED, problem, verdict: 'undecided' } as const;
    const services: Partial<Services> = {
      merge: async () => {
        stop.abort();
        return end;
      },
    };
    const { code, stderr } = await sluice(['merge', ...MERGE], { services, signal: stop.signal });
    expect(code).toBe(130);
    expect(stderr).toContain('A hook refused the merge.');
  });
});
