/** What breaks with the diff of one table leaves the rules of this table alone without evidence. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createLocalFiles } from '../../src/adapters/local/local-files.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../../src/adapters/workspace/run-directories.ts';
import { kindOf } from '../../src/core/check/registry.ts';
import { SluiceError } from '../../src/core/problem.ts';
import { checkLocal } from '../../src/gate/check-local.ts';
import type { DiffLimits } from '../../src/gate/diff-request.ts';
import { readContracts } from '../../src/gate/load-contracts.ts';
import type { QueryEngine } from '../../src/gate/ports.ts';
import { requiredDiffs } from '../../src/gate/required-diffs.ts';
import { writeTestFile } from '../support/run-local.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sluice-required-'));
const engine = createDuckDbEngine({ threads: 1, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Dies of one file, whatever else it is given. */
const dying: QueryEngine = {
  ...engine,
  open: (request, signal) =>
    request.inputFiles.some((path) => path.endsWith('deadly.parquet'))
      ? Promise.reject(new SluiceError({ code: 'engine-died', message: 'The engine died.', hint: 'give it memory' }))
      : engine.open(request, signal),
};

const never = new AbortController().signal;
const deps = {
  engine: dying,
  text: createTextFiles({ maxPlainBytes: 1_000 }),
  files: createLocalFiles(),
  workspace: createWorkspace(join(scratch, 'runs')),
  version: 'test',
  elapsed: () => performance.now(),
};
const at = (path: string) => join(scratch, path);
const write = (path: string, rows: number) =>
  writeTestFile(at(path), { select: `SELECT i AS id FROM range(${rows}) AS t(i)` });

const table = (name: string) => `  - name: ${name}
    customProperties: [{property: sluice, value: {key: [id], diff: {appendOnly: true}}}]
    properties: [{name: id, logicalType: integer}]
`;
const text = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
${['one', 'other', 'third'].map(table).join('')}`;

it('an engine that dies of one table judges the others', async () => {
  for (const name of ['one', 'other', 'third']) await write(`data/${name}/a.parquet`, 5);
  await write('base/one/a.parquet', 4);
  await write('base/other/deadly.parquet', 4);
  await write('base/third/a.parquet', 6);
  const report = await checkLocal(
    {
      documents: [{ file: 'c.yaml', text, digest: '' }],
      data: at('data'),
      base: at('base'),
      now: 0,
      variables: {},
    },
    deps,
    never,
  );
  const rules = report.tables.map(({ checks }) => checks.find(({ kind }) => kind === 'appendOnly'));
  expect(rules).toMatchObject([
    { outcome: 'pass', failing: 0 },
    { outcome: 'error', observed: 'The engine died.', help: 'give it memory' },
    { outcome: 'fail', failing: 1 },
  ]);
});

/** Two files of one table with rules, and what is asked of them. */
async function asked(rows: { readonly base: number; readonly data: number }, limits: DiffLimits) {
  await write(`${rows.base}/base.parquet`, rows.base);
  await write(`${rows.base}/data.parquet`, rows.data);
  const { contracts, checks } = readContracts([{ file: 'c.yaml', text, digest: '' }], {});
  const [contract] = contracts;
  const [own] = contract?.tables ?? [];
  const rule = (checks.get('c.yaml') ?? []).find((check) => check.table === own?.name && check.kind === 'appendOnly');
  if (contract === undefined || own === undefined || rule === undefined) throw new Error('no contract');
  const object = (path: string) => ({ path, localPath: at(path), sizeBytes: 1, partition: {}, identity: path });
  const [before, after] = [object(`${rows.base}/base.parquet`), object(`${rows.base}/data.parquet`)];
  const output = {
    input: { contract, table: own, objects: [after], checks: [rule] },
    facts: { objects: [], partitionColumns: [] },
    states: new Map(),
    rows: BigInt(rows.data),
    relation: null,
  };
  const versionsOf = async () => new Map([[own, { base: [before], merge: [after] }]]);
  const required = await requiredDiffs({ outputs: [output], versionsOf, unknown: null, now: 0, limits }, deps, never);
  return {
    rule,
    facts: output.facts,
    state: required.get(output)?.states.get(rule.id),
    diff: required.get(output)?.diff,
  };
}

it('a part of the keys decides nothing', async () => {
  const { rule, facts, state } = await asked({ base: 4_000, data: 5_000 }, { exactRows: 1_000, profileBytes: 0 });
  expect(state).toMatchObject({ form: 'changed', evidence: { isEstimate: true, rows: { base: 4_000, merge: 5_000 } } });
  if (state === undefined) throw new Error('no state');
  expect(kindOf(rule).judge(rule, state, { facts, now: 0 }).outcome).toBe('error');
});

it('what is only shown has its own time, and takes none of the verdict', async () => {
  const limits = { exactRows: 10_000, profileBytes: 1_000_000, shownMs: 0 };
  const { state, diff } = await asked({ base: 30, data: 50 }, limits);
  expect(state).toMatchObject({ form: 'changed', evidence: { inserted: 20, isEstimate: false } });
  expect(diff?.notes).toEqual(['rows and values cannot be shown: there was no more time for it']);
});
