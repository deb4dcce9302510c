import { describe, expect, it } from 'vitest';
import { gatedLake, lastReport, sharedGate } from './harness.ts';
import { csv, FILES, SHOP } from './shop.ts';

const GOOD = csv('id,customer_id,amount', '12,3,5');
const BAD = csv('id,customer_id,amount', '13,3,-5');

describe('a branch whose head came past the gate', () => {
  it('is judged as a whole by the next merge, so that nothing passes as judged that nobody looked at', async () => {
    const gate = await sharedGate({ contracts: { 'shop.odcs.yaml': SHOP } });
    // The action file here asks about merges alone: a direct commit goes past the gate.
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('first', { 'tables/orders/part-1.csv': GOOD });
    expect(await lake.merge('first')).toMatchObject({ status: 200 });
    await lake.branch('harmless', { 'notes/readme.txt': 'no table' });
    expect(await lake.merge('harmless')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository)).toMatchObject({ tables: [], problems: [] });

    await lake.put('main', 'tables/orders/part-2.csv', BAD);
    await lake.commit('main', 'past the gate');
    await lake.branch('next', { 'notes/readme.txt': 'another text' });
    const merged = await lake.merge('next');
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(merged.hook?.body).toContain('base-unjudged');
    expect(merged.hook?.body).toMatch(/error\[range\]: amount/);

    await lake.branch('mend', { 'tables/orders/part-2.csv': null, 'notes/readme.txt': 'mended' });
    expect(await lake.merge('mend')).toMatchObject({ status: 200 });
    await lake.branch('after', { 'notes/readme.txt': 'and on' });
    expect(await lake.merge('after')).toMatchObject({ status: 200 });
    expect(lastReport(gate, lake.repository)).toMatchObject({ tables: [], problems: [] });
  });
});
