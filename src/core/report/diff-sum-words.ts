import { count, plural } from '../check/words.ts';
import type { DiffedTable } from '../diff/diff-report.ts';
import { differs, isComplete } from '../diff/order-tables.ts';
import type { TableDiff, Uncompared } from '../diff/table-diff.ts';

/** What all tables come to, for the head of a page: first what was not compared, then what differs. */
export function sumWords(tables: readonly DiffedTable[], isBroken: boolean): readonly string[] {
  if (tables.length === 0) return [isBroken ? 'nothing compared' : 'no difference'];
  const diffs = tables.flatMap(({ diff }) => (diff === null ? [] : [diff]));
  const failed = tables.length - diffs.length;
  return [
    ...(failed === 0 ? [] : [`${plural(failed, 'table')} not compared`]),
    ...uncomparedWords(diffs),
    ...(diffs.length === 0 ? [] : differenceWords(diffs, isBroken || failed > 0)),
    ...(tables.length > 1
      ? [`${count(diffs.filter(differs).length)} of ${plural(tables.length, 'table')} differ`]
      : []),
  ];
}

/** `1 record before and 2 after not compared`; nothing where all was compared. */
export function uncomparedWords(diffs: readonly Pick<TableDiff, 'uncompared'>[]): readonly string[] {
  const all = diffs.flatMap(({ uncompared }) => (uncompared === undefined ? [] : [uncompared]));
  const sum = (of: (one: Uncompared) => number): number => all.reduce((total, one) => total + of(one), 0);
  const [before, after] = [sum(({ records }) => records.base), sum(({ records }) => records.merge)];
  const columns = sum((one) => one.columns);
  return [
    ...(before > 0 && after > 0 ? [`${plural(before, 'record')} before and ${count(after)} after not compared`] : []),
    ...(before > 0 && after === 0 ? [`${plural(before, 'record')} before not compared`] : []),
    ...(before === 0 && after > 0 ? [`${plural(after, 'record')} after not compared`] : []),
    ...(columns > 0 ? [`${plural(columns, 'column')} not compared`] : []),
  ];
}

function differenceWords(diffs: readonly TableDiff[], isCut: boolean): readonly string[] {
  const isWhole = !isCut && diffs.every(isComplete);
  if (!diffs.some(differs)) return [isWhole ? 'no difference' : 'the rest is the same'];
  const sum = (of: (diff: TableDiff) => number): number => diffs.reduce((all, diff) => all + of(diff), 0);
  const [inserted, updated, deleted] = [
    sum((diff) => diff.inserted),
    sum((diff) => diff.updated),
    sum((diff) => diff.deleted),
  ];
  const areRead = diffs.some(
    ({ uncompared }) => (uncompared?.records.base ?? 0) + (uncompared?.records.merge ?? 0) > 0,
  );
  const rows = [
    ...(inserted + updated + deleted === 0
      ? []
      : [`+${count(inserted)} ~${count(updated)} -${count(deleted)} rows${areRead ? ' among those read' : ''}`]),
    ...unpairedWords(diffs),
  ];
  if (rows.length > 0) return rows;
  // Of a part of the keys nobody can say that no row differs.
  return [
    isWhole && diffs.every(({ estimate }) => estimate === null) ? 'schema differs, no row does' : 'schema differs',
  ];
}

/** Rows that no key pairs, beside those that were inserted, deleted and updated; nothing where there are none. */
export function unpairedWords(diffs: readonly Pick<TableDiff, 'duplicateKeys' | 'nullKeys'>[]): readonly string[] {
  const repeated = diffs.reduce((all, { duplicateKeys }) => all + duplicateKeys.keys, 0);
  const keyless = diffs.reduce((all, { nullKeys }) => all + nullKeys.inserted + nullKeys.deleted, 0);
  return [
    ...(repeated === 0 ? [] : [`${plural(repeated, 'key')} more than once`]),
    ...(keyless === 0 ? [] : [`${plural(keyless, 'row')} without a key`]),
  ];
}
