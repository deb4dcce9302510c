/** `sluice diff REPO BASE HEAD` from a laptop: keys of lakeFS and nothing else. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { DiffReport } from '../../src/core/diff/diff-report.ts';
import { createServices } from '../../src/wire.ts';
import { type Outcome, sluice } from '../cli/world.ts';
import { gatedLake, gateEnvironment, lakefs } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { madeBy } from './make-data.ts';
import { CONTRACTS, csv, FILES, ORDERS } from './shop.ts';

const NO_GATE = { url: 'http://127.0.0.1:9' };

async function diff(lake: LakeUser, ...args: readonly string[]): Promise<Outcome> {
  const {
    SLUICE_HOOK_TOKEN: _token,
    SLUICE_STATE_DIR: _state,
    SLUICE_CONTRACTS: _contracts,
    ...env
  } = await gateEnvironment({ contracts: CONTRACTS });
  const services = createServices(env, tmpdir());
  return sluice(['diff', lake.repository, ...args], { services, env, cwd: tmpdir() });
}

async function json(
  lake: LakeUser,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly report: DiffReport }> {
  const { code, stdout, stderr } = await diff(lake, ...args, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as DiffReport };
}

const trips = (from: number, to: number, fare = 'i / 2') =>
  madeBy(`SELECT i AS id, ${fare} AS fare, 'zone ' || i % 7 AS zone FROM range(${from}, ${to}) AS t(i)`);

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('sluice-client-') && name.includes(`-${process.pid}-`));
}

describe('a diff of two refs', () => {
  it('tells branches apart table by table: Parquet in partitions, CSV, a new column, a compaction', async () => {
    const lake = await gatedLake(NO_GATE, {
      files: {
        ...FILES,
        'trips/day=1/a.parquet': await trips(0, 100),
        'trips/day=2/a.parquet': await trips(100, 200),
        'zones/part-0.parquet': await trips(0, 10),
        'zones/part-1.parquet': await trips(10, 20),
      },
    });
    await lake.branch('etl', {
      'trips/day=2/a.parquet': await madeBy(
        "SELECT i AS id, CASE WHEN i < 110 THEN NULL ELSE i / 2 END AS fare, 'zone ' || i % 7 AS zone, 'eur' AS currency FROM range(100, 203) AS t(i)",
      ),
      'zones/part-0.parquet': null,
      'zones/part-1.parquet': null,
      'zones/all.parquet': await trips(0, 20),
      [ORDERS]: csv('id,customer_id,amount', '10,1,99.50', '11,2,1'),
      'notes.txt': 'not a table',
    });
    const { code, report } = await json(lake, 'main', 'etl', '--key', 'id');
    expect(code).toBe(0);
    expect(report.scope).toMatchObject({ baseCommit: await lake.head('main'), headCommit: await lake.head('etl') });
    expect(report.tables).toMatchObject([
      {
        name: 'trips',
        diff: {
          inserted: 3,
          updated: 10,
          deleted: 0,
          unchanged: 190,
          schema: [{ change: 'added', column: 'currency' }],
          columns: [{ name: 'fare', valueToNull: 10 }],
          objects: { read: 2, of: 4 },
        },
      },
      { name: ORDERS, diff: { updated: 1, unchanged: 1 } },
      { name: 'zones', diff: { inserted: 0, updated: 0, deleted: 0, unchanged: 20, moved: 20 } },
    ]);
    expect(report.problems).toMatchObject([{ code: 'diff-no-table', level: 'warning' }]);

    const page = await diff(lake, 'main', 'etl', '--table', 'trips', '--key', 'id', '--format', 'html');
    expect(page).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^<!doctype html>/i) });
    expect(page.stdout).toContain(`${lake.repository}: main → etl`);
    expect(leftovers()).toEqual([]);
  });

  it('has a status for scripts, warns of what is not committed, and takes commits and tags', async () => {
    const lake = await gatedLake(NO_GATE, { files: FILES });
    await lake.branch('etl', { [ORDERS]: csv('id,customer_id,amount', '10,1,99.50') });
    expect(await diff(lake, 'main', 'etl', '--exit-code')).toMatchObject({ code: 1 });
    expect(await diff(lake, 'etl~1', await lake.head('main'), '--exit-code')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no difference'),
    });
    await lake.put('etl', ORDERS, csv('id,customer_id,amount'));
    const text = await diff(lake, 'main', 'etl', '--key', 'tables/orders/part-0.csv=id');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/- 1 deleted/);
    expect(text.stdout).toContain('[diff-uncommitted]');
    expect(await diff(lake, 'main', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('lakefs-not-found'),
    });
    expect(await diff(lake, 'main', 'etl', '--key', 'nr', '--exit-code')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('[diff-key-missing]'),
    });
  });

  it('sees bytes under a forged checksum, which no diff of lakeFS shows', async ({ skip }) => {
    const good = FILES[ORDERS] ?? '';
    const lake = await gatedLake(NO_GATE, { files: FILES });
    await lake.branch('etl', { [ORDERS]: csv('away for a moment') });
    const physicalAddress = await lake.backing('etl', ORDERS);
    const written = (await lakefs()).writePhysical(physicalAddress, good.replace('99.50', '-9.50'));
    if (!written) skip('the block store of this lakeFS is not on this machine');
    const checksum = createHash('md5').update(good).digest('hex');
    await lake.link('etl', ORDERS, { physicalAddress, checksum, sizeBytes: good.length });
    await lake.commit('etl', 'back, forged');
    const { report } = await json(lake, 'main', 'etl', '--key', 'id', '--show', 'amount');
    expect(report.tables).toMatchObject([{ name: ORDERS, diff: { updated: 1 } }]);
    expect(report.problems).toMatchObject([{ code: 'diff-unseen', message: expect.stringContaining(ORDERS) }]);
    expect(JSON.stringify(report.tables)).toContain('-9.50');
  });
});
