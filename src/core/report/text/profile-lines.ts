import { plural } from '../../check/words.ts';
import type { TableDiff } from '../../diff/table-diff.ts';
import { MEASURE_WORDS, movedWords, shiftedColumns, sidesWords, tellingShifts } from '../shift-words.ts';
import { cutEnd, cutMiddle, displayWidth, padEnd } from './display-width.ts';
import { BLANK, type Line } from './line.ts';

/** Lines of one column. */
const MOST_OF_A_COLUMN = 3;
const VALUE_WIDTH = 24;

/**
 * Measures that moved past a threshold, the worst column first: `!` is strong.
 *
 * @param values whether values of the data may stand in this text; rates and counts always may
 */
export function profileLines(
  { profile, profileOf }: TableDiff,
  { shifts: most, values }: { readonly shifts: number; readonly values: boolean },
  width: number,
): readonly Line[] {
  const columns = shiftedColumns(profile);
  const rows = columns.flatMap(({ column, shifts }) =>
    tellingShifts(shifts)
      .slice(0, MOST_OF_A_COLUMN)
      .map((shift) => ({ shift, name: column.name, sides: sidesWords(shift, column, values) })),
  );
  if (rows.length === 0 || most === 0) return [];
  const shown = rows.slice(0, most);
  const names = shown.map(({ name }) => cutMiddle(name, Math.floor(width / 4)));
  const texts = shown.map(({ sides }) => (sides === null ? '' : sideText(sides)));
  const nameWidth = Math.max(7, ...names.map(displayWidth));
  const measureWidth = Math.max(...shown.map(({ shift }) => MEASURE_WORDS[shift.measure].length));
  const textWidth = Math.max(...texts.map(displayWidth));
  const named = new Set(shown.map(({ name }) => name)).size;
  const more = [
    ...(rows.length > shown.length ? [plural(rows.length - shown.length, 'more shift')] : []),
    ...(columns.length > named ? [`${plural(columns.length - named, 'more column')} with shifts`] : []),
    profileOf === 'table' ? 'of all rows' : 'of the rows of changed objects alone',
  ];
  return [
    BLANK,
    [{ text: `  ${padEnd('profile', nameWidth + 2)}   before -> after, and how far past the usual`, style: 'faint' }],
    ...shown.map(({ shift }, index): Line => {
      const start = `${padEnd(names[index] ?? '', nameWidth)}   ${padEnd(MEASURE_WORDS[shift.measure], measureWidth)}`;
      const moved = textWidth === 0 ? start : `${start}   ${padEnd(texts[index] ?? '', textWidth)}`;
      const strong = shift.strength === 'strong';
      return [
        { text: `  ${strong ? '!' : '~'} `, ...(strong ? { style: 'caution' as const } : {}) },
        { text: cutEnd(`${moved}   (${movedWords(shift)})`, width - 4) },
      ];
    }),
    [{ text: `    (${more.join(', ')})`, style: 'faint' }],
  ];
}

function sideText({ before, after, where }: { before: string; after: string; where: string | null }): string {
  const [from, to] = [cutEnd(before, VALUE_WIDTH), cutEnd(after, VALUE_WIDTH)];
  return where === null ? `${from} -> ${to}` : `${cutEnd(where, VALUE_WIDTH)}: ${from} -> ${to}`;
}
