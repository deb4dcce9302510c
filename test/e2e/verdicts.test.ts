import { describe, expect, it } from 'vitest';
import { gatedLake, lakefs, lastReport, sharedGate } from './harness.ts';
import { CONTRACTS, CUSTOMERS, csv, FILES, ORDERS, SHOP } from './shop.ts';

const objectReads = async (repository: string): Promise<number> => {
  const { wire } = await lakefs();
  return wire.requests.filter(({ side, path }) => side === 'gateway' && path.startsWith(`/${repository}/`)).length;
};

describe('a merge of good data', () => {
  it('is approved, on main, and recorded with everything that was looked at', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    const base = await lake.head('main');
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1.25') });
    const merged = await lake.merge('etl');

    expect(merged).toMatchObject({ status: 200, hook: { status: 200 } });
    expect(merged.hook?.body).toMatch(/^\nAPPROVED {2}main <- etl/);
    expect(await lake.head('main')).toBe(merged.commit);
    expect(await lake.read('main', 'tables/orders/part-1.csv')).toContain('12,3,1.25');

    const commit = await lake.json('GET', `/commits/${merged.commit}`);
    const decisions = gate.decisions(lake.repository);
    expect(decisions).toMatchObject([{ state: 'approved', status: 200, mergeCommit: merged.commit, branch: 'main' }]);
    expect(merged.hook?.headers).toContain(`X-Sluice-Decision: ${decisions[0]?.id}`);
    const report = lastReport(gate, lake.repository);
    expect(report).toMatchObject({
      reportVersion: '1.0',
      verdict: 'approved',
      reasons: [],
      problems: [],
      uncovered: { count: 0, paths: [] },
      scope: {
        kind: 'merge',
        decisionId: decisions[0]?.id,
        repository: lake.repository,
        destination: 'main',
        source: 'etl',
        mergeCommit: merged.commit,
        baseCommit: base,
        metaRange: commit['meta_range_id'],
        mergeResult: true,
        committer: commit['committer'],
      },
      tables: [
        {
          name: 'orders',
          contract: { file: 'shop.odcs.yaml', id: 'shop', version: '1.0.0' },
          rows: 3,
          objects: { read: 2, added: 1, changed: 0, removed: 0, unseenByDiff: [] },
        },
      ],
    });
    const checks = report.tables.flatMap((table) => table.checks);
    expect(checks.find(({ kind }) => kind === 'relationship')).toMatchObject({
      outcome: 'pass',
      columns: ['customer_id'],
      failing: 0,
      evaluated: 3,
      contract: { file: 'shop.odcs.yaml', line: lineOf('- to:') },
    });
    expect(checks.every(({ outcome }) => outcome === 'pass')).toBe(true);
    expect(gate.runDirectories()).toEqual([]);
  });
});

/** The line of the contract, from 1, on which this text stands for the nth time. */
function lineOf(text: string, nth = 1): number {
  const lines = SHOP.split('\n').flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  return lines[nth - 1] ?? 0;
}

describe('a merge of bad data', () => {
  it('is blocked, with a report that says what, where and by which line of the contract', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    const base = await lake.head('main');
    const rows = ['12,,1', '13,2,5', '13,3,6', '10,1,7'];
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', ...rows) });
    const merged = await lake.merge('etl');

    expect(merged).toMatchObject({ status: 412, commit: null, hook: { status: 422 } });
    expect(merged.message).toContain('webhook request failed (status code: 422)');
    expect(await lake.head('main')).toBe(base);
    const body = merged.hook?.body ?? '';
    expect(body).toMatch(/^\nREJECTED {2}main <- etl/);
    expect(body).toMatch(/error\[required\]: customer_id/);
    expect(body).toMatch(/error\[primaryKey\]: primary key id is repeated/);
    expect(body).toMatch(
      new RegExp(`contract +shop\\.odcs\\.yaml:${lineOf('required: true', 2)} +orders\\.customer_id`),
    );
    expect(body).toContain('tables/orders/part-1.csv');
    expect(gate.decisions(lake.repository)).toMatchObject([{ state: 'rejected', status: 422 }]);
    const [table] = lastReport(gate, lake.repository).tables;
    const failed = table?.checks.filter(({ outcome }) => outcome === 'fail');
    expect(
      failed?.map(({ kind, failing, evaluated, duplicateKeys }) => [kind, failing, evaluated, duplicateKeys]),
    ).toEqual([
      ['primaryKey', 4, 6, 2],
      ['required', 1, 6, null],
    ]);
  });
});

describe('two branches that are each fine', () => {
  it.each([
    ['a parent is deleted, then a child of it added', ['parent', 'child']],
    ['a child is added, then its parent deleted', ['child', 'parent']],
  ])('where %s: the second merge is blocked', async (_, [first = '', second = '']) => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('parent', { [CUSTOMERS]: csv('id,email', '1,ada@example.org', '2,ben@example.org') });
    await lake.branch('child', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1.25') });

    expect(await lake.merge(first)).toMatchObject({ status: 200, hook: { status: 200 } });
    const merged = await lake.merge(second);
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(merged.hook?.body).toMatch(/error\[relationship\]: customer_id/);
    const [child] = lastReport(gate, lake.repository).tables.filter(({ name }) => name === 'orders');
    expect(child?.checks.find(({ kind }) => kind === 'relationship')).toMatchObject({ failing: 1, evaluated: 3 });
  });

  it('with one key added by both: the second merge is blocked', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('left', { 'tables/orders/left.csv': csv('id,customer_id,amount', '12,3,1') });
    await lake.branch('right', { 'tables/orders/right.csv': csv('id,customer_id,amount', '12,1,2') });
    expect(await lake.merge('left')).toMatchObject({ status: 200 });
    expect((await lake.merge('right')).hook?.body).toMatch(/error\[primaryKey\]: primary key id is repeated/);
  });
});

describe('objects that go or only seem to change', () => {
  it('the last object of a table removed: blocked', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { [ORDERS]: null });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(merged.hook?.body).toContain('orders');
  });

  it('other user metadata: approved, and no byte read', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl');
    await lake.describe('etl', ORDERS, { reviewed: 'yes' });
    await lake.commit('etl');
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 200, hook: { status: 200 } });
    expect(await lake.stat('main', ORDERS)).toMatchObject({ metadata: { reviewed: 'yes' } });
    expect(lastReport(gate, lake.repository)).toMatchObject({
      verdict: 'approved',
      tables: [],
      uncovered: { count: 0 },
    });
    expect(await objectReads(lake.repository)).toBe(0);
  });

  it('the same bytes again: lakeFS sees no change, and no byte is read', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { [ORDERS]: FILES[ORDERS] ?? '', 'notes.txt': 'beside it' });
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository)).toMatchObject({ tables: [] });
    expect(await objectReads(lake.repository)).toBe(0);
  });
});

describe('an object whose key is another path', () => {
  it.each([
    ['within the table', 'tables/orders/../orders/part-1.csv'],
    ['from beside the table', 'notes/../tables/orders/part-1.csv'],
    ['by a dot', 'tables/orders/./part-1.csv'],
  ])('blocks, wherever it would lead: %s', async (_where, path) => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { [path]: csv('id,customer_id,amount', '13,2,5') });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 503 } });
    expect(merged.hook?.body).toContain(`error[path-ambiguous]: ${path} is one key to lakeFS`);
  });

  it('may be taken away', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const path = 'tables/orders/../orders/part-1.csv';
    const lake = await gatedLake(gate, { files: { ...FILES, [path]: csv('id,customer_id,amount', '13,2,5') } });
    await lake.branch('etl', { [path]: null });
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
  });
});

describe('objects that no contract governs', () => {
  it.each([
    ['allow', 200, 'approved'],
    ['warn', 200, 'approved'],
    ['block', 412, 'rejected'],
  ])('uncovered: %s', async (uncovered, status, verdict) => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_UNCOVERED: uncovered } });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'notes/readme.csv': 'a\n', 'tables/_SUCCESS': '' });
    const merged = await lake.merge('etl');
    expect(merged.status).toBe(status);
    const report = lastReport(gate, lake.repository);
    expect(report).toMatchObject({ verdict, tables: [], uncovered: { count: 1, paths: ['notes/readme.csv'] } });
    expect(merged.hook?.body).toContain('notes/readme.csv');
    expect(await objectReads(lake.repository)).toBe(0);
  });
});
