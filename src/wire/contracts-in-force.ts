import type { Config } from '../config.ts';
import { createContractReader } from '../gate/load-contracts.ts';
import type { ContractSource } from '../gate/ports.ts';
import type { RepositoryReader } from '../gate/repository-ports.ts';
import type { ContractsInForce } from '../server/console/pages/views.ts';

export interface ContractsInForceParts {
  readonly source: ContractSource;
  readonly reader: Pick<RepositoryReader, 'repository' | 'resolve'>;
  /** `${NAME}` of contracts. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The contracts that the next merge would be judged by, for people who want to read them. */
export function contractsInForce(
  kind: Config['contracts']['kind'],
  { source, reader, variables }: ContractsInForceParts,
): ContractsInForce {
  const read = createContractReader(variables);
  return {
    kind,
    load: async (repository, signal) => {
      if (kind === 'directory' || repository === null) {
        const documents = await source.load({ repository: '', destinationCommit: '' }, signal);
        return { ...(await read(documents, signal)), place: null };
      }
      const { defaultBranch } = await reader.repository(repository, signal);
      const head = await reader.resolve(repository, defaultBranch, signal);
      const request = { repository, branch: defaultBranch, destinationCommit: head.id };
      return {
        ...(await read(await source.load(request, signal), signal)),
        place: { repository, branch: defaultBranch },
      };
    },
  };
}
