import { describe, expect, it } from 'vitest';
import { deliver, gatedLake, lastReport, sharedGate } from './harness.ts';
import { CONTRACTS, csv, FILES } from './shop.ts';

const GOOD = { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,1') };
const BAD = { 'tables/orders/part-1.csv': csv('id,customer_id,amount', '12,3,-1') };

/** What lakeFS sent before 1.23: no commit_id, no merge_source. */
describe('a lakeFS that does not tell the merge commit', () => {
  it('is blocked by default, with what to do about it', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('etl', GOOD);
    const answer = await deliver(gate, { repository_id: lake.repository, source_ref: await lake.head('etl') });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/withoutMergeResult: allow/);
    expect(lastReport(gate, lake.repository)).toMatchObject({ problems: [{ code: 'merge-result-unavailable' }] });
  });

  it.each([
    ['good', GOOD, 200, 'approved'],
    ['bad', BAD, 422, 'rejected'],
  ])(
    'where that is allowed, the source commit is judged, and the report says so: %s data',
    async (_, files, status, verdict) => {
      const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_WITHOUT_MERGE_RESULT: 'allow' } });
      const lake = await gatedLake(gate, { files: FILES });
      await lake.branch('etl', files);
      const source = await lake.head('etl');
      const answer = await deliver(gate, { repository_id: lake.repository, source_ref: source });
      expect(answer.status).toBe(status);
      const text = await answer.text();
      expect(text).toMatch(/source commit was judged, and what the merge makes of it is not known/);
      expect(text).toContain(`lakefs://${lake.repository}/${source.slice(0, 12)}`);
      expect(lastReport(gate, lake.repository)).toMatchObject({
        verdict,
        scope: { mergeResult: false, mergeCommit: source, baseCommit: await lake.head('main') },
        tables: [{ name: 'orders', rows: 3 }],
        problems: [{ code: 'merge-result-unavailable', level: 'warning' }],
      });
    },
  );

  it('the merge result is never taken for a source commit: a branch name is refused', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_WITHOUT_MERGE_RESULT: 'allow' } });
    const lake = await gatedLake(gate, { files: FILES });
    const answer = await deliver(gate, { repository_id: lake.repository, source_ref: 'main' });
    expect([400, 503]).toContain(answer.status);
  });
});
