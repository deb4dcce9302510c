/** Failing rows of merges that lakeFS made: what is in the files, and what never is. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { createServices } from '../../src/wire.ts';
import { sluice } from '../cli/world.ts';
import { type Gate, gatedLake, scratch, sharedGate } from './harness.ts';
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
  readonly files: readonly {
    readonly check: string;
    readonly columns: readonly string[];
    readonly rows: number;
    readonly failing: number;
    readonly path: string;
  }[];
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

const BAD = {
  [ORDERS]: csv('id,customer_id,amount', '12,404,1', '17,1,-2', '13,1,-5', '11,2,7', '14,,-1', '15,3,3', '16,1,dear'),
  'tables/customers/part-1.csv': csv('id,email', '4,'),
};

let gate: Gate;
let decisions: readonly Decision[];

/** One merge that is tried twice says it all; a run takes seconds. */
beforeAll(async () => {
  gate = await sharedGate(GATE);
  const lake = await gatedLake(gate, { files: FILES });
  await lake.branch('bad', BAD);
  expect(await lake.merge('bad')).toMatchObject({ status: 412, hook: { status: 422 } });
  expect(await lake.merge('bad')).toMatchObject({ status: 412, hook: { status: 422 } });
  await lake.branch('good', { [ORDERS]: csv('id,customer_id,amount', '12,1,1') });
  expect(await lake.merge('good')).toMatchObject({ status: 200 });
  decisions = gate.decisions(lake.repository);
}, 60_000);

describe('failing rows of a blocked merge', () => {
  it('are in the files, and only columns that the contract lets be shown', async () => {
    const listed = await list(gate, decisions[0]?.id ?? '');
    const rows = (check: string) => download(gate, listed, `orders.${check}`);
    expect(await rows('customer_id.relationship')).toEqual([{ id: '12', amount: 1 }]);
    expect(await rows('id.primaryKey')).toEqual([
      { id: '11', amount: 0 },
      { id: '11', amount: 7 },
    ]);
    expect(await rows('customer_id.required')).toEqual([{ id: '14', amount: -1 }]);
    expect(await rows('amount.type')).toEqual([{ id: '16', amount: null, 'amount as written': 'dear' }]);
    expect(listed.files).toHaveLength(5);
    expect(listed.files.map(({ columns }) => columns.includes('customer_id'))).not.toContain(true);
    const { problems } = JSON.parse(decisions[0]?.report ?? '') as Report;
    expect(problems.filter(({ code }) => code.startsWith('failing-rows'))).toEqual([]);
  });

  it('are cut at the number that is set, in the order of the key', async () => {
    const listed = await list(gate, decisions[0]?.id ?? '');
    const cut = listed.files.find(({ check }) => check === 'orders.amount.range');
    expect(cut).toMatchObject({ rows: 2, failing: 3 });
    expect(await download(gate, listed, 'orders.amount.range')).toEqual([
      { id: '13', amount: -5 },
      { id: '14', amount: -1 },
    ]);
  });

  it('are nowhere when the contract lets no column of the table be shown, which is told', async () => {
    const { without } = await list(gate, decisions[0]?.id ?? '');
    expect(without).toMatchObject([{ table: 'customers', check: 'customers.email.required', why: 'no-columns' }]);
    const kept = readdirSync(join(gate.stateDir, 'failing-rows', decisions[0]?.id ?? 'none'));
    expect(kept.sort()).toEqual(['1.parquet', '2.parquet', '3.parquet', '4.parquet', '5.parquet', 'index.json']);
  });

  it('are the first decision’s where another repeats it', async () => {
    const [first, second] = decisions;
    expect(second).toMatchObject({ replayOf: first?.id });
    const listed = await list(gate, second?.id ?? '');
    expect(listed.keptFor).toBe(first?.id);
    expect(await download(gate, listed, 'orders.customer_id.relationship')).toEqual([{ id: '12', amount: 1 }]);
    expect((await get(gate, `/api/v1/decisions/${first?.id}/failing-rows/9.parquet`)).status).toBe(404);
  });

  it('come with sluice report, from a server and from its own records', async () => {
    const cwd = scratch('rows-to');
    const report = (env: Record<string, string>, ...more: readonly string[]) =>
      sluice(['report', decisions[1]?.id ?? '', ...more], { services: createServices(env, cwd), env, cwd });
    const server = ['--server', gate.consoleUrl];
    const remote = await report({ SLUICE_CONSOLE_TOKEN: TOKEN }, '--rows-to', 'far', ...server);
    const local = await report({ SLUICE_STATE_DIR: gate.stateDir }, '--rows-to', 'near');
    for (const [folder, { code, stderr }] of Object.entries({ far: remote, near: local })) {
      expect(code).toBe(0);
      expect(stderr).toContain(`-orders.amount.range.parquet: 2 of 3 rows, columns id, amount\n`);
      expect(stderr).toContain('customers.email.required: no rows, because the contract lets no column');
      expect(readdirSync(join(cwd, folder))).toHaveLength(5);
    }
    for (const name of readdirSync(join(cwd, 'far'))) {
      expect(readFileSync(join(cwd, 'far', name))).toEqual(readFileSync(join(cwd, 'near', name)));
    }
  });

  it('are nowhere when the merge is good', () => {
    const good = decisions.find(({ state }) => state === 'approved');
    expect(existsSync(join(gate.stateDir, 'failing-rows', good?.id ?? 'none'))).toBe(false);
  });
});
