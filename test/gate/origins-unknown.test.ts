/** What happens to a verdict when failures cannot be told apart: nothing that would let them pass. */
import { expect, it } from 'vitest';
import type { CheckSpec } from '../../src/core/check/check.ts';
import type { Contract, ContractTable } from '../../src/core/contract/contract.ts';
import { SluiceError } from '../../src/core/problem.ts';
import type { TableOutput } from '../../src/gate/check-tables.ts';
import { type OriginsRequest, withOrigins } from '../../src/gate/violation-origins.ts';
import { failed, check as passed, table } from '../core/report/reports.ts';

const CHECK = failed();
const at = { file: 'c', line: 1, column: 1 };
const SPEC: CheckSpec = {
  kind: 'range',
  minimum: { text: '0', exclusive: false },
  maximum: null,
  id: CHECK.id,
  name: null,
  table: 'orders',
  columns: ['amount'],
  severity: 'error',
  dimension: null,
  where: null,
  threshold: { operator: 'mustBe', bounds: ['0'], unit: 'rows', at },
  at,
  expected: '',
};

function judged(check = CHECK, blockOn: Contract['blockOn'] = 'any') {
  const contract = { file: 'c', blockOn } as Contract;
  const input = {
    contract,
    table: { name: 'orders', samples: { columns: [], limit: 0 } } as unknown as ContractTable,
    objects: [],
    checks: [SPEC],
  };
  const output = { input } as unknown as TableOutput;
  return { report: table({ checks: [check] }), output };
}

function run(overrides: Partial<OriginsRequest<ReturnType<typeof judged>>>, one = judged()) {
  const untouched = () => Promise.reject(new Error('used'));
  const deps = {
    engine: { version: 'none', open: untouched, close: async () => {} },
    text: { makePlain: untouched, protect: untouched },
    workspace: { use: <T>(work: (directory: string) => Promise<T>) => work('/nowhere') },
  };
  const request = {
    judged: [one],
    inputs: [one.output.input],
    versionsOf: untouched,
    now: 0,
    withinMs: 1_000,
    isBaseTrusted: true,
    isCompared: true,
    place: 'on main',
    ...overrides,
  };
  return withOrigins(request, deps, new AbortController().signal);
}

it('nobody knows whether a failure blocks when `blockOn` asks for its origin and it cannot be told: an error', async () => {
  for (const blockOn of ['new', 'ratchet'] as const) {
    const { judged: told } = await run({ withinMs: 0 }, judged(CHECK, blockOn));
    expect(told[0]?.report.checks).toMatchObject([
      { outcome: 'error', origin: null, observed: expect.stringContaining('not known: there was no more time for it') },
    ]);
    const { judged: kept } = await run({ withinMs: 0, isBaseTrusted: false }, judged(CHECK, blockOn));
    expect(kept[0]?.report.checks).toMatchObject([{ outcome: 'fail' }]);
  }
});

it('a base that cannot be brought, an engine that breaks and a time that is over leave a failure as it is', async () => {
  const refused = new SluiceError({ code: 'lakefs-down', message: 'lakeFS did not answer' });
  const object = { path: 'a', localPath: '/a', sizeBytes: 1, partition: {}, identity: 'a' };
  const brought = new Map([[judged().output.input.table, { base: [object], merge: [object] }]]);
  const cases = [
    [{ versionsOf: () => Promise.reject(refused) }, 'lakeFS did not answer'],
    [{ versionsOf: () => Promise.resolve(brought) }, 'the table was not read'],
    [{ withinMs: 0 }, 'there was no more time for it'],
    [{ withinMs: 20, versionsOf: () => new Promise<never>((_done, fail) => setTimeout(fail, 60)) }, 'no more time'],
  ] as const;
  for (const [overrides, why] of cases) {
    const { judged: told, problems } = await run(overrides);
    expect(told[0]?.report.checks).toEqual([CHECK]);
    expect(problems).toMatchObject([{ code: 'origin-unknown', level: 'warning' }]);
    if (why !== 'the table was not read') expect(problems[0]?.message).toContain(why);
  }
});

it('checks that hold or could not run cost nothing', async () => {
  for (const check of [passed({ id: CHECK.id }), failed({ outcome: 'error' }), failed({ outcome: 'skip' })]) {
    const { judged: told, problems } = await run({}, judged(check));
    expect(told[0]?.report.checks).toEqual([check]);
    expect(problems).toEqual([]);
  }
});
