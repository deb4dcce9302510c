/** Data columns that are called like the path of a nested property: two things of one name, of which one is read. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';

function table(base: RuledTable['base'], files: RuledTable['files']): RuledTable {
  const properties = '{name: id}, {name: v, logicalType: object, properties: [{name: x}]}';
  return { diff: '{appendOnly: true}', properties, base, files };
}

const parquet = (before: string, after: string): RuledTable =>
  table({ 'a.parquet': { select: before } }, { 'a.parquet': { select: after } });

const STRUCT = { select: 'SELECT 1 AS id, {x: 1} AS v' };

let report: Report;

beforeAll(async () => {
  report = await judgeTables({
    'beside-a-struct': parquet('SELECT 1 AS id, {x: 1} AS v, 5 AS "v.x"', 'SELECT 1 AS id, {x: 1} AS v, 6 AS "v.x"'),
    alone: parquet('SELECT 1 AS id, 5 AS "v.x"', 'SELECT 1 AS id, 6 AS "v.x"'),
    gone: parquet('SELECT 1 AS id, {x: 1} AS v, 5 AS "v.x"', 'SELECT 1 AS id, {x: 1} AS v'),
    folder: table({ 'v.x=1/a.parquet': STRUCT }, { 'v.x=2/a.parquet': STRUCT }),
    'csv-both': table({ 'a.csv': 'id,v,v.x\n1,"{""x"":1}",1\n' }, { 'a.csv': 'id,v,v.x\n1,"{""x"":1}",2\n' }),
    'csv-alone': table({ 'a.csv': 'id,v.x\n1,1\n' }, { 'a.csv': 'id,v.x\n1,2\n' }),
    json: table({ 'a.jsonl': '{"id":1,"v":{"x":1}}\n' }, { 'a.jsonl': '{"id":1,"v":{"x":1}}\n{"id":2,"v":{"x":3}}\n' }),
    struct: parquet('SELECT 1 AS id, {x: 1} AS v', 'SELECT unnest([1, 2]) AS id, {x: 1} AS v'),
  });
}, 60_000);

describe('a column called like a nested property', () => {
  it.each(['beside-a-struct', 'alone', 'gone', 'folder', 'csv-both'])('%s: is not compared, and so a doubt', (name) => {
    const found = ruleOf(report, name, 'appendOnly');
    expect(found).toMatchObject({ outcome: 'error' });
    expect(found.observed).toContain('v.x');
  });

  it('is compared where the header of a CSV means the property', () => {
    expect(ruleOf(report, 'csv-alone', 'appendOnly')).toMatchObject({ outcome: 'fail', failing: 1 });
  });

  it.each(['json', 'struct'])('%s: the property itself is no such column', (name) => {
    expect(ruleOf(report, name, 'appendOnly')).toMatchObject({ outcome: 'pass' });
  });
});
