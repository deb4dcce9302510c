import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { findPatternFault, isAnchored } from '../../../src/core/contract/re2-pattern.ts';

/** Parts that patterns are made of, good ones and bad ones. */
const PARTS = [
  ...['a', 'é', '😀', '.', '^', '$', '|', '-', ']', '}', '{', '\\', '()', '(', ')', '(?:', '(?:)'],
  ...['*', '+', '?', '{2}', '{2,1}', '{1,}', '{,3}', '{1001}', '++', '*?', '**'],
  ...[
    '[a-z]',
    '[^b]',
    '[]a]',
    '[a',
    '[z-a]',
    '[a-\\d]',
    '[\\d-z]',
    '[\\b]',
    '[-a]',
    '[a-]',
    '[+--]',
    '[[:alpha:]]',
    '[[:foo:]]',
  ],
  ...[
    '\\d',
    '\\W',
    '\\b',
    '\\A',
    '\\z',
    '\\Z',
    '\\G',
    '\\h',
    '\\Q*\\E',
    '\\E',
    '\\pL',
    '\\p{Greek}',
    '\\x41',
    '\\x{1F600}',
  ],
  ...['\\u0041', '\\/', '\\-', '\\_', '\\é', '\\0', '\\012', '\\377', '\\8', '\\1', '\\k<n>', '\\C', '\\X'],
  ...[
    '(?=',
    '(?!',
    '(?<=',
    '(?<!',
    '(?>',
    '(?P<n>',
    '(?<n>',
    '(?P=n)',
    '(?i)',
    '(?i:',
    '(?s-i)',
    '(?x)',
    '(?#x)',
    '(?)',
  ],
];

/** The same sequence on every run. */
function* numbers(): Generator<number, never> {
  for (let state = 7; ; ) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state;
  }
}

function patterns(): readonly string[] {
  const random = numbers();
  const pick = (): string => PARTS[random.next().value % PARTS.length] ?? '';
  const longer = Array.from({ length: 2000 }, () =>
    Array.from({ length: 2 + (random.next().value % 4) }, pick).join(''),
  );
  return [...PARTS, ...PARTS.flatMap((left) => ['a', '(', ')', '*', '|'].map((right) => left + right)), ...longer];
}

describe('patterns', () => {
  it('are judged as the engine judges them', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const differences: string[] = [];
    for (const pattern of patterns()) {
      const prepared = await connection.prepare("SELECT regexp_matches('x', $1)");
      prepared.bindVarchar(1, pattern);
      const runs = await prepared.run().then(
        () => true,
        () => false,
      );
      if ((findPatternFault(pattern) === null) !== runs) differences.push(pattern);
    }
    connection.closeSync();
    expect(differences).toEqual([]);
  });

  it.each([
    ['^(?=.*[0-9]).+$', 1, 'look-around'],
    ['a(?<!b)', 1, 'look-around'],
    ['(a)\\1', 3, 'backreference'],
    ['[a-z]++', 5, 'possessive'],
    ['(?>a)', 0, 'atomic'],
    ['a(b', 3, '`(`'],
    ['a)', 1, '`)`'],
    ['*a', 0, 'nothing to repeat'],
    ['a{3,2}', 1, 'counts down'],
    ['a\\', 1, 'end'],
  ])('%s is told with its place', (pattern, offset, what) => {
    expect(findPatternFault(pattern)).toMatchObject({ offset, what: expect.stringContaining(what) });
    expect(findPatternFault(pattern)?.hint).toBeTruthy();
  });

  it.each([
    ['^a$', true],
    ['\\Aa\\z', true],
    ['(?i)^a$', true],
    ['^(a|b)$', true],
    ['^[|]$', true],
    ['^a\\\\$', true],
    ['^a|b$', false],
    ['a$', false],
    ['^a', false],
    ['^a\\$', false],
    ['', false],
  ])('%s is anchored: %s', (pattern, anchored) => {
    expect(isAnchored(pattern)).toBe(anchored);
  });
});
