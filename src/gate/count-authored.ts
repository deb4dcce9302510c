/** The failing rows that an author's query finds, of both versions. Rows are the same when the query returns the same. */
import type { Threshold } from '../core/contract/contract.ts';
import { bagCounts } from '../core/diff/violation-bags.ts';
import { authored, compile, identifier, type SqlFragment, sql, value } from '../core/sql.ts';
import { createViews } from './author-views.ts';
import type { EngineSession } from './ports.ts';
import { originOf, type Told, unknown } from './told-origin.ts';
import type { VersionedTable } from './versioned-tables.ts';

/** Rows that such a query leaves out, or lets one stand for, may become more and more without a trace. */
const TAKES_SOME_ROWS = /\b(limit|offset|fetch|sample|tablesample|qualify|distinct|over|group|having)\b/i;

/** Why nothing is told of such a query, and how to write it instead. */
function notByRows(has: string): Told {
  return {
    kind: 'unknown',
    why: `the query ${has}, so rows may be left out, or stand for several, and become more unseen`,
    help: 'let the query return every failing row by itself, with its key, without LIMIT, DISTINCT, GROUP BY, HAVING, windows and aggregates; for repeated rows there are `duplicateValues` and `unique`',
  };
}

export async function countAuthored(
  { sql: text, threshold, failing }: { readonly sql: string; readonly threshold: Threshold; readonly failing: number },
  own: VersionedTable,
  all: readonly VersionedTable[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<Told> {
  const word = TAKES_SOME_ROWS.exec(text)?.[0];
  if (word !== undefined) return notByRows(`has the word ${word.toUpperCase()}`);
  const called = await aggregateIn(text, session, signal);
  if (called !== null) return notByRows(`calls ${called}()`);
  const query = text.trim().replace(/;\s*$/, '');
  const { contract } = own.input;
  const keep = async (side: 'base' | 'merge'): Promise<readonly string[]> => {
    const tables = all.map((table) => ({ input: table.input, relation: table[side] }));
    const relations = await createViews(contract, tables, session, signal);
    // Alone and in brackets: a text that closes our bracket and opens another passes only one of the two.
    await session.guardQuery({ sql: query, relations }, signal);
    await session.guardQuery({ sql: `SELECT count(*) AS failing FROM (${query}\n) AS given`, relations }, signal);
    const rows = sql`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${authored(`${query}\n`)}) AS given`;
    await session.query(compile(sql`CREATE OR REPLACE TEMP TABLE ${tableOf(side)} AS ${rows}`), signal);
    return columnsOf(side, session, signal);
  };
  const [before, after] = [await keep('base'), await keep('merge')];
  if (before.join('\0') !== after.join('\0')) return unknown('the query returns other columns of the base');
  const columns = after.map(identifier);
  const [row] = await session.query(bagCounts({ base: tableOf('base'), merge: tableOf('merge'), columns }), signal);
  return originOf(row, { threshold, failing }, 'all objects');
}

/** An aggregate function of the engine that the text names where it could be called; null: none. */
async function aggregateIn(text: string, session: EngineSession, signal: AbortSignal): Promise<string | null> {
  const called = sql`regexp_matches(${value(text)}, '(?i)\\b' || regexp_escape(function_name) || '"?\\s*\\(')`;
  const query = sql`SELECT min(function_name) AS called FROM duckdb_functions() WHERE function_type = 'aggregate' AND ${called}`;
  const [row] = await session.query(compile(query), signal);
  // No answer is no leave to tell.
  const name = row?.['called'];
  return name === null ? null : String(name ?? 'an aggregate');
}

function nameOf(side: 'base' | 'merge'): string {
  return `sluice_violations_${side}`;
}

function tableOf(side: 'base' | 'merge'): SqlFragment {
  return identifier(nameOf(side));
}

async function columnsOf(
  side: 'base' | 'merge',
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = sql`SELECT column_name FROM duckdb_columns() WHERE table_name = ${value(nameOf(side))} ORDER BY column_index`;
  const rows = await session.query(compile(query), signal);
  return rows.map((row) => String(row['column_name']));
}
