import { plural } from '../../core/check/words.ts';
import type { Contract } from '../../core/contract/contract.ts';
import { governedPrefixes } from '../../core/contract/match-tables.ts';
import { formatProblem, type Problem } from '../../core/problem.ts';
import { readContracts } from '../load-contracts.ts';
import type { Patient } from './examination.ts';
import { type Finding, failed, find, named, type Told } from './finding.ts';

/** The contracts that merges into the default branch would be judged by. */
export async function examineContracts({ facts, deps, signal }: Patient): Promise<Finding> {
  const { contracts, reader, variables } = deps;
  return find({ id: 'contracts', repository: facts.id }, signal, async () => {
    if (contracts === null) {
      return {
        level: 'warn',
        detail: 'this machine was not told where the server has them, so they were not looked at',
        fix: 'Set SLUICE_CONTRACTS as the server has it.',
      };
    }
    const { id: destinationCommit } = await reader.resolve(facts.id, facts.defaultBranch, signal);
    const request = { repository: facts.id, destinationCommit, branch: facts.defaultBranch };
    const loaded = await contracts.load(request, signal).then(
      (documents) => ({ documents }),
      (error: unknown) => ({ error }),
    );
    if ('error' in loaded) return failed(loaded.error);
    const { contracts: read, problems } = readContracts(loaded.documents, variables);
    return judge(read, problems, { repository: facts.id, branch: facts.defaultBranch });
  });
}

/** What is to be said of contracts that were read. */
export function judge(
  contracts: readonly Contract[],
  problems: readonly Problem[],
  { repository, branch }: { readonly repository: string; readonly branch: string },
): Told {
  const errors = problems.filter(({ level }) => level !== 'warning');
  if (errors.length > 0) {
    const lines = errors.map((problem) => formatProblem({ ...problem, hint: '' }).split('\n')[0] ?? '');
    return {
      level: 'fail',
      detail: `${plural(errors.length, 'error')}, and nothing is approved while there is one: ${named(lines, 3)}`,
      fix: 'sluice contract lint shows all of them with what to do.',
      items: lines,
    };
  }
  const governing = contracts.filter((contract) => governedPrefixes([contract], repository, branch).length > 0);
  if (governing.length === 0) {
    return {
      level: 'warn',
      detail:
        contracts.length === 0
          ? 'there is none yet, so nothing is validated'
          : `none of ${contracts.length} governs an object of ${repository} on ${branch}`,
      fix: 'Name the repository and branch in servers[].location of a contract: s3://<repository>/<branch>/<path>.',
    };
  }
  const tables = governing.reduce((sum, contract) => sum + contract.tables.length, 0);
  return { level: 'ok', detail: `${governing.length} with ${plural(tables, 'table')}, no error` };
}
