/** Rules about changes at the gate: what a merge may do to the data that is there. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliver, gatedLake, type LakeOptions, lakefs, lastReport, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { csv } from './shop.ts';

const RULES = `apiVersion: v3.1.0
kind: DataContract
id: rules
version: 1.0.0
status: active
servers:
  - {server: lake, type: s3, location: "s3://*/main/tables/{model}/"}
schema:
  - name: orders
    customProperties:
      - property: sluice
        value:
          key: [id]
          diff:
            deleted: 20 %
    properties:
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number}
  - name: journal
    customProperties:
      - property: sluice
        value:
          key: [id]
          diff:
            appendOnly: true
            protectedPartitions:
              - {column: dt, before: 2026-01-01}
    properties:
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number}
      - {name: dt, logicalType: date}
`;
const OLD = 'tables/journal/dt=2025-12-31/a.csv';
const NEW = 'tables/journal/dt=2026-01-02/b.csv';
const ORDERS = 'tables/orders/part-0.csv';
const FILES = {
  [ORDERS]: csv('id,amount', ...Array.from({ length: 10 }, (_none, index) => `${index},1.50`)),
  [OLD]: csv('id,amount', '1,99.50', '2,7'),
  [NEW]: csv('id,amount', '3,5'),
};

async function gatedRules(options: LakeOptions = {}) {
  const settings = { SLUICE_WITHOUT_MERGE_RESULT: 'allow' };
  const gate = await sharedGate({ contracts: { 'rules.odcs.yaml': RULES }, settings });
  return { gate, lake: await gatedLake(gate, { files: FILES, ...options }) };
}

function lineOf(text: string): number {
  return RULES.split('\n').findIndex((line) => line.includes(text)) + 1;
}

describe('a merge', () => {
  it('that deletes too much is refused, with the line of the rule', async () => {
    const { gate, lake } = await gatedRules();
    await lake.branch('etl', { [ORDERS]: csv('id,amount', '0,1.50', '1,1.50', '2,1.50') });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, commit: null, hook: { status: 422 } });
    expect(merged.hook?.body).toContain(`rules.odcs.yaml:${lineOf('deleted: 20 %')}`);
    const [table] = lastReport(gate, lake.repository).tables;
    expect(table?.checks.find(({ kind }) => kind === 'rowChanges')).toMatchObject({ failing: 7, evaluated: 10 });
    // The diff that the rule was judged by is the one that people see.
    expect(table?.diff).toMatchObject({ deleted: 7, unchanged: 3 });
  });

  it('that removes the last object deletes every row', async () => {
    const { gate, lake } = await gatedRules();
    await lake.branch('etl', { [ORDERS]: null });
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const [table] = lastReport(gate, lake.repository).tables;
    expect(table?.checks.find(({ kind }) => kind === 'rowChanges')).toMatchObject({ outcome: 'fail', failing: 10 });
  });

  it('that adds rows and deletes few is approved', async () => {
    const { gate, lake } = await gatedRules();
    const kept = Array.from({ length: 9 }, (_none, index) => `${index},1.50`);
    await lake.branch('etl', {
      [ORDERS]: csv('id,amount', ...kept, '77,3'),
      'tables/journal/dt=2026-01-03/c.csv': csv('id,amount', '4,1'),
    });
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
    const { tables } = lastReport(gate, lake.repository);
    expect(tables.map(({ diff }) => [diff?.inserted, diff?.deleted])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  it('that moves an object out of a protected partition is refused', async () => {
    const { gate, lake } = await gatedRules();
    await lake.branch('etl', { [OLD]: null, 'tables/journal/dt=2026-01-02/a.csv': FILES[OLD] ?? '' });
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const failed = lastReport(gate, lake.repository).tables[0]?.checks.filter(({ outcome }) => outcome === 'fail');
    expect(failed?.map(({ kind, failing }) => [kind, failing])).toEqual([
      ['appendOnly', 2],
      ['protectedPartition', 2],
    ]);
  });

  it.each([
    [
      'a path that names the partition twice',
      'dt=2025-01-01/dt=2027-01-01',
      csv('id,amount', '4,1'),
      /several folders dt=/,
    ],
    [
      'a file that says another date than its folder',
      'dt=2027-01-01',
      csv('id,amount,dt', '4,1,2025-01-01'),
      /column dt/,
    ],
  ])('with %s is refused, and the partitions are not taken for untouched', async (_name, folder, text, says) => {
    const { gate, lake } = await gatedRules();
    await lake.branch('etl', { [`tables/journal/${folder}/c.csv`]: text });
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
    const [journal] = lastReport(gate, lake.repository).tables;
    const outcomes = journal?.checks.filter(({ kind }) => ['readable', 'protectedPartition'].includes(kind));
    expect(outcomes).toMatchObject([
      { outcome: 'fail', observed: expect.stringMatching(says) },
      { kind: 'protectedPartition', outcome: 'error' },
    ]);
  });

  it('with bytes that no diff shows does not slip past', async ({ skip }) => {
    const { gate, lake } = await gatedRules();
    if (!(await forge(lake))) skip('the block store of this lakeFS is not on this machine');
    expect(await lake.merge('dev')).toMatchObject({ status: 412, hook: { status: 422 } });
    const [journal] = lastReport(gate, lake.repository).tables;
    expect(journal?.objects.unseenByDiff).toEqual([OLD]);
    expect(journal?.checks.find(({ kind }) => kind === 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it('of whose result nothing is known but the source is not approved by it', async () => {
    const { gate, lake } = await gatedRules();
    await lake.branch('etl', { 'tables/journal/dt=2026-01-03/c.csv': csv('id,amount', '4,1') });
    const answer = await deliver(gate, { repository_id: lake.repository, source_ref: await lake.head('etl') });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/does not show the merge result/);
  });
});

describe('other ways onto a branch', () => {
  it('a commit and a cherry-pick are held to the same rules', async () => {
    const files = { [ORDERS]: FILES[ORDERS] ?? '' };
    const { gate, lake } = await gatedRules({ files, events: ['pre-commit', 'pre-cherry-pick'] });
    await lake.branch('etl', { [ORDERS]: csv('id,amount', '0,1.50') });
    const picked = await lake.json('POST', '/branches/main/cherry-pick', { ref: 'etl' }).catch(String);
    expect(picked).toContain('412');
    expect(lastReport(gate, lake.repository)).toMatchObject({
      verdict: 'rejected',
      scope: { event: 'pre-cherry-pick' },
    });
    await lake.put('main', OLD, FILES[OLD] ?? '');
    await expect(lake.commit('main')).rejects.toThrow(/412/);
    expect(lastReport(gate, lake.repository)).toMatchObject({ verdict: 'rejected', scope: { event: 'pre-commit' } });
  });
});

/** Recording 41: other bytes under the size and checksum that the object has on main. */
async function forge(lake: LakeUser): Promise<boolean> {
  const good = FILES[OLD] ?? '';
  await lake.branch('dev', { [OLD]: csv('away for a moment') });
  const physicalAddress = await lake.backing('dev', OLD);
  if (!(await lakefs()).writePhysical(physicalAddress, good.replace('99.50', '11.50'))) return false;
  const checksum = createHash('md5').update(good).digest('hex');
  await lake.link('dev', OLD, { physicalAddress, checksum, sizeBytes: good.length });
  await lake.commit('dev', 'back, forged');
  await lake.put('dev', 'tables/journal/dt=2026-01-04/d.csv', csv('id,amount', '9,1'));
  await lake.commit('dev', 'an innocent file');
  return true;
}
