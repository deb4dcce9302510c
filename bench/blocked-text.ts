/**
 * What a blocked change of one CSV table costs, beside its checks alone: 60 MB before and after, a thousand rows updated, a few
 * of them wrong. Failures are told apart and the table is compared, as `sluice check --base` and the gate do it.
 *
 *     npx tsx bench/blocked-text.ts
 *
 * Exits with 1 when a count is not what was written.
 */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createDuckDbEngine } from '../src/adapters/engine/engine.ts';
import { createLocalFiles } from '../src/adapters/local/local-files.ts';
import { createTextFiles } from '../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../src/adapters/workspace/run-directories.ts';
import type { Report } from '../src/core/report/report.ts';
import { checkLocal } from '../src/gate/check-local.ts';

const ROWS = 1_000_000;
const TIMES = 3;
const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    customProperties: [{property: sluice, value: {key: [id], samples: {columns: [id, amount]}}}]
    properties:
      - {name: id, logicalType: integer}
      - {name: customer, logicalType: integer, required: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
      - {name: day, logicalType: date}
      - {name: status, logicalType: string}
      - {name: note, logicalType: string}
    quality: [{id: many, type: library, metric: rowCount, mustBeGreaterThan: ${2 * ROWS}}]
`;

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const engine = createDuckDbEngine({
  threads: availableParallelism(),
  memoryLimit: 2 * 1024 ** 3,
  maxTempBytes: 20 * 1024 ** 3,
  spares: 2,
});

async function writeCsv(side: string, amountOf: (id: number) => string): Promise<void> {
  mkdirSync(join(folder, side));
  const file = createWriteStream(join(folder, side, 'orders.csv'));
  file.write('id,customer,amount,day,status,note\n');
  for (let from = 0; from < ROWS; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_none, index) => {
      const id = from + index;
      const day = String((id % 28) + 1).padStart(2, '0');
      return `${id},${(id * 7919) % 1_000_003},${amountOf(id)},2026-01-${day},paid,a note on order number ${id}\n`;
    });
    if (!file.write(lines.join(''))) await new Promise<void>((done) => file.once('drain', () => done()));
  }
  file.end();
  await finished(file);
}

async function check(base: string | null): Promise<{ readonly ms: number; readonly report: Report }> {
  const started = performance.now();
  const report = await checkLocal(
    {
      documents: [{ file: 'orders.odcs.yaml', text: CONTRACT, digest: '' }],
      data: join(folder, 'data'),
      base: base === null ? null : join(folder, base),
      now: 0,
      variables: {},
    },
    {
      engine,
      text: createTextFiles({ maxPlainBytes: 1e11 }),
      files: createLocalFiles(),
      workspace: createWorkspace(join(folder, 'runs')),
      version: 'bench',
      elapsed: () => performance.now(),
    },
    AbortSignal.timeout(600_000),
  );
  return { ms: performance.now() - started, report };
}

function countsOf({ tables: [table] }: Report): string {
  const range = table?.checks.find(({ kind }) => kind === 'range');
  return JSON.stringify([table?.diff?.updated, range?.failing, range?.origin?.rows]);
}

const EXPECTED = JSON.stringify([1_000, 10, { new: 10, old: 0, fixed: 0 }]);

async function main(): Promise<boolean> {
  const amount = (id: number): string => (id / 100).toFixed(2);
  await writeCsv('base', amount);
  await writeCsv('data', (id) => (id % 100_000 === 7 ? '-1.00' : amount(id % 1_000 === 7 ? id + 100 : id)));
  const megabytes = Math.round(statSync(join(folder, 'data', 'orders.csv')).size / 1e6);
  const best = { checks: Number.POSITIVE_INFINITY, blocked: Number.POSITIVE_INFINITY };
  let isRight = true;
  for (let time = 0; time < TIMES; time += 1) {
    best.checks = Math.min(best.checks, (await check(null)).ms);
    const { ms, report } = await check('base');
    best.blocked = Math.min(best.blocked, ms);
    if (countsOf(report) !== EXPECTED) {
      console.error(`counted ${countsOf(report)}, not ${EXPECTED}: ${JSON.stringify(report.problems)}`);
      isRight = false;
    }
  }
  const times = (best.blocked / best.checks).toFixed(1);
  console.log(
    `${megabytes} MB: checks alone ${Math.round(best.checks)} ms, blocked ${Math.round(best.blocked)} ms (${times} times)`,
  );
  return isRight;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
