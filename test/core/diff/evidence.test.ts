import { describe, expect, it } from 'vitest';
import { physicalType } from '../../../src/core/check/physical-type.ts';
import type { DiffColumn } from '../../../src/core/diff/diff-columns.ts';
import { type EvidenceParts, evidenceOf, schemaDifferences } from '../../../src/core/diff/evidence.ts';

const BIGINT = physicalType('BIGINT');

function column(name: string): DiffColumn {
  const by = { kind: 'cast', type: BIGINT } as const;
  return { name, by, comparedAs: null, base: BIGINT, merge: BIGINT, hasInvalid: false, tolerance: null };
}

/** 10 rows before: 1 updated, 1 updated in its spelling alone, 2 deleted; 3 inserted. */
const PARTS: EvidenceParts = {
  shape: { key: [column('id')], values: [column('a'), column('b')], uncompared: 0, notes: [] },
  rows: { base: 10, merge: 11 },
  counts: {
    inserted: 3,
    updated: 1,
    deleted: 2,
    alike: 1,
    duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
    nullKeys: { inserted: 0, deleted: 0 },
    moved: 0,
    codes: [
      new Map([
        [3, 1],
        [5, 1],
      ]),
      new Map(),
    ],
  },
  newColumnCounts: null,
  oneIn: 1,
  schema: [],
  doubts: [],
  isComplete: true,
};

function evidence(parts: EvidenceParts) {
  const known = evidenceOf(parts);
  if ('doubt' in known) throw new Error(known.doubt.why);
  return known.evidence;
}

describe('evidence', () => {
  it('counts what people are forgiven, and names columns without a change', () => {
    expect(evidence(PARTS)).toMatchObject({ key: ['id'], inserted: 3, updated: 2, deleted: 2, isEstimate: false });
    expect([...evidence(PARTS).columns]).toEqual([
      ['a', 2],
      ['b', 0],
    ]);
  });

  it('is not to be had when a column was not compared, an object not read, or rows are missing', () => {
    const shape = { ...PARTS.shape, notes: ['not compared: column c'] };
    expect(evidenceOf({ ...PARTS, shape })).toMatchObject({ doubt: { why: 'not compared: column c' } });
    const doubts = [{ why: 'lost', help: 'write it again' }];
    expect(evidenceOf({ ...PARTS, doubts, isComplete: false })).toEqual({ doubt: doubts[0] });
    expect(evidenceOf({ ...PARTS, rows: { base: 10, merge: 12 } })).toMatchObject({
      doubt: { why: 'the rows of both versions do not add up' },
    });
    const counts = { ...PARTS.counts, deleted: 20, inserted: 21 };
    expect(evidenceOf({ ...PARTS, counts })).toHaveProperty('doubt');
  });

  it('says what is certain where rows and columns are in doubt, and no record was lost', () => {
    const doubts = [{ why: 'the key is in doubt', help: 'look' }];
    const certain = { schema: PARTS.schema, rows: PARTS.rows };
    expect(evidenceOf({ ...PARTS, doubts })).toEqual({ doubt: doubts[0], certain });
    expect(evidenceOf({ ...PARTS, doubts, oneIn: 2 })).toEqual({ doubt: doubts[0] });
    expect(evidenceOf({ ...PARTS, doubts, rows: { base: 10, merge: 12 } })).toEqual({ doubt: doubts[0] });
  });

  it('of a part of the keys says that it is an estimate', () => {
    expect(evidence({ ...PARTS, oneIn: 4 })).toMatchObject({ inserted: 12, updated: 8, isEstimate: true });
  });

  it('tells nothing of columns where deleted rows have no key', () => {
    const counts = { ...PARTS.counts, updated: 0 };
    const shape = { ...PARTS.shape, key: [] };
    expect(evidence({ ...PARTS, shape, counts }).columns.size).toBe(0);
  });
});

describe('differences of the schema', () => {
  it('leave guesses out and tell wider types apart', () => {
    const changes = [
      { change: 'removed', column: 'x', before: 'DATE', after: null },
      { change: 'added', column: 'y', before: null, after: 'DATE' },
      { change: 'renamed?', column: 'y', before: 'x', after: 'y' },
      { change: 'type', column: 'a', before: 'INTEGER', after: 'BIGINT' },
      { change: 'type', column: 'b', before: 'BIGINT', after: 'INTEGER and VARCHAR' },
    ] as const;
    expect(schemaDifferences(changes, { before: new Map(), after: new Map() }).map(({ change }) => change)).toEqual([
      'removed',
      'added',
      'widened',
      'type',
    ]);
  });
});
