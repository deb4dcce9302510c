/** The tables of a contract as its authors' SQL sees them. */
import type { Contract } from '../core/contract/contract.ts';
import type { Relation } from '../core/plan/relation.ts';
import { isSessionTable } from '../core/plan/stage-text.ts';
import { compile, identifier, inlineValues, sql } from '../core/sql.ts';
import type { PreparedTable } from './check-tables.ts';
import type { EngineSession } from './ports.ts';

/**
 * Makes one view per table of the contract, under the names authors know, in place of older views of these names.
 *
 * @returns the names, in lower case: an author's SQL may read these and nothing else
 */
export async function createViews(
  contract: Contract,
  tables: readonly Pick<PreparedTable, 'input' | 'relation'>[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = new Map<string, Relation>();
  for (const { input, relation } of tables) {
    if (relation === null || input.contract.file !== contract.file) continue;
    const { name, physicalName } = input.table;
    for (const word of [name, ...(physicalName === undefined || /[/*]/.test(physicalName) ? [] : [physicalName])]) {
      const folded = word.toLowerCase();
      // The session's own tables are temporary, and a temporary table hides a view of its name.
      if (!names.has(folded) && !isSessionTable(folded)) names.set(folded, relation);
    }
  }
  for (const [name, relation] of names) {
    const view = sql`CREATE OR REPLACE VIEW ${identifier(name)} AS ${inlineValues(relation.authored)}`;
    await session.query(compile(view), signal);
  }
  return [...names.keys()];
}
