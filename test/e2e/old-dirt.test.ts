/** A gate on a lake that is dirty already. */
import { describe, expect, it } from 'vitest';
import { gatedLake, lastReport, sharedGate } from './harness.ts';
import { csv, FILES, ORDERS, SHOP } from './shop.ts';

const DIRTY = csv('id,customer_id,amount', '10,1,-1', '11,2,-2');
const ELSEWHERE = 'tables/orders/part-1.csv';

function contracts(blockOn: 'new' | 'ratchet') {
  const block = `customProperties: [{property: sluice, value: {blockOn: ${blockOn}}}]\n`;
  return { 'shop.odcs.yaml': SHOP.replace('servers:', `${block}servers:`) };
}

function rangeOf(report: ReturnType<typeof lastReport>) {
  return report.tables
    .flatMap(({ checks }) => checks)
    .find(({ kind, columns }) => kind === 'range' && columns[0] === 'amount');
}

describe('a contract that blocks on new violations', () => {
  it('lets old ones pass with a warning wherever they lie, and no other row in their place', async () => {
    const gate = await sharedGate({ contracts: contracts('new') });
    const lake = await gatedLake(gate, { files: { ...FILES, [ORDERS]: DIRTY } });
    const moved = csv('id,customer_id,amount', '11,2,-2', '12,3,7');
    await lake.branch('moved', { [ORDERS]: csv('id,customer_id,amount', '10,1,-1'), [ELSEWHERE]: moved });
    expect(await lake.merge('moved')).toMatchObject({ status: 200, hook: { status: 200 } });
    const passed = lastReport(gate, lake.repository);
    expect(rangeOf(passed)).toMatchObject({
      outcome: 'warn',
      origin: { rows: { new: 0, old: 2, fixed: 0 }, relaxedBy: 'new' },
      observed: expect.stringContaining('all 2 already on main; blockOn: new lets them pass with a warning'),
    });

    await lake.branch('swapped', { [ORDERS]: csv('id,customer_id,amount', '13,1,-1') });
    const refused = await lake.merge('swapped');
    expect(refused).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(refused.hook?.body).toContain('1 new with this change, 1 already on main');
    expect(rangeOf(lastReport(gate, lake.repository))).toMatchObject({
      outcome: 'fail',
      origin: { rows: { new: 1, old: 1, fixed: 1 }, relaxedBy: null },
    });
  });

  // A refusal says as well as an approval that the gate was there before.
  it.each([
    ['approved', '12,3,5', 200],
    ['refused', '12,3,-5', 412],
  ])('excuses nothing that came past the gate, which had %s one merge', async (_word, row, status) => {
    const gate = await sharedGate({ contracts: contracts('new') });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('first', { [ELSEWHERE]: csv('id,customer_id,amount', row) });
    expect(await lake.merge('first')).toMatchObject({ status });
    await lake.put('main', ORDERS, DIRTY);
    await lake.commit('main', 'past the gate');
    await lake.branch('next', { [ELSEWHERE]: csv('id,customer_id,amount', '12,3,6') });
    const refused = await lake.merge('next');
    expect(refused).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(refused.hook?.body).toContain('base-excuses-nothing');
    expect(rangeOf(lastReport(gate, lake.repository))).toMatchObject({
      outcome: 'fail',
      origin: { rows: { new: 0, old: 2, fixed: 0 }, relaxedBy: null },
    });
  });
});

describe('a contract with a ratchet', () => {
  it('lets violations be exchanged and not become more', async () => {
    const gate = await sharedGate({ contracts: contracts('ratchet') });
    const lake = await gatedLake(gate, { files: { ...FILES, [ORDERS]: DIRTY } });
    await lake.branch('swapped', { [ORDERS]: csv('id,customer_id,amount', '10,1,-1', '13,2,-2') });
    expect(await lake.merge('swapped')).toMatchObject({ status: 200 });
    await lake.branch('more', { [ELSEWHERE]: csv('id,customer_id,amount', '14,3,-3') });
    expect(await lake.merge('more')).toMatchObject({ status: 412, hook: { status: 422 } });
  });
});
