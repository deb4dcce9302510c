/** Valid Parquet that DuckDB cannot read: nothing is said against the data, and nothing for it. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { judgeTables, type RuledTable, ruleOf } from '../support/judge-tables.ts';
import type { TestFile } from '../support/run-local.ts';

const SPLIT = readFileSync(new URL('../fixtures/parquet/integers-as-byte-stream-split.parquet', import.meta.url));
const PLAIN: TestFile = { select: 'SELECT unnest([1, 2, 3])::BIGINT AS id, id * 10 AS v' };
const NAMED = /0\.parquet: DuckDB cannot read this feature of Parquet: the encoding BYTE_STREAM_SPLIT of a column /;

/** A file whose page has an encoding that its footer does not name: RLE and PLAIN in place of RLE and the split. */
function unstated(): Uint8Array {
  const at = SPLIT.lastIndexOf(Buffer.from([0x25, 0x06, 0x12]));
  expect(at).toBeGreaterThan(0);
  const bytes = Buffer.from(SPLIT);
  bytes.writeUInt8(0x00, at + 2);
  return bytes;
}

/** The first page of a file, overwritten. */
function damaged(): Uint8Array {
  return Buffer.from(SPLIT).fill(0xff, 4, 30);
}

const table = (base: TestFile, files: RuledTable['files'], v = '{name: v, required: true}'): RuledTable => ({
  diff: '{deleted: 0}',
  properties: `{name: id}, ${v}`,
  base: { '0.parquet': base },
  files,
});

let report: Report;

beforeAll(async () => {
  report = await judgeTables({
    unsupported: table(PLAIN, { '0.parquet': SPLIT }),
    unstated: table(PLAIN, { '0.parquet': unstated() }),
    both: table(PLAIN, { '0.parquet': SPLIT, '1.parquet': damaged() }),
    before: table(SPLIT, { '0.parquet': PLAIN }),
    'not-asked-for': { ...table(PLAIN, { '0.parquet': SPLIT }, '{name: other}'), properties: '{name: id}' },
  });
});

describe('an object that the engine does not know how to read', () => {
  it('is a doubt about the table, with what it is that cannot be read', () => {
    const readable = ruleOf(report, 'unsupported', 'readable');
    expect(readable).toMatchObject({ outcome: 'error', help: expect.stringContaining('without what the engine') });
    expect(readable.observed).toMatch(NAMED);
    const { checks } = report.tables.find(({ name }) => name === 'unsupported') ?? { checks: [] };
    expect(checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(ruleOf(report, 'unsupported', 'rowChanges').outcome).toBe('error');
  });

  it('is damaged where its footer says nothing of it', () => {
    const readable = ruleOf(report, 'unstated', 'readable');
    expect(readable.outcome).toBe('fail');
    expect(readable.observed).toContain('a page of the Parquet file has another encoding than its footer says');
  });

  it('excuses no damaged one beside it, and each says its own', () => {
    const { outcome, observed } = ruleOf(report, 'both', 'readable');
    expect(outcome).toBe('fail');
    expect(observed).toMatch(NAMED);
    expect(observed).toMatch(/1\.parquet: (?!.*BYTE_STREAM_SPLIT.*1\.parquet)/);
    expect(observed.split('1.parquet')[1]).not.toContain('BYTE_STREAM_SPLIT');
  });

  it('in the base leaves the rules about changes without an answer, and says why', () => {
    expect(ruleOf(report, 'before', 'readable').outcome).toBe('pass');
    const rule = ruleOf(report, 'before', 'rowChanges');
    expect(rule.outcome).toBe('error');
    expect(rule.observed).toContain('BYTE_STREAM_SPLIT');
  });

  it('stops no check that does not read it', () => {
    expect(ruleOf(report, 'not-asked-for', 'readable').outcome).toBe('pass');
  });
});
