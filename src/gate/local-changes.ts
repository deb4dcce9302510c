/** The rules about changes of local files. */
import { isAboutChanges } from '../core/check/registry.ts';
import { listed, plural } from '../core/check/words.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { Problem } from '../core/problem.ts';
import type { TableVersions } from './base-versions.ts';
import type { TableInput, TableOutput } from './check-tables.ts';
import { localVersions } from './diff-versions.ts';
import type { TableFiles } from './local-tables.ts';
import type { LocalFile, LocalFiles } from './ports.ts';
import {
  type RequiredDiff,
  type RequiredDiffsDeps,
  type RequiredDiffsRequest,
  requiredDiffs,
} from './required-diffs.ts';

export interface LocalSides {
  readonly files: readonly TableFiles[];
  readonly base: readonly TableFiles[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the files change of their base, for the tables that have rules about it. */
export function requiredLocalDiffs(
  outputs: readonly TableOutput[],
  { files, base, now }: LocalSides,
  deps: RequiredDiffsDeps & { readonly files: LocalFiles },
  signal: AbortSignal,
): Promise<ReadonlyMap<TableOutput, RequiredDiff>> {
  const of = (side: readonly TableFiles[], table: ContractTable): readonly LocalFile[] =>
    side.find((one) => one.table === table)?.files ?? [];
  const versionsOf: RequiredDiffsRequest['versionsOf'] = async (tables, _directory, within) => {
    const versions = new Map<ContractTable, TableVersions>();
    for (const table of tables) {
      versions.set(table, await localVersions(of(base, table), of(files, table), deps.files, within));
    }
    return versions;
  };
  return requiredDiffs({ outputs, versionsOf, unknown: null, now }, deps, signal);
}

/** Without a base there is nothing to judge these rules by: they are set aside, and said so once. */
export function withoutChangeRules(inputs: readonly TableInput[]): {
  readonly inputs: readonly TableInput[];
  readonly problems: readonly Problem[];
} {
  const ruled = inputs.filter(({ checks }) => checks.some(isAboutChanges));
  if (ruled.length === 0) return { inputs, problems: [] };
  const rules = ruled.flatMap(({ checks }) => checks.filter(isAboutChanges));
  const isBlocking = ruled.some(({ contract }) => contract.mode === 'enforce');
  const problem: Problem = {
    code: 'base-not-given',
    ...(isBlocking ? {} : { level: 'warning' as const }),
    message: `${plural(rules.length, 'rule')} about changes of ${listed(ruled.map(({ table }) => table.name))} could not be judged: there is no version before to compare with`,
    hint: 'give the data as it was with --base PATH',
  };
  const kept = inputs.map((input) => ({ ...input, checks: input.checks.filter((spec) => !isAboutChanges(spec)) }));
  return { inputs: kept, problems: [problem] };
}
