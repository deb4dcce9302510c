import type { CheckSpec } from '../check/check.ts';
import type { Contract, ContractTable } from '../contract/contract.ts';

export interface CheckedTable {
  readonly contract: Contract;
  readonly table: ContractTable;
  readonly checks: readonly CheckSpec[];
}

/** What a merge has to look at. */
export interface AffectedTables {
  /** Tables with checks to run: all of a changed table's, and those of other tables that read a changed one. */
  readonly checked: readonly CheckedTable[];
  /** Tables that are only read: parents of relationships, and what the queries of a contract may name. */
  readonly read: readonly Omit<CheckedTable, 'checks'>[];
}

/**
 * Widens the changed tables by what depends on them and by what their checks read. A relationship looks both ways: a
 * deleted parent is found by running the child's check again.
 */
export function affectedTables(
  all: readonly CheckedTable[],
  isChanged: (table: ContractTable) => boolean,
): AffectedTables {
  const checked = all.flatMap((entry): readonly CheckedTable[] => {
    if (isChanged(entry.table)) return [entry];
    const dependent = entry.checks.filter((check) => readsChanged(check, entry, all, isChanged));
    return dependent.length === 0 ? [] : [{ ...entry, checks: dependent }];
  });
  const chosen = new Set(checked.map((entry) => entry.table));
  const read = all.filter((entry) => !chosen.has(entry.table) && checked.some((user) => isReadBy(entry, user)));
  return { checked, read };
}

function readsChanged(
  check: CheckSpec,
  owner: CheckedTable,
  all: readonly CheckedTable[],
  isChanged: (table: ContractTable) => boolean,
): boolean {
  return all.some((other) => isChanged(other.table) && checkReads(check, owner, other));
}

function isReadBy(entry: CheckedTable, user: CheckedTable): boolean {
  return user.checks.some((check) => checkReads(check, user, entry));
}

/** Queries may name any table of their contract. Parents are matched by name alone: one table too many is harmless. */
function checkReads(check: CheckSpec, owner: CheckedTable, other: CheckedTable): boolean {
  switch (check.kind) {
    case 'relationship':
      return other.table.name === check.parent.table || other.table.physicalName === check.parent.table;
    case 'sql':
    case 'failedRows':
      return other.contract.file === owner.contract.file && other.table !== owner.table;
    default:
      return false;
  }
}
