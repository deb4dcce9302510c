import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { BAD_ORDERS, GOOD_ORDERS, withCanaryContract } from '../../../src/gate/doctor/canary-contract.ts';
import type { ContractSource } from '../../../src/gate/ports.ts';
import { runLocalCheck } from '../../../src/wire/local.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-canary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inner: ContractSource = { load: async () => [{ file: 'own.odcs.yaml', text: '', digest: '' }] };
const CANARY = 'sluice-scratch-canary-host-1-1790000000000-abc';

async function load(branch: string): Promise<readonly string[]> {
  const request = { repository: 'lake', destinationCommit: '', branch };
  const documents = await withCanaryContract(inner).load(request, new AbortController().signal);
  return documents.map(({ file }) => file);
}

async function judge(orders: string): Promise<Report> {
  const [document] = await withCanaryContract(inner).load(
    { repository: 'lake', destinationCommit: '', branch: CANARY },
    new AbortController().signal,
  );
  writeFileSync(join(folder, 'canary.odcs.yaml'), document?.text ?? '');
  writeFileSync(join(folder, 'orders.csv'), orders);
  const request = {
    contracts: [join(folder, 'canary.odcs.yaml')],
    data: join(folder, 'orders.csv'),
    base: null,
    newTables: [],
    now: 0,
  };
  return runLocalCheck(request, () => {}, { env: {}, cwd: folder, signal: new AbortController().signal });
}

describe('the canary contract', () => {
  it('is for merges into a canary branch alone', async () => {
    expect(await load(CANARY)).toEqual(['sluice-canary.odcs.yaml']);
    expect(await load('sluice-scratch-preview-host-1-1790000000000-abc')).toEqual(['own.odcs.yaml']);
    expect(await load('main')).toEqual(['own.odcs.yaml']);
  });

  it('rejects the bad orders for each of their faults', async () => {
    const report = await judge(BAD_ORDERS);
    expect(report.verdict).toBe('rejected');
    const failed = report.tables.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === 'fail'));
    expect(failed.map(({ kind }) => kind).toSorted()).toEqual(['range', 'required', 'unique']);
  });

  it('approves the good orders', async () => {
    expect(await judge(GOOD_ORDERS)).toMatchObject({ verdict: 'approved', problems: [] });
  });
});
