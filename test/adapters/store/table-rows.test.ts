import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'libsql';
import { expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../../src/adapters/store/migrations.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import type { Report } from '../../../src/core/report/report.ts';
import type { DecisionState } from '../../../src/gate/record-ports.ts';
import { largeReport } from '../../server/console/pages/large-report.ts';
import { APPROVED, running } from './decisions.ts';

function statePath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-tables-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'decisions.db');
}

function opened(path = statePath()) {
  const store = openStore(path);
  onTestFinished(() => store.close());
  const decide = (id: string, index: number, change: Parameters<typeof running>[1] = {}, tables = 2) => {
    const report = largeReport(tables, index);
    const state: DecisionState = report.verdict;
    store.begin(running(id, change));
    const status = state === 'approved' ? 200 : 422;
    store.finish(id, { ...APPROVED, state, status, report: JSON.stringify(report), replayOf: change.replayOf ?? null });
  };
  return { store, decide };
}

it('keeps what lists and plots show beside the report, which comes back as it was', () => {
  const { store, decide } = opened();
  decide('1', 3);
  expect(store.get('1')?.report).toBe(JSON.stringify(largeReport(2, 3)));
  expect(store.outlines({ limit: 1 })[0]).toMatchObject({
    hasReport: true,
    findings: { tables: 2, failed: 1, errored: 0, warned: 0, reason: expect.stringContaining('214 of 8,400 rows') },
  });
  const [bad, good] = store.knownTables();
  expect(bad).toMatchObject({
    name: 'table_0',
    rows: 8_403,
    failingRows: 214,
    checks: { fail: 1, pass: 24 },
    diff: { inserted: 200_000, updated: 8_200, deleted: 4_000 },
    decision: { id: '1', state: 'rejected', repository: 'lake', branch: 'main' },
  });
  expect(good).toMatchObject({ name: 'table_1', failingRows: 0, checks: { pass: 25 } });
  expect(bad?.nulls[0]).toEqual({ column: 'column_9', nulls: 30, rows: 8_400 });
});

it('knows each table by its newest judgement, and its history newest first', () => {
  const { store, decide } = opened();
  decide('1', 1);
  decide('2', 2, { repository: 'pond' });
  decide('3', 4, {}, 1);
  decide('4', 5, { replayOf: '1' });
  decide('5', 7, { origin: 'check' });
  const known = store.knownTables().map(({ name, decision }) => [name, decision.repository, decision.id]);
  expect(known).toEqual([
    ['table_0', 'lake', '3'],
    ['table_0', 'pond', '2'],
    ['table_1', 'lake', '1'],
    ['table_1', 'pond', '2'],
  ]);
  const table = { repository: 'lake', branch: 'main', name: 'table_0' };
  expect(store.tableHistory(table, 9).map(({ decision }) => decision.id)).toEqual(['3', '1']);
  expect(store.tableHistory(table, 1).map(({ decision }) => decision.id)).toEqual(['3']);
  expect(store.tableHistory({ ...table, branch: 'dev' }, 9)).toEqual([]);
  const ids = (name: string) => store.outlines({ limit: 9, table: name }).map(({ id }) => id);
  expect([ids('table_1'), ids("x' OR 1=1 --")]).toEqual([['5', '4', '2', '1'], []]);
});

it('counts by day, repository and state', () => {
  const { store, decide } = opened();
  decide('1', 1, { receivedAt: '2026-11-19T23:59:59.999Z' });
  decide('2', 1, { receivedAt: '2026-11-20T00:00:00.000Z' });
  decide('3', 3, { receivedAt: '2026-11-20T10:00:00.000Z' });
  expect(store.activity('2026-11-20T05:00:00.000Z')).toEqual([
    { day: '2026-11-20', repository: 'lake', state: 'approved', decisions: 1 },
    { day: '2026-11-20', repository: 'lake', state: 'rejected', decisions: 1 },
  ]);
  expect(store.extent()).toMatchObject({ decisions: 3, oldest: '2026-11-19T23:59:59.999Z' });
});

it('names what needs a look: changes whose newest decision is no approval, and what landed otherwise', () => {
  const { store, decide } = opened();
  decide('1', 3, { source: 'mended' });
  decide('2', 1, { source: 'mended' });
  decide('3', 1, { source: 'broken' });
  decide('4', 3, { source: 'broken' });
  decide('5', 3, { source: 'asked', origin: 'check' });
  decide('6', 1, { source: 'strayed' });
  decide('7', 3, { source: 'broken', branch: 'dev' });
  store.begin(running('8', { source: 'broken', branch: 'dev' }));
  store.land('6', { commit: 'f'.repeat(64), at: '2026-11-21T05:00:00.000Z', same: false });
  const ids = (since: string) => store.needingAttention(since).map(({ id }) => id);
  expect(ids('2026-11-01T00:00:00.000Z')).toEqual(['7', '6', '4']);
  expect(ids('2026-12-01T00:00:00.000Z')).toEqual([]);
});

it('writes all of it or nothing', () => {
  const { store } = opened();
  store.begin(running('1'));
  const report = JSON.stringify(largeReport(2, 1));
  expect(() => store.finish('1', { ...APPROVED, status: 503, report })).toThrow();
  expect([store.knownTables(), store.get('1')?.state, store.get('1')?.report]).toEqual([[], 'running', null]);
  store.finish('1', { ...APPROVED, report });
  expect(store.knownTables()).toHaveLength(2);
});

it.each(['no JSON', '{}', 'null', '{"tables":[{}],"reasons":[],"problems":[]}'])(
  'a report that cannot be outlined is recorded all the same: %s',
  (report) => {
    const { store } = opened();
    store.begin(running('1'));
    store.finish('1', { ...APPROVED, report });
    expect(store.get('1')?.report).toBe(report);
    expect(store.outlines({ limit: 1 })[0]).toMatchObject({ hasReport: true, findings: null });
  },
);

it('reads records of the version before at once, and adopts them one by one, newest first', () => {
  const path = statePath();
  const old = new Database(path);
  old.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT; INSERT INTO schema_version VALUES (2)');
  for (const statements of MIGRATIONS.slice(0, 2)) old.exec(statements);
  const insert = old.prepare(`INSERT INTO decision (id, state, event, repository, branch, source, merge_commit, status,
    received_at, decided_at, report) VALUES (?, 'approved', 'pre-merge', 'lake', 'main', 'etl', 'c', 200, ?, ?, ?)`);
  const texts = [1, 2, 4].map((index) => JSON.stringify(largeReport(2, index)));
  for (const [index, text] of texts.entries()) insert.run([`old-${index}`, '2026-11-01', '2026-11-01', text]);
  old.close();

  const { store, decide } = opened(path);
  decide('new', 5);
  const reports = () => ['old-0', 'old-1', 'old-2'].map((id) => store.get(id)?.report);
  expect(reports()).toEqual(texts);
  expect([store.extent().unread, store.outlines({ limit: 9 }).at(-1)?.findings]).toEqual([3, null]);
  expect(store.adoptOne()).toBe(true);
  expect(store.outlines({ limit: 9 }).map(({ findings }) => findings !== null)).toEqual([true, true, false, false]);
  while (store.adoptOne());
  expect([store.extent().unread, store.adoptOne()]).toEqual([0, false]);
  expect(reports()).toEqual(texts);
  const table = { repository: 'lake', branch: 'main', name: 'table_1' };
  expect(store.tableHistory(table, 9).map(({ decision }) => decision.id)).toEqual(['new', 'old-2', 'old-1', 'old-0']);
});

it('counts failing rows again where rules about changes were among them, and forgets them until then', () => {
  const path = statePath();
  const old = new Database(path);
  old.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT; INSERT INTO schema_version VALUES (3)');
  for (const statements of MIGRATIONS.slice(0, 3)) old.exec(statements);
  const decision =
    old.prepare(`INSERT INTO decision (id, state, event, repository, branch, source, merge_commit, status,
    received_at, decided_at, report) VALUES (?, 'approved', 'pre-merge', 'lake', 'main', 'etl', 'c', 200, ?, ?, '')`);
  const body = old.prepare('INSERT INTO report_body (decision, body) VALUES (?, ?)');
  const judged =
    old.prepare(`INSERT INTO judged_table (name, repository, branch, judged, decision, location, contract_file,
    contract_version, failing_rows, checks, nulls) VALUES (?, 'lake', 'main', 1, ?, 'tables/', 'c', '1', ?, '{}', '[]')`);
  const report = JSON.stringify(withChangeRule(largeReport(2, 3), 1_900));
  const texts = [report, report, 'no JSON'];
  for (const [index, text] of texts.entries()) {
    decision.run([`old-${index}`, '2026-11-01', '2026-11-01']);
    body.run([index + 1, gzipSync(text)]);
    judged.run(['table_0', index + 1, 214 + 1_900]);
    judged.run(['table_1', index + 1, 0]);
  }
  old.close();

  const { store } = opened(path);
  const counts = (name: string) =>
    store.tableHistory({ repository: 'lake', branch: 'main', name }, 9).map(({ failingRows }) => failingRows);
  expect([counts('table_0'), counts('table_1')]).toEqual([
    [null, null, null],
    [0, 0, 0],
  ]);
  while (store.adoptOne());
  expect([counts('table_0'), counts('table_1')]).toEqual([
    [null, 214, 214],
    [0, 0, 0],
  ]);
});

/** Of the first table: so many good rows are more than may come. */
function withChangeRule(report: Report, failing: number): Report {
  const [first, ...others] = report.tables;
  if (first === undefined) throw new Error('no table');
  const [check] = first.checks;
  if (check === undefined) throw new Error('no check');
  const rule = { ...check, id: 'table_0.rowChanges.inserted', kind: 'rowChanges', outcome: 'warn', failing } as const;
  return { ...report, tables: [{ ...first, checks: [rule, ...first.checks] }, ...others] };
}

it('does not count what came, changed or went among the rows that fail', () => {
  const { store } = opened();
  store.begin(running('1'));
  store.finish('1', { ...APPROVED, report: JSON.stringify(withChangeRule(largeReport(2, 3), 1_900)) });
  expect(store.knownTables()[0]).toMatchObject({ failingRows: 214, checks: { warn: 1 } });
});
