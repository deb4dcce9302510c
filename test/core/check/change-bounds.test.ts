/**
 * Small random tables with repeated and missing keys. What may have become of the rows is found by trying every way to
 * pair them; the judge, who sees the counts of a diff alone, must never pass what one of the ways breaks.
 */
import { describe, expect, it } from 'vitest';
import { boundsOf, type Interval } from '../../../src/core/check/change-bounds.ts';
import type { ChangeEvidence } from '../../../src/core/check/change-evidence.ts';
import type { CheckSpec, Judged } from '../../../src/core/check/check.ts';
import { kindOf } from '../../../src/core/check/registry.ts';
import type { RowChange } from '../../../src/core/contract/change-rules.ts';
import type { Unit } from '../../../src/core/contract/contract.ts';

interface Row {
  readonly key: number | null;
  readonly value: string;
}

/** What became of the rows, in one of the possible ways. */
interface Way {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

const NO_CHANGE: Way = { inserted: 0, updated: 0, deleted: 0 };

/** A small generator of its own, so that a failure can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomRows(random: (below: number) => number): readonly Row[] {
  return Array.from({ length: random(6) }, () => {
    const key = random(4);
    return { key: key === 0 ? null : Math.min(key, 2), value: 'abc'.charAt(random(3)) };
  });
}

/** Every way to pair some of the rows: pairs of different values are updates, what is left is deleted or inserted. */
function waysOf(base: readonly string[], merge: readonly string[]): readonly Way[] {
  const [first, ...rest] = base;
  if (first === undefined) return [{ ...NO_CHANGE, inserted: merge.length }];
  const alone = waysOf(rest, merge).map((way) => ({ ...way, deleted: way.deleted + 1 }));
  const paired = merge.flatMap((value, index) =>
    waysOf(rest, merge.toSpliced(index, 1)).map((way) => ({ ...way, updated: way.updated + Number(value !== first) })),
  );
  return distinct([...alone, ...paired]);
}

function distinct(ways: readonly Way[]): readonly Way[] {
  return [...new Map(ways.map((way) => [`${way.inserted} ${way.updated} ${way.deleted}`, way])).values()];
}

function without(values: readonly string[], others: readonly string[]): readonly string[] {
  return others.reduce<readonly string[]>((left, other) => {
    const index = left.indexOf(other);
    return index < 0 ? left : left.toSpliced(index, 1);
  }, values);
}

interface Group {
  readonly ways: readonly Way[];
  readonly evidence: Pick<ChangeEvidence, 'duplicateKeys' | 'nullKeys' | keyof Way>;
}

function groupOf(key: number | null, base: readonly string[], merge: readonly string[]): Group {
  const gone = without(base, merge);
  const came = without(merge, base);
  const none = { duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 }, nullKeys: { inserted: 0, deleted: 0 } };
  if (gone.length + came.length === 0) return { ways: [NO_CHANGE], evidence: { ...NO_CHANGE, ...none } };
  if (key === null) {
    const nullKeys = { inserted: came.length, deleted: gone.length };
    return { ways: waysOf(gone, came), evidence: { ...NO_CHANGE, ...none, nullKeys } };
  }
  if (base.length > 1 || merge.length > 1) {
    const duplicateKeys = { keys: 1, baseRows: base.length, mergeRows: merge.length };
    return { ways: waysOf(base, merge), evidence: { ...NO_CHANGE, ...none, duplicateKeys } };
  }
  const [updated, inserted, deleted] = [base.length * merge.length, 1 - base.length, 1 - merge.length];
  const way = { inserted, updated, deleted };
  return { ways: [way], evidence: { ...way, ...none } };
}

function plus(one: Way, other: Way): Way {
  return {
    inserted: one.inserted + other.inserted,
    updated: one.updated + other.updated,
    deleted: one.deleted + other.deleted,
  };
}

interface Truth {
  readonly ways: readonly Way[];
  readonly evidence: ChangeEvidence;
}

function truthOf(base: readonly Row[], merge: readonly Row[]): Truth {
  const values = (rows: readonly Row[], key: number | null) =>
    rows.filter((row) => row.key === key).map((row) => row.value);
  const groups = [null, 1, 2].map((key) => groupOf(key, values(base, key), values(merge, key)));
  const sum = (pick: (group: Group['evidence']) => number) =>
    groups.reduce((total, { evidence }) => total + pick(evidence), 0);
  const evidence: ChangeEvidence = {
    key: ['k'],
    inserted: sum((one) => one.inserted),
    updated: sum((one) => one.updated),
    deleted: sum((one) => one.deleted),
    rows: { base: base.length, merge: merge.length },
    duplicateKeys: {
      keys: sum((one) => one.duplicateKeys.keys),
      baseRows: sum((one) => one.duplicateKeys.baseRows),
      mergeRows: sum((one) => one.duplicateKeys.mergeRows),
    },
    nullKeys: { inserted: sum((one) => one.nullKeys.inserted), deleted: sum((one) => one.nullKeys.deleted) },
    columns: new Map([['v', sum((one) => one.updated)]]),
    schema: [],
    isEstimate: false,
  };
  const ways = groups.reduce<readonly Way[]>(
    (sofar, group) => distinct(sofar.flatMap((one) => group.ways.map((other) => plus(one, other)))),
    [NO_CHANGE],
  );
  return { ways, evidence };
}

const AT = { file: 'c', line: 1, column: 1 };
const COMMON = {
  id: 't.x',
  name: null,
  table: 't',
  columns: ['v'],
  severity: 'error',
  dimension: null,
  where: null,
  threshold: { operator: 'mustBe', bounds: ['0'], unit: 'rows', at: AT },
  at: AT,
  expected: '',
} as const;

function judge(spec: CheckSpec, evidence: ChangeEvidence): Judged['outcome'] {
  return kindOf(spec).judge(spec, { form: 'changed', evidence }, { facts: {} as never, now: 0 }).outcome;
}

function holds(outcome: Judged['outcome'], ways: readonly Way[], keeps: (way: Way) => boolean): void {
  if (outcome === 'pass') expect(ways.filter((way) => !keeps(way))).toEqual([]);
  if (outcome === 'fail') expect(ways.filter(keeps)).toEqual([]);
}

describe('bounds of what changed', () => {
  const random = generator(20_260_822);
  const truths = Array.from({ length: 1500 }, () => truthOf(randomRows(random), randomRows(random)));

  it('hold every way the rows may have changed', () => {
    for (const { ways, evidence } of truths) {
      const bounds = boundsOf(evidence);
      const within = ({ least, most }: Interval, rows: number) => least <= BigInt(rows) && BigInt(rows) <= most;
      const outside = ways.filter(
        (way) =>
          !within(bounds.inserted, way.inserted) ||
          !within(bounds.updated, way.updated) ||
          !within(bounds.deleted, way.deleted) ||
          !within(bounds.touched, way.updated + way.deleted) ||
          bounds.leastDifferent > BigInt(way.inserted + way.updated + way.deleted),
      );
      expect(outside, JSON.stringify(evidence)).toEqual([]);
    }
  });

  it('are no wider than need be where at most one key is repeated and its rows all differ', () => {
    const narrow = truthOf([1, 1, 2].map(row), [3, 4].map(row));
    const wide = boundsOf(narrow.evidence);
    for (const change of ['inserted', 'updated', 'deleted'] as const) {
      const counts = narrow.ways.map((way) => way[change]);
      expect(wide[change]).toEqual({ least: BigInt(Math.min(...counts)), most: BigInt(Math.max(...counts)) });
    }
  });

  it('never let a limit pass or fail that some way breaks or keeps', () => {
    const outcomes = new Map<string, number>();
    for (const { ways, evidence } of truths) {
      const change = (['inserted', 'updated', 'deleted'] as const)[random(3)] ?? 'deleted';
      const unit: Unit = random(2) === 0 ? 'rows' : 'percent';
      const maximum = String(unit === 'rows' ? random(5) : random(11) * 10);
      const outcome = judge({ ...COMMON, kind: 'rowChanges', change, maximum, unit }, evidence);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      holds(outcome, ways, (way) => keepsLimit(way, change, Number(maximum), unit, evidence.rows.base));
    }
    // The test would say nothing if the judge never made up its mind, or always did.
    expect([...outcomes].filter(([, times]) => times > 50).map(([outcome]) => outcome)).toEqual(
      expect.arrayContaining(['pass', 'fail', 'error']),
    );
  });

  it('never let appendOnly, immutable or a protected partition pass what some way breaks', () => {
    for (const { ways, evidence } of truths) {
      holds(judge({ ...COMMON, kind: 'appendOnly' }, evidence), ways, (way) => way.updated + way.deleted === 0);
      holds(judge({ ...COMMON, kind: 'immutable' }, evidence), ways, (way) => way.updated === 0);
      const partition = { is: 'before', column: 'dt', bound: '2026-01-01' } as const;
      const outcome = judge({ ...COMMON, kind: 'protectedPartition', partition }, evidence);
      expect(outcome).toBe(ways.every((way) => way.inserted + way.updated + way.deleted > 0) ? 'fail' : 'pass');
    }
  });
});

function row(value: number): Row {
  return { key: 1, value: String(value) };
}

function keepsLimit(way: Way, change: RowChange, maximum: number, unit: Unit, base: number): boolean {
  return unit === 'rows' || maximum === 0 ? way[change] <= maximum : way[change] * 100 <= maximum * base;
}
