/** Keys of JSON lines that a quicker way to look them up could mix up, lose or take for one another. */
import { expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal } from '../support/run-local.ts';

const typed = (logical: string, names: readonly string[]): string =>
  names.map((name) => `- name: ${JSON.stringify(name)}\n  logicalType: ${logical}`).join('\n');

it('keys that are alike, or mean something elsewhere, are each their own column', async () => {
  const names = ['b', 'B', 'a.b', 'a/b', 'a~b', '~1', '0', '__proto__', 'constructor', '$', '*', "it's", 'JSON'];
  const lines = names.map((_own, wrong) => {
    const values = names.map((name, at) => `${JSON.stringify(name)}:${at === wrong ? '"1"' : at}`);
    return `{${values.join(',')}}`;
  });
  const contract = contractOf({
    properties: typed(
      'integer',
      names.filter((name) => name !== 'B'),
    ),
  });
  const report = await runLocal({ contract, files: { 't.jsonl': `${lines.join('\n')}\n` } });
  for (const name of names.filter((one) => one !== 'B'))
    expect(checkOf(report, 'type', name), name).toMatchObject({ outcome: 'fail', failing: 1, evaluated: names.length });
  expect(checkOf(report, 'extraColumns')).toMatchObject({ observed: 'B' });
});

it('a column that is null everywhere is there, one that no object has is missing, nested ones as well', async () => {
  const fields = '  logicalType: object\n  properties:\n    - name: none\n    - name: gone\n    - name: "0"';
  const contract = contractOf({ properties: `- name: none\n- name: gone\n- name: o\n${fields}` });
  const report = await runLocal({
    contract,
    files: { 't.jsonl': '{"none":null,"o":{"none":null}}\n\n{"o":{}}\n{"o":null}\n' },
  });
  const outcomes = ['none', 'gone', 'o', 'o.none', 'o.gone'].map(
    (name) => checkOf(report, 'columnPresence', name).outcome,
  );
  expect(outcomes).toEqual(['pass', 'fail', 'pass', 'pass', 'fail']);
});

it('a column is found among more keys than are listed', async () => {
  const many = Array.from({ length: 1500 }, (_, at) => `"k${at}":${at}`).join(',');
  const contract = contractOf({
    properties: `${typed('integer', ['k0', 'k700', 'k1499'])}\n- name: gone\n- name: none`,
  });
  const report = await runLocal({ contract, files: { 't.jsonl': `{${many},"none":null}\n` } });
  const outcomes = ['k0', 'k700', 'k1499', 'none', 'gone'].map(
    (name) => checkOf(report, 'columnPresence', name).outcome,
  );
  expect(outcomes).toEqual(['pass', 'pass', 'pass', 'pass', 'fail']);
});

it.each([
  ['written in two ways', '{"id":1,"\\u0069d":2}'],
  ['beside another line that is bad', '{"id":1,"id":1}\n{"id":2,'],
])('a key twice, %s, among objects that are whole', async (_title, bad) => {
  const contract = contractOf({ properties: typed('integer', ['id']) });
  const report = await runLocal({ contract, files: { 't.jsonl': `{"id":7}\n${bad}\n{}\n` } });
  expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail', failing: bad.split('\n').length });
  expect(report.verdict).toBe('rejected');
});
