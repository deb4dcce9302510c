/** Rules about changes: what is derived, and how a diff is judged. */
import { describe, expect, it } from 'vitest';
import type { ChangeEvidence, SchemaDifference } from '../../../src/core/check/change-evidence.ts';
import type { CheckSpec, CheckState, Judged } from '../../../src/core/check/check.ts';
import { deriveChecks } from '../../../src/core/check/derive-checks.ts';
import { isAboutChanges, kindOf } from '../../../src/core/check/registry.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { contractOf } from '../../support/contract-of.ts';

const NOTHING: ChangeEvidence = {
  key: ['id'],
  inserted: 0,
  updated: 0,
  deleted: 0,
  rows: { base: 1000, merge: 1000 },
  duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
  nullKeys: { inserted: 0, deleted: 0 },
  columns: new Map([
    ['v', 0],
    ['created', 0],
  ]),
  schema: [],
  isEstimate: false,
};

/** The specs of a `diff` block written as flow YAML; key `id`, columns `v` and `created_at` (in the data `created`). */
function specsOf(diff: string, key = 'key: [id]'): readonly CheckSpec[] {
  const text = contractOf({
    top: 'servers: [{server: s, type: s3, location: "s3://lake/main/{model}/"}]',
    table: `customProperties: [{property: sluice, value: {${key === '' ? '' : `${key}, `}diff: ${diff}}}]`,
    properties: '- {name: id}\n- {name: v}\n- {name: created_at, physicalName: created}',
  });
  const { contract, problems } = loadContract({ file: 'c', text, digest: 'd' }, { variables: {} });
  if (contract === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return deriveChecks(contract).checks.filter(isAboutChanges);
}

function specOf(diff: string, key?: string): CheckSpec {
  const [spec] = specsOf(diff, key);
  if (spec === undefined) throw new Error('no check');
  return spec;
}

function judgeState(spec: CheckSpec, state: CheckState): Judged {
  const facts = { table: 't', objects: [], expectedRows: null } as never;
  return kindOf(spec).judge(spec, state, { facts, now: 0 });
}

function judge(spec: CheckSpec, evidence: Partial<ChangeEvidence>): Judged {
  return judgeState(spec, { form: 'changed', evidence: { ...NOTHING, ...evidence } });
}

describe('derived checks', () => {
  const all = `{severity: warning, inserted: 50 %, updated: {max: 1 %, severity: error}, deleted: 0, appendOnly: true,
    immutable: [created_at, v], schemaChanges: [added, widened],
    protectedPartitions: [{column: dt, before: 2026-01-01}, {column: dt, olderThan: 30 d}, {column: r, values: [eu, us]}]}`;

  it('have readable ids, plain words and the severity of the rule', () => {
    expect(specsOf(all).map(({ id, severity, expected }) => [id, severity, expected])).toEqual([
      ['t.rowChanges.inserted', 'warning', 'at most 50 % of the rows inserted'],
      ['t.rowChanges.updated', 'error', 'at most 1 % of the rows updated'],
      ['t.rowChanges.deleted', 'warning', 'no row deleted'],
      ['t.appendOnly', 'warning', 'rows are only added; none that was there changes or goes'],
      ['t.created.immutable', 'warning', 'no value of created changes'],
      ['t.v.immutable', 'warning', 'no value of v changes'],
      ['t.schemaChanges', 'warning', 'the columns change by nothing but new columns, wider types'],
      ['t.dt.protectedPartition', 'warning', 'no row inserted, updated or deleted where dt is before 2026-01-01'],
      ['t.dt.protectedPartition-2', 'warning', 'no row inserted, updated or deleted where dt is 30 d ago or longer'],
      ['t.r.protectedPartition', 'warning', 'no row inserted, updated or deleted where r is one of eu, us'],
    ]);
  });

  it('ask for what changed, of their partitions where they have some', () => {
    const specs = specsOf('{deleted: 0, protectedPartitions: [{column: dt, before: 2026-01-01}]}');
    const demands = specs.map((spec) => kindOf(spec).compile(spec, {} as never));
    expect(demands).toEqual([
      { form: 'changes', partition: null },
      { form: 'changes', partition: { is: 'before', column: 'dt', bound: '2026-01-01' } },
    ]);
  });

  it('say what a table without a key means', () => {
    expect(specsOf('{deleted: 5, appendOnly: true}', '').map(({ expected }) => expected)).toEqual([
      'at most 5 rows deleted (without a key, a changed row is one deleted and one inserted)',
      'rows are only added; none that was there changes or goes (without a key, a changed row is one deleted and one inserted)',
    ]);
  });

  it('point at the line of the rule', () => {
    const [first, , , , created] = specsOf(all);
    expect(created?.at.line).toBe((first?.at.line ?? 0) + 1);
  });
});

const EVERY = [
  '{inserted: 5}',
  '{updated: 5}',
  '{deleted: 5}',
  '{appendOnly: true}',
  '{immutable: [v]}',
  '{schemaChanges: []}',
  '{protectedPartitions: [{column: dt, before: 2026-01-01}]}',
];

describe.each(EVERY)('%s', (diff) => {
  const spec = specOf(diff);

  it('passes when nothing changed', () => {
    expect(judge(spec, {}).outcome).toBe('pass');
    expect(judge(spec, { rows: { base: 0, merge: 0 } }).outcome).toBe('pass');
  });

  it('is an error in doubt, unless what is certain breaks it', () => {
    const doubt = { form: 'doubted', why: 'lost', help: 'look' } as const;
    expect(judgeState(spec, { ...doubt, certain: { schema: [], rows: { base: 10, merge: 10 } } })).toMatchObject({
      outcome: 'error',
      observed: 'lost',
      help: 'look',
    });
  });

  it('is an error without evidence', () => {
    expect(judgeState(spec, { form: 'failed', why: 'lost', help: 'look' })).toMatchObject({
      outcome: 'error',
      observed: 'lost',
      help: 'look',
    });
    expect(judgeState(spec, { form: 'facts' }).outcome).toBe('error');
    expect(judgeState(spec, { form: 'scalar', value: 0 }).outcome).toBe('error');
  });
});

describe('what is certain, whatever else is in doubt', () => {
  const GONE: SchemaDifference = { change: 'removed', column: 'v', before: 'INTEGER', after: null };
  const certain = (diff: string, rows: ChangeEvidence['rows'], ...schema: readonly SchemaDifference[]): Judged =>
    judgeState(specOf(diff), { form: 'doubted', why: 'lost', help: 'look', certain: { schema, rows } });

  it.each([
    ['{schemaChanges: [added]}', 'v removed (INTEGER)'],
    ['{appendOnly: true}', 'v is gone from 10 rows'],
    ['{immutable: [v]}', 'v is gone from 10 rows'],
    ['{protectedPartitions: [{column: dt, before: 2026-01-01}]}', 'v is gone from 10 rows'],
  ])('%s fails when a column is gone', (diff, observed) => {
    expect(certain(diff, { base: 10, merge: 10 }, GONE)).toMatchObject({ outcome: 'fail', observed });
  });

  it.each([
    ['{schemaChanges: [removed]}', 10],
    ['{immutable: [created_at]}', 10],
    ['{appendOnly: true}', 0],
    ['{deleted: 0}', 10],
  ])('%s is an error when what is certain keeps it', (diff, base) => {
    expect(certain(diff, { base, merge: base }, GONE).outcome).toBe('error');
  });

  it('is the difference of the numbers of rows', () => {
    const [more, less] = [
      { base: 10, merge: 20 },
      { base: 10, merge: 4 },
    ];
    expect(certain('{inserted: 9}', more)).toMatchObject({ outcome: 'fail', failing: 10n });
    expect(certain('{inserted: 9}', more).observed).toBe(
      'at least 10 rows inserted (100 % of 10 rows before); allowed: at most 9 rows',
    );
    expect(certain('{inserted: 10}', more).outcome).toBe('error');
    expect(certain('{inserted: 5 %}', { base: 0, merge: 20 }).outcome).toBe('error');
    expect(certain('{deleted: 50 %}', less)).toMatchObject({ outcome: 'fail', failing: 6n });
    expect(certain('{deleted: 60 %}', less).outcome).toBe('error');
    expect(certain('{updated: 0}', less).outcome).toBe('error');
    expect(certain('{appendOnly: true}', less)).toMatchObject({ outcome: 'fail', failing: 6n });
    expect(certain('{appendOnly: true}', more).outcome).toBe('error');
  });
});

type Case = readonly [
  title: string,
  diff: string,
  evidence: Partial<ChangeEvidence>,
  outcome: Judged['outcome'],
  says: RegExp,
];

const repeated = (keys: number, baseRows: number, mergeRows: number) => ({
  duplicateKeys: { keys, baseRows, mergeRows },
});
const keyless = (deleted: number, inserted: number) => ({ nullKeys: { deleted, inserted } });

const CASES: readonly Case[] = [
  ['at the limit', '{deleted: 5}', { deleted: 5 }, 'pass', /^5 rows deleted \(0\.5 % of 1,000 rows before\)/],
  ['one above', '{deleted: 5}', { deleted: 6 }, 'fail', /^6 rows deleted .*; allowed: at most 5 rows$/],
  ['one of none', '{deleted: 0}', { deleted: 1 }, 'fail', /^1 row deleted .*; allowed: none$/],
  ['a percentage at its limit', '{updated: 1 %}', { updated: 10 }, 'pass', /10 rows updated/],
  [
    'a percentage never rounded',
    '{updated: 1 %}',
    { updated: 10_000_001, rows: { base: 1_000_000_000, merge: 0 } },
    'fail',
    /1\.0 %/,
  ],
  ['a percentage with decimals', '{updated: 0.1 %}', { updated: 1 }, 'pass', /./],
  ['more than all', '{inserted: 250 %}', { inserted: 2501 }, 'fail', /2,501 rows inserted \(250\.1 % of 1,000 rows/],
  [
    'a percentage of no rows',
    '{inserted: 10 %}',
    { inserted: 7, rows: { base: 0, merge: 7 } },
    'skip',
    /no rows before .* 7 rows inserted/,
  ],
  ['no percent of no rows', '{inserted: 0 %}', { inserted: 7, rows: { base: 0, merge: 7 } }, 'fail', /7 rows/],
  ['a number of no rows', '{inserted: 6}', { inserted: 7, rows: { base: 0, merge: 7 } }, 'fail', /7 rows/],
  ['the table gone', '{deleted: 99.9 %}', { deleted: 1000, rows: { base: 1000, merge: 0 } }, 'fail', /100 %/],
  ['repeated keys within the limit', '{deleted: 8}', repeated(2, 8, 8), 'pass', /^0 to 8 rows deleted/],
  ['repeated keys around the limit', '{deleted: 5}', repeated(2, 8, 8), 'error', /cannot be told: 0 to 8 rows deleted/],
  ['repeated keys over the limit', '{deleted: 5}', repeated(2, 8, 2), 'fail', /^6 to 8 rows deleted/],
  [
    'repeated keys that may be updates',
    '{updated: 2}',
    repeated(1, 3, 9),
    'error',
    /1 key of several rows \(3 before, 9 after\)/,
  ],
  ['repeated keys that are all gone', '{updated: 0}', repeated(1, 3, 0), 'pass', /^0 rows updated/],
  [
    'rows without a key that may be updates',
    '{updated: 0}',
    keyless(2, 1),
    'error',
    /rows without id \(2 before, 1 after\)/,
  ],
  ['rows without a key that are gone', '{deleted: 0}', keyless(2, 1), 'fail', /^1 to 2 rows deleted/],
  ['rows without a key that came', '{inserted: 3}', keyless(0, 4), 'fail', /^4 rows inserted/],
  ['an update without a key', '{updated: 5}', { key: [] }, 'error', /no key/],
  ['only added', '{appendOnly: true}', { inserted: 9 }, 'pass', /^0 rows of those before updated or deleted/],
  ['one updated', '{appendOnly: true}', { updated: 1 }, 'fail', /^1 row of those before/],
  ['one deleted', '{appendOnly: true}', { deleted: 1 }, 'fail', /^1 row of those before/],
  [
    'gone without a key',
    '{appendOnly: true}',
    { key: [], deleted: 1 },
    'fail',
    /compared as whole rows, without a key/,
  ],
  ['a row without a key changed', '{appendOnly: true}', keyless(1, 1), 'fail', /^1 row of/],
  ['a repeated key changed', '{appendOnly: true}', repeated(1, 2, 2), 'fail', /^1 to 2 rows of/],
  ['a key that came a second time', '{appendOnly: true}', repeated(1, 1, 2), 'error', /id is never null|partner/],
  ['a column gone', '{appendOnly: true}', removed('w'), 'fail', /w is gone from 1,000 rows/],
  [
    'a column gone without rows',
    '{appendOnly: true}',
    { ...removed('w'), rows: { base: 0, merge: 0 } },
    'pass',
    /0 rows/,
  ],
  [
    'another column changed',
    '{immutable: [created_at]}',
    { updated: 3, ...columns({ v: 3, created: 0 }) },
    'pass',
    /^0 rows/,
  ],
  [
    'the column changed',
    '{immutable: [created_at]}',
    { updated: 3, ...columns({ created: 2 }) },
    'fail',
    /^2 rows with another created/,
  ],
  ['perhaps changed', '{immutable: [v]}', repeated(1, 2, 2), 'error', /0 to 2 rows with another v/],
  ['rows of repeated keys gone', '{immutable: [v]}', repeated(1, 2, 0), 'pass', /^0 rows/],
  [
    'the column gone',
    '{immutable: [w]}'.replace('w', 'v'),
    { ...columns({}), ...removed('v') },
    'fail',
    /v is gone from 1,000 rows/,
  ],
  ['the column new', '{immutable: [v]}', { ...columns({}), schema: [added('v')] }, 'pass', /v is new/],
  ['the column nowhere', '{immutable: [v]}', columns({}), 'error', /not compared/],
  ['the key', '{immutable: [id]}', { inserted: 1, deleted: 1 }, 'skip', /part of the key/],
  ['no key', '{immutable: [v]}', { key: [] }, 'error', /no key/],
  ['allowed', '{schemaChanges: [added]}', { schema: [added('w')] }, 'pass', /^1 change, all allowed/],
  [
    'not allowed',
    '{schemaChanges: [removed]}',
    { schema: [added('w'), ...removed('x').schema] },
    'fail',
    /^w added \(BIGINT\)$/,
  ],
  [
    'a type',
    '{schemaChanges: [added]}',
    {
      schema: [
        { change: 'widened', column: 'v', before: 'INTEGER', after: 'BIGINT' },
        { change: 'type', column: 'w', before: 'BIGINT', after: 'VARCHAR' },
        { change: 'order', column: 'v, w', before: 'v, w', after: 'w, v' },
      ],
    },
    'fail',
    /^v: INTEGER -> BIGINT \(widened\), w: BIGINT -> VARCHAR \(another type\), columns in another order: v, w -> w, v$/,
  ],
  ['a schema beside an estimate', '{schemaChanges: []}', { isEstimate: true }, 'pass', /same columns/],
  [
    'inserted there',
    EVERY[6] ?? '',
    { inserted: 1 },
    'fail',
    /^1 row where dt is before 2026-01-01: 1 inserted, 0 updated, 0 deleted$/,
  ],
  ['updated there', EVERY[6] ?? '', { updated: 1 }, 'fail', /1 updated/],
  ['repeated keys there', EVERY[6] ?? '', repeated(1, 1, 2), 'fail', /at least 1 row where dt/],
  ['rows without a key there', EVERY[6] ?? '', keyless(0, 1), 'fail', /at least 1 row where dt/],
  ['a column gone there', EVERY[6] ?? '', removed('w'), 'fail', /gone from/],
  [
    'an estimate that would pass',
    '{deleted: 5}',
    { isEstimate: true },
    'error',
    /about 0 rows deleted.*an estimate decides nothing/,
  ],
  ['an estimate that would fail', '{deleted: 5}', { deleted: 99, isEstimate: true }, 'error', /about 99 rows/],
  [
    'an estimate that warns',
    '{deleted: {max: 5, severity: warning}}',
    { deleted: 99, isEstimate: true },
    'fail',
    /^about 99 rows/,
  ],
  [
    'an estimate that does not',
    '{deleted: {max: 5, severity: info}}',
    { deleted: 4, isEstimate: true },
    'skip',
    /^about 4 rows/,
  ],
  ['a protected estimate', EVERY[6] ?? '', { isEstimate: true }, 'error', /estimate/],
];

function removed(column: string) {
  return { schema: [{ change: 'removed', column, before: 'BIGINT', after: null } as const] };
}

function added(column: string) {
  return { change: 'added', column, before: null, after: 'BIGINT' } as const;
}

function columns(changed: Readonly<Record<string, number>>) {
  return { columns: new Map(Object.entries(changed)) };
}

describe('a judge', () => {
  it.each(CASES)('%s: %s', (_title, diff, evidence, outcome, says) => {
    const judged = judge(
      specOf(diff, (evidence.key ?? ['id']).length === 0 && !needsKey(diff) ? '' : undefined),
      evidence,
    );
    expect([judged.outcome, judged.observed]).toEqual([outcome, expect.stringMatching(says)]);
    if (outcome === 'fail' || (outcome === 'error' && /partner/.test(judged.observed)))
      expect(judged.help).toBeTruthy();
    if (outcome === 'error') expect([judged.failing, judged.evaluated]).toEqual([null, null]);
  });
});

function needsKey(diff: string): boolean {
  return /updated|immutable/.test(diff);
}
