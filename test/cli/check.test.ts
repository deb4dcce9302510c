import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { LocalCheck, Services } from '../../src/cli/services.ts';
import type { Report } from '../../src/core/report/report.ts';
import { toJson } from '../../src/core/report/to-json.ts';
import { toText } from '../../src/core/report/to-text.ts';
import { LOCAL, REJECTED, UNDECIDED } from '../core/report/reports.ts';
import { sluice } from './world.ts';

const ARGS = ['check', '--contract', 'orders.odcs.yaml', '--data', 'orders.parquet'];

const folder = mkdtempSync(join(tmpdir(), 'sluice-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function answering(report: Report): Pick<Services, 'checkLocal'> {
  return { checkLocal: async () => report };
}

/** What the command asked the service for. */
async function requestOf(args: readonly string[]): Promise<LocalCheck> {
  const requests: LocalCheck[] = [];
  const { stderr } = await sluice(args, {
    services: {
      checkLocal: async (request) => {
        requests.push(request);
        return LOCAL;
      },
    },
  });
  const [request] = requests;
  if (request === undefined) throw new Error(stderr);
  return request;
}

describe('sluice check', () => {
  it.each([
    ['approved', LOCAL, 0],
    ['rejected', REJECTED, 1],
    ['undecided', UNDECIDED, 2],
  ] as const)('%s: the report and nothing else', async (_name, report, code) => {
    expect(await sluice(ARGS, { services: answering(report) })).toEqual({ code, stdout: toText(report), stderr: '' });
    expect(await sluice([...ARGS, '--format', 'json'], { services: answering(report) })).toEqual({
      code,
      stdout: toJson(report),
      stderr: '',
    });
  });

  it('passes on what was asked', async () => {
    expect(await requestOf(ARGS)).toEqual({
      contracts: ['orders.odcs.yaml'],
      data: 'orders.parquet',
      base: null,
      newTables: [],
      now: Date.parse('2026-08-22T10:00:00Z'),
    });
    expect(await requestOf([...ARGS, '--base=before/', '--now', '2026-01-31T23:30:00+01:00'])).toMatchObject({
      base: 'before/',
      now: Date.UTC(2026, 0, 31, 22, 30),
    });
    const fresh = await requestOf([...ARGS, '--base=before/', '--new-table', 'orders', '--new-table=items']);
    expect(fresh.newTables).toEqual(['orders', 'items']);
    expect((await requestOf([...ARGS, '--now', '2024-02-29'])).now).toBe(Date.UTC(2024, 1, 29));
  });

  it('takes contracts as a shell expands them, in any place', async () => {
    const expanded = await requestOf([
      'check',
      '--contract',
      'a.yaml',
      'b.yaml',
      '--data',
      'd',
      '--contract',
      'c.yaml',
    ]);
    expect(expanded.contracts).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    const last = await requestOf(['check', '--data', 'd', '--contract', 'a.yaml', 'b.yaml']);
    expect(last.contracts).toEqual(['a.yaml', 'b.yaml']);
  });

  it('does not take a stray word for a contract', async () => {
    const { code, stderr } = await sluice(['check', '--contract', 'a.yaml', '--data', 'd', 'e']);
    expect(code).toBe(2);
    expect(stderr).toContain('`e` is one argument too many');
  });

  it('writes the report to a file when asked, and only there', async () => {
    const args = [...ARGS, '--format', 'json', '--output', 'report.json'];
    expect(await sluice(args, { services: answering(REJECTED), cwd: folder })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rejected: the report is in report.json\n',
    });
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe(toJson(REJECTED));
  });

  it('does not begin when the report could not be written', async () => {
    const { code, stderr } = await sluice([...ARGS, '--output', 'no/such/folder/report.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('error[output-unwritable]: Cannot write no/such/folder/report.json (ENOENT).');
  });

  it('says so when the file itself cannot be written', async () => {
    const { code, stderr } = await sluice([...ARGS, '--output', folder], { services: answering(LOCAL), cwd: '/' });
    expect(code).toBe(2);
    expect(stderr).toContain('(EISDIR)');
  });

  it('is interrupted by Ctrl-C, whatever came of it', async () => {
    const signal = AbortSignal.abort();
    expect(await sluice(ARGS, { services: answering(LOCAL), signal })).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  it('colours a terminal, and nothing else', async () => {
    const world = { services: answering(REJECTED) };
    const red = '\u001b[1;31mREJECTED\u001b[0m';
    expect((await sluice(ARGS, { ...world, terminal: true })).stdout).toContain(red);
    expect((await sluice(ARGS, { ...world, terminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await sluice(ARGS, { ...world, terminal: true, env: { TERM: 'dumb' } })).stdout).not.toContain('\u001b');
    expect((await sluice(ARGS, { ...world, env: { FORCE_COLOR: '1' } })).stdout).toContain(red);
    expect((await sluice([...ARGS, '--format', 'json'], { ...world, terminal: true })).stdout).toBe(toJson(REJECTED));
  });
});

describe('progress', () => {
  const services: Pick<Services, 'checkLocal'> = {
    checkLocal: async (_request, onProgress) => {
      onProgress({ stage: 'reading orders\u001b[2J', bytes: 31_000_000, rows: 8_400 });
      await sleep(250);
      return LOCAL;
    },
  };

  it('is one line on a terminal, erased at the end', async () => {
    const { stdout, stderr } = await sluice(ARGS, { services, terminal: true, env: { NO_COLOR: '1' } });
    expect(stdout).toBe(toText(LOCAL));
    const [, first] = stderr.split('\r\u001b[K');
    expect(first).toBe('| reading orders\\u001b[2J  31 MB  8,400 rows');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
    expect(stderr).not.toContain('\n');
  });

  it('is erased before an error is told', async () => {
    const failing: Pick<Services, 'checkLocal'> = {
      checkLocal: async () => {
        await sleep(150);
        throw new Error('lost');
      },
    };
    const { stderr } = await sluice(ARGS, { services: failing, terminal: true });
    expect(stderr).toContain('\r\u001b[Kerror[unexpected]: lost\n');
  });

  it('is silent where nobody looks', async () => {
    expect((await sluice(ARGS, { services })).stderr).toBe('');
  });
});
