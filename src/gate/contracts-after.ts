import { hasErrors, type Problem } from '../core/problem.ts';
import type { ContractReader, LoadedContracts } from './load-contracts.ts';
import type { ContractSource } from './ports.ts';
import type { Pinned } from './prepare-merge.ts';
import type { RuleFindings, RulePolicy } from './read-rule-changes.ts';

/** The contracts that judge a change, and what is to be said about their choice. */
export interface JudgingContracts {
  readonly loaded: LoadedContracts;
  readonly problems: readonly Problem[];
}

/**
 * Contracts of the destination judge, never those of the source. When somebody who may do so changes contracts, those
 * that the merge result, or the commit, will hold are read too: with an error in them it must not become the destination, because every
 * later change would be undecided; and where the destination's own contracts are already broken, they are what mends
 * that, and judge.
 */
export async function judgingContracts(
  pinned: Pinned,
  rules: RuleFindings,
  policy: Pick<RulePolicy, 'contractPrefix'>,
  deps: { readonly contracts: ContractSource; readonly readContracts: ContractReader },
  signal: AbortSignal,
): Promise<JudgingContracts> {
  const before = await deps.readContracts(pinned.documents, signal);
  const { contractPrefix } = policy;
  const { tree, event } = pinned;
  const isChanged = contractPrefix !== null && rules.changes.some(({ path }) => path.startsWith(contractPrefix));
  if (!isChanged || hasErrors(rules.problems)) return { loaded: before, problems: [] };
  const { repository, branch } = event;
  const version =
    tree.kind === 'commit'
      ? { destinationCommit: tree.commit.id }
      : { destinationCommit: pinned.destination.id, staged: tree.branch };
  const request = { repository, ...version, ...(branch === undefined ? {} : { branch }) };
  const after = await deps.readContracts(await deps.contracts.load(request, signal), signal);
  if (hasErrors(after.problems)) return { loaded: { ...before, problems: after.problems }, problems: [broken(after)] };
  return hasErrors(before.problems)
    ? { loaded: after, problems: [repaired(branch)] }
    : { loaded: before, problems: [] };
}

function broken({ problems }: LoadedContracts): Problem {
  const files = new Set(
    problems.flatMap(({ file, level }) => (file === undefined || level === 'warning' ? [] : [file])),
  );
  return {
    code: 'contracts-would-break',
    message: `this change would leave ${[...files].join(', ')} with errors, and every later change undecided`,
    hint: 'mend the lines named; `sluice contract lint` finds them before a merge does',
  };
}

function repaired(branch = 'the destination'): Problem {
  return {
    code: 'contracts-repaired',
    level: 'warning',
    message: `the contracts on ${branch} have errors: the data was judged by those that this change brings`,
  };
}
