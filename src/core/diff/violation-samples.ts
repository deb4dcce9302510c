/** Failing rows to look at: new ones first, then by key, and only columns that may be shown. */
import type { CheckSpec } from '../check/check.ts';
import { dataName } from '../check/columns.ts';
import { failingRows, type RowDemand } from '../plan/failing-rows.ts';
import type { Relation } from '../plan/relation.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, wholeNumber } from '../sql.ts';
import type { Cell } from './table-diff.ts';
import { bagColumn, type IdentityColumn, identities, identityFields, textOf } from './violation-bags.ts';

/** Longest text of a cell. */
const MAX_CELL = 200;
const MAX_ROWS = 20;
const MAX_COLUMNS = 20;

/** A failing row, of the columns that the contract lets be shown. */
export interface FailingRow {
  /** Null: there is nothing to tell it by. */
  readonly isNew: boolean | null;
  readonly cells: readonly { readonly column: string; readonly value: Cell }[];
}

/** The failing rows of one version. */
export interface FailingSide {
  readonly relation: Relation;
  readonly demand: RowDemand;
}

export interface SampleFailing {
  readonly spec: CheckSpec;
  readonly merge: FailingSide;
  /** Null: no version to compare with. Without rows in it every row is new. */
  readonly compared: { readonly base: FailingSide | null; readonly identity: readonly IdentityColumn[] } | null;
}

/** The columns that are shown; empty when none may be. */
export function shownColumns({ table, columns }: Relation): readonly string[] {
  const names = [...new Set(table.samples.columns.map((name) => dataName(table, name)))];
  return table.samples.limit === 0 ? [] : names.filter((name) => columns.has(name)).slice(0, MAX_COLUMNS);
}

/** Rows that are shown of a check. */
export function mostRows({ table }: Relation): number {
  return Math.min(MAX_ROWS, table.samples.limit);
}

/** Rows `is_new`, and `s0`, ... with text and length of each shown column. */
export function sampleFailing({ spec, merge, compared }: SampleFailing): CompiledQuery {
  const { relation } = merge;
  const shown = shownColumns(relation).map((name, index) => {
    const text = textOf(relation, name);
    return sql`struct_pack(text := left(${text}, ${LIMIT}), cut := greatest(0, length(${text}) - ${LIMIT})) AS ${cellName(index)}`;
  });
  const keys = relation.table.key.flatMap((name) => relation.columns.get(dataName(relation.table, name)) ?? []);
  const order = keys.map(({ expression }, index) => sql`${expression} AS ${orderName(index)}`);
  const identity = compared?.identity ?? [];
  const own = identityFields(relation, identity);
  const bag = identity.map((_column, index) => bagColumn(index));
  const isNew =
    compared === null ? sql`CAST(NULL AS BOOLEAN)` : compared.base === null ? sql`true` : sql`nth > coalesce(times, 0)`;
  const nth = bag.length === 0 ? sql`1` : sql`row_number() OVER (PARTITION BY ${join(bag, ', ')})`;
  const fields = join([...shown, ...order, ...own], ', ');
  const rows = sql`(SELECT *, ${nth} AS nth FROM (SELECT ${fields} FROM ${failingRows(spec, merge.demand, relation.rows)})) AS own`;
  const from =
    compared === null || compared.base === null ? rows : sql`${rows} ${before(spec, compared.base, identity)}`;
  const names = shown.map((_column, index) => sql`own.${cellName(index)}`);
  const sorted = [sql`is_new DESC`, ...order.map((_key, index) => orderName(index)), ...names];
  return compile(sql`SELECT is_new, ${join(names, ', ')} FROM (SELECT own.*, ${isNew} AS is_new FROM ${from}) AS own
    ORDER BY ${join(sorted, ', ')} LIMIT ${wholeNumber(mostRows(relation))}`);
}

/** How often each failing row was there before. */
function before(spec: CheckSpec, base: FailingSide, identity: readonly IdentityColumn[]): SqlFragment {
  const { relation, demand } = base;
  const names = identity.map((_column, index) => bagColumn(index));
  const bag = identities(relation, failingRows(spec, demand, relation.rows), identity);
  const equal = names.map((name) => sql`own.${name} IS NOT DISTINCT FROM old.${name}`);
  return sql`LEFT JOIN (SELECT ${join(names, ', ')}, count(*) AS times FROM ${bag} GROUP BY ${join(names, ', ')}) AS old
    ON ${join(equal, ' AND ')}`;
}

const LIMIT = wholeNumber(MAX_CELL);

function cellName(index: number): SqlFragment {
  return identifier(`s${index}`);
}

function orderName(index: number): SqlFragment {
  return identifier(`o${index}`);
}

type Row = Readonly<Record<string, unknown>>;

/** Reads the answer to {@link sampleFailing}. */
export function readFailing(relation: Relation, rows: readonly Row[]): readonly FailingRow[] {
  const columns = shownColumns(relation);
  return rows.map((row) => ({
    isNew: typeof row['is_new'] === 'boolean' ? row['is_new'] : null,
    cells: columns.map((column, index) => ({ column, value: readCell(row[`s${index}`]) })),
  }));
}

function readCell(packed: unknown): Cell {
  const { text, cut } = typeof packed === 'object' && packed !== null ? (packed as Row) : {};
  return typeof text === 'string' ? { kind: 'value', text, cut: Number(cut ?? 0) } : { kind: 'null' };
}
