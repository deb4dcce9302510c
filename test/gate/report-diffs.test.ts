/** No verdict depends on a diff: whatever goes wrong with one is a remark. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import type { QueryEngine, TextFiles, Workspace } from '../../src/gate/ports.ts';
import { withDiffs } from '../../src/gate/report-diffs.ts';
import { tableWithoutContract } from '../../src/gate/table-without-contract.ts';
import { table } from '../core/report/reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-report-diffs-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'a.parquet'), 'PAR1');

const workspace: Workspace = { use: (work) => work(folder) };
const notAsked = () => Promise.reject(new Error('not asked'));
const text: TextFiles = { makePlain: notAsked, protect: notAsked };
const broken = (error: unknown): QueryEngine => ({
  version: 'duckdb v0',
  open: () => Promise.reject(error),
  close: async () => {},
});
const never: QueryEngine = {
  version: 'duckdb v0',
  open: (_request, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  close: async () => {},
};

const input = {
  table: { ...tableWithoutContract('orders', []), key: ['id'] },
  fromData: false,
  key: ['id'],
  tolerance: {},
  show: { columns: [], limit: 0 },
  base: [],
  merge: [{ path: 'a.parquet', localPath: join(folder, 'a.parquet'), sizeBytes: 4, partition: {}, identity: 'a' }],
} as const;

describe('the diff beside a verdict', () => {
  it.each([
    [
      'an engine that does not start',
      broken(new SluiceError({ code: 'engine-start', message: 'No process.' })),
      'No process.',
    ],
    ['an error nobody knows', broken(new TypeError('undefined is not a function')), 'it broke off'],
    ['no end within its time', never, 'there was no more than 1 s for it'],
  ])('%s: a warning, and the tables as they were', async (_name, engine, why) => {
    const tables = [table()];
    const request = { tables, inputs: async () => [input], withinMs: 50.5 };
    const found = await withDiffs(request, { engine, text, workspace }, new AbortController().signal);
    expect(found.tables).toEqual(tables);
    expect(found.problems).toMatchObject([
      { code: 'diff-failed', level: 'warning', message: expect.stringContaining(why) },
    ]);
  });

  it('what cannot be fetched, and no time at all, are warnings as well', async () => {
    const deps = { engine: never, text, workspace };
    const inputs = () => Promise.reject(new SluiceError({ code: 'object-missing', message: 'It is gone.' }));
    const signal = new AbortController().signal;
    const lost = await withDiffs({ tables: [table()], inputs, withinMs: 1_000 }, deps, signal);
    expect(lost.problems).toMatchObject([{ level: 'warning', message: expect.stringContaining('It is gone.') }]);
    const late = await withDiffs({ tables: [table()], inputs, withinMs: 0 }, deps, signal);
    expect(late.problems).toMatchObject([{ level: 'warning', message: expect.stringContaining('all the time') }]);
  });
});
