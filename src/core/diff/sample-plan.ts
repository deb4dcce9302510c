/** Rows to look at: the first keys of each kind of change, in key order, and only columns that may be shown. */
import { type CompiledQuery, compile, join, type SqlFragment, sql, value, wholeNumber } from '../sql.ts';
import type { DiffColumn } from './diff-columns.ts';
import type { KeyedRequest } from './keyed-plan.ts';
import { keyedRows, keyNames, type SideRows, sameKey, textOf, valueName } from './side-rows.ts';
import type { Cell, RowSample } from './table-diff.ts';

/** Longest text of a cell. */
const MAX_CELL = 1_000;

export interface SampleRequest {
  readonly keyed: KeyedRequest;
  /** Rows of each kind. */
  readonly limit: number;
  readonly mayShow: (column: string) => boolean;
}

type Change = RowSample['change'];
const CLASSES: Readonly<Record<Change, string>> = { inserted: 'i', updated: 'u', deleted: 'd' };

/** Rows `c<n>` (the column's code) and, for columns that may be shown, a struct `s<n>` of both texts and lengths. */
export function sampleRows({ keyed, limit, mayShow }: SampleRequest, change: Change): CompiledQuery {
  const { shape, base, merge } = keyed;
  const all = shownColumns(keyed, mayShow);
  const cells = all.map(
    ({ position }) =>
      sql`struct_pack(base := ${cell('a', position)}, merge := ${cell('b', position)}) AS ${sampleName(position)}`,
  );
  const codes = shape.values.map((_column, index) => sql`d.${valueName(index)}`);
  const picked = sql`SELECT * FROM sluice_delta WHERE class = ${value(CLASSES[change])} ORDER BY ${keyNames(shape)} LIMIT ${wholeNumber(limit)}`;
  const side = (rows: SideRows) => sql`(${textRows(keyed, rows, all)})`;
  return compile(sql`SELECT ${join([...codes, ...cells, sql`1 AS one`], ', ')} FROM (${picked}) AS d
    LEFT JOIN ${side(base)} AS a ON ${sameKey(shape, 'a', 'd')} LEFT JOIN ${side(merge)} AS b ON ${sameKey(shape, 'b', 'd')}
    ORDER BY ${keyNames(shape, 'd')}`);
}

/** Codes that make a row an update. */
const CHANGED: ReadonlySet<number> = new Set([1, 2, 3, 6, 7]);

interface Shown {
  readonly column: DiffColumn;
  /** Key columns first. */
  readonly position: number;
}

function shownColumns({ shape }: KeyedRequest, mayShow: SampleRequest['mayShow']): readonly Shown[] {
  return [...shape.key, ...shape.values]
    .map((column, position) => ({ column, position }))
    .filter(({ column }) => mayShow(column.name));
}

function sampleName(position: number): SqlFragment {
  return { text: [`s${position}`], values: [] };
}

/** The key as it is compared and the shown columns as text. */
function textRows({ shape, sampling }: KeyedRequest, rows: SideRows, shown: readonly Shown[]): SqlFragment {
  const texts = shown.map(({ column, position }) => ({ name: `t${position}`, text: textOf(rows, column) }));
  return keyedRows(rows, shape, sampling, { texts });
}

function cell(alias: 'a' | 'b', position: number): SqlFragment {
  const text: SqlFragment = { text: [`${alias}.t${position}`], values: [] };
  const limit = wholeNumber(MAX_CELL);
  return sql`struct_pack(text := left(${text}, ${limit}), cut := greatest(0, length(${text}) - ${limit}))`;
}

/** Reads the rows that {@link sampleRows} brought. */
export function readSamples(
  { keyed, mayShow }: SampleRequest,
  change: Change,
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly RowSample[] {
  const { key, values } = keyed.shape;
  return rows.map((row) => {
    const cells = values.flatMap((column, index) => {
      const shown = mayShow(column.name);
      const changed = change === 'updated' ? CHANGED.has(Number(row[`c${index}`] ?? 0)) : shown;
      const both = sidesOf(row, key.length + index, shown, change);
      return changed ? [{ column: column.name, ...both }] : [];
    });
    return {
      change,
      key: key.map((column, index) => {
        const both = sidesOf(row, index, mayShow(column.name), change);
        return { column: column.name, value: change === 'deleted' ? both.base : both.merge };
      }),
      cells,
    };
  });
}

function sidesOf(
  row: Readonly<Record<string, unknown>>,
  position: number,
  shown: boolean,
  change: Change,
): { readonly base: Cell; readonly merge: Cell } {
  const pair = field(row[`s${position}`]);
  const of = (side: 'base' | 'merge', absent: boolean): Cell =>
    absent ? { kind: 'absent' } : shown ? readCell(pair[side]) : { kind: 'hidden' };
  return { base: of('base', change === 'inserted'), merge: of('merge', change === 'deleted') };
}

function readCell(packed: unknown): Cell {
  const { text, cut } = field(packed);
  return typeof text === 'string' ? { kind: 'value', text, cut: Number(cut ?? 0) } : { kind: 'null' };
}

function field(packed: unknown): Readonly<Record<string, unknown>> {
  return typeof packed === 'object' && packed !== null ? (packed as Readonly<Record<string, unknown>>) : {};
}
