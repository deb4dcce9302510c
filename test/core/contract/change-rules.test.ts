import { describe, expect, it } from 'vitest';
import { loadMarked } from './load-marked.ts';

/** A table with a key; the lines are those below `diff:`. */
function diffOf(lines: string, key = 'key: [id]'): string {
  return `apiVersion: v3.2.0
kind: DataContract
id: c
version: 1.0.0
status: active
servers:
  - {server: s, type: s3, location: "s3://lake/main/{model}/"}
schema:
  - name: orders
    customProperties:
      - property: sluice
        value:
          ${key === '' ? 'extraColumns: allow' : key}
          diff:
${lines
  .split('\n')
  .map((line) => `            ${line}`)
  .join('\n')}
    properties:
      - {name: id, logicalType: integer}
      - {name: created_at, physicalName: created, logicalType: timestamp}
      - {name: dt, logicalType: date}
      - {name: year, logicalType: integer}
      - {name: ratio, logicalType: number}
      - {name: region, logicalType: string}
      - {name: address, logicalType: object, properties: [{name: zip}]}
`;
}

function rulesOf(lines: string) {
  const { contract, problems } = loadMarked(diffOf(lines));
  expect(problems).toEqual([]);
  return contract?.tables[0]?.changeRules;
}

describe('rules about changes', () => {
  it('are read with their places and severities', () => {
    const rules = rulesOf(`severity: warning
inserted: 50 %
updated: {max: 1.5 %, severity: info}
deleted: {max: 1000}
appendOnly: {severity: info}
immutable: [created_at, address]
schemaChanges: {allowed: [added, widened], severity: error}
protectedPartitions:
  - {column: dt, before: 2026-01-01}
  - {column: created_at, olderThan: 30d, severity: error}
  - {column: region, values: [eu, 7, true]}`);
    expect(rules).toEqual({
      limits: [
        { change: 'inserted', at: at(16), severity: 'warning', maximum: '50', unit: 'percent' },
        { change: 'updated', at: at(17), severity: 'info', maximum: '1.5', unit: 'percent' },
        { change: 'deleted', at: at(18), severity: 'warning', maximum: '1000', unit: 'rows' },
      ],
      appendOnly: { at: at(19), severity: 'info' },
      immutable: [
        { at: at(20, 25), severity: 'warning', property: 'created_at' },
        { at: at(20, 37), severity: 'warning', property: 'address' },
      ],
      schemaChanges: { at: at(21), severity: 'error', allowed: ['added', 'widened'] },
      protectedPartitions: [
        { at: at(23, 17), severity: 'warning', partition: { is: 'before', column: 'dt', bound: '2026-01-01' } },
        {
          at: at(24, 17),
          severity: 'error',
          partition: { is: 'older', column: 'created', seconds: 2_592_000, words: '30 d' },
        },
        {
          at: at(25, 17),
          severity: 'warning',
          partition: { is: 'one-of', column: 'region', values: ['eu', '7', 'true'] },
        },
      ],
    });
  });

  it('are none where there is no word of them, and none where they are turned off', () => {
    expect(rulesOf('appendOnly: false')).toMatchObject({ appendOnly: null, limits: [], schemaChanges: null });
    expect(rulesOf('schemaChanges: []')?.schemaChanges?.allowed).toEqual([]);
    expect(rulesOf('severity: info')).toMatchObject({ immutable: [], protectedPartitions: [] });
  });
});

function at(line: number, column = 13) {
  return { file: 'c.odcs.yaml', line, column };
}

type Case = readonly [name: string, code: string, lines: string, says: RegExp, key?: string];

const REFUSED: readonly Case[] = [
  ['a misspelt rule', 'key-unknown', '»delted: 0', /did you mean `deleted`/i],
  ['a misspelt schema change', 'value-unknown', 'schemaChanges: [»widend]', /widened/],
  ['a severity that is none', 'value-unknown', 'severity: »warn', /warning/],
  ['a limit that is a list', 'type-wrong', 'deleted: »[1]', /number/],
  ['a limit without max', 'key-missing', 'deleted: »{severity: info}', /max/],
  ['a negative limit', 'value-invalid', 'deleted: »-1', /0 or more/],
  ['a limit of half a row', 'change-limit-invalid', 'deleted: »0.5', /whole number/],
  ['a limit in words', 'change-limit-invalid', 'updated: {max: »few}', /5 %/],
  ['a number in quotes', 'change-limit-invalid', 'inserted: »"10"', /whole number/],
  ['a negative percentage', 'change-limit-invalid', 'inserted: »"+1 %"', /percentage/],
  ['more than all rows deleted', 'percent-out-of-range', 'deleted: »101 %', /no more rows can be deleted/],
  ['more than all rows updated', 'percent-out-of-range', 'updated: {max: »100.0001 %}', /updated/],
  ['updated without a key', 'change-rule-needs-key', '»updated: 1 %', /key/, ''],
  ['immutable without a key', 'change-rule-needs-key', 'immutable: [»created_at]', /key/, ''],
  ['an immutable stranger', 'column-unknown', 'immutable: [»created_att]', /created_at/],
  ['an immutable field', 'immutable-field', 'immutable: [»address.zip]', /address/],
  ['no condition', 'partition-condition', 'protectedPartitions: [»{column: dt}]', /before/],
  [
    'two conditions',
    'partition-condition',
    'protectedPartitions: [{column: dt, before: 2026-01-01, »olderThan: 3 d}]',
    /two items/,
  ],
  ['no column', 'key-missing', 'protectedPartitions: [»{before: 2026-01-01}]', /column/],
  ['no time span', 'time-span-invalid', 'protectedPartitions: [{column: dt, olderThan: »30 foos}]', /30 d/],
  ['a span without unit', 'time-span-invalid', 'protectedPartitions: [{column: dt, olderThan: »"30"}]', /days/],
  ['the age of a text', 'partition-bound', 'protectedPartitions: [{column: region, olderThan: »30 d}]', /no age/],
  ['the age of a number', 'partition-bound', 'protectedPartitions: [{column: year, olderThan: »30 d}]', /integer/],
  ['a year that is a date', 'partition-bound', 'protectedPartitions: [{column: year, before: »2026-01-01}]', /none/],
  [
    'a date that is a number',
    'partition-bound',
    'protectedPartitions: [{column: dt, before: »20260101}]',
    /2026-01-31/,
  ],
  ['a half year', 'partition-bound', 'protectedPartitions: [{column: year, before: »2024.5}]', /integer/],
  ['a number in words', 'partition-bound', 'protectedPartitions: [{column: ratio, before: »half}]', /number/],
  ['a date that never was', 'partition-bound', 'protectedPartitions: [{column: day, before: »2026-02-30}]', /no date/],
  ['a date of one digit', 'partition-bound', 'protectedPartitions: [{column: region, before: »2026-2-3}]', /no date/],
  ['before a word', 'partition-bound', 'protectedPartitions: [{column: region, before: »m}]', /values/],
  ['a year in words', 'partition-bound', 'protectedPartitions: [{column: year, values: [2024, »last]}]', /integer/],
  ['an empty list', 'value-invalid', 'protectedPartitions: [{column: region, values: »[]}]', /at least one/],
];

const WARNED: readonly Case[] = [
  ['a limit beside appendOnly', 'rules-contradict', 'appendOnly: true\n»deleted: 5', /never matters/],
  ['a percentage beside appendOnly', 'rules-contradict', 'appendOnly: true\n»updated: 0.1 %', /line 15/],
  ['an immutable key', 'immutable-key', 'immutable: [»id]', /deleted and another one inserted/],
  ['a property twice', 'change-rule-repeated', 'immutable: [dt, »dt]', /Keep one/],
  ['a schema change twice', 'change-rule-repeated', 'schemaChanges: [added, »added]', /added is listed twice/],
  [
    'a partition twice',
    'change-rule-repeated',
    'protectedPartitions:\n  - {column: region, values: [eu, us]}\n  - »{column: region, values: [us, eu]}',
    /twice/,
  ],
  ['a misspelt partition', 'column-unknown', 'protectedPartitions: [{column: »regoin, values: [eu]}]', /`region`/],
];

describe('lint', () => {
  for (const told of REFUSED) it(`refuses ${told[0]}`, () => expect(outcomeOf(told)).toBe('refused'));
  for (const told of WARNED) it(`warns of ${told[0]}`, () => expect(outcomeOf(told)).toBe('warned'));
});

function outcomeOf([_name, code, lines, says, key]: Case): 'refused' | 'warned' {
  const { contract, problems, marks } = loadMarked(diffOf(lines, key));
  expect(problems.map((one) => [one.code, `${one.line}:${one.column}`])).toEqual([[code, marks[0]]]);
  expect(`${problems[0]?.message} ${problems[0]?.hint}`).toMatch(says);
  return contract === null ? 'refused' : 'warned';
}

describe('lint says nothing of', () => {
  it.each([
    ['a limit that blocks beside appendOnly that warns', 'appendOnly: {severity: warning}\ndeleted: 5'],
    ['no row deleted beside appendOnly', 'appendOnly: true\ndeleted: 0\nupdated: 0.0 %'],
    ['more rows inserted than there were', 'inserted: 250 %'],
    ['partitions that are in paths alone', 'protectedPartitions: [{column: hh, before: 12}]'],
    ['a month', 'protectedPartitions: [{column: month, before: 2026-01}]'],
  ])('%s', (_name, lines) => {
    expect(loadMarked(diffOf(lines)).problems).toEqual([]);
  });
});
