import { describe, expect, it } from 'vitest';
import { deriveChecks } from '../../../src/core/check/derive-checks.ts';
import type { Contract } from '../../../src/core/contract/contract.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { compileContext } from '../../../src/core/plan/context.ts';
import type { ReadableObject } from '../../../src/core/plan/object-groups.ts';
import { planChecks } from '../../../src/core/plan/plan.ts';
import { buildRelation, type Relation } from '../../../src/core/plan/relation.ts';
import type { CheckPlan } from '../../../src/core/plan/step.ts';
import { contractOf } from '../../support/contract-of.ts';
import { readableObject } from './tables.ts';

function load(parts: Parameters<typeof contractOf>[0]): Contract {
  const document = { file: 'plan.odcs.yaml', text: contractOf(parts), digest: '' };
  const { contract, problems } = loadContract(document, { variables: {} });
  if (contract === null) throw new Error(JSON.stringify(problems));
  return contract;
}

function planOf(parts: Parameters<typeof contractOf>[0], objects: readonly ReadableObject[]): CheckPlan {
  const contract = load(parts);
  const [table] = contract.tables;
  if (table === undefined) throw new Error('the contract has a table');
  const relation = buildRelation(table, objects);
  if (relation === null) throw new Error('objects make a relation');
  return planChecks(
    deriveChecks(contract).checks,
    relation,
    compileContext(relation, () => relation),
  );
}

const twoColumns = [readableObject('a.parquet', { a: 'INTEGER', b: 'VARCHAR' })];

describe('one scan', () => {
  it('holds every row rule, the freshness and the size of every key', () => {
    const plan = planOf(
      {
        properties: `- name: a
  logicalType: integer
  required: true
  unique: true
  logicalTypeOptions: {minimum: 0}
- name: b
  logicalType: string
  logicalTypeOptions: {pattern: '^x', maxLength: 3}
  quality: [{metric: nullValues, mustBe: 0}]`,
        quality: '- {metric: rowCount, mustBeGreaterThan: 0}',
      },
      twoColumns,
    );
    expect(plan.scan.counters.map((counter) => counter.check)).toEqual([
      't.a.required',
      't.a.range',
      't.b.length',
      't.b.pattern',
      't.b.nullValues',
    ]);
    expect(plan.scan.keySizes.map((size) => size.check)).toEqual(['t.a.unique']);
    expect(plan.scan.query.sql.match(/read_parquet/g)).toHaveLength(1);
    const asking = plan.steps.filter((step) => 'query' in step && step.query !== null);
    expect(asking).toEqual([]);
  });

  it('asks equal questions once', () => {
    const plan = planOf(
      {
        properties:
          '- name: a\n  required: true\n  quality:\n    - {metric: nullValues, mustBe: 0}\n    - {metric: nullValues, mustBeLessThan: 3}\n- name: b',
      },
      twoColumns,
    );
    expect(new Set(plan.scan.counters.map((counter) => counter.failing)).size).toBe(1);
    expect(plan.scan.query.sql.match(/CASE WHEN/g)).toHaveLength(1);
  });

  it('counts the columns that no rule reads, because a page is only known to be whole when it was decoded', () => {
    const plan = planOf({ properties: '- name: a\n  required: true\n- name: b' }, twoColumns);
    expect(plan.scan.query.sql).toContain('count("b")');
    expect(plan.scan.query.sql).not.toContain('count("a")');
  });

  it.each([
    ['impossible', '- name: a\n  logicalType: string\n  logicalTypeOptions: {maxLength: 3}\n- name: b'],
    [
      'an author’s expression',
      "- name: a\n  quality:\n    - {type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'b IS NOT NULL'}}\n- name: b",
    ],
    [
      'an author’s query',
      "- name: a\n  quality:\n    - {type: sql, query: 'SELECT count(b) FROM {object}', mustBe: 0}\n- name: b",
    ],
  ])('also where the only rule on a column is %s', (_what, properties) => {
    expect(planOf({ properties }, twoColumns).scan.query.sql).toContain('count("a")');
  });

  it('groups by object', () => {
    const { sql, parameters } = planOf({ properties: '- name: a\n- name: b' }, [
      ...twoColumns,
      readableObject('b.parquet', { a: 'INTEGER', b: 'VARCHAR' }),
      readableObject('c.parquet', { a: 'BIGINT', b: 'VARCHAR' }),
    ]).scan.query;
    expect(sql).toMatch(/GROUP BY 1, 2$/);
    expect(sql.match(/read_parquet/g)).toHaveLength(2);
    expect(parameters).toContainEqual(['/run/a.parquet', '/run/b.parquet']);
    expect(sql).toContain('CAST("a" AS BIGINT) AS "a"');
  });
});

describe('statements apart', () => {
  const where = 'customProperties: [{property: sluice, value: {where: "b = \'x\'"}}]';

  it('a condition narrows what is evaluated and leaves no row out of the count', () => {
    const parts = { properties: `- name: a\n  quality: [{id: r, metric: nullValues, mustBe: 0, ${where}}]\n- name: b` };
    const contract = load(parts);
    const [table] = contract.tables;
    const relation = table === undefined ? null : buildRelation(table, twoColumns);
    if (relation === null) throw new Error('objects make a relation');
    const { steps } = planChecks(
      deriveChecks(contract).checks,
      relation,
      compileContext(relation, () => relation),
      new Set(['r']),
    );
    const step = steps.find((one) => one.check === 'r');
    expect(step).toMatchObject({ kind: 'rows' });
    expect(step?.kind === 'rows' ? step.query.sql : '').not.toMatch(/\bWHERE\b/);
  });

  it('a key under a condition is sized on its own, and says that rows are left out', () => {
    const plan = planOf(
      { properties: `- name: a\n  quality: [{metric: duplicateValues, mustBe: 0, ${where}}]\n- name: b` },
      twoColumns,
    );
    expect(plan.scan.keySizes).toEqual([]);
    expect(plan.steps.find((step) => step.kind === 'keys')).toMatchObject({ filtered: true, size: expect.anything() });
  });
});

describe('relations', () => {
  const relationOf = (properties: string, objects: readonly ReadableObject[]): Relation => {
    const [table] = load({ properties }).tables;
    const relation = table === undefined ? null : buildRelation(table, objects);
    if (relation === null) throw new Error('objects make a relation');
    return relation;
  };

  it('no objects make none', () => {
    const [table] = load({ properties: '- name: a' }).tables;
    expect(table === undefined ? undefined : buildRelation(table, [])).toBeNull();
  });

  it.each([
    ['INTEGER', 'BIGINT', 'BIGINT'],
    ['TINYINT', 'UINTEGER', 'BIGINT'],
    ['BIGINT', 'UBIGINT', 'HUGEINT'],
    ['FLOAT', 'DOUBLE', 'DOUBLE'],
    ['DECIMAL(10,2)', 'DECIMAL(12,4)', 'DECIMAL(12,4)'],
    ['DECIMAL(10,0)', 'DECIMAL(10,4)', 'DECIMAL(14,4)'],
    ['DECIMAL(38,0)', 'DECIMAL(38,10)', null],
    ['TIMESTAMP_S', 'TIMESTAMP', 'TIMESTAMP'],
    ['TIMESTAMP_NS', 'TIMESTAMP', 'TIMESTAMP_NS'],
    ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', null],
    ['TIME', 'TIME_NS', 'TIME_NS'],
    ['TIME', 'TIME WITH TIME ZONE', null],
    ['INTEGER', 'DECIMAL(10,0)', null],
    ['INTEGER', 'DOUBLE', null],
    ['INTEGER', 'VARCHAR', null],
    ['INTEGER[]', 'BIGINT[]', 'BIGINT[]'],
    ['INTEGER[]', 'VARCHAR[]', null],
    ['INTEGER[]', 'INTEGER[][]', null],
    ['STRUCT(a INTEGER)', 'STRUCT(b INTEGER)', null],
    ['BLOB', 'VARCHAR', null],
  ])('%s and %s are read as %s', (left, right, wanted) => {
    const objects = [readableObject('a.parquet', { a: left }), readableObject('b.parquet', { a: right })];
    for (const order of [objects, [...objects].reverse()]) {
      const relation = relationOf('- name: a', order);
      expect(relation.columns.get('a')?.type.name ?? null).toBe(wanted);
      expect(relation.unreadable.has('a')).toBe(wanted === null);
    }
  });

  it('of two columns that differ by case alone neither stands for the other', () => {
    const relation = relationOf('- name: id', [
      readableObject('a.parquet', { id: 'INTEGER' }),
      readableObject('b.parquet', { ID: 'INTEGER' }),
    ]);
    expect([...relation.columns.keys()]).toEqual(['id']);
    expect(relation.unreadable.get('ID')).toContain('upper and lower case');
  });
});
