/** Which failing rows are kept of every kind of check, and that nothing that goes wrong here goes any further. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { SluiceError } from '../../src/core/problem.ts';
import { judgeTable } from '../../src/core/verdict/judge-table.ts';
import { checkTables, type TableOutput } from '../../src/gate/check-tables.ts';
import type { DecisionRows } from '../../src/gate/failing-rows-ports.ts';
import { type FailingRowsRequest, keepFailingRows } from '../../src/gate/keep-failing-rows.ts';
import { readContracts } from '../../src/gate/load-contracts.ts';
import type { QueryEngine } from '../../src/gate/ports.ts';
import { writeTestFile } from '../support/run-local.ts';

const HOSTILE = `say "hi"'); DROP`;
const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
servers: [{server: lake, type: s3, location: 's3://*/main/{model}/'}]
schema:
  - name: orders
    customProperties:
      - {property: sluice, value: {samples: {columns: [id, amount, ${JSON.stringify(HOSTILE)}, gone]}}}
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
      - {name: ${JSON.stringify(HOSTILE)}, logicalType: string, required: true}
      - {name: gone, logicalType: string}
      - {name: secret, logicalType: string, logicalTypeOptions: {pattern: '^s$'}}
    quality:
      - {id: positive, type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'amount < 100', where: "secret = 's'"}}
      - {id: many, type: library, metric: rowCount, mustBeGreaterThan: 100}
      - {id: bad-rows, type: custom, engine: sluice, implementation: {check: failedRows, query: 'SELECT * FROM orders WHERE amount > 100'}}
`;
const DATA = `SELECT * FROM (VALUES (3, 500, 'x', 's'), (1, -1, NULL, 's'), (2, 200, 'y', 'other'), (2, 1, 'z', 's'))
  AS given(id, amount, "${HOSTILE.replaceAll('"', '""').replaceAll("'", "'")}", secret)`;

const directory = mkdtempSync(join(tmpdir(), 'sluice-rows-'));
const engine = createDuckDbEngine({ threads: 2, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
const signal = new AbortController().signal;
let judged: FailingRowsRequest['judged'];
let outputs: readonly TableOutput[];

beforeAll(async () => {
  const loaded = readContracts([{ file: 'shop.odcs.yaml', text: CONTRACT, digest: 'a'.repeat(64) }], {});
  expect(loaded.problems).toEqual([]);
  const [contract] = loaded.contracts;
  const table = contract?.tables[0];
  if (contract === undefined || table === undefined) throw new Error('no contract');
  const localPath = join(directory, 'object.parquet');
  await writeTestFile(localPath, { select: DATA });
  const object = { path: 'orders/a.parquet', localPath, sizeBytes: 1_000, partition: {} };
  const checks = loaded.checks.get(contract.file) ?? [];
  const text = createTextFiles({ maxPlainBytes: 1_000_000 });
  const tables = [{ contract, table, objects: [object], checks }];
  outputs = await checkTables({ tables, runDirectory: directory }, { engine, text }, signal);
  judged = outputs.map((output) => {
    const changes = { read: 1, bytes: 1, added: 1, changed: 0, removed: 0, unseenByDiff: [] };
    const evidence = { ...output, contract, table, checks, location: 'orders/', changes };
    return { output, report: judgeTable(evidence, 0) };
  });
});

afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What the keeper is given, with the rows of each file, and what is told. */
async function keep(
  given: { engine?: QueryEngine; withinMs?: number; maxRows?: number; fails?: boolean; signal?: AbortSignal } = {},
) {
  const kept: DecisionRows[] = [];
  const rows = new Map<string, unknown>();
  const runDirectory = mkdtempSync(join(directory, 'run-'));
  mkdirSync(runDirectory, { recursive: true });
  const keeper = {
    maxRows: given.maxRows ?? 10,
    keep: async (one: DecisionRows) => {
      if (given.fails) throw new SluiceError({ code: 'failing-rows-not-kept', message: 'the disk is full' });
      kept.push(one);
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      for (const check of one.checks) {
        if (check.kind === 'rows') {
          const read = await connection.runAndReadAll(`FROM '${check.localPath}'`);
          rows.set(check.check, [read.columnNames(), ...read.getRowsJson()]);
        }
      }
      connection.closeSync();
    },
  };
  const request = { decisionId: '01a', keeper, judged, outputs, runDirectory, withinMs: given.withinMs ?? 20_000 };
  const problems = await keepFailingRows(request, { engine: given.engine ?? engine }, given.signal ?? signal);
  const none = kept.flatMap(({ checks }) =>
    checks.flatMap((one) => (one.kind === 'none' ? [[one.check, one.why]] : [])),
  );
  return { kept, rows: Object.fromEntries(rows), none: Object.fromEntries(none), problems };
}

const COLUMNS = ['id', 'amount', HOSTILE];

describe('failing rows', () => {
  it('are exactly those that fail, in the order of the key, and only columns that may be shown', async () => {
    const { rows, none, problems, kept } = await keep();
    expect(rows).toEqual({
      'orders.id.primaryKey': [COLUMNS, [2, 200, 'y'], [2, 1, 'z']],
      'orders.amount.range': [COLUMNS, [1, -1, null]],
      [`orders.${HOSTILE}.required`]: [COLUMNS, [1, -1, null]],
      'orders.secret.pattern': [COLUMNS, [2, 200, 'y']],
      positive: [COLUMNS, [3, 500, 'x']],
    });
    expect(none).toMatchObject({ many: 'no-rows', 'bad-rows': 'no-rows', 'orders.gone.columnPresence': 'no-rows' });
    expect(problems).toEqual([]);
    expect(kept).toMatchObject([{ decisionId: '01a', isRejection: true }]);
  });

  it('are cut, and say of how many', async () => {
    const { kept } = await keep({ maxRows: 1 });
    const cut = kept[0]?.checks.find(({ check }) => check === 'orders.id.primaryKey');
    expect(cut).toMatchObject({ rows: 1, failing: 2 });
  });

  it.each([
    ['no engine can be opened', { engine: broken(() => Promise.reject(new Error('no memory'))) }, 'it broke off'],
    ['the engine never comes', { engine: broken(whenAborted), withinMs: 50 }, 'there was no more time for it'],
    ['there is no time left', { withinMs: -3 }, 'there was no more time for it'],
    ['the engine dies', { engine: broken(async () => dead()) }, 'The engine died'],
    ['the disk is full', { fails: true }, 'the disk is full'],
    ['the run is over', { signal: AbortSignal.abort(new Error('gone')) }, 'it broke off'],
  ])('are a remark when %s', async (_what, given, why) => {
    const { problems, rows } = await keep(given);
    expect(rows).toEqual({});
    const told = problems.map(({ code, level, message }) => [code, level, message.split(': ').at(-1)]);
    expect(told.at(-1)).toEqual(['failing-rows-missing', 'warning', why]);
  });
});

function broken(open: QueryEngine['open']): QueryEngine {
  return { version: 'broken', open, close: async () => {} };
}

function whenAborted(_request: unknown, within: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    within.addEventListener('abort', () => reject(within.reason as Error), { once: true });
  });
}

function dead() {
  const died = () => Promise.reject(new SluiceError({ code: 'engine-died', message: 'The engine died' }));
  return {
    query: died,
    authoredQuery: died,
    guardQuery: died,
    guardExpression: died,
    inexactColumns: died,
    close: async () => {},
  };
}
