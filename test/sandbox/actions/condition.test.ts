import { describe, expect, it } from 'vitest';
import { evaluateCondition, matchesBranch } from '../../../src/sandbox/actions/condition.ts';

describe('the if of a hook', () => {
  it.each([
    // condition, after success, after failure
    ['', true, false],
    ['success()', true, false],
    ['failure()', false, true],
    [' success( ) ', true, false],
    ['true', true, true],
    ['false', false, false],
    ['!success()', false, true],
    ['not failure()', true, false],
    ['success() || failure()', true, true],
    ['success() and failure()', false, false],
    ['false or success() && true', true, false],
  ])('%s', (condition, afterSuccess, afterFailure) => {
    expect(evaluateCondition(condition, false)).toEqual({ ok: true, value: afterSuccess });
    expect(evaluateCondition(condition, true)).toEqual({ ok: true, value: afterFailure });
  });

  it.each(['1', '"yes"', 'success'])('is an error when it is no truth value: %s', (condition) => {
    const message = "hook 'if' expression should evaluate to a boolean";
    expect(evaluateCondition(condition, false)).toEqual({ ok: false, message });
  });

  it.each([' ', 'branch == "main"', 'success() &&', '(success())'])(
    'is refused rather than guessed: %s',
    (condition) => {
      expect(evaluateCondition(condition, false)).toMatchObject({ ok: false });
    },
  );
});

describe('the branches of an event', () => {
  it.each([
    // The right-hand sides are those of Go's path.Match.
    ['main', 'main', true],
    ['main', 'maine', false],
    ['*', 'a/b', false],
    ['rel-*', 'rel-1', true],
    ['**', 'abc', true],
    ['a*b*c', 'axxbyyc', true],
    ['?', 'ü', true],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[!a]', 'b', false],
    ['[!a]', '!', true],
    ['[c-a]', 'b', false],
    ['[\\]]', ']', true],
    ['x]', 'x]', true],
    ['{a,b}', 'a', false],
    ['\\*', '*', true],
    ['.', 'x', false],
    ['', '', true],
    ['', 'a', false],
  ])('%s for %s: %s', (pattern, branch, value) => {
    expect(matchesBranch([pattern], branch)).toEqual({ ok: true, value });
  });

  it.each(['[]a]', '[a-]', '[-a]', '[', '\\', 'a[', '[a', '[]', '[^]'])('refuses the malformed %s', (pattern) => {
    expect(matchesBranch([pattern], 'x')).toEqual({ ok: false, message: 'syntax error in pattern' });
  });

  it('are all of them when none is named, and any of those that are', () => {
    expect(matchesBranch([], 'x')).toEqual({ ok: true, value: true });
    expect(matchesBranch(['main', 'x'], 'x')).toEqual({ ok: true, value: true });
  });
});
