import { describe, expect, it } from 'vitest';
import { escapeText } from '../../../src/core/report/escape-text.ts';

describe('escapeText', () => {
  it.each([
    ['plain words', 'tables/orders/part-0.parquet', 'tables/orders/part-0.parquet'],
    ['nothing', '', ''],
    ['a pattern with its backslashes', '^\\d+$', '^\\d+$'],
    ['letters of other scripts', 'größe 名前 имя اسم', 'größe 名前 имя اسم'],
    ['a letter with its own accent mark', 'e\u0301', 'e\u0301'],
    ['a line break', 'a\nb\r\nc', 'a\\nb\\r\\nc'],
    ['a tab', 'a\tb', 'a\\tb'],
    ['a terminal sequence', '\u001b[2J\u001b]0;x\u0007', '\\u001b[2J\\u001b]0;x\\u0007'],
    ['NUL and DEL', '\0\u007f', '\\u0000\\u007f'],
    ['a C1 control, which some terminals obey like ESC [', '\u009b31m', '\\u009b31m'],
    ['NEL and line separators', 'a\u0085b\u2028c\u2029d', 'a\\u0085b\\u2028c\\u2029d'],
    ['bidi overrides', 'a\u202eb\u202dc\u202cd\u202ae\u202bf', 'a\\u202eb\\u202dc\\u202cd\\u202ae\\u202bf'],
    ['bidi isolates', '\u2066a\u2067b\u2068c\u2069', '\\u2066a\\u2067b\\u2068c\\u2069'],
    ['bidi marks', 'a\u200eb\u200fc\u061cd', 'a\\u200eb\\u200fc\\u061cd'],
    ['zero width', 'a\u200bb\u200cc\u200dd\u2060e\ufefff', 'a\\u200bb\\u200cc\\u200dd\\u2060e\\ufefff'],
    ['a soft hyphen', 'co\u00adop', 'co\\u00adop'],
    ['fillers that are drawn as nothing', 'a\u3164\u115f\u2800b', 'a\\u3164\\u115f\\u2800b'],
    ['a variation selector', 'a\ufe0fb', 'a\\ufe0fb'],
    ['tag characters', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['a private use character', '\ue000', '\\ue000'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
    ['spaces that look like the plain one', 'a\u00a0b\u3000c\u2003d', 'a\\u00a0b\\u3000c\\u2003d'],
    ['spaces at the edges', ' a b  ', '␣a b␣␣'],
    ['nothing but spaces', '   ', '␣␣␣'],
    ['marks piled up over the neighbouring lines', `a${'\u0301'.repeat(6)}`, `a${'\u0301'.repeat(4)}\\u0301\\u0301`],
  ])('%s', (_name, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it('leaves nothing that a terminal would act on, whatever the code unit', () => {
    const all = Array.from({ length: 0x10000 }, (_, code) => escapeText(`x${String.fromCharCode(code)}x`)).join('');
    expect(all).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  it('is the same when done twice', () => {
    const once = escapeText(' \u001b[31m\n ');
    expect(escapeText(once)).toBe(once);
  });
});
