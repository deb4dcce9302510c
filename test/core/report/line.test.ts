import { describe, expect, it } from 'vitest';
import { cutEnd, cutMiddle, displayWidth } from '../../../src/core/report/text/display-width.ts';
import { wrap } from '../../../src/core/report/text/line.ts';

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['größe', 5],
    ['名前', 4],
    ['ｶﾅ', 2],
    ['ＡＢ', 4],
    ['e\u0301', 1],
    ['✅', 2],
    ['한국', 4],
    ['𠀀', 2],
  ])('%s takes %d columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('wrap', () => {
  it('breaks between words and keeps runs of spaces inside a line', () => {
    expect(wrap('one two   three four', 11)).toEqual(['one two', 'three four']);
    expect(wrap('one   two', 11)).toEqual(['one   two']);
  });

  it('breaks a word that is wider than the line', () => {
    expect(wrap(`see ${'x'.repeat(12)} there`, 5)).toEqual(['see', 'xxxxx', 'xxxxx', 'xx', 'there']);
  });

  it('counts columns and not characters', () => {
    expect(wrap('名前名前', 5)).toEqual(['名前', '名前']);
  });

  it('gives one empty line for an empty text', () => {
    expect(wrap('', 10)).toEqual(['']);
  });

  it('ends when a single character is wider than the line', () => {
    expect(wrap('名前', 1)).toEqual(['名', '前']);
  });
});

describe('cutting', () => {
  it('keeps both ends of a path', () => {
    expect(cutMiddle('tables/orders/day=2026-08-22/part-3.parquet', 21)).toBe('tables/ord…-3.parquet');
  });

  it('never exceeds the width, also with wide characters', () => {
    for (const width of [4, 5, 6, 7]) {
      expect(displayWidth(cutMiddle('名前名前名前', width))).toBeLessThanOrEqual(width);
      expect(displayWidth(cutEnd('名前名前名前', width))).toBeLessThanOrEqual(width);
    }
  });
});
