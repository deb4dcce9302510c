/** Failing rows of merges that lakeFS made: what is in the files, and what never is. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { type Gate, gatedLake, lastReport, scratch, sharedGate } from './harness.ts';
import { csv, FILES, SHOP } from './shop.ts';

const TOKEN = 'console-token-0123456789abcdef';
const ORDERS = 'tables/orders/part-1.csv';

/** The shop, with columns of orders that may be shown. */
function shown(columns: string): Readonly<Record<string, string>> {
  const value = `{ samples: { columns: ${columns} } }`;
  const block = `    customProperties:\n      - property: sluice\n        value: ${value}\n`;
  return { 'shop.odcs.yaml': SHOP.replace('  - name: orders\n', (line) => `${line}${block}`) };
}

const GATE = {
  contracts: shown('[id, amount]'),
  settings: { SLUICE_CONSOLE_TOKEN: TOKEN, SLUICE_FAILING_ROWS_MAX_ROWS: '2' },
};

interface Listed {
  readonly keptFor: string;
  readonly files: readonly { readonly check: string; readonly columns: readonly string[]; readonly path: string }[];
  readonly without: readonly { readonly check: string; readonly why: string }[];
}

function get(gate: Gate, path: string): Promise<Response> {
  return fetch(`${gate.consoleUrl}${path}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
}

async function list(gate: Gate, id: string): Promise<Listed> {
  return (await (await get(gate, `/api/v1/decisions/${id}/failing-rows`)).json()) as Listed;
}

/** Downloads a file and reads it as anybody would. */
async function download(gate: Gate, listed: Listed, check: string): Promise<readonly Record<string, unknown>[]> {
  const file = listed.files.find((one) => one.check === check);
  const answer = await get(gate, file?.path ?? '/nothing');
  expect(answer.headers.get('content-type')).toBe('application/vnd.apache.parquet');
  const path = join(scratch('download'), 'rows.parquet');
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(`FROM '${path}'`)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const BAD = csv('id,customer_id,amount', '12,404,1', '13,1,-5', '11,2,7', '14,,-1', '15,3,3', '16,1,dear');

describe.concurrent('failing rows of a blocked merge', () => {
  it('are in the files, and only columns that the contract lets be shown', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('bad', { [ORDERS]: BAD });
    expect(await lake.merge('bad')).toMatchObject({ status: 412, hook: { status: 422 } });
    const [decision] = gate.decisions(lake.repository);
    const listed = await list(gate, decision?.id ?? '');
    expect(listed.without).toEqual([]);
    const rows = (check: string) => download(gate, listed, `orders.${check}`);
    expect(await rows('customer_id.relationship')).toEqual([{ id: '12', amount: 1 }]);
    expect(await rows('amount.range')).toEqual([
      { id: '13', amount: -5 },
      { id: '14', amount: -1 },
    ]);
    expect(await rows('id.primaryKey')).toEqual([
      { id: '11', amount: 0 },
      { id: '11', amount: 7 },
    ]);
    expect(await rows('customer_id.required')).toEqual([{ id: '14', amount: -1 }]);
    expect(await rows('amount.type')).toEqual([{ id: '16', amount: null, 'amount as written': 'dear' }]);
    expect(listed.files.map(({ columns }) => columns.includes('customer_id'))).not.toContain(true);
    expect(lastReport(gate, lake.repository).problems).toEqual([]);
  });

  it('are the first decision’s where another repeats it', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('bad', { [ORDERS]: csv('id,customer_id,amount', '12,404,1') });
    await lake.merge('bad');
    await lake.merge('bad');
    const [first, second] = gate.decisions(lake.repository);
    expect(second).toMatchObject({ replayOf: first?.id });
    const listed = await list(gate, second?.id ?? '');
    expect(listed).toMatchObject({ keptFor: first?.id, files: [{ columns: ['id', 'amount'] }] });
    expect(await download(gate, listed, listed.files[0]?.check ?? '')).toEqual([{ id: '12', amount: 1 }]);
    const page = await get(gate, `/api/v1/decisions/${first?.id}/failing-rows/2.parquet`);
    expect(page.status).toBe(404);
  });

  it('are cut at the number that is set, in the order of the key', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('bad', { [ORDERS]: csv('id,customer_id,amount', '22,1,-1', '20,1,-1', '21,1,-1') });
    await lake.merge('bad');
    const listed = await list(gate, gate.decisions(lake.repository)[0]?.id ?? '');
    expect(listed.files).toMatchObject([{ rows: 2, failing: 3 }]);
    const rows = await download(gate, listed, 'orders.amount.range');
    expect(rows.map(({ id }) => id)).toEqual(['20', '21']);
  });

  it('are nowhere when the contract lets no column of the table be shown, which is told', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('bad', { 'tables/customers/part-1.csv': csv('id,email', '4,') });
    expect(await lake.merge('bad')).toMatchObject({ status: 412 });
    const [decision] = gate.decisions(lake.repository);
    const without = [{ table: 'customers', check: 'customers.email.required', why: 'no-columns' }];
    expect(await list(gate, decision?.id ?? '')).toMatchObject({ files: [], without });
    expect(readdirSync(join(gate.stateDir, 'failing-rows', decision?.id ?? 'none'))).toEqual(['index.json']);
  });

  it('are nowhere when the merge is good', async () => {
    const gate = await sharedGate(GATE);
    const lake = await gatedLake(gate, { files: FILES });
    await lake.branch('good', { [ORDERS]: csv('id,customer_id,amount', '12,1,1') });
    expect(await lake.merge('good')).toMatchObject({ status: 200 });
    const [decision] = gate.decisions(lake.repository);
    expect(existsSync(join(gate.stateDir, 'failing-rows', decision?.id ?? 'none'))).toBe(false);
  });
});
