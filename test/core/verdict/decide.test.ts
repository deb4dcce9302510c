import { describe, expect, it } from 'vitest';
import type { CheckReport, Outcome, TableReport } from '../../../src/core/report/report.ts';
import { decide, type Grounds } from '../../../src/core/verdict/decide.ts';

function check(outcome: Outcome, over: Partial<CheckReport> = {}): CheckReport {
  return {
    id: `t.${outcome}`,
    kind: 'required',
    name: null,
    columns: ['a'],
    outcome,
    severity: 'error',
    dimension: null,
    failing: 1,
    evaluated: 2,
    duplicateKeys: null,
    observed: '1 of 2 rows null',
    expected: 'never null',
    help: null,
    contract: { file: 'c.odcs.yaml', line: 1 },
    origin: null,
    objects: [],
    ...over,
  };
}

function table(...checks: readonly CheckReport[]): TableReport {
  return {
    name: 't',
    contract: { file: 'c.odcs.yaml', id: 'c', version: '1.0.0', digest: '' },
    owner: null,
    location: 't/',
    rows: 2,
    objects: { read: 1, bytes: 1, added: 1, changed: 0, removed: 0, unseenByDiff: [] },
    checks,
    diff: null,
  };
}

const grounds = (over: Partial<Grounds>): Grounds => ({
  tables: [],
  lenient: new Set(),
  problems: [],
  uncovered: { count: 0, policy: 'allow' },
  ...over,
});

const words = (outcomes: readonly Outcome[]): string => (outcomes.length === 0 ? 'no check' : outcomes.join(', '));

describe('decide', () => {
  it.each<readonly [readonly Outcome[], string]>([
    [[], 'approved'],
    [['pass', 'pass'], 'approved'],
    [['pass', 'skip'], 'approved'],
    [['pass', 'warn'], 'approved'],
    [['pass', 'error'], 'undecided'],
    [['warn', 'error'], 'undecided'],
    [['pass', 'fail'], 'rejected'],
    [['fail', 'error'], 'rejected'],
  ])('%o', (outcomes, verdict) => {
    const decided = decide(grounds({ tables: [table(...outcomes.map((outcome) => check(outcome)))] }));
    expect({ outcomes: words(outcomes), verdict: decided.verdict }).toEqual({ outcomes: words(outcomes), verdict });
    expect(decided.reasons.length > 0).toBe(verdict !== 'approved' || outcomes.includes('warn'));
  });

  it('what failed stands before what could not be told', () => {
    const { reasons } = decide(
      grounds({
        tables: [table(check('error', { observed: 'no such column' }), check('fail'))],
        problems: [{ code: 'x', message: 'the contract is broken' }],
      }),
    );
    expect(reasons[0]).toContain('1 of 2 rows null');
    expect(reasons).toHaveLength(3);
  });

  it('a problem is doubt, a warning is none', () => {
    const problem = { code: 'x', message: 'the contract is broken' };
    expect(decide(grounds({ problems: [problem] }))).toEqual({ verdict: 'undecided', reasons: [problem.message] });
    expect(decide(grounds({ problems: [{ ...problem, level: 'warning' }] })).verdict).toBe('approved');
  });

  it('a check that could not run does not block where the contract only warns', () => {
    const tables = [table(check('error'))];
    expect(decide(grounds({ tables })).verdict).toBe('undecided');
    expect(decide(grounds({ tables, lenient: new Set(['c.odcs.yaml']) })).verdict).toBe('approved');
    expect(decide(grounds({ tables, lenient: new Set(['other.odcs.yaml']) })).verdict).toBe('undecided');
  });

  it.each([
    ['allow', 'approved', 0],
    ['warn', 'approved', 1],
    ['block', 'rejected', 1],
  ] as const)('objects under no contract, policy %s', (policy, verdict, reasons) => {
    const decided = decide(grounds({ uncovered: { count: 3, policy } }));
    expect(decided.verdict).toBe(verdict);
    expect(decided.reasons).toHaveLength(reasons);
  });

  it('no object under no contract blocks nothing', () => {
    expect(decide(grounds({ uncovered: { count: 0, policy: 'block' } }))).toEqual({ verdict: 'approved', reasons: [] });
  });
});
