import { describe, expect, it } from 'vitest';
import { toldNames } from '../../../src/core/check/told-names.ts';

describe('the names of a text', () => {
  const properties = ['id', 'place', 'at', 'n'].map((column) => ({ column }));
  const told = (...names: readonly string[]) => toldNames({ properties }, names);

  it.each([
    [['id', 'place', 'at', 'n'], 'all of them'],
    [['id', 'place.town', 'extra'], 'half of them, and one more'],
    [['ID', 'At', 'other'], 'half of them, in other letters'],
    [[], 'none at all'],
  ])('are shown: %j, %s', (names) => {
    expect(told(...names)).toEqual(names);
  });

  it('are told by their places where most columns are missing', () => {
    expect(told('7', 'id', 'ann@example.com')).toEqual([
      'column 1 (name not shown)',
      'id',
      'column 3 (name not shown)',
    ]);
  });

  it('are no names where the contract knows none', () => {
    expect(told('7', 'ann@example.com')).toBeNull();
    expect(told('id;place;at')).toBeNull();
  });

  it('need not be in the file where they are in the path', () => {
    expect(toldNames({ properties }, ['other'], ['id', 'place', 'at', 'n'])).toEqual(['other']);
    expect(toldNames({ properties }, ['n', 'other'], ['id', 'place'])).toEqual(['n', 'other']);
  });

  it('are shown where no contract says which there are', () => {
    expect(toldNames({ properties: [] }, ['a', 'b'])).toEqual(['a', 'b']);
  });
});
