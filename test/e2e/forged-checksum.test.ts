import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { gatedLake, lakefs, lastReport, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, csv, FILES, ORDERS } from './shop.ts';

const GOOD = FILES[ORDERS] ?? '';
/** As long as the good data, and not as good. */
const EVIL = GOOD.replace('99.50', '-9.50');

/**
 * Recordings 41 and 42: after a commit that changes the object, other bytes are linked under the size and checksum
 * that it has on main. The branch then carries bytes that no diff with main shows.
 *
 * @returns false when this lakeFS keeps its blocks where they cannot be reached
 */
async function forge(lake: LakeUser, branch: string): Promise<boolean> {
  await lake.branch(branch, { [ORDERS]: csv('away for a moment') });
  const physicalAddress = await lake.backing(branch, ORDERS);
  if (!(await lakefs()).writePhysical(physicalAddress, EVIL)) return false;
  const checksum = createHash('md5').update(GOOD).digest('hex');
  await lake.link(branch, ORDERS, { physicalAddress, checksum, sizeBytes: GOOD.length });
  await lake.commit(branch, 'back, forged');
  await lake.put(branch, 'tables/orders/part-1.csv', csv('id,customer_id,amount', '12,3,1.25'));
  await lake.commit(branch, 'an innocent file');
  return true;
}

async function changedPaths(lake: LakeUser, left: string, right: string): Promise<readonly string[]> {
  const { results } = await lake.json('GET', `/refs/${left}/diff/${right}?type=two_dot`);
  return (results as readonly { readonly path: string }[]).map(({ path }) => path);
}

describe('bytes that no diff shows', () => {
  it.for<[string, boolean]>([
    ['recording 41: main stays where it was', false],
    ['recording 42: main has moved on', true],
  ])('%s: seen, named and rejected', async ([_, moved], { skip }) => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    if (!(await forge(lake, 'dev'))) skip('the block store of this lakeFS is not on this machine');
    if (moved) {
      await lake.put('main', 'notes/moved.txt', 'on');
      await lake.commit('main', 'moved on');
    }
    const base = await lake.head('main');
    const merged = await lake.merge('dev');

    const report = lastReport(gate, lake.repository);
    const { mergeCommit = '' } = gate.decisions(lake.repository)[0] ?? {};
    expect(await lake.read(mergeCommit, ORDERS)).toBe(EVIL);
    expect(await changedPaths(lake, base, mergeCommit)).toEqual(['tables/orders/part-1.csv']);
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(await lake.read('main', ORDERS)).toBe(GOOD);
    expect(report.tables).toMatchObject([
      { name: 'orders', objects: { read: 2, added: 1, changed: 1, unseenByDiff: [ORDERS] } },
    ]);
    const failed = report.tables[0]?.checks.filter(({ outcome }) => outcome === 'fail');
    expect(failed).toMatchObject([{ kind: 'range', columns: ['amount'], failing: 1, evaluated: 3 }]);
    expect(merged.hook?.body).toMatch(/unseen +1 object has other bytes though no diff shows it/);
    expect(merged.hook?.body).toContain(ORDERS);
  });

  it('good bytes that went away and came back are approved, and still named', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('dev', { [ORDERS]: csv('away for a moment') });
    await lake.put('dev', ORDERS, GOOD);
    await lake.put('dev', 'notes/n.txt', 'beside it');
    await lake.commit('dev', 'back as it was');
    expect(await lake.merge('dev')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository).tables).toMatchObject([{ objects: { unseenByDiff: [ORDERS] } }]);
  });
});

describe('a size that is not that of the bytes', () => {
  it('leaves the merge undecided', async ({ skip }) => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('dev');
    const physicalAddress = await lake.backing('dev', ORDERS);
    const written = (await lakefs()).writePhysical(physicalAddress, GOOD);
    if (!written) skip('the block store of this lakeFS is not on this machine');
    await lake.link('dev', ORDERS, { physicalAddress, checksum: 'claimed', sizeBytes: GOOD.length + 8 });
    await lake.commit('dev');
    const merged = await lake.merge('dev');
    expect(merged).toMatchObject({ status: 412, hook: { status: 503 } });
    expect(merged.hook?.body).toContain(`ended after ${GOOD.length} of ${GOOD.length + 8} bytes`);
    expect(gate.runDirectories()).toEqual([]);
  });
});
