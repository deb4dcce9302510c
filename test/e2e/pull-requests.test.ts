import { describe, expect, it, vi } from 'vitest';
import { type Gate, gatedLake, lakefs, sharedGate, startGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, csv, FILES, ORDERS } from './shop.ts';

const SETTINGS = {
  SLUICE_PULL_REQUESTS: 'update',
  SLUICE_CONSOLE_URL: 'https://sluice.example.org/',
  SLUICE_CONSOLE_TOKEN: 'console-token-0123456789',
};
const BAD = csv('id,customer_id,amount', '10,1,-5', '11,9,0');
const GOOD = csv('id,customer_id,amount', '10,1,5', '11,2,0');

function gate(): Promise<Gate> {
  return sharedGate({ contracts: CONTRACTS, settings: SETTINGS });
}

async function openPull(lake: LakeUser, description: string): Promise<string> {
  const body = { title: 'August', description, source_branch: 'etl', destination_branch: 'main' };
  const { id } = await lake.json('POST', '/pulls', body);
  return String(id);
}

async function descriptionOf(lake: LakeUser, id: string, holds: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const text = String((await lake.json('GET', `/pulls/${id}`))['description']);
      expect(text).toContain(holds);
      return text;
    },
    { timeout: 9_000, interval: 50 },
  );
}

/** The button of the web UI; resolves with the status. */
async function press(lake: LakeUser, id: string): Promise<string> {
  return lake.json('PUT', `/pulls/${id}/merge`).then(
    () => 'merged',
    (error: Error) => error.message,
  );
}

describe('the pull request of a merge', () => {
  it('shows the rejection, then the approval, between what people wrote', async () => {
    const sluice = await gate();
    const lake = await gatedLake(sluice, { files: FILES });
    await lake.branch('etl', { [ORDERS]: BAD });
    const id = await openPull(lake, 'Please *merge*.\r\n');
    expect(await press(lake, id)).toContain('status code: 422');
    const rejected = await descriptionOf(lake, id, 'REJECTED');
    const [decision] = sluice.decisions(lake.repository);
    expect(rejected).toMatch(/^Please \*merge\*\.\r\n\n\[sluice-report-begin\]/);
    expect(rejected).toContain(`[report](https://sluice.example.org/decisions/${decision?.id})`);
    await lake.json('PATCH', `/pulls/${id}`, { description: `${rejected}\n\nI will look.` });

    await lake.put('etl', ORDERS, GOOD);
    await lake.commit('etl');
    expect(await press(lake, id)).toBe('merged');
    const approved = await descriptionOf(lake, id, 'APPROVED');
    expect(approved).not.toContain('REJECTED');
    expect(approved.match(/sluice-report-begin/g)).toHaveLength(1);
    expect(approved).toMatch(/^Please \*merge\*\.\r\n\n\[[\s\S]*\n\nI will look\.$/);
    expect(await lake.json('GET', `/pulls/${id}`)).toMatchObject({ status: 'merged', title: 'August' });
  });

  it('is told of merges past it, and of checks, and stays open', async () => {
    const sluice = await gate();
    const lake = await gatedLake(sluice, { files: FILES });
    await lake.branch('etl', { [ORDERS]: BAD });
    const id = await openPull(lake, '');
    expect((await lake.merge('etl')).hook?.status).toBe(422);
    await descriptionOf(lake, id, 'REJECTED');
    await lake.put('etl', ORDERS, GOOD);
    await lake.commit('etl');
    const checked = await fetch(`${sluice.consoleUrl}/api/v1/checks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SETTINGS.SLUICE_CONSOLE_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ repository: lake.repository, source: 'etl', destination: 'main' }),
    });
    expect(checked.status).toBe(200);
    await descriptionOf(lake, id, 'APPROVED');
    expect(await lake.json('GET', `/pulls/${id}`)).toMatchObject({ status: 'open' });
  });

  it('costs nobody a verdict when lakeFS fails', async () => {
    const { wire } = await lakefs();
    const sluice = await gate();
    const lake = await gatedLake(sluice, { files: FILES });
    await lake.branch('etl', { [ORDERS]: BAD });
    const id = await openPull(lake, 'please');
    const when = ({ path }: { readonly path: string }) => path.startsWith(`/repositories/${lake.repository}/pulls`);
    wire.faults.order({ when, fault: { kind: 'reset' }, times: 100 });
    const startedAt = performance.now();
    expect(await press(lake, id)).toContain('status code: 422');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const told = () => sluice.logged.some((line) => line.includes('pull request not updated'));
    await vi.waitFor(() => expect(told()).toBe(true), { timeout: 10_000 });
    wire.faults.clear();
    const metrics = await (await fetch(`${sluice.consoleUrl}/metrics`)).text();
    expect(metrics).toMatch(/sluice_pull_requests_total\{result="failed"\} [1-9]/);
    expect(sluice.decisions(lake.repository).at(-1)?.state).toBe('rejected');
    expect((await lake.json('GET', `/pulls/${id}`))['description']).toBe('please');
  });

  it('is written to before the gate has stopped', async () => {
    const sluice = await startGate({ contracts: CONTRACTS, settings: SETTINGS });
    const lake = await gatedLake(sluice, { files: FILES });
    await lake.branch('etl', { [ORDERS]: BAD });
    const id = await openPull(lake, '');
    await press(lake, id);
    await sluice.stop();
    expect((await lake.json('GET', `/pulls/${id}`))['description']).toContain('REJECTED');
  });

  it('is left alone when the setting says so; the log of the run has the link', async () => {
    const sluice = await sharedGate({ contracts: CONTRACTS, settings: { ...SETTINGS, SLUICE_PULL_REQUESTS: 'off' } });
    const lake = await gatedLake(sluice, { files: FILES });
    await lake.branch('etl', { [ORDERS]: BAD });
    const id = await openPull(lake, 'please');
    const { hook } = await lake.merge('etl');
    const [decision] = sluice.decisions(lake.repository);
    expect(hook?.body).toContain(`\n  report    https://sluice.example.org/decisions/${decision?.id}\n`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await lake.json('GET', `/pulls/${id}`))['description']).toBe('please');
  });
});
