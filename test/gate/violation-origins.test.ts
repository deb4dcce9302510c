/** Old and new failures: which of two versions a failing row comes from, and what `blockOn` makes of it. */
import { describe, expect, it } from 'vitest';
import type { Report, ViolationOrigin } from '../../src/core/report/report.ts';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal, type TestFile } from '../support/run-local.ts';

type Files = Readonly<Record<string, TestFile>>;

const ORDERS =
  '- {name: id, logicalType: integer, primaryKey: true}\n- {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}';

function contract(blockOn: string, properties = ORDERS, quality?: string): string {
  const top = `customProperties: [{property: sluice, value: {blockOn: ${blockOn}}}]`;
  return contractOf({ properties, top, ...(quality === undefined ? {} : { quality }) });
}

/** `(VALUES ...)` of `id, amount`. */
function rows(values: string, columns = 'id, amount'): TestFile {
  return { select: `SELECT * FROM (VALUES ${values}) AS given(${columns})` };
}

async function judged(base: Files, files: Files, text = contract('new')): Promise<Report> {
  return runLocal({ contract: text, base, files });
}

function origin(report: Report, kind: string, column?: string): ViolationOrigin['rows'] | undefined {
  return checkOf(report, kind, column).origin?.rows;
}

describe('failing rows of two versions', () => {
  it('are old when they were there with the same key and value, wherever they lie now', async () => {
    const report = await judged(
      { 't/a.parquet': rows('(1, -1), (2, 5), (3, -3)'), 't/b.parquet': rows('(4, -4)') },
      {
        't/a.parquet': rows('(2, 5), (3, -3)'),
        't/b.parquet': rows('(4, -4)'),
        't/c.parquet': rows('(1, -1), (5, 9)'),
      },
    );
    expect(checkOf(report, 'range')).toMatchObject({
      outcome: 'warn',
      failing: 3,
      origin: { failedBefore: true, rows: { new: 0, old: 3, fixed: 0 }, relaxedBy: 'new' },
    });
    expect(report.verdict).toBe('approved');
  });

  it('are new when another row or another value fails, however many there were before', async () => {
    const report = await judged({ 't.parquet': rows('(1, -1), (2, -2)') }, { 't.parquet': rows('(1, -1), (3, -2)') });
    expect(checkOf(report, 'range')).toMatchObject({ outcome: 'fail', origin: { rows: { new: 1, old: 1, fixed: 1 } } });
    expect(report.verdict).toBe('rejected');
    const changed = await judged({ 't.parquet': rows('(1, -1)') }, { 't.parquet': rows('(1, -2)') });
    expect(origin(changed, 'range')).toEqual({ new: 1, old: 0, fixed: 1 });
  });

  it('pass the ratchet when one bad row takes the place of another, and not when there are more', async () => {
    const base = { 't.parquet': rows('(1, -1), (2, -2)') };
    const swapped = await judged(base, { 't.parquet': rows('(1, -1), (3, -2)') }, contract('ratchet'));
    expect(checkOf(swapped, 'range')).toMatchObject({ outcome: 'warn', origin: { relaxedBy: 'ratchet' } });
    const more = await judged(base, { 't.parquet': rows('(1, -1), (3, -2), (4, -2)') }, contract('ratchet'));
    expect(checkOf(more, 'range')).toMatchObject({ outcome: 'fail', origin: { rows: { new: 2, old: 1, fixed: 1 } } });
  });

  it('block as ever where the contract says nothing', async () => {
    const same = { 't.parquet': rows('(1, -1)') };
    const report = await judged(same, same, contract('any'));
    expect(checkOf(report, 'range')).toMatchObject({
      outcome: 'fail',
      origin: { failedBefore: true, rows: { new: 0, old: 1, fixed: 0 }, relaxedBy: null },
    });
  });

  it('are counted as often as they occur', async () => {
    const report = await judged(
      { 't/a.parquet': rows('(1, -1)'), 't/b.parquet': rows('(1, -1)') },
      { 't/a.parquet': rows('(1, -1), (1, -1)'), 't/b.parquet': rows('(1, -1)') },
    );
    expect(origin(report, 'range')).toEqual({ new: 1, old: 2, fixed: 0 });
    expect(origin(report, 'primaryKey')).toEqual({ new: 1, old: 2, fixed: 0 });
  });

  it('are known again after key and value were widened', async () => {
    const report = await judged(
      {
        't.parquet': rows(
          "(1::INTEGER, -1.5::DECIMAL(4,2)), (2, 'nan'::FLOAT::DECIMAL(4,2))".replace(
            ", (2, 'nan'::FLOAT::DECIMAL(4,2))",
            '',
          ),
        ),
      },
      { 't.parquet': rows('(1::BIGINT, -1.5::DECIMAL(9,4))') },
    );
    expect(origin(report, 'range')).toEqual({ new: 0, old: 1, fixed: 0 });
  });

  it('are known again among floating point numbers, NaN included', async () => {
    const base = { 't.parquet': rows("(1, -1.5::DOUBLE), (2, 'nan'::DOUBLE)") };
    const report = await judged(base, { 't.parquet': rows("(2, 'nan'::DOUBLE), (1, -1.5::DOUBLE), (3, -0.5)") });
    const failing = checkOf(report, 'range').failing ?? 0;
    expect(origin(report, 'range')).toEqual({ new: 1, old: failing - 1, fixed: 0 });
  });

  it('tell a null from the text that says so', async () => {
    const properties =
      "- {name: id, logicalType: string, primaryKey: true}\n- {name: note, logicalType: string, logicalTypeOptions: {pattern: '^x'}}";
    const report = await judged(
      { 't.parquet': rows("(NULL, 'a'), ('NULL', 'b')", 'id, note') },
      { 't.parquet': rows("('NULL', 'a'), (NULL, 'b')", 'id, note') },
      contract('new', properties),
    );
    expect(origin(report, 'pattern')).toEqual({ new: 2, old: 0, fixed: 2 });
  });

  it('tell values that do not fit their type by their texts', async () => {
    const report = await judged({ 't.csv': 'id,amount\n1,many\n2,few\n' }, { 't.csv': 'id,amount\n1,many\n2,lots\n' });
    expect(origin(report, 'type', 'amount')).toEqual({ new: 1, old: 1, fixed: 1 });
    const typed = await judged({ 't.csv': 'id,amount\n1,-1\n' }, { 't.parquet': rows('(1, -1::DOUBLE)') });
    expect(origin(typed, 'range')).toEqual({ new: 0, old: 1, fixed: 0 });
  });

  it('are whole rows without a key, and under an author’s expression', async () => {
    const properties =
      '- {name: id, logicalType: integer}\n- {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}\n- name: note';
    const quality =
      "- {type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'amount > -100'}}";
    const before = { 't.parquet': rows("(1, -200, 'a'), (2, -200, 'b')", 'id, amount, note') };
    const after = { 't.parquet': rows("(1, -200, 'a'), (2, -200, 'c')", 'id, amount, note') };
    const report = await judged(before, after, contract('ratchet', properties, quality));
    for (const kind of ['range', 'rowExpression']) {
      expect(origin(report, kind), kind).toEqual({ new: 1, old: 1, fixed: 1 });
      expect(checkOf(report, kind).outcome, kind).toBe('warn');
    }
  });
});

describe('failures that need whole tables', () => {
  it('has a new row that repeats the key of an unchanged object as new', async () => {
    const kept = { 't/a.parquet': rows('(1, 1), (2, 2)') };
    const report = await judged(kept, { ...kept, 't/b.parquet': rows('(2, 3)') });
    expect(checkOf(report, 'primaryKey')).toMatchObject({
      outcome: 'fail',
      failing: 2,
      origin: { failedBefore: false, rows: { new: 2, old: 0, fixed: 0 } },
    });
  });

  it('has unchanged children of a deleted parent as new, and old orphans as old', async () => {
    const text = `apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active
customProperties: [{property: sluice, value: {blockOn: new}}]
schema:
  - {name: parent, properties: [{name: id, logicalType: integer}]}
  - name: child
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: of, logicalType: integer, relationships: [{to: parent.id}]}
`;
    const child = rows('(1, 1), (2, 2), (3, 9)', 'id, of');
    const base = { 'parent.parquet': rows('(1), (2)', 'id'), 'child.parquet': child };
    const lost = await runLocal({ contract: text, base, files: { ...base, 'parent.parquet': rows('(1)', 'id') } });
    expect(checkOf(lost, 'relationship')).toMatchObject({
      outcome: 'fail',
      origin: { rows: { new: 1, old: 1, fixed: 0 } },
    });
    const same = await runLocal({
      contract: text,
      base,
      files: { ...base, 'parent.parquet': rows('(1), (2), (4)', 'id') },
    });
    expect(checkOf(same, 'relationship')).toMatchObject({
      outcome: 'warn',
      origin: { rows: { new: 0, old: 1, fixed: 0 } },
    });
  });

  it('compares what an author’s query returns', async () => {
    const quality = (query: string) =>
      `- {type: custom, engine: sluice, implementation: {check: failedRows, query: '${query}'}}`;
    const base = { 't.parquet': rows('(1, -1), (2, -2)') };
    const files = { 't.parquet': rows('(1, -1), (3, -3)') };
    const told = await judged(
      base,
      files,
      contract('new', ORDERS, quality('SELECT id FROM {object} WHERE amount < 0')),
    );
    expect(origin(told, 'failedRows')).toEqual({ new: 1, old: 1, fixed: 1 });
    const some = await judged(
      base,
      base,
      contract('new', ORDERS, quality('SELECT id FROM {object} WHERE amount < 0 LIMIT 1')),
    );
    expect(checkOf(some, 'failedRows')).toMatchObject({ outcome: 'fail', origin: null });
    expect(some.problems).toMatchObject([{ code: 'origin-unknown', level: 'warning' }]);
  });
});

describe('failures that no row tells', () => {
  it('are judged on the base as well', async () => {
    const quality = '- {metric: rowCount, mustBeGreaterThan: 10}';
    const few = { 't.parquet': rows('(1, 1)') };
    const report = await judged(few, few, contract('new', ORDERS, quality));
    expect(checkOf(report, 'rowCount')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true, rows: null } });
    const many = { 't.parquet': { select: 'SELECT range AS id, 1 AS amount FROM range(20)' } };
    const lost = await judged(many, few, contract('ratchet', ORDERS, quality));
    expect(checkOf(lost, 'rowCount')).toMatchObject({ outcome: 'fail', origin: { failedBefore: false, rows: null } });
  });

  it('are not excused by the number of rows where too few of them are the fault', async () => {
    const quality = '- {metric: invalidValues, arguments: {pattern: "^x"}, mustBeGreaterThan: 1}';
    const properties = `- {name: id, primaryKey: true}\n- name: note\n  quality:\n    ${quality}`;
    const base = { 't.parquet': rows("('1', 'a'), ('2', 'b'), ('3', 'x')", 'id, note') };
    const files = { 't.parquet': rows("('1', 'a'), ('3', 'x')", 'id, note') };
    const report = await judged(base, files, contract('new', properties));
    expect(checkOf(report, 'invalidValues')).toMatchObject({
      outcome: 'fail',
      origin: { failedBefore: false, rows: null },
    });
  });

  it('a new column beyond the contract is not excused by another one that was there', async () => {
    const text = contractOf({
      properties: '- name: id',
      top: 'customProperties: [{property: sluice, value: {blockOn: new, extraColumns: fail}}]',
    });
    const one = rows("('1', 2)", 'id, x');
    const same = await runLocal({ contract: text, base: { 't.parquet': one }, files: { 't.parquet': one } });
    expect(checkOf(same, 'extraColumns')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true } });
    const files = { 't.parquet': rows("('1', 2, 3)", 'id, x, y') };
    const more = await runLocal({ contract: text, base: { 't.parquet': one }, files });
    expect(checkOf(more, 'extraColumns')).toMatchObject({ outcome: 'fail', origin: null });
  });

  it('a broken object is excused only where it is the same as before', async () => {
    const torn = 'id,amount\n1,2\n2\n';
    const kept = await judged({ 't/a.csv': torn }, { 't/a.csv': torn, 't/b.csv': 'id,amount\n3,3\n' });
    expect(checkOf(kept, 'readable')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true } });
    const other = await judged({ 't/a.csv': torn }, { 't/a.csv': torn, 't/b.csv': 'id,amount\n3\n' });
    expect(checkOf(other, 'readable')).toMatchObject({ outcome: 'fail', origin: null });
  });

  it('a table that was not there had no faults', async () => {
    const report = await judged({ 'other.parquet': rows('(1, 1)') }, { 't.parquet': rows('(1, -1)') });
    expect(checkOf(report, 'range')).toMatchObject({
      outcome: 'fail',
      origin: { failedBefore: false, rows: { new: 1, old: 0, fixed: 0 } },
    });
  });

  it('a rate that rose because good rows went away is old dirt', async () => {
    const quality = '- {metric: nullValues, mustBeLessThan: 50, unit: percent}';
    const properties = `- {name: id, logicalType: integer, primaryKey: true}\n- name: note\n  quality:\n    ${quality}`;
    const base = { 't.parquet': rows("(1, NULL), (2, 'a'), (3, 'b')", 'id, note') };
    const report = await judged(
      base,
      { 't.parquet': rows('(1, NULL::VARCHAR)', 'id, note') },
      contract('new', properties),
    );
    expect(checkOf(report, 'nullValues')).toMatchObject({
      outcome: 'warn',
      origin: { rows: { new: 0, old: 1, fixed: 0 } },
    });
  });
});
