/** The console port of a whole gate: what people and scripts see of merges that lakeFS made. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openWire } from './faulty-wire.ts';
import { type Gate, gatedLake, HOOK_TOKEN, lakefs, scratch, sharedGate, startGate } from './harness.ts';
import { CONTRACTS, csv, FILES } from './shop.ts';

const TOKEN = 'console-token-0123456789abcdef';
const SETTINGS = { SLUICE_CONSOLE_TOKEN: TOKEN };
const NEW_ORDERS = 'tables/orders/part-1.csv';

type Json = Readonly<Record<string, unknown>>;

async function api(gate: Gate, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${gate.consoleUrl}/api/v1${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${TOKEN}`, ...init.headers },
  });
}

async function json(gate: Gate, path: string): Promise<Json> {
  return (await (await api(gate, path)).json()) as Json;
}

function ask(gate: Gate, question: Json, init: RequestInit = {}): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return api(gate, '/checks', { method: 'POST', headers, body: JSON.stringify(question), ...init });
}

/** The value of one series. */
async function metric(gate: Gate, series: string): Promise<number> {
  const text = await (await fetch(`${gate.consoleUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

describe.concurrent('the console', () => {
  it('counts calls of the hook port that were no delivery', async () => {
    const gate = await startGate({ contracts: CONTRACTS, settings: SETTINGS });
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer not-the-token-of-the-hook' };
    const refused = await fetch(gate.url, { method: 'POST', headers, body: '{}' });
    expect(refused.status).toBe(401);
    await expect.poll(() => metric(gate, 'sluice_hook_refused_total{status="401"}')).toBe(1);
  });

  it('shows the decisions of merges, their reports and their numbers', async () => {
    const gate = await startGate({ contracts: CONTRACTS, settings: SETTINGS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('good', { [NEW_ORDERS]: csv('id,customer_id,amount', '12,3,1.25') });
    await lake.branch('bad', { 'tables/orders/part-2.csv': csv('id,customer_id,amount', '13,404,2') });
    expect(await lake.merge('good')).toMatchObject({ status: 200 });
    expect(await lake.merge('bad')).toMatchObject({ status: 412 });

    const query = `repository=${lake.repository}&event=pre-merge`;
    const all = (await json(gate, `/decisions?${query}`)) as { decisions: Json[]; next: string | null };
    expect(all).toMatchObject({
      decisions: [
        { state: 'rejected', status: 422, source: 'bad', origin: 'hook', hasReport: true },
        { state: 'approved', status: 200, source: 'good', origin: 'hook', hasReport: true },
      ],
      next: null,
    });
    expect(JSON.stringify(all)).not.toContain('reportVersion');

    const first = (await json(gate, `/decisions?${query}&limit=1`)) as { decisions: Json[]; next: string };
    const second = await json(gate, `/decisions?${query}&limit=1&before=${first.next}`);
    expect([first, second]).toMatchObject([
      { decisions: [{ source: 'bad' }], next: all.decisions[0]?.['id'] },
      { decisions: [{ source: 'good' }], next: null },
    ]);

    const id = String(all.decisions[0]?.['id']);
    expect(await json(gate, `/decisions/${id}`)).toEqual(all.decisions[0]);
    const report = await api(gate, `/decisions/${id}/report`);
    expect(await report.text()).toBe(gate.decisions(lake.repository).find((one) => one.id === id)?.report);
    const page = await api(gate, `/decisions/${id}/report?format=text`);
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await page.text()).toMatch(/REJECTED {2}main <- bad/);

    const decided = (verdict: string, status: number) =>
      metric(gate, `sluice_decisions_total{origin="hook",event="pre-merge",verdict="${verdict}",status="${status}"}`);
    expect(await decided('approved', 200)).toBe(1);
    expect(await decided('rejected', 422)).toBe(1);
    for (const stage of ['commits', 'contracts', 'changes', 'fetch', 'checks']) {
      expect(await metric(gate, `sluice_stage_duration_seconds_count{stage="${stage}"}`)).toBe(2);
    }
    expect(await metric(gate, 'sluice_stage_duration_seconds_count{stage="record"}')).toBeGreaterThanOrEqual(4);
    // Two customers' files and five orders' files, of which three were in the cache by then.
    expect(await metric(gate, 'sluice_read_objects_total')).toBeGreaterThanOrEqual(6);
    expect(await metric(gate, 'sluice_rows_total')).toBeGreaterThanOrEqual(6);
    expect(await metric(gate, 'sluice_read_bytes_total')).toBeGreaterThan(100);
    expect(await metric(gate, 'sluice_cache_requests_total{result="hit"}')).toBeGreaterThanOrEqual(3);
    expect(await metric(gate, 'sluice_cache_requests_total{result="miss"}')).toBe(4);
    expect(await metric(gate, 'sluice_cache_bytes')).toBeGreaterThan(100);
    expect(await metric(gate, 'sluice_queue_length')).toBe(0);
    expect(await metric(gate, 'sluice_runs_active')).toBe(0);
    expect(await metric(gate, 'sluice_engine_restarts_total')).toBe(0);
    expect(await metric(gate, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('writes the id of the decision into every line about a delivery, from its arrival to its verdict', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: SETTINGS });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('good', { [NEW_ORDERS]: csv('id,customer_id,amount', '12,3,1.25') });
    await lake.merge('good');
    const [decision] = gate.decisions(lake.repository).filter(({ event }) => event === 'pre-merge');
    const lines = gate.logged
      .map((line) => JSON.parse(line) as Json)
      .filter((line) => line['decision'] === decision?.id);
    expect(lines[0]).toMatchObject({ msg: 'delivery received', repository: lake.repository, branch: 'main' });
    expect(lines.at(-1)).toMatchObject({ msg: 'delivery approved', status: 200, durationMs: expect.any(Number) });
    const stages = lines.flatMap((line) => (line['msg'] === 'stage ended' ? [line['stage']] : []));
    expect(stages).toEqual(expect.arrayContaining(['commits', 'contracts', 'changes', 'fetch', 'checks', 'record']));
    const strays = gate.logged.filter((line) => line.includes('stage ended') && !line.includes('"decision":'));
    // The row of a delivery is written before anything is done in its name.
    expect(strays.every((line) => line.includes('"stage":"record"'))).toBe(true);
  });

  it('answers what the gate would say to a merge, and leaves no branch behind', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: SETTINGS });
    const lake = await gatedLake(gate, { files: FILES });
    const { repository } = lake;
    const head = await lake.head('main');
    await lake.branch('bad', { [NEW_ORDERS]: csv('id,customer_id,amount', '12,404,1') });
    const answer = await ask(gate, { repository, source: 'bad', destination: 'main' });
    expect(answer.status).toBe(200);
    const body = (await answer.json()) as Json;
    expect(body).toMatchObject({ state: 'rejected', report: { verdict: 'rejected' } });
    expect(answer.headers.get('x-sluice-decision')).toBe(body['decision']);
    expect(await json(gate, `/decisions/${body['decision']}`)).toMatchObject({ origin: 'check', state: 'rejected' });
    expect(await lake.head('main')).toBe(head);
    expect(JSON.stringify(await lake.json('GET', '/branches?prefix=sluice-'))).not.toContain('sluice-scratch');

    const nowhere = await ask(gate, { repository, source: 'nowhere', destination: 'main' });
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ code: 'lakefs-not-found' });
  });

  it('stops a check whose asker has left', async () => {
    const { url } = await lakefs();
    const wire = await openWire(url);
    const gate = await startGate({ contracts: CONTRACTS, settings: { ...SETTINGS, SLUICE_LAKEFS_URL: wire.url } });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('good', { [NEW_ORDERS]: csv('id,customer_id,amount', '12,3,1.25') });
    // Reading hangs until somebody gives up; the branch of the preview is gone by then.
    wire.faults.order({ when: ({ side }) => side === 'gateway', fault: { kind: 'hang' }, times: 99 });
    const gone = new AbortController();
    const question = { repository: lake.repository, source: 'good', destination: 'main' };
    const asked = ask(gate, question, { signal: gone.signal });
    for (let tries = 0; tries < 200 && (await metric(gate, 'sluice_runs_active')) === 0; tries += 1) await sleep(20);
    gone.abort();
    await expect(asked).rejects.toThrow();
    for (let tries = 0; tries < 200 && (await metric(gate, 'sluice_runs_active')) > 0; tries += 1) await sleep(20);
    const checks = gate.decisions(lake.repository).filter(({ origin }) => origin === 'check');
    expect(checks).toMatchObject([{ state: 'undecided', report: expect.stringContaining('caller-gone') }]);
    await gate.stop();
    await wire.close();
  });

  it('is not ready while lakeFS does not answer, and is again when it does', async () => {
    const { url } = await lakefs();
    const wire = await openWire(url);
    const gate = await startGate({ contracts: CONTRACTS, settings: { ...SETTINGS, SLUICE_LAKEFS_URL: wire.url } });
    const readiness = async () => {
      const response = await fetch(`${gate.consoleUrl}/readyz`);
      return { status: response.status, body: (await response.json()) as { status: string; checks: Json[] } };
    };
    const until = async (status: number) => {
      const giveUp = Date.now() + 20_000;
      for (let now = await readiness(); ; now = await readiness()) {
        if (now.status === status || Date.now() > giveUp) return now;
        await sleep(100);
      }
    };
    const ready = await until(200);
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(ready.body.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['lakefs', true],
      ['engine', true],
      ['records', true],
    ]);
    wire.faults.order({ when: () => true, fault: { kind: 'reset' }, times: 1_000_000 });
    const down = await until(503);
    expect(down).toMatchObject({ status: 503, body: { status: 'not-ready' } });
    expect(down.body.checks.filter(({ ok }) => ok !== true).map(({ name }) => name)).toEqual(['lakefs']);
    expect((await fetch(`${gate.consoleUrl}/healthz`)).status).toBe(200);
    wire.faults.clear();
    expect(await until(200)).toMatchObject({ status: 200, body: { status: 'ready' } });
    await gate.stop();
    await wire.close();
  }, 60_000);

  it('tells that it is stopping while the last deliveries end', async () => {
    const { url } = await lakefs();
    const wire = await openWire(url);
    const gate = await startGate({ contracts: CONTRACTS, settings: { ...SETTINGS, SLUICE_LAKEFS_URL: wire.url } });
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('good', { [NEW_ORDERS]: csv('id,customer_id,amount', '12,3,1.25') });
    wire.faults.order({
      when: ({ side }) => side === 'gateway',
      fault: { kind: 'delay', milliseconds: 700 },
      times: 1,
    });
    const merging = lake.merge('good');
    for (let tries = 0; tries < 200 && (await metric(gate, 'sluice_runs_active')) === 0; tries += 1) await sleep(20);
    const stopped = gate.stop();
    const response = await fetch(`${gate.consoleUrl}/readyz`);
    expect([response.status, await response.json()]).toEqual([503, { status: 'stopping', checks: [] }]);
    expect(await merging).toMatchObject({ status: 200 });
    await stopped;
    await expect(fetch(`${gate.consoleUrl}/healthz`)).rejects.toThrow();
    await wire.close();
  });

  it('shares nothing with the port of the hook', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: SETTINGS });
    const hook = new URL(gate.url).origin;
    const paths = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/api/v1/version', '/api/v1/checks', '/'];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const response = await fetch(`${hook}${path}`, { method, headers: { Authorization: `Bearer ${HOOK_TOKEN}` } });
        expect([path, method, response.status]).toEqual([path, method, 404]);
      }
    }
    // A hook that was pointed at the console by mistake must not find a 2xx anywhere, whichever token it carries.
    for (const path of ['/hooks/lakefs', ...paths]) {
      for (const token of [HOOK_TOKEN, TOKEN]) {
        const response = await fetch(`${gate.consoleUrl}${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: JSON.stringify({
            event_type: 'pre-merge',
            repository_id: 'lake',
            branch_id: 'main',
            source_ref: 'etl',
          }),
        });
        expect(response.status, path).toBeGreaterThanOrEqual(400);
      }
    }
  });

  it('stops the start when its port is taken', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: SETTINGS });
    const listen = new URL(gate.consoleUrl).host;
    const stateDir = scratch('state');
    await expect(
      startGate({ contracts: CONTRACTS, stateDir, settings: { SLUICE_CONSOLE_LISTEN: listen } }),
    ).rejects.toThrow('The console cannot listen');
    // Everything that had been opened is closed again: the same state directory can be used at once.
    await (await startGate({ contracts: CONTRACTS, stateDir })).stop();
  });
});
