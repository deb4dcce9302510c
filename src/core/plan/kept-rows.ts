/** The failing rows of a check as a file: the columns that the contract lets be shown, and no other. */
import type { CheckSpec } from '../check/check.ts';
import { dataName } from '../check/columns.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, value, wholeNumber } from '../sql.ts';
import { failingRows, type RowDemand } from './failing-rows.ts';
import type { Relation } from './relation.ts';

export interface KeptColumn {
  /** In the file. */
  readonly name: string;
  readonly expression: SqlFragment;
}

/**
 * The columns of the table that may be shown and are there. A text that does not fit its column's type is in none of
 * them, so that the check which says so gets it under a name of its own.
 */
export function keptColumns(spec: CheckSpec, { table, columns }: Relation): readonly KeptColumn[] {
  const names = [...new Set(table.samples.columns.map((name) => dataName(table, name)))];
  return names.flatMap((name) => {
    const binding = columns.get(name);
    if (binding === undefined) return [];
    const own = { name, expression: binding.expression };
    const written = { name: `${name} as written`, expression: binding.invalid };
    const isAsked = spec.kind === 'type' && spec.columns.includes(name) && !columns.has(written.name);
    return isAsked && written.expression !== null ? [own, { ...written, expression: written.expression }] : [own];
  });
}

export interface KeptRowsCopy {
  readonly spec: CheckSpec;
  readonly demand: RowDemand;
  readonly relation: Relation;
  /** At least one. */
  readonly columns: readonly KeptColumn[];
  readonly maxRows: number;
  /** Absolute; one that the session may write. */
  readonly path: string;
}

/** Writes the file, in the order of the table's key, and answers with the number of its rows as `Count`. */
export function copyFailingRows({ spec, demand, relation, columns, maxRows, path }: KeptRowsCopy): CompiledQuery {
  const fields = columns.map(({ name, expression }) => sql`${expression} AS ${identifier(name)}`);
  const rows = failingRows(spec, demand, relation.rows);
  const select = sql`SELECT ${join(fields, ', ')} FROM (SELECT * FROM ${rows}${ordered(relation)} LIMIT ${wholeNumber(maxRows)})`;
  // USE_TMP_FILE would write beside the allowed path and be refused.
  return compile(sql`COPY (${select}) TO ${value(path)} (FORMAT parquet, USE_TMP_FILE false, COMPRESSION zstd)`);
}

function ordered({ table, columns }: Relation): SqlFragment {
  const key = table.key.flatMap((name) => columns.get(dataName(table, name))?.expression ?? []);
  return key.length === 0 ? sql`` : sql` ORDER BY ${join(key, ', ')}`;
}
