/** What `sluice diff` says of records and columns that it could not compare: never that they are the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DiffReport } from '../../src/core/diff/diff-report.ts';
import { diffToHtml } from '../../src/core/report/diff-to-html.ts';
import { diffToText } from '../../src/core/report/diff-to-text.ts';
import { type DiffFiles, runDiff } from '../support/run-diff.ts';

const GOOD = 'id,v\n1,a\n2,b\n';
const SHORT_RECORD = 'id,v\n1,a\n2\n';
const NOT_UTF8 = new Uint8Array([...Buffer.from('id,v\n1,'), 0xe9, 0x0a]);

interface Told {
  readonly report: DiffReport;
  readonly head: string;
  readonly text: string;
  readonly html: string;
}

async function told(base: DiffFiles, data: DiffFiles): Promise<Told> {
  const report = await runDiff({ base, data });
  const text = diffToText(report);
  return { report, text, head: text.split('\n')[1] ?? '', html: diffToHtml(report) };
}

function uncompared({ report }: Told) {
  return report.tables[0]?.diff?.uncompared;
}

describe('records that cannot be read', () => {
  let emptied: Told;
  let same: Told;
  let otherwise: Told;

  beforeAll(async () => {
    emptied = await told({ 't.csv': GOOD }, { 't.csv': NOT_UTF8 });
    same = await told({ 't.csv': SHORT_RECORD }, { 't.csv': SHORT_RECORD });
    otherwise = await told(
      { 't.csv': 'id,v\n1,a\n2\n', 'u.csv': GOOD },
      { 't.csv': 'id,v\n1,a\n3\n4\n', 'u.csv': GOOD },
    );
  }, 60_000);

  it('are counted, for each side', () => {
    expect(uncompared(emptied)).toEqual({ records: { base: 0, merge: 1 }, columns: 0 });
    expect(uncompared(same)).toEqual({ records: { base: 1, merge: 1 }, columns: 0 });
    expect(uncompared(otherwise)).toEqual({ records: { base: 1, merge: 2 }, columns: 0 });
  });

  it('stand first in the head line', () => {
    expect(emptied.head).toMatch(/1 record after not compared {3}\+0 ~0 -2 rows among those read /);
    expect(same.head).toMatch(/1 record before and 1 after not compared {3}the rest is the same /);
    expect(otherwise.head).toMatch(/1 record before and 2 after not compared {3}the rest is the same /);
    for (const { html, head } of [emptied, same, otherwise]) {
      const words = head.split(/ {3,}/).slice(1, 3);
      for (const word of words) expect(html).toContain(word);
    }
  });

  it('empty no table, and are never no difference', () => {
    for (const { text, html } of [emptied, same, otherwise]) {
      for (const page of [text, html]) expect(page).not.toMatch(/emptied|no difference|no row changed|0 rows changed/);
    }
    expect(emptied.text).toContain('rows      2 -> 0   key: id');
    expect(emptied.text).toContain('! 1 record after not compared: all counts are of what was read');
    expect(same.text).toContain('nothing that was read changed');
  });

  it('are named with the side that they are on', () => {
    const notes = (one: Told) => one.report.tables[0]?.diff?.notes.filter((note) => note.includes('t.csv'));
    expect(notes(emptied)).toEqual([expect.stringMatching(/^1 record of t\.csv \(after\) is not compared: bytes/)]);
    expect(notes(same)).toEqual([expect.stringMatching(/^1 record of t\.csv is not compared: a record with too few/)]);
    expect(notes(otherwise)).toEqual([
      expect.stringMatching(/^1 record of t\.csv \(before\) is not compared/),
      expect.stringMatching(/^2 records of t\.csv \(after\) are not compared/),
    ]);
  });
});

describe('a column that cannot be compared', () => {
  it('is no column without a difference', async () => {
    const two = {
      'a.parquet': { select: 'SELECT 1 AS id, 1 AS v' },
      'b.parquet': { select: "SELECT 2 AS id, 'x' AS v" },
    };
    const found = await told(two, { ...two, 'b.parquet': { select: "SELECT 2 AS id, 'y' AS v" } });
    expect(uncompared(found)).toEqual({ records: { base: 0, merge: 0 }, columns: 1 });
    expect(found.head).toMatch(/1 column not compared {3}the rest is the same /);
    expect(found.html).not.toContain('no difference');
  });
});

describe('where every row is the same', () => {
  it('the head line says what differs', async () => {
    const found = await told({ 't.csv': GOOD }, { 't.csv': 'v,id\na,1\nb,2\n' });
    expect(uncompared(found)).toEqual({ records: { base: 0, merge: 0 }, columns: 0 });
    expect(found.head).toContain('   schema differs, no row does   ');
    expect(found.html).toContain('schema differs, no row does');
  });

  it('a key more than once is told instead of three zeros', async () => {
    const found = await told({ 't.csv': GOOD }, { 't.csv': `${GOOD}2,b\n` });
    expect(found.head).toContain('   1 key more than once   ');
  });
});

describe('numbers of one', () => {
  it('have no plural', async () => {
    const { text } = await told({ 't.csv': 'id,v\n1,a\n' }, { 't.csv': 'id,v\n1,b\n' });
    expect(text).toContain('(match: of 1 row on both sides, ');
  });
});

describe('without a contract', () => {
  const keyed = (from: number) =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: 1_000 }, (_none, at) => [at === 0 ? 'id' : `k${at}`, from + at])),
    );

  it('more keys of JSON than are looked at are no columns without a difference', async () => {
    const report = await runDiff({ base: { 't.jsonl': keyed(1) }, data: { 't.jsonl': keyed(2) } });
    expect(report.tables[0]).toMatchObject({
      diff: null,
      problem: { code: 'diff-unreadable', message: 't.jsonl cannot be compared: it has 1,000 keys or more' },
    });
  });

  it.each([
    ['folders', { 'g=1/t.csv': 'id,v\n1,a\n' }, { 't.csv': 'id,v\n1,a\n' }],
    ['JSON', { 'a.jsonl': '{"k": 1}\n', 't.csv': 'id,v\n1,a\n' }, { 'a.jsonl': '{"k": 2}\n', 't.csv': 'id,v\n1,b\n' }],
  ] as const)('names are not looked for in a CSV because of %s', async (_what, base, data) => {
    const report = await runDiff({ base, data, key: [] });
    expect(report.tables[0]?.problem).toBeNull();
  });
});
