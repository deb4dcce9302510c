import { count, plural } from '../../check/words.ts';
import type { Cell, RowSample, TableDiff } from '../../diff/table-diff.ts';
import { aroundDifference } from '../cell-words.ts';
import { cutEnd, displayWidth, padEnd } from './display-width.ts';
import { BLANK, type Line } from './line.ts';

const SIGNS = { inserted: '+', updated: '~', deleted: '-' } as const;
const STYLES = { inserted: 'good', updated: 'caution', deleted: 'bad' } as const;
const CELL_CHARACTERS = 40;
const PAIR_CHARACTERS = 24;
const KEY_WIDTH = 24;
const GAP = '   ';

/** Some rows of each kind of change: a line each, the key first; as many columns as the line has room for. */
export function sampleLines(diff: TableDiff, most: number, width: number): readonly Line[] {
  return (['updated', 'inserted', 'deleted'] as const).flatMap((change) => {
    const rows = diff.samples.filter((sample) => sample.change === change).slice(0, most);
    if (rows.length === 0) return [];
    const title = `showing ${count(rows.length)} of ${count(diff[change])} ${change}`;
    const room = width - 4;
    const lines = change === 'updated' ? updatedRows(rows, room) : wholeRows(rows, change, room);
    return [BLANK, [{ text: `  rows   ${title}`, style: 'faint' }], ...lines.map((line) => signed(change, line))];
  });
}

interface RowLine {
  readonly text: string;
  readonly isHead: boolean;
}

function signed(change: RowSample['change'], { text, isHead }: RowLine): Line {
  if (isHead) return [{ text: `    ${text}`, style: 'faint' }];
  return [{ text: `  ${SIGNS[change]} `, style: STYLES[change] }, { text }];
}

/** Each row has changed columns of its own. */
function updatedRows(rows: readonly RowSample[], room: number): readonly RowLine[] {
  const keys = keyTable(rows);
  const body = rows.map((row, index): RowLine => {
    const cells = row.cells.map(({ column, base, merge }) => {
      const { before, after } = aroundDifference(base, merge, PAIR_CHARACTERS);
      const [from, to] = [cellWords(before, PAIR_CHARACTERS), cellWords(after, PAIR_CHARACTERS)];
      const same = from === to && base.kind === 'value' ? `differs after ${from}` : `${from} -> ${to}`;
      return `${column} ${base.kind === 'hidden' && merge.kind === 'hidden' ? 'changed, <hidden>' : same}`;
    });
    return { text: fitted([keys.rows[index] ?? '', ...cells], room), isHead: false };
  });
  return [{ text: `${keys.head}${GAP}changed`, isHead: true }, ...body];
}

/** Rows that are on one side only have their columns below each other. */
function wholeRows(rows: readonly RowSample[], change: 'inserted' | 'deleted', room: number): readonly RowLine[] {
  const keys = keyTable(rows);
  const names = rows[0]?.cells.map(({ column }) => column) ?? [];
  const table = names.map((name, place) => [
    name,
    ...rows.map(({ cells }) =>
      cellWords(cells[place]?.[change === 'deleted' ? 'base' : 'merge'] ?? { kind: 'absent' }),
    ),
  ]);
  const lines = [keys.head, ...keys.rows];
  let shown = 0;
  for (const column of table) {
    const own = Math.max(...column.map(displayWidth));
    const used = Math.max(...lines.map(displayWidth));
    if (used + GAP.length + own + MORE_ROOM > room && shown > 0) break;
    for (const [index, cell] of column.entries()) {
      lines[index] = `${padEnd(lines[index] ?? '', used)}${GAP}${cell}`;
    }
    shown += 1;
  }
  const more = table.length - shown;
  return lines.map((line, index) => ({
    text:
      index === 0 && more > 0
        ? `${cutEnd(line, room - MORE_ROOM)}${GAP}… ${plural(more, 'more column')}`
        : cutEnd(line, room),
    isHead: index === 0,
  }));
}

const MORE_ROOM = 20;

/** The key's columns, below each other, one line each. */
function keyTable(rows: readonly RowSample[]): { readonly head: string; readonly rows: readonly string[] } {
  const names = rows[0]?.key.map(({ column }) => column) ?? [];
  const columns = names.map((name, place) =>
    [name, ...rows.map(({ key }) => cellWords(key[place]?.value ?? { kind: 'absent' }))].map((text) =>
      cutEnd(text, KEY_WIDTH),
    ),
  );
  const widths = columns.map((column) => Math.max(...column.map(displayWidth)));
  const line = (index: number): string =>
    columns.map((column, place) => padEnd(column[index] ?? '', widths[place] ?? 0)).join(GAP);
  return { head: line(0), rows: rows.map((_row, index) => line(index + 1)) };
}

/** Parts side by side while they fit, the first at any rate; then how many do not. */
function fitted(parts: readonly string[], room: number): string {
  let line = '';
  for (const [index, part] of parts.entries()) {
    const next = line === '' ? part : `${line}${GAP}${part}`;
    const left = parts.length - index;
    const fits = displayWidth(next) + (left > 1 ? MORE_ROOM : 0) <= room;
    if (!fits && index > 1) return cutEnd(`${line}${GAP}… ${plural(left, 'more column')}`, room);
    line = next;
  }
  return cutEnd(line, room);
}

/** `NULL` and the text "NULL", the empty text and no row at all look different. */
export function cellWords(cell: Cell, most = CELL_CHARACTERS): string {
  switch (cell.kind) {
    case 'null':
      return 'NULL';
    case 'absent':
      return '<absent>';
    case 'hidden':
      return '<hidden>';
    case 'value': {
      const text = cutEnd(cell.text, most);
      const cut = cell.cut + Math.max(0, [...cell.text].length - most);
      return /^(|NULL|<absent>|<hidden>)$/.test(text) ? `"${text}"` : `${text}${cut > 0 ? `(+${count(cut)})` : ''}`;
    }
  }
}
