import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/report/report.ts';
import { type FoundOrigin, withOrigin } from '../../../src/core/verdict/block-on.ts';
import { failed } from '../report/reports.ts';

function rows(added: number, old: number, fixed: number): FoundOrigin {
  return { failedBefore: old + fixed > 0, rows: { new: added, old, fixed }, worse: false };
}

const WHOLE = { failedBefore: true, rows: null, worse: false };

function outcome(origin: FoundOrigin, blockOn: 'any' | 'new' | 'ratchet', own: Outcome = 'fail'): Outcome {
  return withOrigin(failed({ outcome: own }), origin, blockOn, 'on main').outcome;
}

describe('what blockOn lets pass', () => {
  it('is nothing, what brings no violation, or what leaves no more of them', () => {
    const cases: readonly FoundOrigin[] = [rows(0, 5, 0), rows(1, 4, 1), rows(2, 4, 1), rows(5, 0, 0), rows(0, 5, 3)];
    expect(cases.map((one) => outcome(one, 'any'))).toEqual(['fail', 'fail', 'fail', 'fail', 'fail']);
    expect(cases.map((one) => outcome(one, 'new'))).toEqual(['warn', 'fail', 'fail', 'fail', 'warn']);
    expect(cases.map((one) => outcome(one, 'ratchet'))).toEqual(['warn', 'warn', 'fail', 'fail', 'warn']);
  });

  it('goes by the base where no rows are counted', () => {
    for (const blockOn of ['new', 'ratchet'] as const) {
      expect(outcome(WHOLE, blockOn)).toBe('warn');
      expect(outcome({ ...WHOLE, worse: true }, blockOn)).toBe('fail');
      expect(outcome({ ...WHOLE, failedBefore: false }, blockOn)).toBe('fail');
    }
  });

  it('is nothing where the base kept the rule, whatever rows it had', () => {
    for (const blockOn of ['new', 'ratchet'] as const) {
      expect(outcome({ ...rows(0, 5, 3), failedBefore: false }, blockOn)).toBe('fail');
    }
  });

  it('is never a check that could not run', () => {
    expect(outcome(rows(0, 5, 0), 'new', 'error')).toBe('error');
    expect(outcome(rows(0, 5, 0), 'new', 'warn')).toBe('warn');
  });
});

describe('the words', () => {
  const words = (origin: FoundOrigin, blockOn: 'any' | 'new' | 'ratchet' = 'any') =>
    withOrigin(failed({ observed: 'bad' }), origin, blockOn, 'on main').observed;

  it('say which part is new', () => {
    expect(words(rows(9, 205, 0))).toBe('bad; 9 new with this change, 205 already on main');
    expect(words(rows(1_214, 0, 0))).toBe('bad; all 1,214 new with this change');
    expect(words(rows(1, 0, 2))).toBe('bad; new with this change, 2 of before are gone');
    expect(words({ ...WHOLE, failedBefore: false })).toBe('bad; not so on main before');
    expect(words({ ...WHOLE, worse: true })).toBe('bad; worse than on main, where it failed already');
  });

  it('never call a failure old that was none', () => {
    const kept = (origin: FoundOrigin) => words({ ...origin, failedBefore: false });
    expect(kept(rows(0, 1, 2))).toBe(
      'bad; not so on main before, within what is allowed: 1 was there, 2 of before are gone',
    );
    expect(kept(rows(3, 97, 0))).toBe(
      'bad; not so on main before, within what is allowed: 3 new with this change, 97 were there',
    );
    expect(kept(rows(3, 0, 1))).toBe('bad; all 3 new with this change, 1 of before is gone');
  });

  it('say what let it pass', () => {
    expect(words(rows(0, 205, 0), 'new')).toBe(
      'bad; all 205 already on main; blockOn: new lets them pass with a warning',
    );
    expect(words(rows(0, 1, 0), 'new')).toBe('bad; already on main; blockOn: new lets it pass with a warning');
    expect(words(WHOLE, 'ratchet')).toBe(
      'bad; failed on main already, and is no worse now; blockOn: ratchet lets it pass with a warning',
    );
  });
});
