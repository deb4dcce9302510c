import { count, plural } from '../../check/words.ts';
import { isComplete } from '../../diff/order-tables.ts';
import type { ColumnDiff, SchemaChange, TableDiff } from '../../diff/table-diff.ts';
import { uncomparedWords } from '../diff-sum-words.ts';
import { cutEnd, cutMiddle, displayWidth, padEnd, padStart } from './display-width.ts';
import { BLANK, field, type Line, type Span } from './line.ts';
import { byteWords, rateWords } from './numbers.ts';
import { profileLines } from './profile-lines.ts';
import { sampleLines } from './sample-lines.ts';

/** How much of a diff is shown. */
export interface DiffDetail {
  /** Changed columns, and schema changes. */
  readonly columns: number;
  /** Rows of each kind of change. */
  readonly samples: number;
  /** Lines about the profile. */
  readonly shifts: number;
  /** False: no value of the data stands in the text, whatever may be shown elsewhere. */
  readonly values: boolean;
}

interface Page {
  readonly width: number;
  readonly indent: number;
}

/** What changed in a table, the rows first; the diff has been through `escapeAllText`. */
export function diffLines(diff: TableDiff, detail: DiffDetail, width: number): readonly Line[] {
  const page = { width, indent: 2 };
  return [
    ...rowLines(diff, page),
    ...schemaLines(diff, detail, page),
    ...field('compared', readWords(diff), page),
    ...diff.notes.slice(0, NOTES_SHOWN).flatMap((note) => field('note', cutEnd(note, 400), page)),
    ...columnTable(diff, detail, width),
    ...profileLines(diff, detail, width),
    ...(detail.values ? sampleLines(diff, detail.samples, width) : []),
  ];
}

const NOTES_SHOWN = 5;

function rowLines(diff: TableDiff, page: Page): readonly Line[] {
  const { rows, key } = diff;
  const by = key.length === 0 ? 'no key: compared as whole rows' : `key: ${key.join(', ')}`;
  const lines = [
    `${count(rows.base)} -> ${count(rows.merge)}${isComplete(diff) ? growth(rows) : ''}   ${by}`,
    changeWords(diff),
    ...(diff.estimate === null ? [] : [estimateWords(diff, diff.estimate)]),
    ...(isUnderstood(diff) ? [] : [oddWords(diff)]),
    ...(isComplete(diff) ? [] : [`! ${uncomparedWords([diff]).join(', ')}: all counts are of what was read`]),
  ];
  return lines.flatMap((text, index) => field(index === 0 ? 'rows' : '', text, page));
}

function growth({ base, merge }: TableDiff['rows']): string {
  if (base === merge) return '';
  if (base === 0) return '   (new)';
  if (merge === 0) return '   (emptied)';
  const rate = rateWords(Math.abs(merge - base), base);
  const sign = merge > base ? '+' : '-';
  return /^\d/.test(rate) ? `   (${sign}${rate})` : `   (${sign}${plural(Math.abs(merge - base), 'row')})`;
}

/** `+ 200,000 inserted   ~ 8,200 updated   - 4,000 deleted   11,987,800 unchanged`. */
export function changeWords(diff: TableDiff): string {
  const about = diff.estimate === null ? '' : 'about ';
  const { inserted, updated, deleted, unchanged } = diff;
  const parts = [
    { sign: '+', number: inserted, word: 'inserted' },
    { sign: '~', number: updated, word: 'updated' },
    { sign: '-', number: deleted, word: 'deleted' },
  ].filter(({ number }) => number > 0);
  const changes = parts.map(({ sign, number, word }) => `${sign} ${about}${count(number)} ${word}`);
  // A version that is one object has no other one for a row to be in.
  const moved =
    (diff.moved ?? 0) > 0 && diff.objects.of > 2 ? `, ${count(diff.moved ?? 0)} of them in another object` : '';
  const rest = `${about}${count(unchanged)} unchanged${moved}`;
  return [changes.length === 0 ? nothingWords(diff) : changes.join('   '), rest].join('   ');
}

/** The whole sentence for a table without a changed row. */
function nothingWords(diff: TableDiff): string {
  const { objects, duplicateKeys, nullKeys } = diff;
  const isOdd = duplicateKeys.keys + nullKeys.inserted + nullKeys.deleted > 0;
  if (!isComplete(diff)) return isOdd ? 'no row read with a key of its own changed' : 'nothing that was read changed';
  if (isOdd) return 'no row with a key of its own changed';
  if (objects.changed === 0) return 'no row changed';
  return `no row changed (${objects.changed === 1 ? '1 object differs' : `${count(objects.changed)} objects differ`})`;
}

function estimateWords(diff: TableDiff, { oneIn, margin95 }: NonNullable<TableDiff['estimate']>): string {
  const margins = (['inserted', 'updated', 'deleted'] as const).map((name) => `${name} ± ${count(margin95[name])}`);
  const what = diff.key.length === 0 ? 'row' : 'key';
  return `an estimate: one ${what} in ${count(oneIn)} was compared (95 %: ${margins.join(', ')}); it decides nothing`;
}

function isUnderstood({ duplicateKeys, nullKeys }: TableDiff): boolean {
  return duplicateKeys.keys + nullKeys.inserted + nullKeys.deleted === 0;
}

function oddWords({ duplicateKeys, nullKeys }: TableDiff): string {
  const { keys, baseRows, mergeRows } = duplicateKeys;
  const parts = [
    keys === 0
      ? ''
      : `! ${plural(keys, 'key')} more than once: ${count(baseRows)} -> ${plural(mergeRows, 'row')}, not compared`,
    nullKeys.inserted + nullKeys.deleted === 0
      ? ''
      : `! rows without a key: +${count(nullKeys.inserted)} -${count(nullKeys.deleted)}`,
  ];
  return parts.filter((part) => part !== '').join('   ');
}

function schemaLines({ schema, omitted }: TableDiff, { columns }: DiffDetail, page: Page): readonly Line[] {
  const shown = schema.slice(0, columns);
  const more = schema.length + omitted.schema - shown.length;
  const texts = [...shown.map(schemaWords), ...(more > 0 ? [`… ${plural(more, 'more schema change')}`] : [])];
  return texts.flatMap((text, index) => field(index === 0 ? 'schema' : '', text, page));
}

function schemaWords({ change, column, before, after, guess }: SchemaChange): string {
  switch (change) {
    case 'added':
      return `+ ${column}   ${after}`;
    case 'removed':
      return `- ${column}   ${before}`;
    case 'order':
      return `~ order of columns   ${cutEnd(before ?? '', 80)} -> ${cutEnd(after ?? '', 80)}`;
    case 'renamed?':
      return `? renamed?   ${before} -> ${after}   (the same in ${guess === undefined ? 'many rows' : rateWords(guess.numerator, guess.denominator)})`;
    default:
      return `~ ${column}   ${before} -> ${after}`;
  }
}

function readWords({ objects }: TableDiff): string {
  const { read, of, bytesRead, bytesOf, renamed } = objects;
  const renames = renamed.length === 0 ? '' : `   ${plural(renamed.length, 'object')} renamed`;
  if (of === read) return `${objectsCompared(objects)}, ${byteWords(bytesOf)}${renames}`;
  return `${objectsCompared(objects)}, ${byteWords(bytesRead)} of ${byteWords(bytesOf)}; the others are the same${renames}`;
}

/** `5 of the 41 objects of both versions`: one that is on both sides counts on both. */
export function objectsCompared({ read, of }: TableDiff['objects']): string {
  const both = of === 1 ? '' : ' of both versions';
  return read === of ? `${plural(of, 'object')}${both}` : `${count(read)} of the ${plural(of, 'object')}${both}`;
}

/** Changed columns in a table, then how many are not shown. */
function columnTable(diff: TableDiff, { columns: limit }: DiffDetail, width: number): readonly Line[] {
  const shown = diff.columns.slice(0, limit);
  const more = diff.columns.length + diff.omitted.columns - shown.length;
  const [first] = shown;
  const hidden = [
    ...(first === undefined ? [] : [`match: of ${wholeWords(first)}`]),
    ...(more > 0 ? [`${plural(more, 'more changed column')}`] : []),
    ...(diff.unchangedColumns > 0 ? [`${plural(diff.unchangedColumns, 'unchanged column')} hidden`] : []),
  ];
  if (shown.length === 0) return more > 0 ? [[{ text: `    (${hidden.join(', ')})`, style: 'faint' }]] : [];
  const names = shown.map(({ name }) => cutMiddle(name, Math.floor(width / 3)));
  const rates = shown.map(({ matchRate }) => rateWords(matchRate.numerator, matchRate.denominator));
  const nameWidth = Math.max(6, ...names.map(displayWidth));
  const head = `  ${padEnd('column', nameWidth + 2)}   ${padStart('changed', 11)}   ${padStart('match', 7)}   how`;
  return [
    BLANK,
    [{ text: head, style: 'faint' }],
    ...shown.map((column, index): Line => {
      const start = `  ~ ${padEnd(names[index] ?? '', nameWidth)}   ${padStart(count(column.changed), 11)}   ${padStart(rates[index] ?? '', 7)}`;
      return [{ text: cutEnd(`${start}   ${howWords(column)}`.trimEnd(), width) }];
    }),
    ...(hidden.length === 0 ? [] : [[{ text: `    (${hidden.join(', ')})`, style: 'faint' } satisfies Span]]),
  ];
}

/** `1 row on both sides`. */
function wholeWords({ matchRate: { denominator, of } }: ColumnDiff): string {
  return `${count(denominator)} ${denominator === 1 ? of.replace(/^rows\b/, 'row') : of}`;
}

function howWords(column: ColumnDiff): string {
  const parts = [
    [column.nullToValue, 'null -> value'],
    [column.valueToNull, 'value -> null'],
    [column.caseOnly, 'upper and lower case only'],
    [column.whitespaceOnly, 'white space only'],
    [column.withinTolerance, `equal within ${column.tolerance ?? ''}`],
    [column.sameJson, 'same JSON, other text'],
  ] as const;
  const counted = parts.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
  const compared = column.comparedAs === null ? [] : [`compared as ${column.comparedAs}`];
  return [...counted, ...compared].join(', ');
}
