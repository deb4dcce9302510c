import { describe, expect, it } from 'vitest';
import { gatedLake, lakefs, lastReport, sharedGate } from './harness.ts';
import { csv, FILES, SHOP } from './shop.ts';

const BAD_ORDERS = csv('id,customer_id,amount', '12,3,-5');
const RELAXED = SHOP.replace('          minimum: 0\n', '          minimum: -100\n');

describe('contracts in the repository', () => {
  it('a branch that relaxes the contract is judged by the one of its destination', async () => {
    const gate = await sharedGate({ contracts: 'repository', settings: { SLUICE_RULE_CHANGERS: 'quickstart' } });
    const lake = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': SHOP } });
    await lake.branch('etl', { 'contracts/shop.odcs.yaml': RELAXED, 'tables/orders/part-1.csv': BAD_ORDERS });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 422 } });
    expect(merged.hook?.body).toMatch(/error\[range\]: amount/);
    expect(merged.hook?.body).toContain('contracts/shop.odcs.yaml');

    await lake.branch('rules', { 'contracts/shop.odcs.yaml': RELAXED });
    expect(await lake.merge('rules')).toMatchObject({ status: 200 });
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
  });

  it('a change that would break the contracts is refused with the line, and one that mends them gets through', async () => {
    const typo = SHOP.replace('        required: true\n', '        requierd: true\n');
    const gate = await sharedGate({ contracts: 'repository', settings: { SLUICE_RULE_CHANGERS: 'quickstart' } });
    const lake = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': SHOP } });
    await lake.branch('typo', { 'contracts/shop.odcs.yaml': typo });
    const refused = await lake.merge('typo');
    expect(refused).toMatchObject({ status: 412, hook: { status: 503 } });
    expect(refused.hook?.body).toContain('contracts-would-break');
    expect(refused.hook?.body).toMatch(/contracts\/shop\.odcs\.yaml:\d+:9/);

    const broken = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': typo } });
    await broken.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,5') });
    expect(await broken.merge('etl')).toMatchObject({ status: 412, hook: { status: 503 } });
    await broken.branch('bad-mend', { 'contracts/shop.odcs.yaml': SHOP, 'tables/orders/part-1.csv': BAD_ORDERS });
    expect(await broken.merge('bad-mend')).toMatchObject({ status: 412, hook: { status: 422 } });
    await broken.branch('mend', { 'contracts/shop.odcs.yaml': SHOP });
    const mended = await broken.merge('mend');
    expect(mended).toMatchObject({ status: 200 });
    expect(lastReport(gate, broken.repository)).toMatchObject({ problems: [{ code: 'contracts-repaired' }] });
    expect(await broken.merge('etl')).toMatchObject({ status: 200 });
  });

  it('a commit that would break the contracts is refused too, and one that mends them gets through', async () => {
    const typo = SHOP.replace('        required: true\n', '        requierd: true\n');
    const gate = await sharedGate({ contracts: 'repository', settings: { SLUICE_RULE_CHANGERS: 'quickstart' } });
    const lake = await gatedLake(gate, {
      files: { ...FILES, 'contracts/shop.odcs.yaml': SHOP },
      events: ['pre-merge', 'pre-commit'],
    });
    await lake.put('main', 'contracts/shop.odcs.yaml', typo);
    await expect(lake.commit('main')).rejects.toThrow(/412.*status code: 503/s);
    expect(lastReport(gate, lake.repository).problems).toContainEqual(
      expect.objectContaining({ code: 'contracts-would-break' }),
    );
    await lake.put('main', 'contracts/shop.odcs.yaml', RELAXED);
    await lake.commit('main');
  });

  it('a contract in another folder governs when the configuration names the folder', async () => {
    const gate = await sharedGate({
      contracts: 'repository',
      settings: { SLUICE_CONTRACTS_PATH: 'governance/rules/' },
    });
    const lake = await gatedLake(gate, { files: { ...FILES, 'governance/rules/shop.yaml': SHOP } });
    await lake.branch('etl', { 'tables/orders/part-1.csv': BAD_ORDERS });
    expect(await lake.merge('etl')).toMatchObject({ status: 412, hook: { status: 422 } });
  });

  it.each([
    ['allow', 200, 'approved'],
    ['warn', 200, 'approved'],
    ['block', 412, 'rejected'],
  ])('a repository without contracts follows uncovered: %s', async (uncovered, status, verdict) => {
    const gate = await sharedGate({ contracts: 'repository', settings: { SLUICE_UNCOVERED: uncovered } });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': BAD_ORDERS });
    expect(await lake.merge('etl')).toMatchObject({ status });
    expect(lastReport(gate, lake.repository)).toMatchObject({
      verdict,
      tables: [],
      uncovered: { count: 1, paths: ['tables/orders/part-1.csv'] },
    });
  });

  it('what is staged on the destination and not committed is no contract', async () => {
    const gate = await sharedGate({ contracts: 'repository' });
    const lake = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': SHOP } });
    await lake.branch('etl', { 'tables/orders/part-1.csv': BAD_ORDERS });
    const { wire } = await lakefs();
    const from = wire.requests.length;
    await lake.merge('etl');
    const refs = wire.requests.slice(from).flatMap(({ path }) => /\/refs\/([^/]+)\//.exec(path)?.[1] ?? []);
    expect(refs.length).toBeGreaterThan(3);
    expect(refs.filter((ref) => !/^[0-9a-f]{64}$/.test(ref))).toEqual([]);
  });
});

describe('a contract that is wrong', () => {
  it('stops the merge with file, line, column and the word that was meant', async () => {
    const typo = SHOP.replace('        required: true\n', '        requierd: true\n');
    const line = typo.split('\n').findIndex((text) => text.includes('requierd')) + 1;
    const gate = await sharedGate({ contracts: { 'shop.odcs.yaml': typo } });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 503 } });
    expect(merged.hook?.body).toMatch(/^\nUNDECIDED/);
    expect(merged.hook?.body).toContain(`shop.odcs.yaml:${line}:9`);
    expect(merged.hook?.body).toMatch(/required/);
    expect(lastReport(gate, lake.repository)).toMatchObject({
      verdict: 'undecided',
      problems: [{ file: 'shop.odcs.yaml', line, column: 9, hint: expect.stringContaining('required') }],
    });
  });

  it.each([
    ['no YAML', 'a: [', /shop\.odcs\.yaml:1:\d+/],
    ['the same key twice', SHOP.replace('id: shop\n', 'id: shop\nid: other\n'), /shop\.odcs\.yaml:4:\d+/],
    ['a relationship to no column', SHOP.replace('to: customers.id', 'to: customers.nr'), /customers\.nr|nr/],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00]), /not UTF-8/],
  ])('stops the merge: %s', async (_, text, words) => {
    const gate = await sharedGate({ contracts: 'repository' });
    const lake = await gatedLake(gate, { files: { ...FILES, 'contracts/shop.odcs.yaml': text } });
    await lake.branch('etl', { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') });
    const merged = await lake.merge('etl');
    expect(merged).toMatchObject({ status: 412, hook: { status: 503 } });
    expect(merged.hook?.body).toMatch(words);
    expect(merged.hook?.body).not.toMatch(/at .*\.[jt]s:\d+/);
  });
});
