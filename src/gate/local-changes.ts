/** What changed between local files, and whether there is anything to compare with. */
import { isAboutChanges } from '../core/check/registry.ts';
import { listed, plural } from '../core/check/words.ts';
import type { Contract, ContractTable } from '../core/contract/contract.ts';
import type { Problem } from '../core/problem.ts';
import type { TableVersions, VersionsOf } from './base-versions.ts';
import type { TableInput } from './check-tables.ts';
import { localVersions } from './diff-versions.ts';
import type { TableFiles } from './local-tables.ts';
import type { LocalFile, LocalFiles } from './ports.ts';

export interface LocalSides {
  readonly files: readonly TableFiles[];
  readonly base: readonly TableFiles[];
}

/** Both versions of tables on local files. The files of a table are told apart once, which may take reading them. */
export function localVersionsOf({ files, base }: LocalSides, reader: LocalFiles): VersionsOf {
  const of = (side: readonly TableFiles[], table: ContractTable): readonly LocalFile[] =>
    side.find((one) => one.table === table)?.files ?? [];
  const known = new Map<ContractTable, TableVersions>();
  return async (tables, signal) => {
    for (const table of tables.filter((one) => !known.has(one))) {
      known.set(table, await localVersions(of(base, table), of(files, table), reader, signal));
    }
    return known;
  };
}

export interface BaseRequest {
  /** Null: no base was given. */
  readonly base: readonly TableFiles[] | null;
  /** Where it is, for people. */
  readonly place: string;
  /** Names of tables that are said to have no version before. */
  readonly newTables: readonly string[];
}

export interface Comparable {
  readonly inputs: readonly TableInput[];
  /** The tables to compare with; null: none. */
  readonly base: readonly TableFiles[] | null;
  readonly problems: readonly Problem[];
}

/**
 * Leaves a table the rules about changes only where there is a version before, or where somebody said that there is none:
 * against a folder that was misspelt or not filled, nothing ever changes or goes.
 */
export function comparableWith(inputs: readonly TableInput[], { base, place, newTables }: BaseRequest): Comparable {
  if (base === null) return withoutChangeRules(inputs);
  const isLost = ({ table }: TableInput): boolean =>
    !newTables.includes(table.name) && !base.some((one) => one.table === table && one.files.length > 0);
  return {
    inputs: inputs.map((input) => (isLost(input) ? withoutRules(input) : input)),
    base: base.filter(({ table }) => !inputs.some((input) => input.table === table && isLost(input))),
    problems: inputs.filter(isLost).map((input) => withoutBase(input, place)),
  };
}

/** A name that no table has leaves the table that was meant without a base. */
export function unknownNewTables(names: readonly string[], contracts: readonly Contract[]): readonly Problem[] {
  const known = contracts.flatMap(({ tables }) => tables.map(({ name }) => name));
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'new-table-unknown',
      message: `no contract has a table ${name}`,
      hint: known.length === 0 ? 'mend the contract' : `--new-table takes one of ${listed(known)}`,
    }));
}

function withoutRules(input: TableInput): TableInput {
  return { ...input, checks: input.checks.filter((spec) => !isAboutChanges(spec)) };
}

/** More than a warning where the verdict would have depended on the base. */
function withoutBase({ contract, table, checks }: TableInput, place: string): Problem {
  const rules = checks.filter(isAboutChanges).length;
  const isNeeded = contract.mode === 'enforce' && (rules > 0 || contract.blockOn !== 'any');
  const unjudged =
    rules === 0 ? 'what changed is not known' : `${plural(rules, 'rule')} about changes could not be judged`;
  return {
    code: 'table-without-base',
    ...(isNeeded ? {} : { level: 'warning' as const }),
    message: `no data found for the table ${table.name} at ${place}, the base: ${unjudged}`,
    hint: `see that --base is right; for a table that is new, say so with --new-table ${table.name}`,
  };
}

/** Without a base there is nothing to judge these rules by: they are set aside, and said so once. */
function withoutChangeRules(inputs: readonly TableInput[]): Comparable {
  const ruled = inputs.filter(({ checks }) => checks.some(isAboutChanges));
  if (ruled.length === 0) return { inputs, base: null, problems: [] };
  const rules = ruled.flatMap(({ checks }) => checks.filter(isAboutChanges));
  const isBlocking = ruled.some(({ contract }) => contract.mode === 'enforce');
  const problem: Problem = {
    code: 'base-not-given',
    ...(isBlocking ? {} : { level: 'warning' as const }),
    message: `${plural(rules.length, 'rule')} about changes of ${listed(ruled.map(({ table }) => table.name))} could not be judged: there is no version before to compare with`,
    hint: 'give the data as it was with --base PATH',
  };
  return { inputs: inputs.map(withoutRules), base: null, problems: [problem] };
}
