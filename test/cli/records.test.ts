import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Services } from '../../src/cli/services.ts';
import { toJson } from '../../src/core/report/to-json.ts';
import { toText } from '../../src/core/report/to-text.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { APPROVED, REJECTED } from '../core/report/reports.ts';
import { decision, sluice } from './world.ts';

const OTHER_COMMIT = '77aa'.padEnd(64, '0');

describe('sluice decisions', () => {
  const listing = (rows: readonly Decision[]): Pick<Services, 'decisions'> => ({ decisions: async () => rows });

  it('is a table', async () => {
    const rows = [
      decision({ state: 'rejected', status: 422 }),
      decision({ id: '01j8zk3v9q6t4w2x0y5a7b8c9c', replayOf: '01j8zk3v9q6t4w2x0y5a7b8c9b', source: OTHER_COMMIT }),
      decision({ id: '01j8zk3v9q6t4w2x0y5a7b8c9a', state: 'running', status: null, event: 'post-merge' }),
    ];
    const { code, stdout } = await sluice(['decisions'], { services: listing(rows) });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'decision                    received (UTC)       state             repository  merge                   commit        status',
      '01j8zk3v9q6t4w2x0y5a7b8c9d  2026-08-22 10:11:12  rejected          lake        main <- etl/2026-08-22  5f2c01ab9a1e  422',
      '01j8zk3v9q6t4w2x0y5a7b8c9c  2026-08-22 10:11:12  approved (again)  lake        main <- 77aa00000000    5f2c01ab9a1e  200',
      '01j8zk3v9q6t4w2x0y5a7b8c9a  2026-08-22 10:11:12  running           lake        post-merge main         5f2c01ab9a1e',
      '',
    ]);
  });

  it('asks for what was asked', async () => {
    const asked: unknown[] = [];
    const services: Pick<Services, 'decisions'> = {
      decisions: async (request) => {
        asked.push(request);
        return [];
      },
    };
    await sluice(['decisions'], { services });
    const all = [
      '--repository',
      'lake',
      '--branch',
      'main',
      '--state',
      'rejected',
      '--limit',
      '7',
      '--config',
      'c.yaml',
    ];
    await sluice(['decisions', ...all], { services });
    expect(asked).toEqual([
      { config: null, server: null, filter: { limit: 20 } },
      { config: 'c.yaml', server: null, filter: { limit: 7, repository: 'lake', branch: 'main', state: 'rejected' } },
    ]);
  });

  it('has a sentence for nothing, and an empty list in JSON', async () => {
    expect((await sluice(['decisions'], { services: listing([]) })).stdout).toBe('No decision yet.\n');
    const filtered = await sluice(['decisions', '--branch', 'x'], { services: listing([]) });
    expect(filtered.stdout).toBe('No decision is like that.\n');
    expect((await sluice(['decisions', '--format', 'json'], { services: listing([]) })).stdout).toBe('[]\n');
  });

  it('gives every field but the report in JSON', async () => {
    const row = decision({ report: toJson(APPROVED) });
    const { stdout } = await sluice(['decisions', '--format', 'json'], { services: listing([row]) });
    const { report: _, ...rest } = row;
    expect(JSON.parse(stdout)).toEqual([rest]);
  });

  it('makes hostile names inert', async () => {
    const rows = [decision({ source: 'etl\u001b[2J\n', repository: '\u202elake' })];
    const { stdout } = await sluice(['decisions'], { services: listing(rows) });
    expect(stdout).toContain('main <- etl\\u001b[2J\\n');
    expect(stdout).toContain('\\u202elake');
  });
});

describe('sluice report', () => {
  /** Finds as the records do: by the beginning of the id or of the merge commit. */
  const finding = (rows: readonly Decision[]): Pick<Services, 'findDecisions'> => ({
    findDecisions: async ({ reference }) =>
      rows.filter(({ id, mergeCommit }) => id.startsWith(reference) || mergeCommit.startsWith(reference)),
  });
  const rows = [
    decision({ id: '01j8zk3v9q6t4w2x0y5a7b8c9d', report: toJson(REJECTED) }),
    decision({ id: '01j8zk3v1111111111111111aa', report: toJson(APPROVED) }),
    decision({ id: '01j7aaaa1111111111111111aa', report: toJson(APPROVED), mergeCommit: OTHER_COMMIT }),
  ];

  it.each([
    ['the id', '01j8zk3v9q6t4w2x0y5a7b8c9d', REJECTED],
    ['the id in capitals', '01J8ZK3V9Q6T4W2X0Y5A7B8C9D', REJECTED],
    ['the beginning of an id', '01j7', APPROVED],
    ['a merge commit, latest decision first', rows[0]?.mergeCommit ?? '', REJECTED],
    ['the beginning of a merge commit', '77aa', APPROVED],
  ])('finds by %s', async (_name, reference, report) => {
    expect(await sluice(['report', reference], { services: finding(rows) })).toEqual({
      code: 0,
      stdout: toText(report),
      stderr: '',
    });
  });

  it('gives the recorded bytes as JSON, also of a version it cannot show', async () => {
    const text = '{"reportVersion":"9.0",  "verdict":"approved"}';
    const services = finding([decision({ report: text })]);
    expect((await sluice(['report', '01j8', '--format', 'json'], { services })).stdout).toBe(text);
    const { code, stderr } = await sluice(['report', '01j8'], { services });
    expect(code).toBe(2);
    expect(stderr).toContain('error[report-version-unknown]');
  });

  it('links to the console where one is known, in every format', async () => {
    const services = { ...finding(rows), consoleUrl: async () => 'https://sluice.example.org' };
    const reportUrl = 'https://sluice.example.org/decisions/01j7aaaa1111111111111111aa';
    expect((await sluice(['report', '01j7'], { services })).stdout).toBe(toText(APPROVED, { reportUrl }));
    const markdown = await sluice(['report', '01j7', '--format', 'markdown'], { services });
    expect(markdown.stdout).toContain(`[report](${reportUrl})`);
  });

  it('asks the server that was named, for the report too', async () => {
    const asked: unknown[] = [];
    const { code, stdout } = await sluice(['report', '01J7', '--server', 'https://x.example', '--config', 'c.yaml'], {
      services: {
        findDecisions: async (request) => {
          asked.push(request);
          return [decision({ id: '01j7' })];
        },
        serverReport: async (request) => {
          asked.push(request);
          return toJson(REJECTED);
        },
      },
    });
    expect([code, stdout]).toEqual([0, toText(REJECTED)]);
    const records = { config: 'c.yaml', server: 'https://x.example' };
    expect(asked).toEqual([
      { ...records, reference: '01j7' },
      { ...records, id: '01j7' },
    ]);
  });

  it('writes the failing rows that are kept beside it, under names that are no paths', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-rows-to-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const kept = { table: 'orders', rows: 2, failing: 8_400, columns: ['id', 'amount'], sizeBytes: 4 };
    const failingRows: Services['failingRows'] = async () => ({
      checks: [
        { ...kept, kind: 'rows', number: 1, check: 'orders.amount.range' },
        { ...kept, kind: 'rows', number: 2, check: '../../evil\u001b[2J' },
        { ...kept, kind: 'rows', number: 3, check: 'orders.gone' },
        { kind: 'none', table: 'orders', check: 'orders.rowCount', why: 'no-rows' },
      ],
      read: async (number) => (number === 3 ? null : Buffer.from(`PAR${number}`)),
    });
    const services = { ...finding(rows), failingRows };
    const outcome = await sluice(['report', '01j7', '--rows-to', 'rows'], { services, cwd: directory });
    expect(outcome).toEqual({
      code: 0,
      stdout: toText(APPROVED),
      stderr: [
        'rows/1-orders.amount.range.parquet: 2 of 8,400 rows, columns id, amount',
        'rows/2-._._evil_2J.parquet: 2 of 8,400 rows, columns id, amount',
        'orders.gone: no rows, because they were removed meanwhile',
        'orders.rowCount: no rows, because this kind of check points at no rows',
        '',
      ].join('\n'),
    });
    const names = readdirSync(join(directory, 'rows')).sort();
    expect(names).toEqual(['1-orders.amount.range.parquet', '2-._._evil_2J.parquet']);
    expect(readFileSync(join(directory, 'rows', names[0] ?? ''), 'utf8')).toBe('PAR1');
    expect(statSync(join(directory, 'rows', names[0] ?? '')).mode & 0o777).toBe(0o600);
    const blocked = await sluice(['report', '01j7', '--rows-to', 'rows/1-orders.amount.range.parquet'], {
      services,
      cwd: directory,
    });
    expect(blocked.code).toBe(2);
    expect(blocked.stderr).toContain('error[output-unwritable]');
  });

  it('shows the report that a repeated delivery points to', async () => {
    const replay = decision({ id: '01j9', replayOf: rows[1]?.id ?? '', report: null });
    expect((await sluice(['report', '01j9'], { services: finding([replay, ...rows]) })).stdout).toBe(toText(APPROVED));
  });

  it.each([
    ['nothing like it', 'zzz', rows, 'error[decision-not-found]: There is no decision `zzz`'],
    [
      'several like it',
      '01j8',
      rows,
      '`01j8` can mean 2 decisions: 01j8zk3v9q6t4w2x0y5a7b8c9d, 01j8zk3v1111111111111111aa.',
    ],
    ['a run that has not ended', '01j8', [decision({ state: 'running' })], 'it is running.\n  help: Ask again'],
    ['a run that was cut off', '01j8', [decision({ state: 'abandoned' })], 'it is abandoned.\n  help: The gate ended'],
  ])('%s: exit 2 and a sentence', async (_name, reference, found, words) => {
    const { code, stdout, stderr } = await sluice(['report', reference], { services: finding(found) });
    expect(stderr).toContain(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
